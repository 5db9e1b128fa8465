"""``attnviz stages``: what the models of a family make of a photo, stage by stage and gate by gate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attnviz.cli import options
from attnviz.cli.models import open_models
from attnviz.cli.outputs import check_outputs, write_figure, write_json
from attnviz.cli.show import errors_in_one_line, progress, show


def stages(
    photo: Annotated[Path, typer.Argument(metavar="PHOTO", help="Photo to look at.")],
    output: options.Figure = None,
    family: options.Family = None,
    target: options.Target = None,
    method: options.Method = options.MethodName.gradcam,
    model: options.Model = None,
    classes: options.Classes = None,
    branches: Annotated[
        bool, typer.Option("--branches", help="Draw the channel and spatial branches of BAM too.")
    ] = False,
    colormap: options.Colormap = options.ColormapName.inferno,
    device: options.Device = None,
    json: options.Json = None,
) -> None:
    """Show what a photo becomes in every stage of the models, and what every attention module did to it.

    Prints a table of all gates M(F): where they are, their kind, and their least, mean and largest value. With -o it
    draws the features, the gates and the maps of every model, a column a stage.

    Example: `attnviz stages lion.jpg -o stages.png --model bam --model cbam`
    """
    with errors_in_one_line():
        check_outputs([photo], output, json)

        from attnviz.cli.results import UNMATCHED, gate_table, result_table
        from attnviz.compare import compare as run
        from attnviz.draw import Look

        opened, models = open_models(family, model, classes, device)
        with progress("comparing models") as advance:
            comparison = run(opened, photo, target, method=method.value, models=models, advance=advance)
        show(result_table(comparison, photo.name), gate_table(comparison))
        if not opened.matched:
            show(UNMATCHED)
        if json is not None:
            write_json(json, {"photos": [{"photo": photo.name, **comparison.to_json()}]})
        if output is not None:
            write_figure(output, comparison.stages_figure(Look(colormap=colormap.value), branches=branches))
