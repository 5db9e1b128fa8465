"""Numbers in words."""

import math

import pytest

from attnviz.reports import numbers as say

NAN = float("nan")


def test_one_is_not_many() -> None:
    assert (say.count(1, "vote"), say.count(2, "vote")) == ("1 vote", "2 votes")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (say.percent(0.6543), "65.4 %"),
        (say.number(0.61249), "0.612"),
        (say.signed(0.0124), "+0.012"),
        (say.signed(-0.0124), "-0.012"),
        (say.signed(-0.0001), "0.000"),
        (say.exact(0.000123456), "0.0001235"),
        (say.p_value(0.0004), "< 0.001"),
        (say.p_value(0.0456), "0.046"),
        (say.p_in_words(0.0004), "p < 0.001"),
        (say.p_in_words(0.0456), "p = 0.046"),
        (say.with_interval(0.5, 0.4, 0.6), "50.0 % (40.0 % to 60.0 %)"),
        (say.with_interval(0.5, NAN, NAN), "50.0 %"),
        (say.between(0.5, 0.4, 0.6), "0.500 (0.400 to 0.600)"),
        (say.between(0.5, NAN, NAN), "0.500"),
        (say.signed_between(0.01, -0.02, 0.04), "+0.010 (-0.020 to +0.040)"),
        (say.signed_between(0.01, NAN, NAN), "+0.010"),
    ],
)
def test_they_are_said_so(said: str, expected: str) -> None:
    assert said == expected


@pytest.mark.parametrize("form", [say.percent, say.number, say.signed, say.exact, say.p_value])
def test_what_is_not_there_is_a_dash(form: object) -> None:
    assert form(math.nan) == "-"  # type: ignore[operator]
