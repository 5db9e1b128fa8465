"""The lessons as HTML: well formed, alone and together, loading nothing, and fit for a phone."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch

import attnviz.web
from attnviz.nets import STAGES, resnet
from attnviz.web.lessons import TOPICS, lesson, lessons_page
from attnviz.web.texts import LANGUAGES

CSS = (Path(attnviz.web.__file__).parent / "static" / "lessons.css").read_text(encoding="utf-8")
BOTH = pytest.mark.parametrize("language", LANGUAGES)
EVERY = pytest.mark.parametrize("topic", TOPICS)
SVG = "{http://www.w3.org/2000/svg}"


def classes(html: str) -> set[str]:
    return {name for names in re.findall(r'class="([^"]*)"', html) for name in names.split()}


@BOTH
@EVERY
def test_a_lesson_is_well_formed_and_says_all(topic: str, language: str) -> None:
    article = ET.fromstring(lesson(topic, language))
    assert (article.tag, article.get("lang")) == ("article", language)
    assert [heading.tag for heading in article if re.fullmatch("h[1-6]", heading.tag)] == ["h2", "h3", "h3", "h3"]
    assert len(list(article.iter("figure"))) == 2
    assert len(list(article.iter("table"))) >= 1
    assert not re.search(r"[{}]|None", lesson(topic, language))


@BOTH
def test_ids_are_there_once_and_links_lead_to_them(language: str) -> None:
    page = ET.fromstring(lessons_page(language))
    ids = Counter(element.get("id") for element in page.iter() if element.get("id"))
    assert ids.keys() == {f"av-lesson-{topic.replace('.', '-')}" for topic in TOPICS}
    assert set(ids.values()) == {1}
    inside = [link.get("href") for link in page.iter("a") if link.get("href", "").startswith("#")]
    assert inside == [f"#{name}" for name in ids]


@EVERY
def test_a_lesson_alone_has_no_id(topic: str) -> None:
    assert not [element for element in ET.fromstring(lesson(topic, "en")).iter() if element.get("id")]


@BOTH
def test_nothing_is_loaded_from_elsewhere(language: str) -> None:
    html = lessons_page(language)
    assert not re.search(r"<(script|style|link|img|iframe|image|use)\b|\bsrc=|url\(|\son\w+=", html)
    assert not re.search(r"@import|url\(", CSS)
    for link in ET.fromstring(html).iter("a"):
        if not link.get("href", "").startswith("#"):
            assert re.match(r"https://(arxiv\.org/abs|github\.com)/", link.get("href", ""))
            assert link.get("rel") == "noopener noreferrer"


@BOTH
def test_what_scrolls_can_be_reached_and_has_a_name(language: str) -> None:
    boxes = [box for box in ET.fromstring(lessons_page(language)).iter("div") if box.get("class") == "av-lesson-scroll"]
    assert len(boxes) > 20
    assert all(box.get("tabindex") == "0" and box.get("role") == "group" and box.get("aria-label") for box in boxes)


@BOTH
def test_drawings_have_names(language: str) -> None:
    drawings = list(ET.fromstring(lessons_page(language)).iter(f"{SVG}svg"))
    assert len(drawings) == 2 * len(TOPICS)
    names = [drawing.get("aria-label") for drawing in drawings]
    assert len(set(names)) == len(names)
    for drawing in drawings:
        assert drawing.get("role") == "img"
        assert drawing.findtext(f"{SVG}title") == drawing.get("aria-label")


def test_the_modules_stand_side_by_side() -> None:
    first = next(ET.fromstring(lessons_page("en")).iter("table"))
    rows = ["|".join("".join(cell.itertext()) for cell in row) for row in first.iter("tr")]
    assert rows[0].startswith("|where it sits|one number for each|what comes out|parameters, M|top-1 error")
    assert rows[3].startswith("+ BAM|after stages 1, 2 and 3|channel and place|F⊗(1+M")
    assert rows[3].endswith("|25.92|24.02")
    assert len(rows) == 5


def test_every_gate_has_its_lesson() -> None:
    """A gate ``stage3.1.cbam.spatial`` is told of in the lesson ``cbam.spatial``."""
    names: set[str] = set()
    for attention in ("se", "bam", "cbam"):
        network = resnet(18, attention, width=16).eval()  # type: ignore[arg-type]
        with torch.no_grad():
            network(torch.zeros(1, 3, 32, 32), tap=lambda name, gate: names.add(name) or gate)
    assert {re.sub(rf"^({'|'.join(STAGES)})\.(\d+\.)?", "", name) for name in names} == {
        "se", "bam", "cbam.channel", "cbam.spatial",
    } == set(TOPICS) - {"none", "features", "gradcam"}  # fmt: skip


def test_what_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match=r"cbam\.channel, cbam\.spatial"):
        lesson("cbam", "en")
    with pytest.raises(ValueError, match="en, ko"):
        lesson("se", "de")


def test_the_style_is_for_what_is_on_the_page() -> None:
    assert set(re.findall(r"\.(av-[a-z-]+)", CSS)) <= classes(lessons_page("en"))


def test_gradio_can_cut_the_selectors_at_their_commas() -> None:
    selectors = re.sub(r"/\*.*?\*/|\{[^{}]*\}", "", CSS, flags=re.DOTALL)
    assert not re.search(r":\w+\([^)]*,", selectors.split("@media")[0])


def test_colours_are_the_themes_own() -> None:
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", CSS)
    assert set(re.findall(r"var\((--[\w-]+)\)", CSS)) == {
        "--block-background-fill", "--body-text-color", "--border-color-primary", "--color-accent",
    }  # fmt: skip


def test_gradio_is_not_imported() -> None:
    code = "import sys, attnviz.web.lessons; sys.exit('gradio' in sys.modules or 'torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


LOOK = """() => {
  const wrong = [];
  if (document.documentElement.scrollWidth > innerWidth) wrong.push("the page scrolls sideways");
  for (const svg of document.querySelectorAll("svg")) {
    const name = svg.getAttribute("aria-label"), frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll("text")].map((text) => [text, text.getBoundingClientRect()]);
    const boxes = [...svg.querySelectorAll(".av-lesson-boxed")].map((box) => [box, box.querySelector("rect")]);
    texts.forEach(([text, a], index) => {
      const told = `${name}: ${text.textContent}`;
      if (a.left < frame.left || a.right > frame.right || a.bottom > frame.bottom) wrong.push(`${told} is cut off`);
      for (const [other, b] of texts.slice(index + 1))
        if (a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom)
          wrong.push(`${told} is on ${other.textContent}`);
      for (const [box, rect] of boxes) {
        const b = rect.getBoundingClientRect();
        const inside = box.contains(text);
        if (inside && (a.left < b.left || a.right > b.right)) wrong.push(`${told} is wider than its box`);
        if (!inside && a.left < b.right && b.left < a.right && a.top + 3 < b.bottom && b.top + 3 < a.bottom)
          wrong.push(`${told} is on the box ${box.textContent}`);
      }
    });
  }
  return wrong;
}"""


@BOTH
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_overlaps_or_scrolls_sideways(browser: Any, language: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    font = '"DejaVu Sans", "Noto Sans CJK KR", sans-serif'  # as wide as fonts get
    style = f"<style>body {{ margin: 16px; font-family: {font} }} {CSS}</style>"
    page.set_content(f'<html lang="{language}">{style}<body>{lessons_page(language)}</body></html>')
    assert page.evaluate(LOOK) == []
    page.close()
