"""The password of ``/results``, asked for by HTTP Basic: compared in constant time, and only so often."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import secrets
import threading
import time

VARIABLE = "ATTNVIZ_ADMIN_PASSWORD"
TRIES, SECONDS = 10, 60.0


class Password:
    """A password and the wrong tries of the last minute.

    Args:
        password: None for a random one.
    """

    def __init__(self, password: str | None = None) -> None:
        self.is_random = not password
        self.text = password or secrets.token_urlsafe(12)
        self._wrong: list[float] = []
        self._lock = threading.Lock()

    @classmethod
    def of_environment(cls) -> Password:
        """Returns that of ``ATTNVIZ_ADMIN_PASSWORD``, else a random one."""
        return cls(os.environ.get(VARIABLE))

    def check(self, authorization: str) -> int:
        """Returns the HTTP status for an Authorization header: 200, 401, or 429 after too many wrong tries.

        While there are too many, the right password is refused too, so that trying on tells nothing.
        """
        with self._lock:
            now = time.monotonic()
            self._wrong = [moment for moment in self._wrong if now - moment < SECONDS]
            if len(self._wrong) >= TRIES:
                return 429
            if hmac.compare_digest(_given(authorization).encode(), self.text.encode()):
                return 200
            if authorization:
                self._wrong.append(now)
            return 401


def _given(authorization: str) -> str:
    kind, _, code = authorization.partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(code, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
