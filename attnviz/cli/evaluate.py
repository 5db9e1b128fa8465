"""``attnviz evaluate``: a family over a set of photos, every image, model and map a row of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from attnviz.cli import options
from attnviz.cli.models import open_models
from attnviz.cli.show import INTERRUPTED, errors_in_one_line, printable, progress, show, table, tell
from attnviz.errors import OptionError

if TYPE_CHECKING:
    from attnviz.evaluation.photos import PhotoSet
    from attnviz.evaluation.run import Summary

SOME_SKIPPED = 3
NAMED = 5
"""Folders of other classes that are named one by one."""
TABLE = "results.csv.gz"


def evaluate(
    images: Annotated[
        Path | None,
        typer.Option(
            help="Folder with a subfolder a class, a zip of one, or a folder of such zips.", show_default=False
        ),
    ] = None,
    family: options.Family = None,
    model: options.Model = None,
    classes: options.Classes = None,
    boxes: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV", help="Boxes of the objects; see docs/evaluate.md.", show_default="boxes*.csv in --images"
        ),
    ] = None,
    scores: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,...",
            help="Scores, or groups of them: localisation, faithfulness, form, sanity.",
            show_default="localisation with boxes, else form",
        ),
    ] = None,
    methods: Annotated[str, typer.Option(metavar="NAME,...", help="How the maps are made.")] = "gradcam",
    stages: Annotated[str, typer.Option(metavar="NAME,...", help="stage1 to stage4.")] = "stage4",
    target: Annotated[str, typer.Option(help="Class that maps explain: label, or each model's own top1.")] = "label",
    references: Annotated[
        bool, typer.Option("--references/--no-references", help="Score maps that know no network beside.")
    ] = True,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Evaluate that many photos, drawn from all.", show_default="all")
    ] = None,
    batch: Annotated[
        int | None, typer.Option(min=1, help="Photos at once.", show_default="64, or 16 for slow scores")
    ] = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="Merge BatchNorm into convolutions: maps off by 1e-4 of their range.")
    ] = False,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads.", show_default="torch's choice")] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Results folder; a run that was stopped goes on from it.")
    ] = Path("evaluation"),
    report: Annotated[bool, typer.Option("--report/--no-report", help="Write the report too.")] = True,
    report_only: Annotated[
        bool, typer.Option("--report-only", help="Write the report of a finished results folder, and nothing else.")
    ] = False,
    device: options.Device = None,
) -> None:  # fmt: skip
    """Evaluate a family over a set of photos: where each model's maps lie, and what its maps are worth.

    Writes results.csv.gz (a row an image, model and map), skipped.csv, levels.json, settings.json, and a report.
    Stopped or killed, the same command goes on. Half of the photos choose the levels of MaxBoxAcc; means and report are
    of the others.
    Exit code 3: done, but photos were skipped because they cannot be read.

    Example: `attnviz evaluate --images val.zip -o results`
    """
    with errors_in_one_line():
        if report_only:
            _report(output.expanduser())
            return
        if images is None:
            raise OptionError("--images names the photos to evaluate; --report-only needs none.")
        import torch

        from attnviz.evaluation.boxes import boxes_in, read_boxes
        from attnviz.evaluation.photos import open_photo_set
        from attnviz.evaluation.question import WITH_BOXES, WITHOUT_BOXES, ask, photos_of
        from attnviz.evaluation.run import evaluate as run

        if threads is not None:
            torch.set_num_threads(threads)
        opened, names = open_models(family, model, classes, device)
        opened = opened.merged() if fast else opened
        photos = open_photo_set(images.expanduser(), opened.classes)
        default = WITH_BOXES if boxes is not None or boxes_in(photos.files) else WITHOUT_BOXES
        question = ask(
            names or list(opened), _names(methods), _names(stages), default if scores is None else _names(scores),
            target, references, limit, batch,
        )  # fmt: skip
        chosen = photos_of(question, photos)
        _tell_unknown(photos, target)
        with progress("checking boxes") as advance:
            known = read_boxes(boxes, photos.files, [photo.name for photo in chosen], advance)
        try:
            with progress("evaluating") as advance:
                summary = run(opened, photos, known, question, output.expanduser(), advance)
        except KeyboardInterrupt:
            tell("interrupted. What is finished is kept: the same command goes on from there.")
            raise typer.Exit(INTERRUPTED) from None
        reported = _show(output.expanduser(), opened.name, question.scores, summary)
        if report and reported:
            _report(output.expanduser())
        elif report:
            tell("there is no report, since no photo of the report half was evaluated; evaluate more photos.")
    if summary.skipped:
        tell(f"photos skipped, since they cannot be read: {summary.skipped}; skipped.csv says which and why.")
        raise typer.Exit(SOME_SKIPPED)


def _report(folder: Path) -> None:
    from attnviz.evaluation.statistics.report import write_report

    with progress("writing the report") as advance:
        written = write_report(folder, advance=advance)
    show(f"written: {', '.join(path.name for path in written)}")


def _names(given: str) -> list[str]:
    return [name.strip() for name in given.split(",") if name.strip()]


def _tell_unknown(photos: PhotoSet, target: str) -> None:
    """Says which photos are of classes that the family has not."""
    if not photos.unknown:
        return
    count, folders = sum(photos.unknown.values()), list(photos.unknown)
    named = ", ".join(folder or "no folder" for folder in folders[:NAMED])
    more = f" and {len(folders) - NAMED} more" if len(folders) > NAMED else ""
    what = "left out" if target == "label" else "evaluated without a label"
    tell(f"{what}, since their folders are none of the family's classes: {count} of {len(photos.photos)} photos "
         f"({named}{more}).")  # fmt: skip


def _show(folder: Path, family: str, scores: Sequence[str], summary: Summary) -> int:
    """Prints the means over the report half, and returns how many photos that has."""
    from attnviz.evaluation.means import means
    from attnviz.scores import SCORES

    found = means(folder)
    columns = ("model", "method", "stage", "accuracy", *(SCORES[score].title for score in scores), "degenerate")
    rows = [
        (one.model, one.method, one.stage, _share(one.accuracy), *(_mean(one.scores[score]) for score in scores),
         str(one.degenerate))
        for one in found
    ]  # fmt: skip
    reported = max((one.photos for one in found), default=0)
    title = f"{family}: means over the report half, {reported:,} photos (fit half: {summary.photos - reported:,})"
    show(table(title, columns, rows, right=columns[3:]), f"{summary.rows:,} rows in {printable(folder.name)}/{TABLE}")
    return reported


def _mean(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.4f}"


def _share(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.1%}"
