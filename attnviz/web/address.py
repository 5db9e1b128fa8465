"""The page's address: what it asks for, and the one that reopens a view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from attnviz.web.choice import METHOD_NAMES, OWN, STAGE_NAMES, Choice
from attnviz.web.examples import EXAMPLES, key_of

if TYPE_CHECKING:
    from attnviz.families import Family


def link(choice: Choice) -> str:
    """Returns the query that reopens a view of an example, or nothing for a photo that only its owner has."""
    example = next((example.key for example in EXAMPLES if key_of(example) == choice.photo), "")
    if not example:
        return ""
    stage = choice.stage if choice.stage in STAGE_NAMES else ""
    wanted = {"family": choice.family, "example": example, "target": choice.target, "stage": stage,
              "method": choice.method}  # fmt: skip
    return "?" + urlencode({key: value for key, value in wanted.items() if value})


def asked_for(query: Mapping[str, str], first: Choice, families: Mapping[str, Family]) -> Choice:
    """Returns what a query asks for; what cannot be is left as it is at first sight.

    Args:
        query: the parameters of the page's address.
        first: what a visitor sees who asks for nothing.
        families: that the page offers.
    """
    wanted = first
    if query.get("family") in families:
        wanted = replace(wanted, family=query["family"])
    if query.get("example") in {example.key for example in EXAMPLES}:
        wanted = replace(wanted, photo=next(key_of(e) for e in EXAMPLES if e.key == query["example"]))
    if query.get("target") in (OWN, *families[wanted.family].classes.names):
        wanted = replace(wanted, target=query["target"])
    if query.get("stage") in STAGE_NAMES:
        wanted = replace(wanted, stage=query["stage"])
    if query.get("method") in METHOD_NAMES:
        wanted = replace(wanted, method=query["method"])
    return wanted
