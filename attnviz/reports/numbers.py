"""Numbers as reports say them; ``-`` for NaN everywhere."""

from __future__ import annotations

import math


def percent(share: float) -> str:
    """Returns 0.6543 as ``65.4 %``."""
    return "-" if math.isnan(share) else f"{100 * share:.1f} %"


def number(value: float, digits: int = 3) -> str:
    """Returns it with so many decimals."""
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def signed(value: float, digits: int = 3) -> str:
    """Returns it with a sign and so many decimals; what rounds to 0 has none."""
    if math.isnan(value):
        return "-"
    said = f"{value:+.{digits}f}"
    return said if float(said) else said[1:]


def exact(value: float) -> str:
    """Returns it with four digits that count."""
    return "-" if math.isnan(value) else f"{value:.4g}"


def p_value(value: float) -> str:
    """Returns ``0.012`` or ``< 0.001``, for the cell of a table."""
    return "-" if math.isnan(value) else "< 0.001" if value < 0.001 else f"{value:.3f}"


def p_in_words(value: float) -> str:
    """Returns ``p = 0.012`` or ``p < 0.001``."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def with_interval(share: float, low: float, high: float) -> str:
    """Returns ``65.4 % (60.0 % to 70.1 %)``; without an interval the share alone."""
    return percent(share) if math.isnan(low) else f"{percent(share)} ({percent(low)} to {percent(high)})"


def between(value: float, low: float, high: float, digits: int = 3) -> str:
    """Returns ``0.612 (0.590 to 0.633)``; without an interval the value alone."""
    ends = "" if math.isnan(low) else f" ({number(low, digits)} to {number(high, digits)})"
    return number(value, digits) + ends


def signed_between(value: float, low: float, high: float, digits: int = 3) -> str:
    """Returns ``+0.012 (-0.004 to +0.028)``; without an interval the value alone."""
    ends = "" if math.isnan(low) else f" ({signed(low, digits)} to {signed(high, digits)})"
    return signed(value, digits) + ends


def count(things: int, name: str) -> str:
    """Returns ``1 vote`` or ``12 votes``."""
    return f"{things} {name}" if things == 1 else f"{things} {name}s"
