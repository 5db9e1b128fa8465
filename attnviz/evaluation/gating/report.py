"""Gate statistics become a report: Markdown, HTML in one file, figures, and every number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from attnviz.errors import DataError
from attnviz.evaluation.gating import wording as say
from attnviz.evaluation.gating.figures import figures
from attnviz.evaluation.gating.result import GateStatistics
from attnviz.evaluation.gating.tables import (
    Grid,
    PlaceEstimates,
    channel_grid,
    chosen_classes,
    every_number,
    place_estimates,
    place_grid,
)
from attnviz.reports.blocks import Block, Heading, Mark, Note, Picture, Points, Table, markdown, page
from attnviz.reports.figures import svg

MARKDOWN, HTML, CSV, STATISTICS = "report.md", "report.html", "gates.csv", "statistics.npz"
NAMED = 10
TONES: Final[Mapping[say.Verdict, Literal["good", "bad", "open"]]] = {
    "supported": "good", "contradicted": "bad", "undecided": "open",
}  # fmt: skip


def write_gate_report(
    statistics: GateStatistics, folder: Path, classes: Sequence[int] | None = None
) -> tuple[Path, ...]:
    """Writes report.md with a figure-*.svg each, report.html with the same in one file, gates.csv and statistics.npz.

    The same statistics give the same bytes. Files of these names are replaced.

    Args:
        statistics: of :func:`attnviz.evaluation.gating.measure_gates`.
        folder: to write to; made if need be.
        classes: indices of those that are drawn beside the mean of all photos; None for four that are evenly spread.

    Returns:
        The files.

    Raises:
        DataError: if a class has no photo, or the files cannot be written.
    """
    chosen = chosen_classes(statistics) if classes is None else tuple(classes)
    check_classes(chosen, set(statistics.labels.tolist()), statistics.classes)
    found = {model: place_estimates(statistics, model) for model in statistics.models}
    pictures = {
        name: Picture(caption, name, svg(figure)) for name, caption, figure in figures(statistics, found, chosen)
    }
    blocks = list(_blocks(statistics, found, pictures))
    texts = {f"figure-{name}.svg": picture.svg for name, picture in pictures.items()}
    texts |= {
        MARKDOWN: markdown(blocks), HTML: page(_title(statistics), blocks),
        CSV: every_number(statistics, found, chosen).to_csv(index=False),
    }  # fmt: skip
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        statistics.save(folder / STATISTICS)
    except OSError as error:
        raise DataError('The report cannot be written to "{folder}": {reason}.', folder=folder.name,
                        reason=error.strerror or "unknown") from None  # fmt: skip
    return tuple(folder / name for name in (*texts, STATISTICS))


def check_classes(chosen: Iterable[int], there: Collection[int | None], names: Sequence[str]) -> None:
    """Checks that there are photos of all classes that are to be drawn.

    Args:
        chosen: indices of the classes.
        there: those that have photos.
        names: of all classes.

    Raises:
        DataError: if one has none.
    """
    for label in chosen:
        if label not in there:
            raise DataError('There is no photo of "{name}" in the set; choose another class.', name=names[label])


def _title(statistics: GateStatistics) -> str:
    return f"Gates of {statistics.family} over {statistics.data}"


def _blocks(
    statistics: GateStatistics, found: Mapping[str, PlaceEstimates], pictures: Mapping[str, Picture]
) -> Iterator[Block]:
    yield Heading(_title(statistics), 1)
    yield say.counted(statistics)
    yield say.WHAT_GATES_ARE
    claims = {model: said for model, one in found.items() if (said := say.depth(statistics, model, one)) is not None}
    if claims:
        yield Heading("Denoise first, then focus?")
        yield say.RULE
        rows = [(model, _mark(one.denoise), _mark(one.focus)) for model, one in claims.items()]
        yield Table(("model", "denoise first", "then focus"), rows)
        yield Points([sentence for one in claims.values() for sentence in one.sentences])
        yield Note(say.ONE_SEED)
        yield pictures["in-box"]
    spatial = place_grid(statistics, found)
    if spatial.rows:
        yield Heading("Spatial gates")
        yield say.WHAT_PLACES_ARE
        yield _table(spatial)
        yield pictures["entropy"]
    channels = channel_grid(statistics)
    if channels.rows:
        yield Heading("Channel gates")
        yield Points(list(say.channel_sentences(statistics)))
        yield say.WHAT_SPREADS_ARE
        yield _table(channels)
        yield from (picture for name, picture in pictures.items() if name.startswith(("channels-", "saturation")))
    yield from _left_out(statistics)
    yield Heading("What was measured")
    weights = [(f"weights of {model}", digest) for model, digest in statistics.weights.items()]
    yield Table(("what", "checksum"), [*weights, ("names and sizes of the photos", f"sha256:{statistics.digest}")])
    yield f"Every number is in {CSV}, and what they were made of in {STATISTICS}."


def _left_out(statistics: GateStatistics) -> Iterator[Block]:
    if statistics.unreadable:
        yield Heading("Photos that could not be read")
        yield Table(("photo", "why"), list(statistics.unreadable.items()))
    if statistics.unknown:
        names = [name or "(none)" for name in statistics.unknown]
        more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
        yield f"Folders of no class of the family: {', '.join(names[:NAMED])}{more}."


def _table(grid: Grid) -> Table:
    return Table(grid.names, grid.rows, numbers=True)


def _mark(verdict: say.Verdict) -> Mark:
    return Mark(verdict, TONES[verdict])
