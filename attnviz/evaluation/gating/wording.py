"""What gate statistics say, in sentences that the numbers make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from attnviz.evaluation.gating.channels import ChannelStatistics
from attnviz.evaluation.gating.places import Estimate
from attnviz.evaluation.gating.result import GatePlace, GateStatistics
from attnviz.evaluation.gating.tables import PlaceEstimates, told
from attnviz.reports.numbers import percent, signed, signed_between

Verdict = Literal["supported", "contradicted", "undecided"]

WHAT_GATES_ARE = (
    "A gate belongs to no class: it is what an attention module made of a photo, in (0,1). SE and CBAM multiply "
    "features by it, BAM by one more than it. A channel gate has a value a channel, a spatial gate one a place; BAM's "
    "gate has both, and counts once with its mean over places and once with that over channels."
)
WHAT_SPREADS_ARE = (
    "Spreads are standard deviations, pooled over channels, in units of the gate. The share of the class is that of "
    "the variance over photos which the photo's class explains, corrected so that it is 0 by chance. A gate that "
    "spreads little over photos and much over channels weighs channels alike for every photo."
)
WHAT_PLACES_ARE = (
    "Entropy is that of the gate's mass over the places, 1 where it is uniform. Mass in the box is the share of it "
    "that lies in the box of the object, less the box's share of the area, so that a uniform gate has 0. Beside it "
    "stands what the gate would have if it were the same for every photo, the mean gate: objects stand in the middle "
    "more often than not. A cell in the box has a larger gate than one outside with the probability that follows; a "
    "uniform gate has 0.5. Gates called stage2.bam.spatial are what BAM's spatial branch would be alone. Intervals are "
    "95 %, by drawing photos anew (2,000 draws, BCa); of fewer than ten photos there is none."
)
RULE = (
    "Denoise first is taken to mean that the first gate already weighs the object above what is around it; then focus, "
    "that from the first gate to the last the mass in the box rises and the entropy falls. Each must hold beyond its "
    "95 % interval, and by more than the mean gates have, which know no photo."
)
ONE_SEED = (
    "All of this is of these weights on these photos. Intervals tell what other photos of these classes would change, "
    "and nothing of what another seed would: one network a module cannot tell what a module does as such."
)


def counted(statistics: GateStatistics) -> str:
    """Returns how many photos of how many classes were seen, and how many were not."""
    photos, classes = len(statistics.photos), len(set(statistics.labels.tolist()))
    left = []
    if statistics.unreadable:
        left.append(f"{len(statistics.unreadable):,} that could not be read")
    if statistics.unknown:
        left.append(f"{sum(statistics.unknown.values()):,} of no class of the family")
    out = f" Left out: {', '.join(left)}." if left else ""
    return f"{photos:,} photos of {classes} classes, {statistics.boxes:,} of them with a box.{out}"


def channel_sentences(statistics: GateStatistics) -> Iterator[str]:
    """Yields for each model with channel gates what SE's section 7.2 asks: of depth, of saturation, of sameness."""
    for model, gates in statistics.models.items():
        channels = [(gate, gate.channels) for gate in gates.values() if gate.channels is not None]
        if channels:
            yield f"{model}: {_by_depth(channels)} {_saturated(channels)} {_same(channels)}"


def _by_depth(channels: list[tuple[GatePlace, ChannelStatistics]]) -> str:
    known = [(gate.name, one.class_share) for gate, one in channels if one.class_share == one.class_share]
    if not known:
        return "There are too few photos or classes to tell how class-specific the gates are."
    name, most = max(known, key=lambda each: each[1])
    return (
        f"The class explains {percent(known[0][1])} of the gate's variance over photos at {known[0][0]}, and "
        f"{percent(known[-1][1])} at {known[-1][0]}; the most is {percent(most)}, at {name}."
    )


def _saturated(channels: list[tuple[GatePlace, ChannelStatistics]]) -> str:
    gate, one = max(channels, key=lambda each: each[1].low + each[1].high)
    return (
        f"Most saturated is {gate.name}: {percent(one.low)} of its values are below 0.1, {percent(one.high)} above 0.9."
    )


def _same(channels: list[tuple[GatePlace, ChannelStatistics]]) -> str:
    fixed = [gate.name for gate, one in channels if one.over_photos < one.over_channels]
    if not fixed:
        return "Every gate spreads more over photos than over channels."
    some = f"{', '.join(fixed)} spread" + ("s" if len(fixed) == 1 else "")
    return f"{some} less over photos than over channels."


@dataclass(frozen=True)
class Depth:
    """What becomes of a model's spatial gate from its first place to its last, judged by :data:`RULE`.

    Attributes:
        denoise: whether the first gate weighs the object above what is around it.
        focus: whether the gate comes to.
        sentences: the numbers that decide.
    """

    denoise: Verdict
    focus: Verdict
    sentences: tuple[str, ...]


def depth(statistics: GateStatistics, model: str, found: PlaceEstimates) -> Depth | None:
    """Returns what is said of a model; nothing of one with fewer than two spatial gates, or without boxes."""
    if found.first is None or found.last is None or "excess" not in found.change:
        return None
    first, last = found.gates[found.first]["excess"], found.gates[found.last]["excess"]
    rise, fall = found.change["excess"], found.change["entropy"]
    if first.photos == 0:
        return None
    fixed, fixed_last = (statistics.models[model][name].fixed_excess for name in (found.first, found.last))
    focus = verdict(rise, fixed_last - fixed)
    if focus == "supported" and not fall.high < 0:
        focus = "undecided"
    said = [
        f"{model}: at {found.first} the share of the gate's mass in the box, less the box's share of the area, is "
        f"{told('excess', first)}; that of the mean gate is {signed(fixed)}.",
        f"{model}: from {found.first} to {found.last} the mass in the box changes by {told('excess', rise)}, to "
        f"{signed(last.mean)}, and that of the mean gates by {signed(fixed_last - fixed)}. The entropy changes by "
        f"{signed_between(fall.mean, fall.low, fall.high)}.",
    ]
    moved = [(name, numbers["moved"]) for name, numbers in found.gates.items() if "moved" in numbers]
    if moved:
        parts = ", ".join(f"{told('moved', one)} at {name}" for name, one in moved)
        said.append(f"{model}: of the features' mass, the module moves into the box {parts}.")
    return Depth(verdict(first, fixed), focus, tuple(said))


def verdict(found: Estimate, fixed: float) -> Verdict:
    """Returns ``supported`` above 0 and ``fixed``, ``contradicted`` below 0, interval and all, else ``undecided``."""
    if found.low > max(0, fixed):
        return "supported"
    return "contradicted" if found.high < 0 else "undecided"
