"""What stands on the cards and in the stages tab."""

import base64
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from attnviz.comparison import Comparison, Result
from attnviz.families import Classes
from attnviz.images import Preprocessing
from attnviz.maps import Degeneracy, GateReading, degeneracy
from attnviz.web.cards import cards, link
from attnviz.web.choice import OWN, Choice
from attnviz.web.comparisons import Shown
from attnviz.web.stages import stages
from attnviz.web.texts import Say

STAGES = ("stage1", "stage2", "stage3", "stage4")


def channel_gate(channels: int) -> GateReading:
    plane = torch.ones(4, 4)
    return GateReading("channel", torch.linspace(0.25, 0.75, channels), False, plane, plane, {})


def full_gate() -> GateReading:
    plane = torch.ones(4, 4)
    logits = {"channel": torch.zeros(8), "spatial": torch.zeros(4, 4)}
    return GateReading("full", torch.full((8, 4, 4), 0.5), True, plane, plane * 1.5, logits)


def comparison(
    attention: str = "none",
    heat: torch.Tensor | None = None,
    gates: Mapping[str, GateReading] | None = None,
    target: str = "lion",
    matched: bool = True,
) -> Comparison:
    heat = torch.arange(16.0).reshape(4, 4) if heat is None else heat
    why = degeneracy(heat)
    result = Result(
        name="one",
        attention=attention,
        target=target,
        probability=0.123456,
        top=[(target, 0.123456), ("teapot", 0.1)],
        logits=torch.zeros(2),
        maps=dict.fromkeys(STAGES, heat),
        gates=gates or {},
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
    assert "av-notice" not in html


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


def test_a_link_reopens_an_example_and_nothing_else() -> None:
    assert link(shown(photo="example:tabby")) == "?family=f&example=tabby&stage=stage4&method=gradcam"
    assert link(shown(photo="example:tabby", target="a & b")).split("&")[2] == "target=a+%26+b"
    assert link(shown()) == ""
    assert "A link can reopen examples only." in cards(shown(), Say())
    assert "Copy link" in cards(shown(photo="example:tabby"), Say())


def test_the_heading_says_what_is_identical_and_whose_class_it_is() -> None:
    assert "identical at stage 4" in cards(shown(), Say())
    assert "identical" not in cards(shown(stage="stage2"), Say())
    assert "identical" not in cards(shown(method="layercam"), Say())
    assert "own most probable class" in cards(shown(target=OWN), Say())


def test_an_unmatched_family_has_a_standing_line_on_both_tabs() -> None:
    for html in (cards(shown(comparison(matched=False)), Say()), stages(comparison(matched=False), "one", Say())):
        assert "trained differently" in html


def test_a_class_name_cannot_smuggle_html_in() -> None:
    evil = '<img src=x onerror="alert(1)">'
    for html in (cards(shown(comparison(target=evil)), Say()), stages(comparison(target=evil), "one", Say())):
        assert "<img src=x" not in html
        assert "&lt;img src=x" in html


def test_stages_show_every_gate_with_its_numbers_and_a_fixed_range() -> None:
    html = stages(comparison("se", gates={"stage2.0.se": channel_gate(8)}), "one", Say())
    assert html.count("av-strip") == 1
    assert "channel gate, 8 channels" in html
    assert "min 0.25, mean 0.5, max 0.75; drawn from 0 to 1" in html
    assert "no spatial gate" in html


def test_stages_show_bam_as_before_gate_and_after() -> None:
    html = stages(comparison("bam", gates={"stage1.bam": full_gate()}), "one", Say())
    titles = re.findall(r"<b>([^<]*)</b>", html)
    assert titles[2:5] == ["features before", "M(F), mean over channels", "features after"]
    assert "There is no BAM after stage 4." in html


def test_stages_of_the_baseline_say_why_there_are_no_gates() -> None:
    html = stages(comparison(), "one", Say())
    assert "no attention modules" in html
    assert "<h4>" not in html
