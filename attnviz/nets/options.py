"""Checks of the options that the modules and networks take."""

from __future__ import annotations

from typing import Any, TypeVar, get_args

from attnviz.errors import OptionError

T = TypeVar("T")


def one_of(option: str, value: T, allowed: Any) -> T:
    """Returns ``value`` if it is among those of the Literal type ``allowed``.

    Raises:
        OptionError: if it is not, naming the option and what it may be.
    """
    values = get_args(allowed)
    if value not in values:
        raise OptionError(
            "{option} is {value}; it can be {values}.",
            option=option,
            value=repr(value),
            values=", ".join(map(str, values)),
        )
    return value


def hidden_width(channels: int, reduction: int, divisor: int = 1) -> int:
    """Returns the width of a gate's hidden layer: ``channels // reduction``, rounded to a multiple of ``divisor``.

    It is never less than ``divisor``. That rounding is timm's; the papers have none.

    Raises:
        OptionError: if ``channels // reduction`` is less than one unit.
    """
    if reduction < 1 or channels // reduction < 1:
        raise OptionError(
            "reduction is {reduction}; with {channels} channels it can be 1 to {channels}.",
            reduction=reduction,
            channels=channels,
        )
    return max(divisor, (channels // reduction + divisor // 2) // divisor * divisor)
