"""The scores tab's frame, table and plots: numbers as given, every word in both languages, nothing unescaped."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from attnviz.scores import REFERENCES, SCORES
from attnviz.web.scores import LOCALISATION, curves_figure, localisation_table
from attnviz.web.scores import REFERENCES as SHOWN_REFERENCES
from attnviz.web.texts import LANGUAGES, Say
from attnviz.web.texts.scores import SCORES_TEXTS

ENGLISH = Say("en")
EVIL = "<b>&\"'</b>"


def rows(**models: float) -> dict[str, dict[str, float]]:
    given = {**models, "centre": 0.25, "gaussian": 0.5, "edges": 0.75, "random": 0.125}
    return {name: dict.fromkeys(LOCALISATION, value) for name, value in given.items()}


def text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace("&nbsp;", " "))


def test_what_is_shown_is_in_the_tables_of_scores() -> None:
    assert all(SCORES[name].needs == "truth" for name in LOCALISATION)
    assert set(SHOWN_REFERENCES) < set(REFERENCES)


def test_a_model_that_is_not_above_what_knows_no_network_has_a_mark() -> None:
    said = text(localisation_table(rows(baseline=0.5, se=0.501, cbam=float("nan")), 3, ENGLISH))
    assert "baseline 0.500 † 0.500 † 0.500 † 0.500 †" in said
    assert "se 0.501 0.501 0.501 0.501 cbam" in said
    assert "cbam shows nothing shows nothing shows nothing shows nothing the centre point" in said
    assert "the photo's edges 0.750" in said.replace("&#x27;", "'")
    assert said.count("†") == 5  # the last says what it means


def test_curves_and_their_areas() -> None:
    rising, falling = np.linspace(0, 1, 5, dtype=np.float32), np.linspace(0.5, 0, 5, dtype=np.float32)
    nothing = np.full(5, np.nan, np.float32)
    html = curves_figure({"baseline": (rising, falling), "bam": (nothing, nothing)}, ENGLISH)
    assert "baseline 0.500 0.250" in text(html)
    assert "bam shows nothing shows nothing" in text(html)
    lines = re.findall(r'<polyline class="av-line av-line-(\d)"[^>]* points="([^"]+)"', html)
    assert [number for number, _ in lines] == ["0", "0"]
    assert lines[0][1] == "40.0,170.0 102.5,130.0 165.0,90.0 227.5,50.0 290.0,10.0"
    assert lines[1][1].split()[0] == "40.0,90.0"


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_are_escaped_in_every_language(language: str) -> None:
    say = Say(language)
    line = np.zeros(3, np.float32)
    assert EVIL not in localisation_table(rows(**{EVIL: 0.5}), 1, say)
    assert EVIL not in curves_figure({EVIL: (line, line)}, say)


def test_both_languages_say_the_same_things() -> None:
    english, korean = SCORES_TEXTS["en"], SCORES_TEXTS["ko"]
    assert list(english) == list(korean)
    fields: Any = re.compile(r"{\w+}").findall
    assert {key: set(fields(value)) for key, value in english.items()} == {
        key: set(fields(value)) for key, value in korean.items()
    }
