"""The pictures of a study, under addresses that differ from participant to participant and tell nothing.

All of a study's files have one length and are sent with the same headers, from memory, so that neither size nor time
tells them apart.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from attnviz.study.plan import STIMULI, Plan
from attnviz.study.schedule import Trial

PLACES = ("photo", "left", "right")


class Pictures:
    """A frozen study's pictures.

    Args:
        folder: of the study.
        plan: the frozen plan in it.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._plan = plan
        names = {name for image in plan.images for name in (
            image.stimulus.photo, *image.stimulus.overlays.values(), *image.stimulus.mirrored.values()
        )}  # fmt: skip
        self._bytes = {name: (folder / STIMULI / name).read_bytes() for name in sorted(names)}

    def addresses(self, secret: str, trial: Trial) -> dict[str, str]:
        """Returns by place (photo, left, right) the last part of the picture's address for one participant.

        Args:
            secret: the participant's.
            trial: that the pictures belong to.
        """
        return {place: _address(secret, trial, place) for place in PLACES}

    def find(self, secret: str, trial: Trial, address: str) -> bytes | None:
        """Returns the picture at an address of an open trial, or None where it is not one of this participant's."""
        found = None
        for place in PLACES:  # all of them, so that each takes the same time
            if hmac.compare_digest(_address(secret, trial, place), address):
                found = place
        return None if found is None else self._bytes[self._name(trial, found)]

    def _name(self, trial: Trial, place: str) -> str:
        stimulus = self._plan.image(trial.image).stimulus
        if place == "photo":
            return stimulus.photo
        model = trial.left if place == "left" else trial.right
        return stimulus.mirrored[model] if trial.mirrored == place else stimulus.overlays[model]


def _address(secret: str, trial: Trial, place: str) -> str:
    return hmac.new(secret.encode(), f"{trial.number} {place}".encode(), hashlib.sha256).hexdigest()[:32]
