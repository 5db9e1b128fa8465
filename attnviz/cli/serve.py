"""``python app.py`` and ``attnviz app``: serve the page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from attnviz.cli import options
from attnviz.cli.models import open_models
from attnviz.cli.show import errors_in_one_line
from attnviz.errors import OptionError

if TYPE_CHECKING:
    from attnviz.families import Family


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, envvar="GRADIO_SERVER_PORT", help="Port to listen at.")] = 7860,
    host: Annotated[str, typer.Option(envvar="GRADIO_SERVER_NAME", help="Address; 0.0.0.0 for all.")] = "127.0.0.1",
    family: options.Family = None,
    data: Annotated[Path | None, typer.Option(help="Folder to write to.", show_default="the user's own")] = None,
    device: options.Device = None,
    offline: Annotated[
        bool, typer.Option("--offline", envvar="ATTNVIZ_OFFLINE", help="Fetch no weights, even if a visitor asks.")
    ] = False,
    model: options.Files = None,
    classes: options.Classes = None,
) -> None:  # fmt: skip
    """Open the page that compares where matched networks look.

    Example: python app.py --port 7861
    """
    with errors_in_one_line():
        from attnviz.web import prepare

        folder = prepare(data)

        from attnviz.web.port import check_port

        check_port(host, port)
        first = _first(family, model, classes, device)

        from attnviz.web.server import serve as run

        run(host, port, first, device, folder, offline)


def _first(family: str | None, models: list[str] | None, classes: Path | None, device: str | None) -> Family | str:
    """Returns the family that the page shows first; without files it is not opened yet, which would cost time."""
    from attnviz.families import DEFAULT_FAMILY

    if not models and classes is None:
        return family or DEFAULT_FAMILY
    opened, chosen = open_models(family, models, classes, device)
    if chosen is not None:
        raise OptionError("The page shows all models of a family; give --model as NAME=FILE, or leave it out.")
    return opened
