"""The form of how maps are drawn, and the texts that it hands to the page's scripts."""

import base64
import json
import re
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from attnviz.draw import COLORMAPS, Look, colour_table
from attnviz.web import controls as module
from attnviz.web.controls import TEXTS_FOR_SCRIPTS, controls
from attnviz.web.texts import LANGUAGES, Say

SCRIPTS = sorted((Path(module.__file__).parent / "static").glob("*.js"))


def attribute(html: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', html)
    assert found is not None
    return unescape(found[1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_scripts_get_every_text_that_they_say(language: str) -> None:
    said = {key for script in SCRIPTS for key in re.findall(r'\bsay\("(\w+)"', script.read_text(encoding="utf-8"))}
    assert said == set(TEXTS_FOR_SCRIPTS)
    texts = json.loads(attribute(controls(Say(language), "now"), "texts"))
    assert texts == {key: Say(language).template(key) for key in said}


def test_every_colour_map_travels_whole() -> None:
    tables = json.loads(attribute(controls(Say(), "now"), "tables"))
    for name in COLORMAPS:
        assert np.array_equal(
            np.frombuffer(base64.b64decode(tables[name]), np.uint8).reshape(256, 3), colour_table(name)
        )


def test_the_form_begins_as_the_figures_do() -> None:
    html, look = controls(Say(), "now"), Look()
    assert f'name="opacity" min="0" max="1" step="0.01" value="{look.opacity}"' in html
    first = {name: re.search(rf'name="{name}"><option value="(\w+)"', html) for name in ("colormap", "scale")}
    assert {name: found[1] for name, found in first.items() if found} == {
        "colormap": look.colormap,
        "scale": look.scale,
    }
    assert "checked" not in html
