"""``attnviz families gate-means``: what a family's gates are on average, to be put in their place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attnviz.cli import options
from attnviz.cli.outputs import check_output
from attnviz.cli.show import console, errors_in_one_line, progress, show, table


def gate_means(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name or folder of the family.")],
    data: Annotated[
        Path,
        typer.Option(metavar="DIR|ZIP", help="Photos, a subfolder a class, named by its name or its wnid; best those "
                     "that the family was trained on."),
    ],
    device: options.Device = None,
) -> None:  # fmt: skip
    """Average the gates of a family over photos, and store the means in its folder, for `--switch PLACE=mean`.

    The file, gate-means.safetensors, says of which photos the means are, how many, when they were made, and of which
    weights: with other weights it is refused. Photos that cannot be read are left out.

    Example: `attnviz families gate-means tinyimagenet-resnet18 --data training-zips`
    """
    with errors_in_one_line():
        from attnviz.evaluation.gating.averages import average_gates
        from attnviz.evaluation.photos import open_photo_set
        from attnviz.families import open_family
        from attnviz.families.means import FILE

        family = open_family(name, device)
        check_output(family.folder / FILE, (".safetensors",))
        photos = open_photo_set(data.expanduser(), family.classes)
        with progress("averaging gates") as advance:
            means = average_gates(family, photos, advance)
        means.save(family.folder / FILE)
        columns = ("model", "gates and branches", "values")
        rows = [(model, str(len(each)), f"{sum(mean.numel() for mean in each.values()):,}")
                for model, each in means.models.items()]  # fmt: skip
        show(
            table(
                f"{family.name}: means over {means.photos:,} photos of {means.data}", columns, rows, right=columns[1:]
            )
        )
        console.print(f"{FILE} written")
