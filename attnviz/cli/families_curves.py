"""``attnviz families curves``: how a family was trained, for its card."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attnviz.cli.outputs import check_output
from attnviz.cli.show import console, errors_in_one_line, show, table


def curves(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name or folder of the family.")],
    runs: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Folder of the runs, each in a folder called by its attention."),
    ],
) -> None:
    """Store how a family was trained in its folder: training.csv, a row a model and epoch, and the figure curves.png.

    Example: `attnviz families curves tinyimagenet-resnet18 --runs runs`
    """
    with errors_in_one_line():
        from attnviz.families import open_family
        from attnviz.families.whole import write_whole
        from attnviz.reports.figures import png
        from attnviz.training.curves import CURVES, TABLE, curves_figure, read_logs

        family = open_family(name, "cpu")
        for file, suffix in ((TABLE, ".csv"), (CURVES, ".png")):
            check_output(family.folder / file, (suffix,))
        attention = {name: member.attention for name, member in family.members.items()}
        logs = read_logs(runs.expanduser(), attention)
        write_whole(family.folder / TABLE, logs.to_csv(index=False).encode())
        write_whole(family.folder / CURVES, png(curves_figure(logs, attention), dpi=110))
        last = logs.groupby("model", sort=False).last()
        minutes = logs.groupby("model", sort=False)["seconds"].sum() / 60
        columns = ("model", "epochs", "loss", "top-1", "top-5", "minutes")
        rows = [(str(model), f"{row.epoch:.0f}", f"{row.loss:.4f}", f"{row.top1:.2%}", f"{row.top5:.2%}",
                 f"{minutes[model]:.0f}") for model, row in last.iterrows()]  # fmt: skip
        show(table(f"{family.name}: its last epochs", columns, rows, right=columns[1:]))
        console.print(f"{TABLE} and {CURVES} written")
