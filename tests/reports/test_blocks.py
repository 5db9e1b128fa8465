"""Blocks become Markdown and a page: nothing in them is markup, and every tag is closed."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.reports.blocks import Block, Heading, Lead, Mark, Note, Picture, Points, Ranged, Table, markdown, page

VOID = {"meta", "br"}
ALL: list[Block] = [
    Heading("Title", 1),
    "A paragraph with a | and <b>.",
    Lead("In short."),
    Note("Mind this."),
    Points(["one", "two *"]),
    Table(
        ("score", "verdict"),
        [("a|b", Mark("not supported", "bad")), (Ranged("0.5", "0.4 to 0.6"), "<i>"), (Ranged("1", ""), "")],
        numbers=True,
    ),
    Picture("What it shows", "forest", '<svg><path style="stroke: #000000; fill: #ffffff"/></svg>'),
]


class Outline(HTMLParser):
    """The tags of a page in order, its text, and those left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_markdown_letter_by_letter() -> None:
    assert markdown(ALL) == (
        "# Title\n\n"
        "A paragraph with a \\| and \\<b\\>.\n\n"
        "**In short.**\n\n"
        "> **Note.** Mind this.\n\n"
        "- one\n- two \\*\n\n"
        "| score | verdict |\n| --- | ---: |\n| a\\|b | **not supported** |\n| 0.5 (0.4 to 0.6) | \\<i\\> |\n"
        "| 1 |  |\n\n"
        "![What it shows](figure-forest.svg)\n"
    )


def test_the_page_has_the_same_and_loads_nothing() -> None:
    said = page("Title <1>", ALL)
    outline = Outline(said)
    assert outline.open == []
    assert "A paragraph with a | and <b>." in outline.text
    assert "<title>Title &lt;1&gt;</title>" in said
    assert "<td>0.5<small>0.4 to 0.6</small></td>" in said
    assert "<td>1</td>" in said
    assert '<span class="mark bad">not supported</span>' in said
    assert [tag for tag in outline.tags if tag in {"h1", "ul", "figure", "table", "i", "b", "script", "link"}] == [
        "h1", "ul", "table", "figure",
    ]  # fmt: skip
    assert "http" not in said


def test_figures_are_drawn_in_the_ink_of_the_page() -> None:
    said = page("Title", ALL)
    assert 'stroke: currentColor; fill: none"' in said
    assert 'aria-label="What it shows"' in said
    assert "prefers-color-scheme:dark" in said
    assert "@media print" in said


@given(st.text(max_size=30))
def test_no_words_are_markup(words: str) -> None:
    outline = Outline(page(words, [words, Table((words,), [[words]]), Points([words]), Note(words), Lead(words)]))
    assert outline.open == []
    assert [tag for tag in outline.tags if tag in {"p", "th", "td", "li"}] == ["p", "th", "td", "li", "p", "p"]
    lines = markdown([Table((words, "b"), [[words, "c"]])]).splitlines()
    assert len(lines) == 3


@pytest.mark.parametrize(("numbers", "rule"), [(False, "| --- | --- |"), (True, "| --- | ---: |")])
def test_numbers_stand_at_the_right(numbers: bool, rule: str) -> None:
    assert markdown([Table(("a", "b"), [], numbers)]).splitlines()[1] == rule
