"""What a comparison found: one result a model, in numbers, as JSON and as files."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from attnviz.draw import Look
from attnviz.errors import OptionError
from attnviz.families import Classes
from attnviz.families.calibration import probabilities_of
from attnviz.images import View
from attnviz.maps import Degeneracy, Explanation, GateReading, degeneracy, explained

TOP = 3


@dataclass(frozen=True)
class Result:
    """What one model made of the photo. Tensors are on the CPU and have no batch dimension.

    Attributes:
        name: of the model, ``baseline``, ``se``, ``bam`` or ``cbam``.
        attention: ``none``, ``se``, ``bam`` or ``cbam``.
        target: name of the class that the maps explain.
        probability: of the target, softmax(logits / temperature), 0 to 1.
        top: the most probable classes, (name, probability), most probable first.
        logits: (K,).
        maps: raw and signed, (h,w) float32, by stage, or by ``input`` for a method of that level.
        gates: by name; see :class:`attnviz.maps.GateReading`.
        features: mean over the channels of what each stage gives, (h,w), by stage.
        degenerate: the stages whose maps show nothing, with the reason.
        switched: gates that were replaced, by place: ``mean``, ``off``, or ``given`` for values.
        temperature: by which logits are divided before the softmax, from family.toml.
        explanation: what the result was read from; other classes at stage 4 need no more than it.
    """

    name: str
    attention: str
    target: str
    probability: float
    top: list[tuple[str, float]]
    logits: Tensor
    maps: Mapping[str, Tensor]
    gates: Mapping[str, GateReading]
    features: Mapping[str, Tensor]
    degenerate: Mapping[str, Degeneracy]
    switched: Mapping[str, str] = field(default_factory=dict)
    temperature: float = 1.0
    explanation: Explanation | None = field(default=None, repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """Returns the result as plain JSON values; what is not finite is null."""
        return {
            "attention": self.attention,
            "target": self.target,
            "probability": plain_number(self.probability),
            "temperature": self.temperature,
            "top": [[name, plain_number(probability)] for name, probability in self.top],
            "maps": {stage: plain_number(heat.tolist()) for stage, heat in self.maps.items()},
            "degenerate": {stage: reason.value for stage, reason in self.degenerate.items()},
            "gates": {
                name: {"kind": gate.kind, "range": list(gate.range), "residual": gate.residual,
                       "min": plain_number(gate.min), "mean": plain_number(gate.mean), "max": plain_number(gate.max)}
                for name, gate in self.gates.items()
            },
            "switched": dict(self.switched),
        }  # fmt: skip


@dataclass(frozen=True)
class Comparison(Mapping[str, Result]):
    """One result a model, by the model's name, for one photo.

    Attributes:
        results: by model.
        family: name of the family.
        matched: whether the family's models differ in their attention only.
        target: name of the class that is explained; None where each model's own most probable class is.
        method: of the maps.
        view: what the networks saw.
        classes: of the family.
        UNSURE: below this probability for every class, in every model, what models say is called a guess.
    """

    UNSURE: ClassVar[float] = 0.3

    results: Mapping[str, Result]
    family: str
    matched: bool
    target: str | None
    method: str
    view: View
    classes: Classes

    def __getitem__(self, name: str) -> Result:
        return self.results[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    @property
    def targets(self) -> str:
        """The class that is explained, or where each model has its own, those classes in the models' order."""
        return self.target or ", ".join(dict.fromkeys(result.target for result in self.values()))

    @property
    def baseline(self) -> Result | None:
        """The result of the model without attention, if it is among those compared."""
        return next((result for result in self.values() if result.attention == "none"), None)

    @property
    def is_unsure(self) -> bool:
        """Whether no model gives any class :attr:`UNSURE` or more: the photo may show none of the classes."""
        return all(result.top[0][1] < self.UNSURE for result in self.values())

    def retarget(self, target: str | int | None = None, own: bool = False, method: str | None = None) -> Comparison:
        """Returns the maps of stage 4 for another class or method, which need no forward and no backward pass.

        Args:
            target: as for :func:`attnviz.compare`.
            own: likewise.
            method: one that makes maps at a stage; None for the same.

        Raises:
            TargetError: if the family has no such class.
            OptionError: if there is no such method, or the comparison is of an input-level method.
        """
        explanations = {name: result.explanation for name, result in self.items()}
        if any(explanation is None for explanation in explanations.values()):
            raise OptionError("Maps at the input need the network for every class; call compare again.")
        method = method or self.method
        shares = [probabilities_of(result.logits, result.temperature) for result in self.values()]
        index = chosen(shares, self.classes, target, own)
        results = {
            name: replace(
                result_of(
                    name,
                    self[name].attention,
                    self.classes,
                    explained(explanation.passed, index, method),
                    temperature=self[name].temperature,
                ),
                switched=self[name].switched,
            )
            for name, explanation in explanations.items()
            if explanation is not None
        }
        named = None if index is None else self.classes.names[index]
        return replace(self, results=results, target=named, method=method)

    def figure(self, stage: str | None = None, look: Look | None = None) -> Figure:
        """Returns the CBAM paper's Grad-CAM figure for this photo: the class, and P under each model.

        Args:
            stage: whose maps are drawn; None for the last there is.
            look: how they are drawn; the paper has ``Look(colormap="jet")``.
        """
        from attnviz.figures import comparison_figure

        return comparison_figure([self], stage, look)

    def stages_figure(
        self, look: Look | None = None, models: Sequence[str] | None = None, branches: bool = False
    ) -> Figure:
        """Returns what each model did stage by stage: features, gates and maps.

        Args:
            look: how the maps are drawn.
            models: names of those to show; None for all.
            branches: whether BAM's channel and spatial branches are shown.
        """
        from attnviz.figures import stages_figure

        return stages_figure(self, look, models, branches)

    def without_surroundings(self, longest: int) -> Comparison:
        """Returns the same with no more of the photo than the crop, to be kept; see ``View.without_surroundings``."""
        return replace(self, view=self.view.without_surroundings(longest))

    def to_json(self) -> dict[str, Any]:
        """Returns the comparison as plain JSON values: string keys, floats, grids as nested lists."""
        return {
            "family": self.family,
            "matched": self.matched,
            "target": self.target,
            "method": self.method,
            "crop": [float(edge) for edge in self.view.box],
            "models": {name: result.to_json() for name, result in self.items()},
        }

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns every array by its place: ``cbam/logits``, ``cbam/maps/stage4``, ``cbam/gates/...``."""
        arrays: dict[str, np.ndarray] = {}
        for name, result in self.items():
            arrays[f"{name}/logits"] = result.logits.numpy()
            arrays |= {f"{name}/maps/{stage}": heat.numpy() for stage, heat in result.maps.items()}
            arrays |= {f"{name}/gates/{place}": gate.values.numpy() for place, gate in result.gates.items()}
            arrays |= {f"{name}/features/{stage}": mean.numpy() for stage, mean in result.features.items()}
        return arrays

    def save(self, path: str | Path) -> tuple[Path, Path]:
        """Writes ``path.npz`` (logits, maps, gates, features) and ``path.json``, and returns both paths."""
        path = Path(path)
        base = path.with_suffix("") if path.suffix in (".npz", ".json") else path
        npz, text = base.with_name(base.name + ".npz"), base.with_name(base.name + ".json")
        np.savez_compressed(npz, **self.arrays())  # type: ignore[arg-type]
        text.write_text(json.dumps(self.to_json(), indent=1, allow_nan=False), encoding="utf-8")
        return npz, text


def chosen(probabilities: Sequence[Tensor], classes: Classes, target: str | int | None, own: bool) -> int | None:
    """Returns the index of the class to explain, None for each model's own most probable one.

    Args:
        probabilities: (K,), of each model.
        classes: of the family.
        target: a name, index or wnid; None for the class with the highest mean probability over the models.
        own: whether each model's own most probable class is to be explained.

    Raises:
        TargetError: if there is no such class.
        OptionError: if both are asked for.
    """
    if own:
        if target is not None:
            raise OptionError("Either one target for all models, or each model's own; not both.")
        return None
    if target is not None:
        return classes.find(target)
    return int(torch.stack(list(probabilities)).mean(0).argmax())


def result_of(
    name: str, attention: str, classes: Classes, explanation: Explanation, maps: Mapping[str, Tensor] | None = None,
    temperature: float = 1.0,
) -> Result:  # fmt: skip
    """Returns one image's explanation as a result.

    Args:
        name: of the model.
        attention: of the model.
        classes: of the family.
        explanation: of a batch of one.
        maps: what to show in place of the explanation's own maps, without the batch dimension.
        temperature: of the model, by family.toml.
    """
    logits = explanation.logits[0].float().cpu()
    probabilities = probabilities_of(logits, temperature)
    index = int(explanation.targets[0])
    best = probabilities.topk(min(TOP, len(probabilities)))
    shown = {stage: heat[0].cpu() for stage, heat in explanation.maps.items()} if maps is None else maps
    return Result(
        name=name,
        attention=attention,
        target=classes.names[index],
        probability=float(probabilities[index]),
        top=[(classes.names[int(i)], float(p)) for p, i in zip(best.values, best.indices, strict=True)],
        logits=logits,
        temperature=temperature,
        maps=shown,
        gates={place: gate.image(0) for place, gate in explanation.gates.items()},
        features={stage: mean[0].cpu() for stage, mean in explanation.features.items()},
        degenerate={stage: why for stage, heat in shown.items() if (why := degeneracy(heat)) is not None},
        explanation=explanation if maps is None else None,
    )


def plain_number(value: Any) -> Any:
    """Replaces what JSON has no word for (NaN, infinity) by null."""
    if isinstance(value, list):
        return [plain_number(item) for item in value]
    return value if math.isfinite(value) else None
