"""The one page of ``/study/``: the same for everybody, so that it cannot tell anything; static/study.js fills it."""

from __future__ import annotations

import json
from html import escape

from attnviz.study.plan import Plan
from attnviz.web.texts.study import STUDY_TEXTS

OTHER = {"en": ("ko", "한국어"), "ko": ("en", "English")}


def study_page(plan: Plan, language: str) -> str:
    """Returns the whole page.

    Args:
        plan: whose title, question and texts it has.
        language: ``en`` or ``ko``.
    """
    texts = STUDY_TEXTS[language]
    other, other_name = OTHER[language]
    title, consent = plan.title[language], _paragraphs(plan.consent[language])
    demo = f'<p class="note" role="note">{escape(texts["demo"])}</p>' if plan.demo else ""
    handed = json.dumps({"texts": texts, "question": plan.question[language], "language": language})
    head = '<meta name="robots" content="noindex"><script type="module" src="static/study.js"></script>'
    body = (
        f'<body data-handed="{escape(handed)}"><header><strong>{escape(title)}</strong>'
        f'<a href="?lang={other}" id="other" lang="{other}">{other_name}</a></header>{demo}'
        f'<main id="consent" hidden><h1>{escape(title)}</h1>{_paragraphs(plan.intro[language])}{_how(texts)}'
        f"<h2>{escape(texts['consent'])}</h2>{consent}"
        f'<button type="button" class="primary" id="agree">{escape(texts["agree"])}</button></main>'
        f"{_trial(texts)}{_done(texts)}"
        f'<p id="told" role="status" aria-live="polite"></p>'
        f'<footer><p id="code" hidden></p><details id="leave"><summary>{escape(texts["withdraw"])}</summary>'
        f'<form id="withdraw"><p>{escape(texts["withdraw_how"])}</p>'
        f'<label>{escape(texts["code"])} <input name="code" required maxlength="64" autocomplete="off"></label> '
        f"<button>{escape(texts['withdraw'])}</button></form></details></footer>"
        f"<noscript>{escape(texts['no_script'])}</noscript></body>"
    )
    return document(title, language, head, body)


def document(title: str, language: str, head: str, body: str, root: str = "") -> str:
    """Returns a plain HTML page in the study's style.

    Args:
        title: as text.
        language: ``en`` or ``ko``.
        head: HTML to add to the head.
        body: the <body> element.
        root: relative address of ``/study/``, where the page is not in it.
    """
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f'<link rel="icon" href="data:,"><link rel="stylesheet" href="{root}static/study.css">{head}</head>'
        f"{body}</html>"
    )


def message_page(text: str, language: str, again: int = 0) -> str:
    """Returns a page that says why there is no study.

    Args:
        text: in the visitor's language.
        language: ``en`` or ``ko``.
        again: after how many seconds the page asks again by itself; 0 for never.
    """
    refresh = f'<meta http-equiv="refresh" content="{again}">' if again else ""
    body = f'<body><main><p role="status">{escape(text)}</p></main></body>'
    return document("attnviz", language, refresh, body)


def _how(texts: dict[str, str]) -> str:
    steps = "".join(f"<li>{escape(texts[f'how_{number}'])}</li>" for number in (1, 2, 3))
    return f'<h2>{escape(texts["how"])}</h2><ol class="how">{steps}</ol>'


def _trial(texts: dict[str, str]) -> str:
    sides = "".join(
        f'<figure><figcaption>{name}</figcaption><img id="{side}" alt="{escape(texts[f"alt_{side}"])}"></figure>'
        for side, name in (("left", "A"), ("right", "B"))
    )
    answers = "".join(
        f'<button type="button" data-choice="{choice}" aria-keyshortcuts="{key}" disabled>'
        f"{escape(texts[f'answer_{choice}'])} <kbd>{key}</kbd></button>"
        for key, choice in enumerate(("left", "similar", "right"), start=1)
    )
    return (
        f'<main id="trial" hidden><p class="where"><span id="where"></span><progress id="progress"></progress></p>'
        f'<h1 id="label" tabindex="-1"></h1><div class="pictures"><figure class="photo">'
        f'<figcaption>{escape(texts["photo"])}</figcaption><img id="photo" alt="{escape(texts["alt_photo"])}"></figure>'
        f'<div class="pair">{sides}</div></div><p id="question"></p>'
        f'<div class="answers" role="group" aria-labelledby="question">{answers}</div></main>'
    )


def _done(texts: dict[str, str]) -> str:
    return (
        f'<main id="done" hidden><h1>{escape(texts["thanks"])}</h1><p>{escape(texts["done"])}</p>'
        f'<p class="completion"><code id="completion"></code></p>'
        f'<button type="button" class="primary" id="next" hidden>{escape(texts["next"])}</button></main>'
    )


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(part.strip())}</p>" for part in text.split("\n\n") if part.strip())
