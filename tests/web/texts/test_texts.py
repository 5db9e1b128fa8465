"""English and Korean say the same things."""

import string

import pytest

from attnviz.web.texts import TEXTS, language_of

NAMES = ("topic_se", "topic_bam", "topic_gradcam")  # of a module or a method, the same in every language


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_and_fields() -> None:
    assert TEXTS["en"].keys() == TEXTS["ko"].keys()
    for key, english in TEXTS["en"].items():
        assert fields(english) == fields(TEXTS["ko"][key]), key
        assert (english == TEXTS["ko"][key]) == (key in NAMES), key


@pytest.mark.parametrize(
    ("header", "language"),
    [("ko-KR,ko;q=0.9,en;q=0.8", "ko"), ("de,ko;q=0.5", "ko"), ("fr", "en"), ("", "en"), (None, "en"), ("en-GB", "en")],
)
def test_language_of(header: str | None, language: str) -> None:
    assert language_of(header) == language
