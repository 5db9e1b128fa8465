"""``attnviz gates``: statistics of a family's gates over a set of photos."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attnviz.cli import options
from attnviz.cli.models import open_models
from attnviz.cli.outputs import check_output, make_folder
from attnviz.cli.show import console, end_if_unreadable, errors_in_one_line, printable, progress, show, table
from attnviz.errors import OptionError

if TYPE_CHECKING:
    from attnviz.evaluation.gating.tables import Grid


def gates(
    images: Annotated[
        Path, typer.Option(metavar="DIR|ZIP", help="Photos, a subfolder a class, named by its name or its wnid.")
    ],
    family: options.Family = None,
    model: options.Model = None,
    boxes: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="Boxes: image,left,top,right,bottom.", show_default="boxes*.csv in --images"),
    ] = None,
    classes: Annotated[
        str | None,
        typer.Option(help="Classes to draw beside the mean: names, with commas.", show_default="four, evenly spread"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Folder to write the report to.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Store what is usual in the family's folder, for the Stages tab.")
    ] = False,
    device: options.Device = None,
) -> None:  # fmt: skip
    """Measure what the gates of a family do over a set of photos: by class, by channel and by place.

    Of channel gates: how they differ between photos, classes and channels, and how saturated they are. Of spatial
    gates: how spread out they are, and how much of them lies in the box of the object. With -o a report is written,
    with figures and every number. A photo that cannot be read is left out and told, and the exit code is then 3.

    Example: `attnviz gates --images tiny-imagenet-200/val.zip --classes "goldfish,lion,school bus,pizza" -o gates`
    """
    with errors_in_one_line():
        from attnviz.evaluation.boxes import read_boxes
        from attnviz.evaluation.gating import measure_gates
        from attnviz.evaluation.gating.report import check_classes, write_gate_report
        from attnviz.evaluation.gating.tables import channel_grid, place_estimates, place_grid
        from attnviz.evaluation.gating.usual import usual_gates
        from attnviz.evaluation.gating.wording import counted
        from attnviz.evaluation.photos import open_photo_set
        from attnviz.families.usual import FILE

        opened, models = open_models(family, model, None, device)
        chosen = None if classes is None else [opened.classes.find(name) for name in _names(classes)]
        if output is not None:
            make_folder(output)
        if write:
            if model:
                raise OptionError("--write stores what is usual for all models of the family; leave --model out.")
            check_output(opened.folder / FILE, (".json",))
        photos = open_photo_set(images.expanduser(), opened.classes)
        check_classes(chosen or (), {photo.label for photo in photos.labelled}, opened.classes.names)
        with progress("reading boxes") as advance:
            found = read_boxes(boxes, photos.files, [photo.name for photo in photos.labelled], advance)
        with progress("reading gates") as advance:
            statistics = measure_gates(opened, photos, found, models, advance)
        title = f"{len(statistics.photos):,} photos of {statistics.data}, {statistics.boxes:,} with a box"
        places = place_grid(statistics, {name: place_estimates(statistics, name) for name in statistics.models})
        for grid, what in ((channel_grid(statistics), "channel gates"), (places, "spatial gates, mean (95 %)")):
            if grid.rows:
                show(_shown(f"{what}; {title}", grid))
        show(counted(statistics))
        if output is not None:
            for file in write_gate_report(statistics, output, chosen):
                console.print(f"{printable(file.name)} written")
        if write:
            usual_gates(statistics).save(opened.folder / FILE)
            console.print(f"{FILE} written")
        end_if_unreadable(statistics.unreadable)


def _names(classes: str) -> list[str]:
    names = [name.strip() for name in classes.split(",") if name.strip()]
    if not names:
        raise OptionError("--classes names no class; give their names, with commas between them.")
    return names


def _shown(title: str, grid: Grid) -> Any:
    return table(title, grid.names, grid.rows, right=grid.names[1:])
