"""``attnviz ...``: one module a command, no logic of its own. Importing it does not import torch."""

from __future__ import annotations

import typer

from attnviz.cli.train import train

app = typer.Typer(
    name="attnviz",
    help="See, measure and vote on where matched ResNets look: no attention, SE, BAM, CBAM.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(train)


@app.callback()
def _group() -> None:
    pass


def main() -> None:
    """Runs the command line."""
    app()
