"""``attnviz ...``: one module a command group, no logic of its own. Importing it does not import torch."""

from __future__ import annotations

from typing import Annotated

import typer

from attnviz.cli.accuracy import accuracy
from attnviz.cli.compare import compare
from attnviz.cli.cost import cost
from attnviz.cli.evaluate import evaluate
from attnviz.cli.families import app as families
from attnviz.cli.families_curves import curves
from attnviz.cli.families_means import gate_means
from attnviz.cli.gates import gates
from attnviz.cli.serve import serve
from attnviz.cli.stages import stages
from attnviz.cli.study import app as study_app
from attnviz.cli.study_run import export, report, simulate
from attnviz.cli.study_run import serve as serve_study
from attnviz.cli.switch import switch
from attnviz.cli.train import train
from attnviz.cli.weights import app as weights
from attnviz.cli.weights_fetch import get, list_weights

app = typer.Typer(name="attnviz", add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="markdown")
app.command("app")(serve)
app.command()(compare)
app.command()(stages)
app.command()(gates)
app.command()(switch)
app.command()(cost)
app.command()(evaluate)
app.command()(accuracy)
app.add_typer(families, name="families")
families.command()(curves)
families.command("gate-means")(gate_means)
app.add_typer(weights, name="weights")
app.command()(train)
app.add_typer(study_app, name="study")
for command, name in ((serve_study, "serve"), (simulate, "simulate"), (export, "export"), (report, "report")):
    study_app.command(name)(command)
weights.command("list")(list_weights)
weights.command()(get)


@app.callback(invoke_without_command=True)
def attnviz(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    """See and measure where matched ResNets look: without attention, and with SE, BAM and CBAM.

    Each command explains itself: `attnviz compare --help`

    Example: `attnviz compare lion.jpg -o lion.png`
    """
    if version:
        from attnviz import __version__

        print(f"attnviz {__version__}")
    elif context.invoked_subcommand is None:
        print(context.get_help())


def main() -> None:
    """Runs the command line."""
    app()
