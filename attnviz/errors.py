"""The errors that a user can mend. Each is one sentence that says what is wrong and what to do.

Everything that a person may be told is an :class:`AttnvizError`; whatever else is raised is a fault of
attnviz itself, is logged with its traceback, and is shown as "an internal error".
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AttnvizError(Exception):
    """Base of everything that attnviz tells a user in one sentence, without a path of the server."""


class OptionError(AttnvizError):
    """An option or argument has a value that it cannot have."""


class ImageError(AttnvizError):
    """A file cannot be read as a picture."""


class FamilyError(AttnvizError):
    """A family cannot be found, or its folder does not hold what it should."""


class WeightsError(AttnvizError):
    """A weights file is damaged, is not the file it should be, or does not fit its network."""


class TargetError(AttnvizError):
    """A class that the family does not know."""


class DataError(AttnvizError):
    """A training or validation set cannot be read."""


def did_you_mean(wrong: str, known: Iterable[str], limit: int = 3) -> str:
    """Returns ``' Did you mean "a" or "b"?'``, or an empty string where nothing is near.

    Args:
        wrong: what the user wrote.
        known: what would have been right.
        limit: the most suggestions to make.
    """
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(wrong.lower(), by_lower, n=limit, cutoff=0.6)
    if not near:
        near = [lower for lower in by_lower if wrong.lower() in lower][:limit] if len(wrong) >= 3 else []
    return f" Did you mean {' or '.join(chr(34) + by_lower[name] + chr(34) for name in near)}?" if near else ""
