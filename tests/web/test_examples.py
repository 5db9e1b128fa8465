"""The example photos are files of installed packages, told by their digest."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import matplotlib
import pytest

from attnviz.images import open_picture
from attnviz.web.examples import EXAMPLES, Example, key_of


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.key)
def test_an_example_is_a_photo_that_is_told_by_its_digest(example: Example) -> None:
    data = example.path.read_bytes()
    assert example.digest == hashlib.sha256(data).hexdigest()
    assert min(open_picture(data).size) >= 64


def test_examples_can_be_told_apart() -> None:
    keys = [example.key for example in EXAMPLES]
    assert keys[:3] == [
        "espresso",
        "tabby",
        "uniform",
    ]  # of the packages that are always there, the first at first sight
    for told in (keys, [example.digest for example in EXAMPLES], [example.label for example in EXAMPLES]):
        assert len(set(told)) == len(EXAMPLES)


def test_the_key_is_the_examples_name() -> None:
    assert key_of(replace(EXAMPLES[0], key="tabby")) == "example:tabby"


def test_the_path_is_inside_the_package() -> None:
    uniform = next(example for example in EXAMPLES if example.key == "uniform")
    assert uniform.path == Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"


def test_what_may_stand_in_a_screenshot() -> None:
    assert [example.key for example in EXAMPLES if example.free] == ["espresso", "tabby", "uniform"]
