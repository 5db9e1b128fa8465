"""What of gate statistics ships with a family, so that one photo's gates can be shown beside what is usual."""

from __future__ import annotations

from math import isnan

from attnviz.evaluation.gating.places import Estimate
from attnviz.evaluation.gating.result import GatePlace, GateStatistics
from attnviz.evaluation.gating.tables import is_branch, place_estimates
from attnviz.families.usual import UsualGate, UsualGates


def usual_gates(statistics: GateStatistics) -> UsualGates:
    """Returns the few numbers of each gate that the page shows; of branches, which are no gates, none."""
    gates = {}
    for model, places in statistics.models.items():
        found = place_estimates(statistics, model).gates
        gates[model] = {
            name: _usual(gate, found.get(name, {}).get("excess"))
            for name, gate in places.items()
            if not is_branch(name)
        }
    return UsualGates(
        statistics.data, statistics.digest, len(statistics.photos), statistics.boxes, dict(statistics.weights), gates
    )


def _usual(gate: GatePlace, excess: Estimate | None) -> UsualGate:
    told = None if excess is None or isnan(excess.low) else (excess.mean, excess.low, excess.high)
    mean, sd = float(gate.numbers["mean"].mean()), float(gate.numbers["mean"].std())
    if gate.channels is None:
        return UsualGate(mean, sd, told)
    return UsualGate(mean, sd, told, gate.channels.mean, gate.channels.class_means)
