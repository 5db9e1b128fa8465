"""``attnviz accuracy``: how often the models are right over a set of photos."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attnviz.cli import options
from attnviz.cli.models import open_models
from attnviz.cli.outputs import JSON, check_output, write_json
from attnviz.cli.show import end_if_unreadable, errors_in_one_line, progress, show, table, tell

if TYPE_CHECKING:
    from attnviz.evaluation.accuracy import Accuracies, Share


def accuracy(
    images: Annotated[
        Path,
        typer.Option(metavar="DIR|ZIP", help="Photos, a subfolder a class, or called by their classes."),
    ],
    family: options.Family = None,
    model: options.Model = None,
    classes: options.Classes = None,
    device: options.Device = None,
    json: options.Json = None,
) -> None:
    """Measure how often models are right over a set of photos, and how sure they are.

    Prints top-1 and top-5 with Wilson's 95 % intervals, the mean probability of the photo's own class, and the expected
    calibration error; with --json every photo's answers too. Photos of other classes are left out. A photo that cannot
    be read is left out and told, and the exit code is then 3.

    Example: `attnviz accuracy --images photos`

    A checkpoint of your own: `attnviz accuracy --images val.zip --model mine=run7.pth.tar`
    """
    with errors_in_one_line():
        if json is not None:
            check_output(json, JSON)
        opened, models = open_models(family, model, classes, device)

        from attnviz.evaluation.accuracy import measure_accuracy
        from attnviz.evaluation.photos import open_photo_set

        photos = open_photo_set(images.expanduser(), opened.classes)
        with progress("measuring") as advance:
            measured = measure_accuracy(opened, photos, models, advance)
        show(_table(measured), _unsure(measured))
        if json is not None:
            write_json(json, measured.to_json())
        others = len(photos.photos) - len(photos.labelled)
        if others:
            tell(f"Left out: {others} of {len(photos.photos)} photos, of none of the family's classes.")
        end_if_unreadable(measured.unreadable)


def _table(measured: Accuracies) -> Any:
    columns = ("model", "top-1 (95 %)", "top-5 (95 %)", "P(own class)", "P(most probable)", "calibration error")
    rows = [
        (name, _share(each.top1), _share(each.top5), f"{each.probability:.4f}", f"{each.confidence:.4f}",
         f"{each.calibration_error:.4f}")
        for name, each in measured.models.items()
    ]  # fmt: skip
    return table(f"{len(measured.photos):,} photos of {measured.data}", columns, rows, right=columns[1:])


def _unsure(measured: Accuracies) -> str:
    from attnviz.comparison import Comparison

    return f"In {_share(measured.unsure)} of them no model gives any class {Comparison.UNSURE:.0%} or more."


def _share(share: Share) -> str:
    return f"{100 * share.share:.1f} % ({100 * share.low:.1f} to {100 * share.high:.1f})"
