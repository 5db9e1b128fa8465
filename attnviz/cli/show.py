"""What every command shares: errors in one line, and bars that advance with finished work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from attnviz.errors import AttnvizError

console = Console(stderr=True, highlight=False)


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Turns what a user can mend into one line on stderr and exit code 2; anything else keeps its traceback."""
    try:
        yield
    except AttnvizError as error:
        print(f"attnviz: {error}", file=sys.stderr)
        raise typer.Exit(2) from None


@contextmanager
def progress(text: str) -> Iterator[Callable[[int, int], None]]:
    """Shows a bar and yields ``advance(done, total)``."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn(), TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(text, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
