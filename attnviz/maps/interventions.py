"""Gates replaced in one forward pass: by their mean over a data set, by nothing, or by another photo's gate.

The causal counterpart of the pictures of gates: what a gate shows and what it does may differ. Nothing is changed in
the model; the pass takes a tap (:data:`attnviz.nets.gate.Tap`) that returns other gates. A gate that is replaced is a
constant: no gradient passes through what would have computed it, so that a map explains the network as it then is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from attnviz.errors import OptionError, did_you_mean
from attnviz.families.means import GateMeans
from attnviz.maps.reading import GateReading
from attnviz.nets.gate import Combine, Gate, Tap, combined
from attnviz.nets.sites import GateSite, gate_sites

SwitchKind = Literal["mean", "off"]
Intervention = SwitchKind | Tensor | GateReading
"""``mean``, ``off``, or the values of a gate: (C,), (H,W) or (C,H,W) for all images, or with N before them."""
Interventions = Mapping[str, Intervention]
"""By place: a gate or BAM's branch (``stage2.bam.channel``), a module, a block (``stage3.1``), a stage, or ``all``."""

ALL = "all"
SWITCHES: tuple[SwitchKind, ...] = get_args(SwitchKind)
_NEUTRAL: Mapping[Combine, float] = {"sum": 0.0, "product": 1.0, "max": float("-inf")}
"""The logit of a branch with which the other branch alone decides."""
_DIMENSIONS = {"channel": 1, "spatial": 2, "full": 3}


def intervening(network: nn.Module, interventions: Interventions, means: GateMeans | None = None) -> Tap:
    """Returns a tap that replaces gates; without interventions it returns every gate as it is.

    Where places overlap the narrower one holds: ``{"all": "off", "stage2": "mean"}`` switches stage 2 to its means.

    Args:
        network: whose gates they are.
        interventions: by place, see :data:`Interventions`. ``mean`` puts the gate's mean over a data set in its place.
            ``off`` makes the module the identity: M = 1 for SE and CBAM, whose features are multiplied by M, and M = 0
            for BAM's 1 + M. A BAM branch is off when the other alone decides: its logit is 0 in a sum, 1 in a product.
            With both branches off M is sigmoid(0) in a sum, which is not the module off.
        means: where ``mean`` comes from; see :meth:`attnviz.families.Family.gate_means`.

    Raises:
        OptionError: for an unknown place or kind, values that are not finite, one gate's values for many places, a
            module that is switched together with its own branch, and means that are not there. The tap raises it too,
            for a gate of another size.
    """
    sites = gate_sites(network)
    chosen: dict[str, tuple[str, Intervention]] = {}
    for key in sorted(interventions, key=_breadth):  # broad ones first, so that narrow ones take their places
        wanted = _checked(key, interventions[key])
        targets = _some(sites, key)
        if len(targets) > 1 and not isinstance(wanted, str):
            raise OptionError(
                '"{place}" is {count} gates; values can take the place of one, so name one.',
                place=key, count=len(targets),
            )  # fmt: skip
        chosen |= dict.fromkeys(targets, (key, wanted))
    _check_branches(sites, chosen)
    replacements = {target: _Replacement(target, wanted, means) for target, (_, wanted) in chosen.items()}
    return _Switches(sites, replacements)


def places_of(sites: Mapping[str, GateSite], key: str) -> list[str]:
    """Returns the gates, or the one branch, that a place names; nothing if there is none.

    Args:
        sites: of the network, from :func:`attnviz.nets.gate_sites`.
        key: see :data:`Interventions`.
    """
    if any(key == f"{site.name}.{branch}" for site in sites.values() for branch in site.branches):
        return [key]
    return [name for name in sites if key == ALL or name == key or name.startswith(f"{key}.")]


def known_places(sites: Mapping[str, GateSite]) -> list[str]:
    """Returns all that can be switched: ``all``, then of each stage itself, its modules, and their gates or branches.

    Nothing for a network without gates. A module that is one gate is named once.
    """
    if not sites:
        return []
    known = [ALL]
    for site in sites.values():
        known += [site.stage, site.module, site.name, *(f"{site.name}.{branch}" for branch in site.branches)]
    return list(dict.fromkeys(known))


@dataclass(frozen=True)
class _Replacement:
    """What takes the place of a gate or a branch."""

    target: str
    wanted: Intervention
    means: GateMeans | None

    def __post_init__(self) -> None:
        if self.wanted == "mean" and self.means is None:
            raise OptionError(
                'The mean of "{place}" is not known; give means=family.gate_means(...), or replace it by something '
                "else.",
                place=self.target,
            )  # fmt: skip

    def values(self, like: Tensor, kind: str, off: float, branch: str = "") -> Tensor:
        """Returns what stands in place of ``like``, in its shape, dtype and on its device.

        Args:
            like: the gate's values or the branch's logits, with N.
            kind: that its dimensions tell: ``channel``, ``spatial`` or ``full``.
            off: what it is when it is off.
            branch: name of the branch, if it is one.
        """
        if self.wanted == "off":
            return torch.full_like(like, off)
        if self.wanted == "mean":
            assert self.means is not None
            given = self.means.mean(self.target)
        elif isinstance(self.wanted, GateReading):
            given = _of_reading(self.target, self.wanted, branch)
        else:
            assert isinstance(self.wanted, Tensor)
            given = self.wanted
        one = given if given.ndim == _DIMENSIONS[kind] + 1 else given[None]
        if one.shape[1:] != like.shape[1:] or len(one) not in (1, len(like)):
            raise OptionError(
                'The gate "{place}" is of {size} here, and what is to take its place of {other}; take it from images '
                "of the same size.",
                place=self.target, size=_size(like[0]), other=_size(given),
            )  # fmt: skip
        return one.detach().to(like).expand_as(like)


@dataclass(frozen=True)
class _Switches:
    """The tap."""

    sites: Mapping[str, GateSite]
    replacements: Mapping[str, _Replacement]

    def __call__(self, name: str, gate: Gate) -> Gate:
        whole = self.replacements.get(name)
        if whole is not None:
            return replace(gate, values=whole.values(gate.values, gate.kind, 0.0 if gate.residual else 1.0))
        named = {branch: self.replacements.get(f"{name}.{branch}") for branch in self.sites[name].branches}
        if not any(named.values()):
            return gate
        off = _NEUTRAL[gate.combine]
        logits = {
            branch: gate.logits[branch] if one is None else one.values(gate.logits[branch], branch, off, branch)
            for branch, one in named.items()
        }
        values = combined(logits["channel"], logits["spatial"], gate.combine).sigmoid()
        return replace(gate, values=values, logits=logits)


def _some(sites: Mapping[str, GateSite], key: str) -> list[str]:
    found = places_of(sites, key)
    if not sites:
        raise OptionError('There is no gate "{place}": the network has no attention.', place=key)
    if not found:
        raise OptionError('There is no gate "{place}".{hint}', place=key, hint=did_you_mean(key, known_places(sites)))
    return found


def _breadth(key: str) -> int:
    return -1 if key == ALL else key.count(".")


def _checked(key: str, wanted: Intervention) -> Intervention:
    if isinstance(wanted, str):
        if wanted not in SWITCHES:
            raise OptionError(
                'A gate cannot be switched to "{kind}"; it can be mean or off.{hint}',
                kind=wanted, hint=did_you_mean(wanted, SWITCHES),
            )  # fmt: skip
        return wanted
    values = wanted.values if isinstance(wanted, GateReading) else wanted
    if not isinstance(values, Tensor):
        raise OptionError(
            'What takes the place of "{place}" must be mean, off, a tensor or a gate, and is {kind}.',
            place=key, kind=type(wanted).__name__,
        )  # fmt: skip
    if not values.isfinite().all():
        raise OptionError('What is to take the place of "{place}" holds values that are not numbers.', place=key)
    return wanted


def _check_branches(sites: Mapping[str, GateSite], chosen: Mapping[str, tuple[str, Intervention]]) -> None:
    for site in sites.values():
        branch = next((name for name in site.branches if f"{site.name}.{name}" in chosen), None)
        if branch is not None and site.name in chosen:
            raise OptionError(
                '"{place}" and its own branch "{branch}" are both switched; switch one of them.',
                place=chosen[site.name][0], branch=f"{site.name}.{branch}",
            )  # fmt: skip


def _of_reading(target: str, reading: GateReading, branch: str) -> Tensor:
    if not branch:
        return reading.values
    if branch not in reading.logits:
        raise OptionError('The gate that is to take the place of "{place}" has no such branch.', place=target)
    return reading.logits[branch]


def _size(values: Tensor) -> str:
    return " x ".join(str(side) for side in values.shape)
