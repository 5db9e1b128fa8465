"""What the lessons say, by language and key, with formulas and numbers filled in."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Final

from attnviz.errors import OptionError
from attnviz.web.lessons.en import ENGLISH
from attnviz.web.lessons.equations import INLINE
from attnviz.web.lessons.ko import KOREAN
from attnviz.web.lessons.numbers import FIGURES
from attnviz.web.lessons.words import WORDS

TEXTS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({
    "en": {**ENGLISH, **{key: english for key, (english, _) in WORDS.items()}},
    "ko": {**KOREAN, **{key: korean for key, (_, korean) in WORDS.items()}},
})  # fmt: skip

_FILL: Final[Mapping[str, str]] = MappingProxyType(
    {**INLINE, **{name: escape(value) for name, (value, _) in FIGURES.items()}}
)


class Told:
    """The lessons' texts in one language: plain to draw with, or as HTML."""

    def __init__(self, language: str) -> None:
        """Chooses a language.

        Args:
            language: ``en`` or ``ko``.

        Raises:
            OptionError: for another.
        """
        if language not in TEXTS:
            raise OptionError(f"language is {language!r}; it can be {', '.join(TEXTS)}.")
        self.language = language
        self._texts = TEXTS[language]

    def plain(self, key: str) -> str:
        """Returns the text of ``key`` as it stands, not escaped."""
        return self._texts[key]

    def label(self, key: str) -> str:
        """Returns the text of ``key``, or ``key`` itself where it is a name that needs no translation, as HTML."""
        return escape(self._texts.get(key, key))

    def html(self, key: str, **values: str) -> str:
        """Returns the text of ``key`` as HTML, with formulas, numbers and ``values`` in it."""
        return escape(self._texts[key]).format(**_FILL, **{name: escape(value) for name, value in values.items()})

    def all(self, stem: str) -> list[str]:
        """Returns the texts ``stem.1``, ``stem.2`` and so on, as HTML."""
        keys = []
        while (key := f"{stem}.{len(keys) + 1}") in self._texts:
            keys.append(key)
        return [self.html(key) for key in keys]
