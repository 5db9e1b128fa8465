"""A results folder becomes a report: Markdown, HTML in one file, figures, and a CSV of every number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from attnviz.errors import DataError
from attnviz.evaluation.settings import Settings, read_settings
from attnviz.evaluation.statistics import wording as say
from attnviz.evaluation.statistics.analysis import Analysis, analyse
from attnviz.evaluation.statistics.bootstrap import FEWEST, RESAMPLES
from attnviz.evaluation.statistics.figures import figures
from attnviz.evaluation.statistics.measured import Measured, read_measured
from attnviz.evaluation.statistics.paired import FLIPS
from attnviz.evaluation.statistics.strata import ALL
from attnviz.evaluation.statistics.tables import (
    accuracy_table,
    claims_table,
    degenerate_table,
    means_table,
    parts_table,
    ranks_table,
    tests_table,
)
from attnviz.reports.blocks import Block, Heading, Lead, Note, Picture, Points, Table, markdown, page
from attnviz.reports.figures import png, svg
from attnviz.reports.numbers import percent
from attnviz.reports.tidy import tidy
from attnviz.scores import SCORES

RESULTS, MARKDOWN, HTML, CSV = "results.csv.gz", "report.md", "report.html", "statistics.csv"


def write_report(
    folder: Path, resamples: int = RESAMPLES, advance: Callable[[int, int], None] = lambda done, total: None
) -> tuple[Path, ...]:
    """Writes the report of a results folder into it.

    report.md with a figure-*.svg each, the same figures as PNG, report.html with all in one file, and statistics.csv
    with every number. The same results give the same bytes. Files of these names are replaced.

    Args:
        folder: of ``attnviz evaluate``: results.csv.gz, and settings.json, which tells what it is of.
        resamples: draws of photos for intervals.
        advance: called with steps done and in all; what it raises stops it before anything is written.

    Returns:
        The files.

    Raises:
        DataError: if there are no results, they cannot be read, or the report cannot be written.
    """
    places = read_measured(folder / RESULTS)
    settings = read_settings(folder)
    main = headline_place(places)
    ordered = [main, *(place for place in places if place is not main)]
    analyses = []
    for number, place in enumerate(ordered):
        analyses.append(analyse(place, resamples, advance=lambda done, total, number=number: advance(  # type: ignore[misc]
            number * total + done, len(ordered) * total)))  # fmt: skip
    drawn = [(name, caption, figure) for name, caption, figure in figures(analyses[0])]
    pictures = {name: Picture(caption, name, svg(figure)) for name, caption, figure in drawn}
    blocks = list(_blocks(analyses, settings, folder.resolve().name, pictures))
    title = _title(settings, folder.resolve().name)
    texts = {f"figure-{name}.svg": picture.svg for name, picture in pictures.items()}
    texts |= {MARKDOWN: markdown(blocks), HTML: page(title, blocks), CSV: every_number(analyses).to_csv(index=False)}
    files = {name: text.encode() for name, text in texts.items()}
    files |= {f"figure-{name}.png": png(figure) for name, _, figure in drawn}
    try:
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise DataError('The report cannot be written to "{folder}": {reason}.', folder=folder.resolve().name,
                        reason=error.strerror or "unknown") from None  # fmt: skip
    return tuple(folder / name for name in files)


def headline_place(places: Sequence[Measured]) -> Measured:
    """Returns the place that the report is about: the first method's last stage. A rule, so that no result chooses."""
    return max((place for place in places if place.method == places[0].method), key=lambda place: place.stage)


def every_number(analyses: Sequence[Analysis]) -> pd.DataFrame:
    """Returns (N, 6): method, stage, part (of the analysis), of (what, with " | " between), quantity, value."""
    tables: list[pd.DataFrame] = []
    for analysis in analyses:
        rows = tidy("means", analysis.means, ["part", "score", "name"])
        rows += tidy("differences", analysis.differences, ["part", "score", "model"])
        rows += tidy("above references", analysis.above, ["score", "model", "reference"])
        rows += tidy("accuracy", analysis.accuracy, ["model"])
        rows += tidy("degenerate", analysis.degenerate, ["name"])
        rows += tidy("ranks", analysis.ranks, ["one", "other"])
        for name, claims in (("claim", analysis.claims), ("claim, degenerate as worst", analysis.claims_worst)):
            for claim in claims:
                rows += [(name, claim.score, "verdict", claim.verdict), (name, claim.score, "reason", claim.reason)]
                for gain in claim.gains:
                    of = f"{claim.score} | {gain.better} over {gain.than}"
                    rows += [(name, of, one, getattr(gain, one)) for one in ("gain", "low", "high")]
        rows += [("left out", score, "photos", count) for score, count in analysis.left_out.items()]
        rows += [("parts", part, "photos", count) for part, count in analysis.parts.items()]
        table = pd.DataFrame(rows, columns=["part", "of", "quantity", "value"])
        table.insert(0, "stage", analysis.measured.stage)
        table.insert(0, "method", analysis.measured.method)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _title(settings: Settings | None, folder: str) -> str:
    return f"Where the networks look: {folder if settings is None else settings.family.title}"


def _blocks(
    analyses: Sequence[Analysis], settings: Settings | None, folder: str, pictures: dict[str, Picture]
) -> Iterator[Block]:
    main = analyses[0]
    measured = main.measured
    yield Heading(_title(settings, folder), 1)
    photos = "" if settings is None else f" of {settings.photos.name}"
    yield (
        f"{measured.method} at {measured.stage}, of {', '.join(measured.models)}, on the {len(measured.images):,} "
        f"photos{photos} that are in the report half."
    )
    yield Heading("The claim")
    yield say.THE_CLAIM
    yield Lead(say.headline(main.claims))
    if settings is not None and not settings.family.matched:
        yield Note(say.UNMATCHED)
    if main.claims:
        yield claims_table(main.claims)
        yield Points([say.claim_sentence(claim) for claim in main.claims])
        yield Note(say.reach(measured, settings))
        yield say.RULE
    yield Heading("Where they look")
    yield means_table(main)
    yield f"Means over photos that all models have the score for, with 95 % intervals. {say.REFERENCES}"
    sentences = list(say.beaten(main))
    if sentences:
        yield Points(sentences)
    yield from _mind(measured)
    if main.differences.empty:
        yield "There is one model, so that there is nothing to compare it with."
    else:
        yield from _differences(main, pictures)
    yield from _beside(main)
    yield from _others(analyses[1:])
    yield from _how(main, settings)


def _mind(measured: Measured) -> Iterator[Block]:
    if {"max_box_acc", "max_box_acc_v2"} & measured.scores.keys():
        yield say.LEVELS
    if any(SCORES[score].group == "faithfulness" for score in measured.scores):
        yield say.FAITHFULNESS


def _differences(analysis: Analysis, pictures: dict[str, Picture]) -> Iterator[Block]:
    yield Heading(f"Differences to {analysis.baseline}")
    if "differences" in pictures:
        yield pictures["differences"]
    yield tests_table(analysis)
    yield say.TESTS
    yield Heading("Parts of the photos")
    yield say.SELECTED
    if "sizes" in pictures:
        lower, upper = analysis.sizes
        yield f"Small: at most {percent(lower)} of the photo; large: more than {percent(upper)}."
        yield pictures["sizes"]
    yield parts_table(analysis)


def _beside(analysis: Analysis) -> Iterator[Block]:
    yield Heading("Accuracy and calibration")
    yield accuracy_table(analysis)
    yield say.CALIBRATION
    if not analysis.ranks.empty:
        yield Heading("Do the scores agree?")
        yield ranks_table(analysis)
        yield say.RANKS
    yield Heading("Degenerate maps")
    yield degenerate_table(analysis)
    yield Points(list(say.degenerate_sentences(analysis)))
    yield Heading("Means of the parts")
    for part, count in analysis.parts.items():
        if part != ALL and count:
            yield Heading(f"{part[0].upper()}{part[1:]}: {count:,} photos", 3)
            yield means_table(analysis, part)


def _others(analyses: Sequence[Analysis]) -> Iterator[Block]:
    """Yields the same of other methods and stages, in short."""
    if analyses:
        yield Heading("Other maps")
        yield "Each is a family of tests of its own; statistics.csv has all of them."
    for analysis in analyses:
        yield Heading(f"{analysis.measured.method} at {analysis.measured.stage}", 3)
        if analysis.claims:
            yield say.headline(analysis.claims)
            yield claims_table(analysis.claims)
        yield means_table(analysis)
        if not analysis.differences.empty:
            yield tests_table(analysis)
        yield Points(list(say.degenerate_sentences(analysis)))


def _how(analysis: Analysis, settings: Settings | None) -> Iterator[Block]:
    yield Heading("How it was done")
    yield (
        f"Intervals are BCa bootstrap intervals over photos: {analysis.resamples:,} draws, the same for all models, "
        f"scores and parts; none is told of fewer than {FEWEST} photos, or where no photo differs. Tests: {FLIPS:,} "
        "random flips, or exact. All are seeded. docs/report.md has every definition."
    )
    if settings is None:
        return
    of = [
        ["family", settings.family.name],
        *([f"weights of {name}", f"SHA-256 {model.sha256}"] for name, model in settings.family.models.items()),
        ["photos", f"{settings.photos.name}: {settings.photos.count:,}, digest {settings.photos.digest}"],
        ["boxes", "none" if settings.boxes is None else f"{settings.boxes.name}: digest {settings.boxes.digest}"],
        ["target", settings.target],
        ["halves", settings.split],
        ["limit", "none" if settings.limit is None else f"{settings.limit:,}"],
        ["device", settings.device],
        ["versions", ", ".join(f"{name} {version}" for name, version in settings.versions.items())],
    ]
    yield Table(("setting", "value"), of)
