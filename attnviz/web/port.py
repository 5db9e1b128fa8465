"""Whether a port is free, before anything slow is begun."""

from __future__ import annotations

import socket

from attnviz.errors import OptionError


def check_port(host: str, port: int) -> None:
    """Raises OptionError if nothing can listen at ``host:port``, before anything slow is begun."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise OptionError(
            "Nothing can listen at {host}, port {port} ({reason}); choose another with --port or --host.",
            host=host,
            port=port,
            reason=error.strerror,
        ) from None
