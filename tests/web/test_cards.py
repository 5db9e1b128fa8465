"""What stands on the cards."""

import base64
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from attnviz.comparison import Comparison, Result
from attnviz.families import Classes
from attnviz.images import Preprocessing
from attnviz.maps import Degeneracy, degeneracy
from attnviz.web.cards import cards, downloads, map_figure, photo_address
from attnviz.web.choice import OWN, Choice
from attnviz.web.comparisons import Shown
from attnviz.web.texts import Say

STAGES = ("stage1", "stage2", "stage3", "stage4")


def comparison(
    heat: torch.Tensor | None = None,
    target: str = "lion",
    matched: bool = True,
) -> Comparison:
    heat = torch.arange(16.0).reshape(4, 4) if heat is None else heat
    why = degeneracy(heat)
    result = Result(
        name="one",
        attention="none",
        target=target,
        probability=0.123456,
        top=[(target, 0.123456), ("teapot", 0.1)],
        logits=torch.zeros(2),
        maps=dict.fromkeys(STAGES, heat),
        gates={},
        features=dict.fromkeys(STAGES, torch.rand(4, 4)),
        degenerate={} if why is None else dict.fromkeys(STAGES, why),
    )
    view = Preprocessing(64, 64).view(Image.new("RGB", (64, 64), "gray"))
    classes = Classes((target, "teapot"), ("n1", "n2"))
    return Comparison({"one": result}, "f", matched, target, "gradcam", view, classes)


def shown(of: Comparison | None = None, photo: str = "secret", **choice: str) -> Shown:
    return Shown("key", Choice(photo, "f", **choice), of or comparison())


def test_a_card_says_how_sure_and_how_fine() -> None:
    html = cards(shown(), Say())
    assert "P(lion) = <b>0.12346</b>" in html
    assert "4x4 map, 64x64 input" in html
    assert re.findall(r'av-value">([^<]*)', html) == ["12.3%", "10.0%"]
    assert "av-warning" not in html
    assert html.count("av-notice") == 1
    assert "No model gives any class 30% or more" in html


def test_a_model_that_is_sure_ends_the_doubt() -> None:
    of = comparison()
    sure = replace(of["one"], name="other", top=[("lion", 0.3)])
    assert "av-notice" not in cards(shown(replace(of, results={**of.results, "other": sure})), Say())


@pytest.mark.parametrize(
    ("heat", "told"),
    [
        (-torch.rand(4, 4) - 0.1, Degeneracy.NO_POSITIVE),
        (torch.ones(1, 1), Degeneracy.CONSTANT),
        (torch.full((4, 4), float("nan")), Degeneracy.NAN),
    ],
)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_degenerate_map_is_said_to_be_so(heat: Any, told: Degeneracy, language: str) -> None:
    say = Say(language)
    html = cards(shown(comparison(heat=heat)), say)
    assert say(told.value) in html
    assert f'data-why="{told.value}"' in html
    assert 'data-why=""' in cards(shown(), say)


def test_the_map_travels_whole() -> None:
    html = cards(shown(), Say())
    grid = re.search(r'data-width="4" data-height="4" data-grid="([^"]*)"', html)
    assert grid is not None
    assert np.frombuffer(base64.b64decode(grid[1]), "<f4").tolist() == list(range(16))


def test_an_example_has_a_link_to_copy_and_a_photo_says_why_not() -> None:
    html = cards(shown(photo="example:tabby"), Say())
    assert 'data-link="?family=f&amp;example=tabby&amp;stage=stage4&amp;method=gradcam"' in html
    assert "Copy link" in html
    assert "A link can reopen examples only." not in html
    html = cards(shown(), Say())
    assert 'data-link=""' in html
    assert "Copy link" not in html
    assert "A link can reopen examples only." in html


def test_downloads_are_the_comparisons_own() -> None:
    addresses = re.findall(r'href="([^"]*)" download="([^"]*)"', downloads(shown(), Say()))
    expected = ["figure.png", "figure.svg", "figure.pdf", "numbers.npz", "numbers.json"]
    assert addresses == [(f"attnviz/view/key/{file}", f"attnviz.{file.split('.')[1]}") for file in expected]


def test_the_photos_address_is_quoted() -> None:
    assert photo_address(Choice("example:tabby", 'my "family"/2')) == (
        "attnviz/photo/example%3Atabby/my%20%22family%22%2F2"
    )
    html = cards(shown(photo="example:tabby"), Say())
    assert 'data-photo="attnviz/photo/example%3Atabby/f/crop.png"' in html
    assert 'data-seen="attnviz/photo/example%3Atabby/f/seen.png"' in html


def test_a_map_figure_is_of_its_stage() -> None:
    of = comparison()
    of["one"].maps["stage2"] = torch.full((8, 8), -1.0) + torch.arange(64.0).reshape(8, 8)  # type: ignore[index]
    html = map_figure(shown(of), of["one"], "stage2", Say(), "<p>beneath</p>")
    assert 'data-stage="stage2"' in html
    assert 'aria-label="Grad-CAM of one for lion, stage2"' in html
    assert 'data-width="8" data-height="8"' in html
    assert 'data-title="one · stage2 · P(lion) = 0.12346"' in html
    assert "8x8 map, 64x64 input. min -1, mean 30.5, max 62" in html
    assert html.index("av-map") < html.index("<p>beneath</p>") < html.index("8x8 map")


def test_the_heading_says_what_is_identical_and_whose_class_it_is() -> None:
    assert "identical at stage 4" in cards(shown(), Say())
    assert "identical" not in cards(shown(stage="stage2"), Say())
    assert "identical" not in cards(shown(method="layercam"), Say())
    assert "own most probable class" in cards(shown(target=OWN), Say())


def test_an_unmatched_family_has_a_standing_line() -> None:
    assert "trained alike" in cards(shown(comparison(matched=False)), Say())


def test_a_class_name_cannot_smuggle_html_in() -> None:
    html = cards(shown(comparison(target='<img src=x onerror="alert(1)">')), Say())
    assert "<img src=x" not in html
    assert 'onerror="' not in html
    assert "&lt;img src=x" in html
