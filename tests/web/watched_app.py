"""Runs app.py while writing down every host outside this machine that the process looks up or connects to.

Not a test: the fixture ``served`` starts it. The first argument is the file to write to, the rest are app.py's.
"""

import runpy
import socket
import sys
from pathlib import Path
from typing import Any

LOCAL = ("127.", "localhost", "::1", "0.0.0.0")
journal = Path(sys.argv[1])
journal.touch()
lookup, connect = socket.getaddrinfo, socket.socket.connect


def note(host: object) -> None:
    if isinstance(host, bytes):
        host = host.decode()
    if host is not None and not str(host).startswith(LOCAL):
        with journal.open("a") as file:
            file.write(f"{host}\n")


def watched_lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
    note(host)
    return lookup(host, *args, **kwargs)


def watched_connect(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6):
        note(address[0])
    connect(self, address)


socket.getaddrinfo = watched_lookup
socket.socket.connect = watched_connect  # type: ignore[method-assign]
sys.argv = ["app.py", *sys.argv[2:]]
runpy.run_path(str(Path(__file__).parents[2] / "app.py"), run_name="__main__")
