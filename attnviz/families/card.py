"""A family's card, README.md: the place in it where a command stores a table."""

from __future__ import annotations

import re

from attnviz.errors import FamilyError

CARD = "README.md"
END = "<!-- end of numbers -->"


def place_in_card(text: str, family: str, start: str) -> re.Match[str]:
    """Returns what stands between the line ``start`` and the line :data:`END` that follows it.

    Args:
        text: of the card.
        family: its name, for the sentence.
        start: a line.

    Raises:
        FamilyError: if there is not exactly one such place.
    """
    between = rf"(?<=^{re.escape(start)}\n).*?(?=^{re.escape(END)}$)"
    found = re.search(between, text, re.MULTILINE | re.DOTALL)
    if found is None or text.splitlines().count(start) != 1:
        raise FamilyError(
            '"{family}/{card}" must hold the lines "{start}" and "{end}" once, for the table.',
            family=family,
            card=CARD,
            start=start,
            end=END,
        )
    return found
