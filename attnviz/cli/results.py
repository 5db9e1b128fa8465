"""Comparisons as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table

from attnviz.cli.show import table
from attnviz.comparison import Comparison, Result
from attnviz.figures import IN_WORDS

UNMATCHED = (
    "The models of this family are not known to be trained alike: "
    "a difference between them need not be their attention's."
)


def result_table(comparison: Comparison, photo: str) -> Table:
    """Returns a row a model: P(target), most probable classes, switched gates, and whether its maps show nothing."""
    probable = f"P({comparison.target})" if comparison.target else "P"
    columns = ("model", probable, "most probable", "note")
    rows = [
        (name, f"{result.probability:.5f}", ", ".join(f"{label} {p:.4f}" for label, p in result.top), _note(result))
        for name, result in comparison.items()
    ]
    title = f"{photo}: {comparison.method} in {comparison.family}"
    if comparison.is_unsure:
        title += (f"\nNo model gives any class {comparison.UNSURE:.0%} or more: "
                  f"these are guesses, and it may be none of its {len(comparison.classes)} classes")  # fmt: skip
    return table(title, columns, rows, right=(probable,))


def gate_table(comparison: Comparison) -> Table:
    """Returns a row a gate: its place and kind, what features are multiplied by, and the range of M."""
    numbers = ("min M", "mean M", "max M")
    return table("gates", ("model", "gate", "kind", "features times", *numbers), _gate_rows(comparison), right=numbers)


def _gate_rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for model, result in comparison.items():
        if not result.gates:
            yield model, "none", "", "", "", "", ""
        for place, gate in result.gates.items():
            times = "1 + M" if gate.residual else "M"
            yield model, place, gate.kind, times, f"{gate.min:.3f}", f"{gate.mean:.3f}", f"{gate.max:.3f}"


def _note(result: Result) -> str:
    switched = [f"{place} {kind}" for place, kind in result.switched.items()]
    return "; ".join(
        [*switched, *(f"{stage} shows nothing: {IN_WORDS[why]}" for stage, why in result.degenerate.items())]
    )
