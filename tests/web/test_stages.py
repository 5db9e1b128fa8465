"""The stages tab's HTML: every number of the table travels, in its fixed range, and everything is named."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

import numpy as np
import pytest
from PIL import Image

from attnviz import Comparison, Family, compare
from attnviz.comparison import Result
from attnviz.draw import BINS, COLORMAPS, SIGNED_COLORMAP
from attnviz.families import Classes
from attnviz.stages import Picture, Row, stage_rows
from attnviz.web.choice import ALL_STAGES, OWN, Choice
from attnviz.web.comparisons import Shown
from attnviz.web.lessons import TOPICS
from attnviz.web.stages import stages
from attnviz.web.texts import LANGUAGES, Say

MODELS = ("baseline", "se", "bam", "cbam")
STAGES = ("stage1", "stage2", "stage3", "stage4")
VOID = ("input", "br", "img")
EVIL = '<b>&"\'</b><img src=x onerror="alert(1)">'

BOTH = pytest.mark.parametrize("language", LANGUAGES)
EVERY = pytest.mark.parametrize("model", MODELS)


class Tree(HTMLParser):
    """HTML as a tree of elements; a tag that is not closed in its turn fails."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._builder, self._open = TreeBuilder(), list[str]()
        self.feed(html)
        self.close()
        assert self._open == []
        self.root: Element = self._builder.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute of {tag} is there twice: {attrs}"
        self._builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self._builder.end(tag)
        else:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        self._builder.end(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._builder.start(tag, {name: value or "" for name, value in attrs})
        self._builder.end(tag)

    def handle_data(self, data: str) -> None:
        self._builder.data(data)


@pytest.fixture(scope="module")
def comparison(tiny_family: Family, photo: Image.Image) -> Comparison:
    return compare(tiny_family, photo, "tabby")


def shown(comparison: Comparison, photo: str = "secret", **choice: str) -> Shown:
    return Shown("key", Choice(photo, "tiny", **{"stage": ALL_STAGES, **choice}), comparison)


def page(comparison: Comparison, models: tuple[str, ...] = MODELS, language: str = "en", **choice: str) -> Element:
    return Tree(stages(shown(comparison, **choice), models, Say(language))).root


def words(element: Element) -> str:
    return "".join(element.itertext())


def with_class(element: Element, name: str) -> list[Element]:
    return [found for found in element.iter() if name in found.get("class", "").split()]


def grid(canvas: Element) -> np.ndarray:
    values = np.frombuffer(base64.b64decode(canvas.get("data-grid", "")), "<f4")
    return values.reshape(int(canvas.get("data-height", "")), int(canvas.get("data-width", "")))


def cells(table: Element, result: Result) -> Iterator[tuple[Row, str, Element]]:
    """Every cell of a model's table, with the row and stage that it is of."""
    bodies, rows = list(table.iter("tbody")), stage_rows(result)
    for body, row in zip(bodies, rows, strict=True):
        assert body.get("data-kind") == row.kind
        assert ("av-branch" in body.get("class", "").split()) == row.is_branch
        for cell, stage in zip(body.iter("td"), STAGES, strict=True):
            yield row, stage, cell


def pictures(root: Element, comparison: Comparison) -> Iterator[tuple[Row, Picture, Element]]:
    """Every picture but the maps, with its figure."""
    for section, name in zip(with_class(root, "av-model"), comparison, strict=True):
        for row, stage, cell in cells(section, comparison[name]):
            if row.kind != "map":
                for figure, picture in zip(cell.iter("figure"), row.cells.get(stage, ()), strict=True):
                    yield row, picture, figure


@BOTH
def test_every_picture_travels_whole_with_its_range(comparison: Comparison, language: str) -> None:
    count: Counter[str] = Counter()
    for row, picture, figure in pictures(page(comparison, language=language), comparison):
        (canvas,) = figure.iter("canvas")
        found, expected = grid(canvas), np.atleast_2d(picture.values.numpy())
        assert expected.dtype == np.float32
        assert np.array_equal(found, expected), picture.place
        assert (canvas.get("width"), canvas.get("height")) == (str(found.shape[1]), str(found.shape[0]))
        assert (float(canvas.get("data-low", "")), float(canvas.get("data-high", ""))) == (picture.low, picture.high)
        assert canvas.get("data-colormap") == picture.colormap
        assert picture.colormap in (*COLORMAPS, SIGNED_COLORMAP)
        assert canvas.get("data-place") == picture.place
        assert canvas.get("class") == ("av-strip" if picture.is_strip else "av-grid")
        count[row.kind] += 1
    # features of baseline, se and cbam; SE in 2 blocks and CBAM's two gates in 2 blocks, at 4 stages; BAM at 3
    branches = {"bam.channel": 3, "bam.spatial": 3}
    assert count == {"features": 12, "se": 8, "cbam": 16, "before": 4, "bam": 3, "after": 3, **branches}


def test_every_picture_says_its_numbers_and_range(comparison: Comparison) -> None:
    for _, picture, figure in pictures(page(comparison), comparison):
        values = picture.values.numpy()
        numbers = f"min {values.min():.3g}, mean {values.mean():.3g}, max {values.max():.3g}"
        drawn = f"drawn from {picture.low:.3g} to {picture.high:.3g}"
        (caption,) = figure.iter("figcaption")
        assert words(caption).endswith(f"{numbers}; {drawn}")
        (span,) = with_class(caption, "av-drawn")
        assert (span.text, span.get("data-fixed")) == (drawn, drawn)


def test_gates_are_drawn_from_0_to_1(comparison: Comparison) -> None:
    places = set()
    for row, _, figure in pictures(page(comparison), comparison):
        if row.kind in ("se", "cbam", "bam"):
            (canvas,) = figure.iter("canvas")
            assert (canvas.get("data-low"), canvas.get("data-high")) == ("0.0", "1.0")
            assert "drawn from 0 to 1" in words(figure)
            places.add(canvas.get("data-place"))
    assert places == {place for result in comparison.values() for place in result.gates}


@EVERY
def test_maps_are_those_of_the_comparison(comparison: Comparison, model: str) -> None:
    result = comparison[model]
    (section,) = with_class(page(comparison, (model,)), "av-model")
    for row, stage, cell in cells(section, result):
        if row.kind == "map":
            (figure,) = cell.iter("figure")
            (canvas,) = figure.iter("canvas")
            assert np.array_equal(grid(canvas), result.maps[stage].numpy())
            assert (figure.get("data-model"), figure.get("data-stage")) == (model, stage)
            why = result.degenerate.get(stage)
            assert canvas.get("data-why") == (why.value if why else "")
    heads = [words(head) for head in section.iter("th") if head.get("scope") == "col"]
    assert heads == ["stage1 32x32", "stage2 16x16", "stage3 8x8", "stage4 4x4"]


def test_models_are_those_asked_for_in_that_order(comparison: Comparison) -> None:
    root = page(comparison, ("cbam", "se"))
    assert root.get("data-models") == "cbam,se"
    assert [words(heading) for heading in root.iter("h2")] == ["cbam", "se"]
    assert {canvas.get("data-model") for canvas in root.iter("canvas")} - {None} == {"cbam", "se"}


@BOTH
def test_each_model_says_what_its_attention_is(comparison: Comparison, language: str) -> None:
    say = Say(language)
    said = [
        words(section.findall("p")[0]).strip()
        for section in with_class(page(comparison, language=language), "av-model")
    ]
    assert said[0].removesuffix("i").strip() == say("none_note")  # the i is the button
    assert said[1:] == [say("se_note"), say("bam_note"), say("cbam_note")]
    if language == "en":
        assert "no attention modules" in said[0]
        assert "no spatial gate" in said[1]


@BOTH
def test_stage_4_of_bam_says_that_there_is_none(comparison: Comparison, language: str) -> None:
    (section,) = with_class(page(comparison, ("bam",), language), "av-model")
    for row, stage, cell in cells(section, comparison["bam"]):
        if stage == "stage4" and row.kind == "bam":
            assert words(cell) == Say(language)("no_bam")
        elif row.kind in ("after", "bam.channel", "bam.spatial") and stage == "stage4":
            assert words(cell) == ""
        else:
            assert list(cell.iter("canvas")), (row.kind, stage)
    assert words(section).count(Say(language)("no_bam")) == 1


@BOTH
def test_every_i_leads_to_a_lesson(comparison: Comparison, language: str) -> None:
    root = page(comparison, language=language)
    topics = {model: [button.get("data-topic") for button in with_class(section, "av-info")]
              for model, section in zip(MODELS, with_class(root, "av-model"), strict=True)}  # fmt: skip
    cbam = ["cbam.channel", "cbam.spatial"]
    assert topics == {
        "baseline": ["none", "features", "gradcam"],
        "se": ["features", "se", "se", "gradcam"],
        "bam": ["features", "bam", "bam", "bam", "features", "gradcam"],
        "cbam": ["features", *cbam, *cbam, "gradcam"],
    }
    assert {topic for found in topics.values() for topic in found} == set(TOPICS)
    for button in with_class(root, "av-info"):
        assert (button.tag, button.get("type"), words(button)) == ("button", "button", "i")
        assert button.get("aria-label") == button.get("title") != ""
    (first, *_) = with_class(root, "av-info")
    assert first.get("title") == Say(language)("about", what=Say(language)("none_title"))


def test_rows_are_named(comparison: Comparison) -> None:
    root = page(comparison, target="tabby", method="layercam")
    (section,) = [found for found in with_class(root, "av-model") if words(found.findall("h2")[0]) == "cbam"]
    names = [words(head).rstrip("i ") for head in section.iter("th") if head.get("scope") == "rowgroup"]
    block = "CBAM in block {}: channel gate, then spatial gate"
    assert names == [
        "Features, mean over channels", block.format(0), block.format(1), "Layer-CAM for tabby",
    ]  # fmt: skip


def test_a_strip_can_be_walked_along(comparison: Comparison) -> None:
    seen = 0
    for row, picture, figure in pictures(page(comparison), comparison):
        (canvas,) = figure.iter("canvas")
        if picture.is_strip:
            assert (canvas.get("role"), canvas.get("tabindex")) == ("slider", "0")
            last = str(len(picture.values) - 1)
            assert [canvas.get(f"aria-value{end}") for end in ("min", "now", "max")] == ["0", "0", last]
            of = f"{len(picture.values)} channels"
            title = f"{picture.place} ({of})" if row.kind == "bam.channel" else f"channel gate, {of}"
            seen += 1
        else:
            assert (canvas.get("role"), canvas.get("tabindex")) == ("img", None)
            title = "spatial gate" if row.kind == "cbam" else picture.place
        (caption,) = figure.iter("figcaption")
        assert caption.text == title
        assert f", {picture.place}: {title}. min " in canvas.get("aria-label", "")
    assert seen == 8 + 8 + 3  # SE, CBAM's channel gates, BAM's channel branch


def test_a_strip_has_its_histogram(comparison: Comparison) -> None:
    heights = []
    for _, picture, figure in pictures(page(comparison), comparison):
        drawings = list(figure.iter("svg"))
        assert len(drawings) == picture.is_strip
        for svg in drawings:
            counts, _ = np.histogram(picture.values.numpy(), bins=BINS, range=(picture.low, picture.high))
            expected = counts / counts.max()
            found = np.zeros(BINS)
            for bar in svg.iter("rect"):
                place, height = int(float(bar.get("x", ""))), float(bar.get("height", ""))
                assert float(bar.get("y", "")) == pytest.approx(1 - height, abs=0.001)
                found[place] = height
            assert found == pytest.approx(expected, abs=0.0006)
            label = f"histogram of the channels' values from {picture.low:.3g} to {picture.high:.3g}"
            assert svg.get("aria-label") == words(svg) == label
            heights.append(found)
    assert len({tuple(found) for found in heights}) > 10  # not the same picture again and again


@pytest.mark.parametrize(
    ("models", "boxes"),
    [(MODELS, ["branches", "stretch"]), (("bam",), ["branches", "stretch"]), (("se",), ["stretch"])],
)
def test_branches_can_be_asked_for_where_there_is_bam(
    comparison: Comparison, models: tuple[str, ...], boxes: list[str]
) -> None:
    found = list(page(comparison, models).iter("input"))
    assert [box.get("name") for box in found] == boxes
    assert all(box.get("type") == "checkbox" and box.get("checked") is None for box in found)


def test_addresses_are_the_comparisons_own(comparison: Comparison) -> None:
    root = page(comparison, photo="example:tabby", target="tabby")
    assert root.get("data-key") == "key"
    assert root.get("data-photo") == "attnviz/photo/example%3Atabby/tiny/crop.png"
    assert root.get("data-seen") == "attnviz/photo/example%3Atabby/tiny/seen.png"
    assert root.get("data-link") == "?family=tiny&example=tabby&target=tabby&method=gradcam"
    assert next(link.get("href") for link in root.iter("a")) == "attnviz/view/key/figure.png"
    assert page(comparison).get("data-link") == ""


@BOTH
def test_an_unmatched_family_has_a_standing_line(comparison: Comparison, language: str) -> None:
    unmatched = page(replace(comparison, matched=False), language=language)
    assert [words(line) for line in with_class(unmatched, "av-notice")] == [Say(language)("unmatched")]
    assert with_class(page(comparison, language=language), "av-notice") == []


@BOTH
@pytest.mark.parametrize("target", ["tabby", OWN, ""])
def test_html_is_well_formed_and_ids_are_there_once(comparison: Comparison, language: str, target: str) -> None:
    root = page(comparison, language=language, target=target)
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert max(ids.values(), default=1) == 1
    named = [element for element in root.iter() if element.get("role") in ("img", "slider")]
    assert len(named) == 52 + 16 + 19  # pictures, maps and histograms
    assert all(element.get("aria-label") for element in named)


def test_what_is_no_number_can_be_shown(comparison: Comparison) -> None:
    bam = comparison["bam"]
    gates = {
        place: replace(
            gate,
            values=gate.values * float("nan"),
            after=gate.after * float("nan"),
            logits={branch: logits * float("nan") for branch, logits in gate.logits.items()},
        )
        for place, gate in bam.gates.items()
    }
    broken = replace(comparison, results={"bam": replace(bam, gates=gates)})
    seen = Counter(row.kind for row, _, figure in pictures(page(broken, ("bam",)), broken)
                   if "min nan, mean nan, max nan; drawn from " in words(figure))  # fmt: skip
    assert seen == {"bam": 3, "after": 3, "bam.channel": 3, "bam.spatial": 3}
    assert "nan" not in {canvas.get("data-high") for canvas in page(broken, ("bam",)).iter("canvas")}


@BOTH
def test_names_cannot_smuggle_html_in(comparison: Comparison, language: str) -> None:
    results = {
        EVIL: replace(comparison["bam"], name=EVIL, target=EVIL),
        EVIL * 2: replace(comparison["cbam"], name=EVIL * 2, target=EVIL),
    }
    evil = replace(comparison, results=results, target=EVIL, classes=Classes((EVIL, "lion"), ("n1", "n2")))
    of = Shown("key", Choice("example:tabby", EVIL, EVIL, ALL_STAGES), evil)
    root = Tree(stages(of, tuple(results), Say(language))).root
    assert not list(root.iter("img"))
    assert not list(root.iter("b"))
    assert not [element for element in root.iter() if element.get("onerror") is not None]
    assert [words(heading) for heading in root.iter("h2")] == list(results)
    assert {canvas.get("data-model") for canvas in root.iter("canvas")} - {None} == set(results)
    assert root.get("data-models") == ",".join(results)
    assert EVIL in words(next(head for head in root.iter("th") if "Grad-CAM" in words(head)))
