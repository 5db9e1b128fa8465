"""A family and a photo become one result a model: where images, families, maps and draw meet."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from PIL import Image
from torch import Tensor

from attnviz.draw import DEFAULT_COLORMAP, Panel, Scale, grid_figure, largest, overlay
from attnviz.errors import OptionError
from attnviz.families import Family
from attnviz.images import View, open_picture
from attnviz.images.decode import Source, upright_rgb
from attnviz.maps import Degeneracy, Explanation, GateReading, degeneracy, explained, forward
from attnviz.maps.explain import checked_method
from attnviz.nets import STAGES
from attnviz.nets.options import one_of

TOP = 3
FIGURE_PIXELS = 448
UNMATCHED = "the models were trained differently"
IN_WORDS = {
    Degeneracy.NAN: "not a number",
    Degeneracy.CONSTANT: "the same everywhere",
    Degeneracy.NO_POSITIVE: "no positive evidence",
}


@dataclass(frozen=True)
class Result:
    """What one model made of the photo. Tensors are on the CPU and have no batch dimension.

    Attributes:
        name: of the model, ``baseline``, ``se``, ``bam`` or ``cbam``.
        attention: ``none``, ``se``, ``bam`` or ``cbam``.
        target: name of the class that the maps explain.
        probability: softmax of the target's logit, 0 to 1.
        top: the most probable classes, (name, probability), most probable first.
        logits: (K,).
        maps: raw and signed, (h,w) float32, by stage.
        gates: by name; see :class:`attnviz.maps.GateReading`.
        features: mean over the channels of what each stage gives, (h,w), by stage.
        degenerate: the stages whose maps show nothing, with the reason.
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

    def to_json(self) -> dict[str, Any]:
        """Returns the result as plain JSON values; what is not finite is null."""
        return {
            "attention": self.attention,
            "target": self.target,
            "probability": _plain(self.probability),
            "top": [[name, _plain(probability)] for name, probability in self.top],
            "maps": {stage: _plain(heat.tolist()) for stage, heat in self.maps.items()},
            "degenerate": {stage: reason.value for stage, reason in self.degenerate.items()},
            "gates": {
                name: {"kind": gate.kind, "range": list(gate.range), "residual": gate.residual,
                       "min": _plain(gate.min), "mean": _plain(gate.mean), "max": _plain(gate.max)}
                for name, gate in self.gates.items()
            },
        }  # fmt: skip


@dataclass(frozen=True)
class Comparison(Mapping[str, Result]):
    """One result a model, by the model's name, for one photo and one target.

    Attributes:
        results: by model.
        family: name of the family.
        matched: whether the family's models differ in their attention only.
        target: name of the class that is explained.
        method: of the maps.
        view: what the networks saw.
    """

    results: Mapping[str, Result]
    family: str
    matched: bool
    target: str
    method: str
    view: View

    def __getitem__(self, name: str) -> Result:
        return self.results[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def figure(self, stage: str = STAGES[-1], scale: Scale = "each", colormap: str = DEFAULT_COLORMAP) -> Figure:
        """Returns the CBAM paper's Grad-CAM figure for this photo: the class, and P under each model.

        Args:
            stage: whose maps are drawn.
            scale: ``each`` map divided by its own maximum, or all by the ``shared`` one.
            colormap: one of :data:`attnviz.draw.COLORMAPS`; the paper has ``jet``.
        """
        return comparison_figure([self], stage, scale, colormap)

    def stages_figure(self, colormap: str = DEFAULT_COLORMAP) -> Figure:
        """Returns a row a model with the map of every stage that was asked for."""
        if not all(result.maps for result in self.values()):
            raise OptionError("There are no maps to draw; ask compare for a stage.")
        crop = self.view.crop(FIGURE_PIXELS)
        rows = [
            [
                Panel(overlay(crop, heat, colormap=colormap), f"{stage}, {heat.shape[1]}x{heat.shape[0]}",
                      _why(result, stage))
                for stage, heat in result.maps.items()
            ]
            for result in self.values()
        ]  # fmt: skip
        titles = [f"{name}, P = {result.probability:.5f}" for name, result in self.items()]
        note = f"{self.target} · {self.method} · each map by its own maximum"
        return grid_figure(rows, titles, note if self.matched else f"{note} · {UNMATCHED}")

    def without_surroundings(self, longest: int = FIGURE_PIXELS) -> Comparison:
        """Returns the same with no more of the photo than the crop, at most ``longest`` pixels a side, to be kept."""
        crop = self.view.crop(longest)
        return replace(self, view=View(crop, (0, 0, *crop.size), self.view.preprocessing))

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

    def save(self, path: str | Path) -> tuple[Path, Path]:
        """Writes ``path.npz`` (logits, maps, gates, features) and ``path.json``, and returns both paths."""
        path = Path(path)
        base = path.with_suffix("") if path.suffix in (".npz", ".json") else path
        arrays: dict[str, Any] = {}
        for name, result in self.items():
            arrays[f"{name}/logits"] = result.logits.numpy()
            arrays |= {f"{name}/maps/{stage}": heat.numpy() for stage, heat in result.maps.items()}
            arrays |= {f"{name}/gates/{place}": gate.values.numpy() for place, gate in result.gates.items()}
            arrays |= {f"{name}/features/{stage}": mean.numpy() for stage, mean in result.features.items()}
        npz, text = base.with_name(base.name + ".npz"), base.with_name(base.name + ".json")
        np.savez_compressed(npz, **arrays)
        text.write_text(json.dumps(self.to_json(), indent=1, allow_nan=False), encoding="utf-8")
        return npz, text


def compare(
    family: Family,
    photo: Source | Image.Image,
    target: str | int | None = None,
    stages: Iterable[str] = STAGES,
    method: str = "gradcam",
    models: Sequence[str] | None = None,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Comparison:
    """Explains one photo with the models of a family, one forward pass a model.

    Args:
        family: from :func:`attnviz.open_family`.
        photo: a path, the bytes of a file, an open binary file, or a PIL picture.
        target: the class to explain, by name, index or wnid; None for the one with the highest mean probability over
            the models.
        stages: of which maps are made.
        method: ``gradcam``, ``gradcam++``, ``hirescam`` or ``layercam``.
        models: names of those to compare; None for all.
        advance: called with the numbers of models done and in all.

    Raises:
        AttnvizError: one sentence, for a photo, target, stage, method or model that cannot be.
    """
    checked_method(method)
    names = [family.check_model(name) for name in (family if models is None else models)]
    index = None if target is None else family.classes.find(target)
    if not names:
        raise OptionError("There is no model to compare; name one or more, or none for all.")
    picture = upright_rgb(photo) if isinstance(photo, Image.Image) else open_picture(photo)
    view = family.preprocessing.view(picture)
    tensor = view.tensor()
    wanted = (stages,) if isinstance(stages, str) else tuple(stages)
    passes = {}
    for done, name in enumerate(names):
        advance(done, len(names))
        passes[name] = forward(family[name], tensor, wanted)
    if index is None:
        index = int(torch.stack([passed.logits.softmax(1)[0].cpu() for passed in passes.values()]).mean(0).argmax())
    results = {name: _result(family, name, explained(passed, index, method)) for name, passed in passes.items()}
    advance(len(names), len(names))
    return Comparison(results, family.name, family.matched, family.classes.names[index], method, view)


def comparison_figure(
    comparisons: Sequence[Comparison], stage: str = STAGES[-1], scale: Scale = "each", colormap: str = DEFAULT_COLORMAP
) -> Figure:
    """Returns a figure with a row a photo: the picture, then each model's map with its P; see ``Comparison.figure``."""
    one_of("scale", scale, Scale)
    rows = []
    for number, comparison in enumerate(comparisons):
        if any(stage not in result.maps for result in comparison.values()):
            raise OptionError('There are no maps of "{stage}"; ask compare for that stage.', stage=stage)
        crop = comparison.view.crop(FIGURE_PIXELS)
        drawn = (result.maps[stage] for result in comparison.values() if stage not in result.degenerate)
        top = largest(drawn) if scale == "shared" else None
        row = [Panel(crop, "input" if number == 0 else "")]
        for name, result in comparison.items():
            picture = overlay(crop, result.maps[stage], top, colormap=colormap)
            row.append(
                Panel(picture, name if number == 0 else "", f"P = {result.probability:.5f}\n{_why(result, stage)}")
            )
        rows.append(row)
    first = comparisons[0]
    note = f"{first.method} at {stage}, {'each map by its own maximum' if scale == 'each' else 'one scale a row'}"
    if not first.matched:
        note += f" · {UNMATCHED}"
    return grid_figure(rows, [comparison.target for comparison in comparisons], note)


def _result(family: Family, name: str, explanation: Explanation) -> Result:
    logits = explanation.logits[0].float().cpu()
    probabilities = logits.softmax(0)
    index = int(explanation.targets[0])
    best = probabilities.topk(min(TOP, len(probabilities)))
    maps = {stage: heat[0].cpu() for stage, heat in explanation.maps.items()}
    return Result(
        name=name,
        attention=family.members[name].attention,
        target=family.classes.names[index],
        probability=float(probabilities[index]),
        top=[(family.classes.names[int(i)], float(p)) for p, i in zip(best.values, best.indices, strict=True)],
        logits=logits,
        maps=maps,
        gates={place: gate.image(0) for place, gate in explanation.gates.items()},
        features={stage: mean[0].cpu() for stage, mean in explanation.features.items()},
        degenerate={stage: why for stage, heat in maps.items() if (why := degeneracy(heat)) is not None},
    )


def _why(result: Result, stage: str) -> str:
    """Returns why a map shows nothing, or nothing."""
    return IN_WORDS[result.degenerate[stage]] if stage in result.degenerate else ""


def _plain(value: Any) -> Any:
    """Replaces what JSON has no word for (NaN, infinity) by null."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if math.isfinite(value) else None
