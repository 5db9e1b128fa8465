"""``python app.py`` and ``attnviz app``: serve the page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attnviz.cli import options
from attnviz.cli.show import errors_in_one_line


def serve(
    port: Annotated[int, typer.Option(min=1, max=65535, envvar="GRADIO_SERVER_PORT", help="Port to listen at.")] = 7860,
    host: Annotated[str, typer.Option(envvar="GRADIO_SERVER_NAME", help="Address; 0.0.0.0 for all.")] = "127.0.0.1",
    family: options.Family = None,
    data: Annotated[Path | None, typer.Option(help="Folder to write to.", show_default="the user's own")] = None,
    device: options.Device = None,
) -> None:  # fmt: skip
    """Open the page that compares where matched networks look.

    Example: python app.py --port 7861
    """
    with errors_in_one_line():
        from attnviz.web import prepare

        folder = prepare(data)

        from attnviz.families import DEFAULT_FAMILY
        from attnviz.web.port import check_port
        from attnviz.web.server import serve as run

        check_port(host, port)
        run(host, port, family or DEFAULT_FAMILY, device, folder)
