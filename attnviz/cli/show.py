"""What every command shares: errors in one line, bars that advance with finished work, tables on stdout."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import typer
from rich import box
from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table

from attnviz.errors import AttnvizError

PIPE_WIDTH = 1000  # what is not a terminal has no width, and gets every line whole
USER_CAN_MEND = 2
SOME_UNREADABLE = 3
TOLD = 5
"""Photos that cannot be read, of which the first ones are told one by one."""
INTERRUPTED = 130

console = Console(stderr=True, highlight=False, markup=False, emoji=False)


def printable(text: object) -> str:
    """Returns a text as one line that a terminal can be given: line breaks, escapes and broken encodings become "?"."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(text))


def tell(text: object) -> None:
    """Says what went wrong, in one line on stderr."""
    print(f"attnviz: {printable(text)}", file=sys.stderr)


def end_if_unreadable(unreadable: Mapping[str, str]) -> None:
    """Says which photos of a set could not be read, and ends the command with an exit code of its own; else nothing.

    Args:
        unreadable: why, by the photo's name.
    """
    if not unreadable:
        return
    for name, why in list(unreadable.items())[:TOLD]:
        tell(f"{name}: {why}")
    tell(f"{len(unreadable)} photos could not be read and are in no number.")
    raise typer.Exit(SOME_UNREADABLE)


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Turns what a user can mend into one line on stderr and exit code 2; anything else keeps its traceback."""
    try:
        yield
    except AttnvizError as error:
        tell(error)
        raise typer.Exit(USER_CAN_MEND) from None
    except RuntimeError as error:
        if type(error).__name__ != "OutOfMemoryError":  # torch's, told by its name so that torch need not be imported
            raise
        tell("The GPU has too little memory for this; choose a smaller --batch, or --device cpu.")
        raise typer.Exit(USER_CAN_MEND) from None
    except KeyboardInterrupt:
        tell("interrupted.")
        raise typer.Exit(INTERRUPTED) from None


@contextmanager
def progress(text: str, in_bytes: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Shows a bar on stderr, where that is a terminal, and yields ``advance(done, total)``.

    Args:
        text: what is being done.
        in_bytes: whether bytes are counted, and not parts of a work; a total of 0 is one that nobody knows.
    """
    counts = (DownloadColumn(), TransferSpeedColumn()) if in_bytes else (MofNCompleteColumn(), TimeElapsedColumn())
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), *counts, TimeRemainingColumn())
    with Progress(*columns, console=console, redirect_stdout=False, disable=not console.is_terminal) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None if in_bytes else total)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], right: Collection[str] = ()) -> Table:
    """Makes a table.

    Args:
        title: what stands above it.
        columns: their headings.
        rows: a cell a column.
        right: headings of the columns that are aligned to the right.
    """
    made = Table(title=printable(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for column in columns:
        made.add_column(printable(column), justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*map(printable, row))
    return made


def show(*results: RenderableType) -> None:
    """Prints results on stdout."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    out = Console(width=width, highlight=False, markup=False, emoji=False)
    for result in results:
        out.print(result)
