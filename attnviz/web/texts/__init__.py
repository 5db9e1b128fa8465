"""What the page says, in English and Korean: a module a language, and one for the errors in each but English."""

from __future__ import annotations

from typing import Final

from attnviz.errors import AttnvizError, Message
from attnviz.web.texts.en import EN
from attnviz.web.texts.errors_ko import ERRORS_KO
from attnviz.web.texts.ko import GRADIO_KO, KO
from attnviz.web.texts.scores import SCORES_TEXTS
from attnviz.web.texts.switches import SWITCH_TEXTS
from attnviz.web.texts.usual import USUAL_TEXTS

LANGUAGES: Final = ("en", "ko")

TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {**EN, **SCORES_TEXTS["en"], **SWITCH_TEXTS["en"], **USUAL_TEXTS["en"]},
    "ko": {**KO, **SCORES_TEXTS["ko"], **SWITCH_TEXTS["ko"], **USUAL_TEXTS["ko"]},
}
GRADIO_LABELS: Final[dict[str, dict[str, str]]] = {"en": {}, "ko": GRADIO_KO}
ERRORS: Final[dict[str, dict[str, str]]] = {"en": {}, "ko": ERRORS_KO}


def language_of(accept_language: str | None) -> str:
    """Returns the first of our languages that an Accept-Language header asks for, else English."""
    for entry in (accept_language or "").split(","):
        code = entry.split(";")[0].strip().split("-")[0].lower()
        if code in LANGUAGES:
            return code
    return "en"


class Say:
    """Says a text in one language: ``Say("ko")("grid", width=4, height=4, input=64)``."""

    def __init__(self, language: str = "en") -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """Returns the text of ``key`` with ``values`` filled in."""
        return TEXTS[self.language][key].format(**values)

    def template(self, key: str) -> str:
        """Returns the text of ``key`` as it is, for a script to fill in."""
        return TEXTS[self.language][key]


def told_in(error: AttnvizError | Message | str, language: str) -> str:
    """Returns the sentence in ``language``; what has no translation stays English, and a string as it is."""
    if isinstance(error, str):
        return error
    values = {
        name: told_in(value, language) if isinstance(value, AttnvizError | Message) else value
        for name, value in error.values.items()
    }
    return str(Message(ERRORS[language].get(error.template, error.template), values))
