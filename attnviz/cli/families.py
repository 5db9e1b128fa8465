"""``attnviz families``: which families there are, and whether their cards tell the truth."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from attnviz.cli import options
from attnviz.cli.models import said
from attnviz.cli.outputs import check_output
from attnviz.cli.show import USER_CAN_MEND, errors_in_one_line, progress, show, table, tell
from attnviz.errors import FamilyError, OptionError, WeightsError

if TYPE_CHECKING:
    from attnviz.families.file import Member
    from attnviz.training.card import Line

DIFFERS = 1
HASH_SHOWN = 16

app = typer.Typer(rich_markup_mode="markdown")


@app.callback(invoke_without_command=True)
def families(context: typer.Context) -> None:
    """List the families that are here: their models, classes and input, and where they were found.

    A family that cannot be read is listed with the reason.

    Example: `attnviz families`
    """
    if context.invoked_subcommand is not None:
        return
    with errors_in_one_line():
        from attnviz.families import list_families

        found = list_families()
        if not found:
            show("There are no families; set ATTNVIZ_CHECKPOINTS to the folder that holds theirs.")
            return
        columns = ("name", "title", "models, top-1", "classes", "input", "matched", "where")
        show(table("families", columns, [_row(name, folder) for name, folder in found.items()], right=("classes",)))


@app.command()
def check(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name or folder of the family.")],
    data: Annotated[Path, typer.Option(help="Folder with val/, or val*.zip, a subfolder a class, named by its wnid.")],
    split: Annotated[str, typer.Option(help="Name of the folder or zips in --data.")] = "val",
    write: Annotated[
        bool, typer.Option("--write", help="Store the numbers in family.toml and README.md instead.")
    ] = False,
    device: options.Device = None,
) -> None:
    """Recompute every number of a family's card from the files that ship.

    That is of each model the SHA-256, parameters, multiply-accumulates, top-1, top-5 and expected calibration error.
    The photos' names tell two halves: of one the temperature T is fitted, if the calibration error is over 5 % there,
    and accuracies and errors are those of the other. They must be those in family.toml and in the table of README.md,
    to four decimals; if one differs, the exit code is 1. With --write they are stored in both; comments in family.toml
    are lost.

    Example: `attnviz families check tinyimagenet-resnet18 --data tiny-imagenet-200`
    """
    with errors_in_one_line():
        from attnviz.families import open_family
        from attnviz.families.card import CARD
        from attnviz.training import card, read_photos

        family = open_family(name, device)
        in_card = card.read_table(family)
        if write:
            check_output(family.folder / card.FAMILY, (".toml",))
            check_output(family.folder / CARD, (".md",))
        with progress(f"reading {split} photos") as advance:
            photos = read_photos(data, split, family.classes.wnids, family.preprocessing, advance)
        with progress("measuring models") as advance:
            numbers = card.recompute(family, photos, advance)
        lines = card.compared(family, numbers)
        columns = ("model", "number", card.FAMILY, CARD, "recomputed", "")
        fit, report = (len(half.labels) for half in photos.halves())
        title = f"{family.name}, {len(photos.labels):,} photos of {split}, {fit:,} for T and {report:,} for the rest"
        show(table(title, columns, map(_cells, lines)))
        if write:
            card.write(family, numbers)
            show(f"Stored in {card.FAMILY} and {CARD}.")
            return
        wrong = sum(not line.right for line in lines)
        if wrong:
            tell(f'{wrong} of {len(lines)} numbers of "{family.name}" differ from what its files give; see the table.')
        elif in_card != card.table(numbers):
            tell(f'The table in "{family.name}/{CARD}" is not, letter by letter, the one that --write puts there.')
        else:
            show("All numbers are what the files give.")
            return
        raise typer.Exit(DIFFERS)


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with weights files.")],
    title: Annotated[str | None, typer.Option(help="Of the family.", show_default="the folder's name")] = None,
    classes: options.Classes = None,
    input_size: Annotated[int, typer.Option(min=32, max=1024, help="Pixels a side that the networks take.")] = 224,
    resize: Annotated[int, typer.Option(min=32, max=2048, help="Pixels of the shorter side before the crop.")] = 256,
) -> None:
    """Make a family of the weights files in a folder: write its family.toml, and classes.csv where there is none.

    Each file's layout, depth, attention and options are told from its names and shapes; what they do not tell is
    assumed, and said. A file that is of no network is told and left out, and the exit code is 2. Look through
    family.toml afterwards: the input, and whether the models are matched, are yours to say.

    Example: `attnviz families new ~/checkpoints --title "My runs"`
    """
    with errors_in_one_line():
        if resize < input_size:
            raise OptionError("--resize must be at least --input-size.")

        from attnviz.families import made
        from attnviz.families.file import Input

        paths = made.weights_files(folder)
        found = []
        with progress("reading files") as advance:
            for done, path in enumerate(paths):
                advance(done, len(paths))
                try:
                    found.append(made.look(path))
                except WeightsError as error:
                    tell(error)
        if not found:
            raise typer.Exit(USER_CAN_MEND)
        named = made.named_after_attention(found)
        own = folder / "classes.csv"
        names = classes or (own if own.exists() else None)
        given = Input(input_size=input_size, resize=resize)
        description = made.describe(named, names, given, title or folder.resolve().name)
        made.write_family(folder, description)
        columns = ("model", "file", "layout", "depth", "assumed")
        rows = [(name, one.path.name, one.layout, str(one.architecture["depth"]), said(one.assumed) or "nothing")
                for name, one in named.items()]  # fmt: skip
        show(table(f"{folder.resolve().name}: family.toml", columns, rows))
        if len(found) < len(paths):
            raise typer.Exit(USER_CAN_MEND)


def _row(name: str, folder: Path) -> tuple[str, ...]:
    from attnviz.families import open_family

    try:
        family = open_family(folder)
    except FamilyError as error:
        return name, f"cannot be read: {error}", "", "", "", "", _where(folder)
    models = ", ".join(_model(model, member, model in family) for model, member in family.members.items())
    side = family.preprocessing.input_size
    matched = "yes" if family.matched else "no"
    return name, family.title, models, str(len(family.classes)), f"{side} x {side}", matched, _where(folder)


def _model(name: str, member: Member, is_here: bool) -> str:
    """Returns a model's name with what was measured of it; what only its publisher reports is not shown here."""
    measured = "" if member.top1 is None else f" {member.top1:.1%}"
    return f"{name}{measured}{'' if is_here else ' (not here)'}"


def _where(folder: Path) -> str:
    """Returns in which of the places that are searched a family is, without the path."""
    import platformdirs

    if str(folder.parent) in [str(Path(part)) for part in os.environ.get("ATTNVIZ_CHECKPOINTS", "").split(os.pathsep)]:
        return "ATTNVIZ_CHECKPOINTS"
    return "cache" if folder.is_relative_to(platformdirs.user_cache_dir("attnviz")) else "bundled"


def _cells(line: Line) -> tuple[str, ...]:
    cells = [cell[:HASH_SHOWN] for cell in (line.in_family, line.in_card, line.recomputed)]
    return line.model, line.number, *cells, "" if line.right else "differs"
