"""Which gates of which models are meant, and what a comparison with switched gates says."""

from __future__ import annotations

import pytest
import torch
from PIL import Image

from attnviz import compare
from attnviz.errors import FamilyError, OptionError
from attnviz.families import Family
from attnviz.maps import explain
from attnviz.switching import interventions_of

MODELS = ("baseline", "se", "bam", "cbam")


def test_a_place_is_switched_in_every_model_that_has_it(tiny_family: Family, photo: Image.Image) -> None:
    plain = compare(tiny_family, photo, "pizza")
    found = compare(tiny_family, photo, "pizza", interventions={"stage2": "off"})
    assert {name: dict(result.switched) for name, result in found.items()} == {
        "baseline": {}, "se": {"stage2": "off"}, "bam": {"stage2": "off"}, "cbam": {"stage2": "off"},
    }  # fmt: skip
    assert torch.equal(found["baseline"].logits, plain["baseline"].logits)
    for name in MODELS[1:]:
        tensor = found.view.tensor()
        expected = explain(tiny_family[name], tensor, 4, interventions={"stage2": "off"})
        assert torch.equal(found[name].logits, expected.logits[0])
        assert torch.equal(found[name].maps["stage3"], expected.maps["stage3"][0])
        assert found[name].probability != plain[name].probability
    assert found.retarget("lion")["bam"].switched == {"stage2": "off"}
    assert found.to_json()["models"]["se"]["switched"] == {"stage2": "off"}


def test_by_model(tiny_family: Family) -> None:
    asked = {"cbam": {"all": "off"}}
    assert interventions_of(tiny_family, MODELS, asked) == {"baseline": {}, "se": {}, "bam": {}, "cbam": {"all": "off"}}  # type: ignore[arg-type]
    assert interventions_of(tiny_family, MODELS, None) == {name: {} for name in MODELS}


def test_what_cannot_be(tiny_family: Family, photo: Image.Image) -> None:
    with pytest.raises(OptionError, match=r'a gate "stage2\.bm"\. Did you mean "stage2\.bam"'):
        compare(tiny_family, photo, interventions={"stage2.bm": "off"})
    with pytest.raises(OptionError, match='Gates of "cbm" are to be switched, and it is not compared'):
        compare(tiny_family, photo, interventions={"cbm": {"all": "off"}})
    with pytest.raises(OptionError, match='There is no gate "stage9"'):
        compare(tiny_family, photo, interventions={"cbam": {"stage9": "off"}})
    with pytest.raises(OptionError, match="Maps at the input are of the network as it is"):
        compare(tiny_family, photo, method="occlusion", interventions={"all": "off"})
    with pytest.raises(FamilyError, match='No gate means came with the family "tiny"; make them with: attnviz fam'):
        compare(tiny_family, photo, interventions={"all": "mean"})
