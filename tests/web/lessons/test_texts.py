"""English and Korean say the same things, and nothing that is not shown."""

import re
import string

import pytest

from attnviz.web.lessons import lessons_page
from attnviz.web.lessons import texts as lesson_texts
from attnviz.web.lessons.equations import INLINE
from attnviz.web.lessons.numbers import FIGURES
from attnviz.web.lessons.texts import TEXTS, Told
from attnviz.web.texts import LANGUAGES

NAMES = {"Grad-CAM", "+ SE", "+ BAM", "+ CBAM", "ResNet-18, 224×224", "ResNet-50, 224×224"}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


class Watched(dict[str, str]):
    """Remembers which texts were asked for."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__(texts)
        self.seen: set[str] = set()

    def __getitem__(self, key: str) -> str:
        self.seen.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
        self.seen.add(key)
        return super().get(key, default)


def test_both_languages_have_the_same_keys_and_fields() -> None:
    assert tuple(TEXTS) == LANGUAGES
    assert TEXTS["en"].keys() == TEXTS["ko"].keys()
    for key, english in TEXTS["en"].items():
        assert fields(english) == fields(TEXTS["ko"][key]), key


@pytest.mark.parametrize("key", TEXTS["ko"])
def test_korean_is_korean(key: str) -> None:
    korean = TEXTS["ko"][key]
    assert re.search("[가-힣]", korean) or korean in NAMES
    assert not re.search(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", korean), "English words in a row"
    assert not re.search("[가-힣]", TEXTS["en"][key])


@pytest.mark.parametrize("key", TEXTS["ko"])
def test_both_are_sentences_or_neither_is(key: str) -> None:
    english, korean = TEXTS["en"][key], TEXTS["ko"][key]
    assert english.endswith((".", "?")) == korean.endswith((".", "?")) or ".drawing" in key or ".place" in key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_shown(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(TEXTS[language])
    monkeypatch.setitem(lesson_texts.TEXTS, language, watched)
    lessons_page(language)
    assert TEXTS[language].keys() - watched.seen == set()


def test_every_formula_and_number_for_sentences_is_used() -> None:
    used = set().union(*map(fields, TEXTS["en"].values()))
    assert (INLINE.keys() | FIGURES.keys()) - used == set()


def test_numbers_come_into_sentences() -> None:
    assert "by 0.14 points (ResNet-18) and 0.48 (ResNet-50)" in Told("en").html("cbam.channel.caveat.4")


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="it can be en, ko"):
        Told("fr")
