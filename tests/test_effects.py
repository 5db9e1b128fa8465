"""What each switch does for one photo: the numbers are those of the network as switched."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from attnviz import compare
from attnviz.effects import switch_effects
from attnviz.errors import FamilyError, OptionError
from attnviz.families import Family
from attnviz.nets import gate_sites
from attnviz.switching import distinct_places


def test_every_set_of_gates_is_named_once(tiny_family: Family) -> None:
    branches = [f"stage{n}.bam{branch}" for n in (1, 2, 3) for branch in ("", ".channel", ".spatial")]
    assert distinct_places(gate_sites(tiny_family["bam"])) == ["all", *branches]
    assert distinct_places(gate_sites(tiny_family["se"]))[:5] == [
        "all", "stage1", "stage1.0.se", "stage1.1.se", "stage2",
    ]  # fmt: skip
    assert distinct_places(gate_sites(tiny_family["cbam"]))[1:5] == [
        "stage1", "stage1.0.cbam", "stage1.0.cbam.channel", "stage1.0.cbam.spatial",
    ]  # fmt: skip
    assert distinct_places(gate_sites(tiny_family["baseline"])) == []


def test_numbers_are_those_of_a_switched_comparison(tiny_family: Family, photo: Image.Image) -> None:
    told: list[tuple[int, int]] = []
    found = switch_effects(
        tiny_family,
        photo,
        "tabby",
        "stage3",
        models=["baseline", "se", "bam"],
        kinds=("off",),
        advance=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    plain = compare(tiny_family, photo, "tabby")
    switched = compare(tiny_family, photo, "tabby", interventions={"bam": {"stage2.bam.spatial": "off"}})["bam"]
    effect = next(each for each in found.effects if (each.model, each.place) == ("bam", "stage2.bam.spatial"))
    assert effect.answer.probability == switched.probability
    assert effect.change == pytest.approx(switched.probability - plain["bam"].probability, abs=1e-9)
    assert effect.answer.top == switched.top[0][0]
    assert effect.answer.rank == 1 + int((switched.logits > switched.logits[1]).sum())
    maps = plain["bam"].maps["stage3"].numpy().ravel(), switched.maps["stage3"].numpy().ravel()
    assert effect.correlation == pytest.approx(np.corrcoef(*maps)[0, 1], abs=1e-5)
    assert found.answers["baseline"].probability == plain["baseline"].probability
    assert told[-1] == (len(found.effects), len(found.effects)) == (23, 23)
    written = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert len(written["models"]["bam"]["switched"]) == 10


def test_what_cannot_be(tiny_family: Family, photo: Image.Image) -> None:
    with pytest.raises(OptionError, match="None of the models has a gate"):
        switch_effects(tiny_family, photo, models=["baseline"])
    with pytest.raises(FamilyError, match='No gate means came with the family "tiny"'):
        switch_effects(tiny_family, photo)
