"""Accuracies over a set of photos are those of the models' logits, by other means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from statsmodels.stats.proportion import proportion_confint

from attnviz import Comparison, compare
from attnviz.errors import DataError, FamilyError
from attnviz.evaluation.accuracy import measure_accuracy
from attnviz.evaluation.photos import open_photo_set
from attnviz.families import Family


def test_numbers_are_those_of_comparisons(tiny_family: Family, data: Any) -> None:
    told: list[tuple[int, int]] = []
    found = measure_accuracy(
        tiny_family, data.photos, ["cbam", "baseline"], lambda done, total: told.append((done, total)), batch=10
    )
    whole = [photo for photo in data.photos.labelled if "photo-7." not in photo.name]
    assert list(found.models) == ["cbam", "baseline"]
    assert found.photos == tuple(photo.name for photo in whole)
    assert list(found.unreadable) == [photo.name for photo in data.photos.labelled if "photo-7." in photo.name]
    assert told[-1] == (24, 24)
    comparisons = [compare(tiny_family, data.folder / photo.name, models=list(found.models)) for photo in whole]
    for name, accuracy in found.models.items():
        tops = [comparison[name].top[0] for comparison in comparisons]
        assert found.top[name] == tuple(top for top, _ in tops)
        right = [top == tiny_family.classes.names[photo.label] for (top, _), photo in zip(tops, whole, strict=True)]
        assert accuracy.top1.share == pytest.approx(sum(right) / 23)
        assert [rank == 1 for rank in found.ranks[name]] == right
        assert accuracy.top5.share == 1.0  # of five classes
        assert accuracy.confidence == pytest.approx(sum(share for _, share in tops) / 23, abs=1e-5)
        low, high = proportion_confint(sum(right), 23, method="wilson")
        assert (accuracy.top1.low, accuracy.top1.high) == pytest.approx((low, high))
    unsure = [comparison.is_unsure for comparison in comparisons]
    assert found.unsure.share == pytest.approx(sum(unsure) / 23)


def test_the_share_of_the_unsure_heeds_every_model(
    tiny_family: Family, data: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = {}
    for bound in (0.0, 0.35, 0.5, 1.1):
        monkeypatch.setattr(Comparison, "UNSURE", bound)
        shares[bound] = measure_accuracy(tiny_family, data.photos).unsure.share
        for photo in data.photos.labelled[:3]:
            assert compare(tiny_family, data.folder / photo.name).is_unsure == (
                max(each.top[0][1] for each in compare(tiny_family, data.folder / photo.name).values()) < bound
            )
    assert (shares[0.0], shares[1.1]) == (0.0, 1.0)
    assert 0.0 <= shares[0.35] <= shares[0.5] <= 1.0


def test_json_has_every_photo(tiny_family: Family, data: Any) -> None:
    found = measure_accuracy(tiny_family, data.photos, ["se"])
    content = found.to_json()
    assert [each["photo"] for each in content["photos"]] == list(found.photos)
    assert [each["se"]["rank"] for each in content["photos"]] == list(found.ranks["se"])
    assert content["models"]["se"]["top1"]["share"] == found.models["se"].top1.share
    assert sum(each["se"]["rank"] == 1 for each in content["photos"]) / 23 == content["models"]["se"]["top1"]["share"]


def test_ties_count_for_the_photo(tiny_family: Family, data: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Equal probabilities put no class before another; the most probable is then the first, as everywhere."""
    monkeypatch.setattr(
        "attnviz.evaluation.accuracy.probabilities_of", lambda logits, temperature: torch.full_like(logits, 0.2)
    )
    found = measure_accuracy(tiny_family, data.photos, ["se"])
    assert set(found.ranks["se"]) == {1}
    assert set(found.top["se"]) == {tiny_family.classes.names[0]}


def test_logits_that_are_no_numbers_are_no_right_answer(
    tiny_family: Family, data: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = measure_accuracy(tiny_family, data.photos, ["se"], batch=10)

    def of_nan(logits: torch.Tensor, temperature: float) -> torch.Tensor:
        shares = logits.softmax(1)
        shares[0] = float("nan")  # the first photo of every batch
        return shares

    monkeypatch.setattr("attnviz.evaluation.accuracy.probabilities_of", of_nan)
    found = measure_accuracy(tiny_family, data.photos, ["se"], batch=10)
    broken = [number for number, top in enumerate(found.top["se"]) if not top]
    assert len(broken) == 3
    assert {found.ranks["se"][number] for number in broken} == {6}
    right = [rank == 1 and number not in broken for number, rank in enumerate(usual.ranks["se"])]
    assert found.models["se"].top1.share == pytest.approx(sum(right) / 23)
    assert found.models["se"].top5.share == pytest.approx(20 / 23)
    json.dumps(found.to_json(), allow_nan=False)


def test_what_cannot_be(tiny_family: Family, data: Any, tmp_path: Path) -> None:
    with pytest.raises(FamilyError, match=r'no model "cbm"\. Did you mean "cbam"'):
        measure_accuracy(tiny_family, data.photos, ["cbm"])
    (tmp_path / "n02129165").mkdir()
    (tmp_path / "n02129165" / "a.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"No photo can be read; the first is n02129165/a.png: The file is empty"):
        measure_accuracy(tiny_family, open_photo_set(tmp_path, tiny_family.classes))
