"""``attnviz study``: from photos to a frozen study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from attnviz.cli import options
from attnviz.cli.show import errors_in_one_line, progress, show

if TYPE_CHECKING:
    from attnviz.study.plan import Plan

HASH_SHOWN = 16

app = typer.Typer(rich_markup_mode="markdown", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the study.")]


@app.callback()
def study() -> None:
    """Run a blind user study: which of two models' highlighted regions is more specific to the class.

    Example: `attnviz study new mine --preset cbam-2018`
    """


@app.command()
def new(
    folder: Folder,
    preset: Annotated[
        str | None, typer.Option(help="A published study to begin with: cbam-2018.", show_default=False)
    ] = None,
) -> None:
    """Write a commented study.toml, to be changed and then frozen with `attnviz study build`.

    Example: `attnviz study new mine --preset cbam-2018`
    """
    with errors_in_one_line():
        from attnviz.study.template import new_study

        show(f"{new_study(folder, preset).name} written; change what you need, then: attnviz study build")


@app.command()
def build(folder: Folder, device: options.Device = None) -> None:
    """Freeze a study: explain every photo, choose among them by the rule and the seed, and render what is shown.

    Writes plan.json, stimuli, preregistration.md and power.csv. A frozen study is never changed.

    Example: `attnviz study build mine`
    """
    with errors_in_one_line():
        from attnviz.study.build import build as run

        with progress("building the study") as advance:
            plan = run(folder, advance, device)
        _summary(plan)
        show("Frozen. Next: attnviz study check, and attnviz study serve.")


@app.command()
def check(folder: Folder) -> None:
    """Verify a frozen study: that plan, pictures, photos and weights are as they were, and its rules can be kept.

    Example: `attnviz study check mine`
    """
    with errors_in_one_line():
        from attnviz.study.build import check as run

        _summary(run(folder))
        show("All is as it was frozen.")


def _summary(plan: Plan) -> None:
    main = plan.main_images
    trials = len(main) * plan.pairs_per_image + plan.repeats + plan.catches
    pairs = ", ".join(f"{first} and {second}" for first, second in plan.pairs)
    show(
        f"{plan.study}: {pairs}; {len(main)} images of {len({image.label for image in main})} classes, "
        f"{len(plan.left_out)} not taken; {trials} trials for each of {plan.participants} participants",
        f"plan {plan.sha256[:HASH_SHOWN]}",
    )
