"""MathML from Python calls. Every browser that Gradio supports draws it without a library.

Parts are MathML or plain names: ``row("F", "=", sub("M", "c"))``. A name becomes ``<mi>``, a number ``<mn>`` and
an operator or bracket ``<mo>``; what is MathML already stays.
"""

from __future__ import annotations

import re
from html import escape

BRACKETS = frozenset("()[]")
OPERATORS = frozenset("=+−⊗;,·∂×\N{FUNCTION APPLICATION}")


def row(*parts: str) -> str:
    """Returns the parts side by side."""
    return f"<mrow>{''.join(map(_part, parts))}</mrow>"


def sub(base: str, low: str) -> str:
    """Returns ``base`` with ``low`` as its index."""
    return f"<msub>{_part(base)}{_lowered(_part(low))}</msub>"


def prime(base: str, marks: str = "′") -> str:
    """Returns ``base`` with a prime, or two, which are raised by nature: as exponents they would fly away."""
    return f"<mrow>{_part(base)}<mtext>{marks}</mtext></mrow>"


def sup(base: str, high: str) -> str:
    """Returns ``base`` with ``high`` above right."""
    return f"<msup>{_part(base)}{_part(high)}</msup>"


def subsup(base: str, low: str, high: str) -> str:
    """Returns ``base`` with an index and something above it."""
    return f"<msubsup>{_part(base)}{_lowered(_part(low))}{_part(high)}</msubsup>"


def named(base: str, name: str) -> str:
    """Returns ``base`` with a name, not an index, below right: upright, as in M_c, the gate of the channels."""
    upright = f'<mi mathvariant="normal">{escape(name)}</mi>'
    return f"<msub>{_part(base)}{_lowered(upright)}</msub>"


def bar(base: str) -> str:
    """Returns ``base`` with a bar over it, the sign of a mean."""
    return f'<mover accent="true">{_part(base)}<mo stretchy="true">¯</mo></mover>'


def frac(numerator: str, denominator: str) -> str:
    """Returns a fraction."""
    return f"<mfrac>{_part(numerator)}{_part(denominator)}</mfrac>"


def total(index: str) -> str:
    """Returns the sign of a sum over ``index``."""
    return f'<munder><mo movablelimits="false">∑</mo>{_part(index)}</munder>'


def over(operator: str, index: str) -> str:
    """Returns an operator such as ``max`` with what it runs over under it."""
    return f'<munder><mo movablelimits="false" lspace="0">{escape(operator)}</mo>{_part(index)}</munder>'


def of(function: str, *arguments: str) -> str:
    """Returns ``function(arguments)``."""
    return row(function, "\N{FUNCTION APPLICATION}", "(", *arguments, ")")


def gap() -> str:
    """Returns the space between two equations on one line."""
    return '<mspace width="1.5em"/>'


def inline(*parts: str) -> str:
    """Returns a formula for the middle of a sentence."""
    return f"<math>{row(*parts)}</math>"


def display(*parts: str) -> str:
    """Returns a formula for a line of its own."""
    return f'<math display="block">{row(*parts)}</math>'


def _lowered(low: str) -> str:
    """Where there is no math font, as on most Linux machines, browsers hardly lower an index by themselves."""
    return f'<mpadded voffset="-0.15em">{low}</mpadded>'


def _part(part: str) -> str:
    if part.startswith("<"):
        return part
    if part in BRACKETS:  # that grow with what is in them would be taller than any formula here needs
        return f'<mo stretchy="false">{part}</mo>'
    if part in OPERATORS:
        return f"<mo>{escape(part)}</mo>"
    if re.fullmatch(r"\d+(\.\d+)?", part):
        return f"<mn>{part}</mn>"
    return f"<mi>{escape(part)}</mi>"
