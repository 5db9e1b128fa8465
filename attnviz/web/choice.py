"""What a visitor has chosen to see."""

from __future__ import annotations

from dataclasses import dataclass

MOST_PROBABLE = ""
"""The target that stands for the class with the highest mean probability."""
OWN = "*"
"""The target that stands for each model's own most probable class."""
STAGE_NAMES = ("stage1", "stage2", "stage3", "stage4")
ALL_STAGES = "all"
METHOD_NAMES = {
    "gradcam": "Grad-CAM",
    "gradcam++": "Grad-CAM++",
    "hirescam": "HiRes-CAM",
    "layercam": "Layer-CAM",
    "smoothgrad": "SmoothGrad",
    "integrated-gradients": "Integrated Gradients",
    "occlusion": "Occlusion",
}
"""The methods as people write them. A copy of what torch would have to be loaded for; a test holds it to that."""
AT_INPUT = ("smoothgrad", "integrated-gradients", "occlusion")


@dataclass(frozen=True)
class Choice:
    """Which maps to show.

    Attributes:
        photo: key of a kept photo.
        family: name of a family.
        target: name of a class, or MOST_PROBABLE, or OWN.
        stage: ``stage1`` to ``stage4``, or ALL_STAGES.
        method: key of METHOD_NAMES.
    """

    photo: str
    family: str
    target: str = MOST_PROBABLE
    stage: str = "stage4"
    method: str = "gradcam"

    @property
    def at_input(self) -> bool:
        """Whether the method makes maps at the input, so that the stage does not matter."""
        return self.method in AT_INPUT

    @property
    def is_free(self) -> bool:
        """Whether the maps follow from a kept forward pass alone."""
        return self.stage == "stage4" and not self.at_input
