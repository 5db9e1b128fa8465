"""What only a participant knows.

All of it is derived from the secret in their cookie, and none of it is stored: the database has SHA-256 sums, so who
reads it can neither vote nor withdraw for anybody.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # neither 0 and O nor 1 and I
_GROUPS, _LETTERS = 3, 4
COOKIE = "attnviz-study"
"""Under which a browser keeps its participant's secret."""


def new_secret() -> str:
    """Returns 256 random bits for a cookie."""
    return secrets.token_urlsafe(32)


def new_id(letter: str) -> str:
    """Returns 128 random bits behind a letter, without which spreadsheets would read some of them as numbers."""
    return letter + secrets.token_hex(16)


def sha256(secret: str) -> str:
    """Returns what is stored of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def same(given: str, expected: str) -> bool:
    """Whether two strings are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))


def token(secret: str, vote_id: str) -> str:
    """Returns what the browser must hold to answer the trial of a vote."""
    return _derived(secret, f"token {vote_id}").hex()


def withdrawal_code(secret: str) -> str:
    """Returns the code by which a participant takes their votes back, such as ``K7QP-M2XA-9HTE``."""
    return _code(_derived(secret, "withdrawal"))


def completion_code(secret: str) -> str:
    """Returns the code that says that a participant has answered everything."""
    return _code(_derived(secret, "completion"))


def as_written(code: str) -> str:
    """Returns a code as it was given out, however it was typed: small letters, spaces and other dashes do not count."""
    plain = "".join(letter for letter in code.upper() if letter in ALPHABET)
    return "-".join(plain[start : start + _LETTERS] for start in range(0, len(plain), _LETTERS))


def _derived(secret: str, use: str) -> bytes:
    return hmac.digest(secret.encode(), f"attnviz {use}".encode(), "sha256")


def _code(data: bytes) -> str:
    return as_written("".join(ALPHABET[byte % len(ALPHABET)] for byte in data[: _GROUPS * _LETTERS]))
