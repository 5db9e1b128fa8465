"""What each gate of a family's models does to the answer for one photo: switched one after another, in numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image
from torch import Tensor

from attnviz.compare import compare
from attnviz.comparison import Comparison, plain_number
from attnviz.errors import OptionError
from attnviz.families import Family
from attnviz.families.calibration import probabilities_of
from attnviz.families.means import GateMeans
from attnviz.images import View
from attnviz.images.decode import Source
from attnviz.maps import explain
from attnviz.maps.interventions import SWITCHES, Interventions, SwitchKind
from attnviz.nets import gate_sites
from attnviz.scores.agreement import pearson
from attnviz.switching import distinct_places

Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Answer:
    """What a model says of the target, and what it finds most probable.

    Attributes:
        probability: of the target, 0 to 1.
        rank: of the target among the classes by probability, from 1.
        top: name of the most probable class.
        top_probability: of that.
    """

    probability: float
    rank: int
    top: str
    top_probability: float


@dataclass(frozen=True)
class Effect:
    """What one switch does.

    Attributes:
        model: its name.
        place: that is switched, see :data:`attnviz.maps.Interventions`.
        kind: ``mean`` or ``off``.
        answer: with the gate switched.
        change: of the target's probability, -1 to 1; below 0 where the gate spoke for the target.
        correlation: Pearson's, of the map with the gate switched and the plain one; NaN if either shows nothing.
    """

    model: str
    place: str
    kind: SwitchKind
    answer: Answer
    change: float
    correlation: float


@dataclass(frozen=True)
class Effects:
    """What every gate does for one photo.

    Attributes:
        plain: the comparison with every gate left alone.
        stage: whose maps are correlated.
        answers: of each model with every gate left alone.
        effects: of every switch, by model, from broad to narrow places.
    """

    plain: Comparison
    stage: str
    answers: Mapping[str, Answer]
    effects: tuple[Effect, ...]

    def to_json(self) -> dict[str, Any]:
        """Returns plain JSON values; what is not finite is null."""
        return {
            "family": self.plain.family,
            "target": self.plain.target,
            "method": self.plain.method,
            "stage": self.stage,
            "models": {
                name: {
                    "plain": vars(answer),
                    "switched": [
                        {"place": each.place, "kind": each.kind, **vars(each.answer), "change": each.change,
                         "correlation": plain_number(each.correlation)}
                        for each in self.effects if each.model == name
                    ],
                }
                for name, answer in self.answers.items()
            },
        }  # fmt: skip


def switch_effects(
    family: Family,
    photo: Source | Image.Image | View,
    target: str | int | None = None,
    stage: str = "stage4",
    method: str = "gradcam",
    models: Sequence[str] | None = None,
    kinds: Sequence[SwitchKind] = SWITCHES,
    advance: Advance = lambda done, total: None,
) -> Effects:
    """Switches every gate, module, stage and all gates of each model, one after another, for one photo.

    Args:
        family: from :func:`attnviz.open_family`.
        photo: as for :func:`attnviz.compare`.
        target: likewise.
        stage: whose maps are correlated.
        method: of the maps, one that makes them at a stage.
        models: names of those to switch gates of; None for all that are here.
        kinds: what gates are switched to.
        advance: called with the forward passes that are done and those in all.

    Raises:
        OptionError: if no model has a gate, and for an unknown stage or method.
        AttnvizError: as :func:`attnviz.compare`; for ``mean``, if no gate means came with the family.
    """
    plain = compare(family, photo, target, (stage,), method, models)
    switches = [
        (name, place, kind) for name in plain for place in distinct_places(gate_sites(family[name])) for kind in kinds
    ]
    if not switches:
        raise OptionError("None of the models has a gate; choose one with attention.")
    means = {name: family.gate_means(name) for name in {name for name, _, kind in switches if kind == "mean"}}
    answers = {name: answer_of(plain, name, result.logits) for name, result in plain.items()}
    effects = []
    for done, (name, place, kind) in enumerate(switches):
        advance(done, len(switches))
        effects.append(_effect(family, plain, answers[name], (name, place, kind), stage, means.get(name)))
    advance(len(switches), len(switches))
    return Effects(plain, stage, answers, tuple(effects))


def answer_of(comparison: Comparison, model: str, logits: Tensor) -> Answer:
    """Returns what logits say of the class that a comparison explains.

    Args:
        comparison: whose target and temperature are taken.
        model: one of its models.
        logits: (K,), with or without switched gates.
    """
    result, names = comparison[model], comparison.classes.names
    probabilities = probabilities_of(logits, result.temperature)
    index, best = comparison.classes.find(result.target), int(probabilities.argmax())
    probability = float(probabilities[index])
    rank = 1 + int((probabilities > probabilities[index]).sum())
    return Answer(probability, rank, names[best], float(probabilities[best]))


def _effect(
    family: Family, plain: Comparison, before: Answer, switch: tuple[str, str, SwitchKind], stage: str,
    means: GateMeans | None,
) -> Effect:  # fmt: skip
    name, place, kind = switch
    index = plain.classes.find(plain[name].target)
    changed: Interventions = {place: kind}
    found = explain(
        family[name], plain.view.tensor(), index, (stage,), False, plain.method, interventions=changed, means=means
    )
    answer = answer_of(plain, name, found.logits[0])
    alike = float(pearson(found.maps[stage].cpu(), plain[name].maps[stage][None])[0])
    return Effect(name, place, kind, answer, answer.probability - before.probability, alike)
