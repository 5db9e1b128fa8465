"""``attnviz compare``: where the models of a family look in photos."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attnviz.cli import options
from attnviz.cli.models import open_models
from attnviz.cli.outputs import check_outputs, write_figure, write_json
from attnviz.cli.show import USER_CAN_MEND, errors_in_one_line, progress, show, tell
from attnviz.errors import ImageError, OptionError

if TYPE_CHECKING:
    from rich.table import Table

    from attnviz.comparison import Comparison
    from attnviz.maps import Interventions

MOST_ROWS = 100  # of a figure; a PNG ends at 65,536 pixels


def compare(
    photos: Annotated[list[Path], typer.Argument(metavar="PHOTO", help="Photos to compare the models on.")],
    family: options.Family = None,
    target: options.Target = None,
    own: options.Own = False,
    stage: Annotated[int, typer.Option(min=1, max=4, help="Stage of the network whose maps are made.")] = 4,
    method: options.Method = options.MethodName.gradcam,
    model: options.Model = None,
    classes: options.Classes = None,
    scale: Annotated[
        options.ScaleName, typer.Option(help="Each map by its own maximum, or one scale shared by the models.")
    ] = options.ScaleName.each,
    colormap: options.Colormap = options.ColormapName.inferno,
    switch: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GATE=mean|off",
            help="Gate, stage or all to be switched, in the models that have it; once for each.",
            show_default=False,
        ),
    ] = None,
    device: options.Device = None,
    output: options.Figure = None,
    json: options.Json = None,
) -> None:
    """Compare where the models of a family look in one or more photos.

    Prints, for each photo, how probable every model finds the target, what it finds most probable, and whether its map
    shows anything at all. With -o it draws the CBAM paper's figure, a row a photo and a column a model.

    A photo that cannot be read is told and left out; the others are done, and the exit code is 2.

    Example: `attnviz compare lion.jpg --target lion -o lion.pdf --json lion.json`

    With a gate switched to its mean: `attnviz compare lion.jpg --switch stage2.bam=mean`

    With files of your own: `attnviz compare lion.jpg --model baseline=resnet50.pth --model cbam=mine.pth.tar`
    """
    with errors_in_one_line():
        check_outputs(photos, output, json)
        if output is not None and len(photos) > MOST_ROWS:
            raise OptionError(
                "A figure holds at most {most} photos; give fewer, or leave out --output.", most=MOST_ROWS
            )

        from attnviz.cli.results import UNMATCHED
        from attnviz.compare import compare as run
        from attnviz.draw import Look
        from attnviz.figures import comparison_figure

        interventions = _interventions(switch or [])
        opened, models = open_models(family, model, classes, device)
        at = f"stage{stage}"
        tables, entries, rows = _each(
            photos,
            lambda photo: run(opened, photo, target, (at,), method.value, models, own=own, interventions=interventions),
        )
        show(*tables)
        if not opened.matched:
            show(UNMATCHED)
        if json is not None and entries:
            write_json(json, {"photos": entries})
        if output is not None and rows:
            write_figure(output, comparison_figure(rows, None, Look(colormap=colormap.value, scale=scale.value)))
        if len(entries) < len(photos):
            raise typer.Exit(USER_CAN_MEND)


def _interventions(switches: list[str]) -> Interventions:
    """Returns ``GATE=mean|off`` by gate; whether there is such a gate, and such a kind, is for the models to say."""
    found: dict[str, Any] = {}
    for switch in switches:
        place, equals, kind = switch.partition("=")
        if not (place and equals and kind):
            raise OptionError('"{switch}" is no switch; write it as stage2.bam=mean or all=off.', switch=switch)
        found[place] = kind
    return found


def _each(
    photos: list[Path], run: Callable[[Path], Comparison]
) -> tuple[list[Table], list[dict[str, Any]], list[Comparison]]:
    """Compares photo by photo; one that cannot be read is told, and loses none of the others."""
    from attnviz.cli.results import result_table
    from attnviz.figures import CROP_PIXELS

    tables, entries, rows = [], [], []
    with progress("comparing photos") as advance:
        for done, photo in enumerate(photos):
            advance(done, len(photos))
            try:
                comparison = run(photo)
            except ImageError as error:
                tell(error if photo.name in str(error) else f"{photo.name}: {error}")
                continue
            tables.append(result_table(comparison, photo.name))
            entries.append({"photo": photo.name, **comparison.to_json()})
            rows.append(comparison.without_surroundings(CROP_PIXELS))
        advance(len(photos), len(photos))
    return tables, entries, rows
