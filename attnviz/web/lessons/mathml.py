"""MathML from Python calls. Every browser that Gradio supports draws it without a library.

Parts are MathML or plain names: ``row("F", "=", sub("M", "c"))``. A name becomes ``<mi>``, a number ``<mn>`` and
anything in ``OPERATORS`` ``<mo>``; what is MathML already stays.
"""

from __future__ import annotations

import re
from html import escape

OPERATORS = frozenset("=+−⊗()[];,·∑∂×⁡") | {"max", "mean"}


def row(*parts: str) -> str:
    """Returns the parts side by side."""
    return f"<mrow>{''.join(map(_part, parts))}</mrow>"


def sub(base: str, low: str) -> str:
    """Returns ``base`` with ``low`` as its index."""
    return f"<msub>{_part(base)}{_part(low)}</msub>"


def sup(base: str, high: str) -> str:
    """Returns ``base`` with ``high`` above right."""
    return f"<msup>{_part(base)}{_part(high)}</msup>"


def subsup(base: str, low: str, high: str) -> str:
    """Returns ``base`` with an index and something above it."""
    return f"<msubsup>{_part(base)}{_part(low)}{_part(high)}</msubsup>"


def bar(base: str) -> str:
    """Returns ``base`` with a bar over it, the sign of a mean."""
    return f'<mover accent="true">{_part(base)}<mo stretchy="true">¯</mo></mover>'


def frac(over: str, under: str) -> str:
    """Returns a fraction."""
    return f"<mfrac>{_part(over)}{_part(under)}</mfrac>"


def total(index: str) -> str:
    """Returns the sign of a sum over ``index``."""
    return f'<munder><mo movablelimits="false">∑</mo>{_part(index)}</munder>'


def biggest(index: str) -> str:
    """Returns ``max`` over ``index``."""
    return f'<munder><mo movablelimits="false">max</mo>{_part(index)}</munder>'


def of(function: str, *arguments: str) -> str:
    """Returns ``function(arguments)``."""
    return row(function, "⁡", "(", *arguments, ")")


def gap() -> str:
    """Returns the space between two equations on one line."""
    return '<mspace width="1.5em"/>'


def inline(*parts: str) -> str:
    """Returns a formula for the middle of a sentence."""
    return f"<math>{row(*parts)}</math>"


def display(*parts: str) -> str:
    """Returns a formula for a line of its own."""
    return f'<math display="block">{row(*parts)}</math>'


def _part(part: str) -> str:
    if part.startswith("<"):
        return part
    if part in OPERATORS:
        return f"<mo>{escape(part)}</mo>"
    if re.fullmatch(r"\d+(\.\d+)?", part):
        return f"<mn>{part}</mn>"
    return f"<mi>{escape(part)}</mi>"
