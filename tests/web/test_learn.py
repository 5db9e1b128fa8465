"""The page of all lessons: whole, in the reader's language, without a script or anything from elsewhere."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import attnviz.web
from attnviz.web.learn import learn_page
from attnviz.web.lessons import TOPICS, lesson
from attnviz.web.texts import LANGUAGES, Say

STATIC = Path(attnviz.web.__file__).parent / "static"
BOTH = pytest.mark.parametrize("language", LANGUAGES)
DOCTYPE = "<!doctype html>"


def parsed(language: str) -> ET.Element:
    """The page as XML, which HTML is here but for two kinds of void elements."""
    html = learn_page(language).removeprefix(DOCTYPE)
    return ET.fromstring(re.sub(r"<((?:meta|link)\b[^>]*)>", r"<\1/>", html))


@BOTH
def test_the_page_says_what_it_is(language: str) -> None:
    html, say = learn_page(language), Say(language)
    assert html.startswith(f'{DOCTYPE}<html lang="{language}"><head><meta charset="utf-8">')
    page = parsed(language)
    assert page.findtext("head/title") == f"{say('learn_title')} · attnviz"
    assert [heading.text for heading in page.iter("h1")] == [say("learn_heading")]
    assert 'name="viewport" content="width=device-width, initial-scale=1"' in html
    back = page.find("body/header/a")
    assert back is not None
    assert (back.get("href"), back.text) == ("./", say("back"))


def test_korean_is_korean() -> None:
    for place in ("head/title", "body/header/a", "body/main/h1"):
        korean, english = (parsed(language).findtext(place) or "" for language in ("ko", "en"))
        assert re.search("[가-힣]", korean)
        assert not re.search("[가-힣]", english)


@BOTH
def test_every_lesson_has_its_section_in_order(language: str) -> None:
    html = learn_page(language)
    for topic in TOPICS:
        assert html.count(lesson(topic, language)) == 1
    sections = [section.get("id") for section in parsed(language).iter("section")]
    assert sections == [f"av-lesson-{topic.replace('.', '-')}" for topic in TOPICS]


@BOTH
def test_no_script_and_nothing_from_elsewhere(language: str) -> None:
    html, page = learn_page(language), parsed(language)
    assert not re.search(r"<(script|style|img|iframe|image|use)\b|\bsrc=|url\(|\son\w+=|javascript:", html)
    sheets = [link.attrib for link in page.iter("link")]
    assert sheets == [{"rel": "stylesheet", "href": f"attnviz/static/{name}"} for name in ("learn.css", "lessons.css")]
    for sheet in sheets:
        css = (STATIC / Path(sheet["href"]).name).read_text(encoding="utf-8")
        assert not re.search(r"@import|https?:|url\(\s*['\"]?(?!data:)", css)


@BOTH
def test_the_style_is_for_what_is_on_the_page(language: str) -> None:
    css = (STATIC / "learn.css").read_text(encoding="utf-8")
    page = parsed(language)
    classes = {name for element in page.iter() for name in element.get("class", "").split()}
    assert set(re.findall(r"\.(av-[a-z-]+)", css)) <= classes
