"""A pass over a set of photos gives what its gates, read one photo at a time, give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from attnviz.errors import DataError, OptionError, WeightsError
from attnviz.evaluation.boxes import BoxTable
from attnviz.evaluation.gating import GateStatistics, measure_gates
from attnviz.evaluation.photos import PhotoSet, open_photo_set
from attnviz.families import Family, open_family
from attnviz.images import open_picture
from attnviz.maps import gates


def test_which_photos_and_gates_there_are(measured: GateStatistics) -> None:
    assert (measured.family, measured.data, len(measured.photos), measured.boxes) == ("tiny", "photos", 12, 3)
    assert measured.labels.tolist() == [2] * 3 + [0] * 3 + [4] * 3 + [1] * 3
    assert list(measured.unreadable) == ["lion/broken.png"]
    assert measured.unknown == {"unicorn": 1}
    assert list(measured.models) == ["se", "bam", "cbam"]  # the baseline has no gate
    assert list(measured.models["bam"]) == [f"stage{n}.bam{branch}" for n in (1, 2, 3) for branch in ("", ".spatial")]
    assert len(measured.models["cbam"]) == 16


def test_channel_gates_are_those_of_single_photos(
    measured: GateStatistics, tiny_family: Family, photo_folder: Path
) -> None:
    views = [tiny_family.preprocessing.view(open_picture(photo_folder / name)) for name in measured.photos]
    for model in ("se", "bam", "cbam"):
        readings = [gates(tiny_family[model], view.tensor()) for view in views]
        for place, one in measured.models[model].items():
            if place not in readings[0]:
                continue
            values = torch.cat([reading[place].values for reading in readings]).double().numpy()
            np.testing.assert_allclose(one.numbers["mean"], values.reshape(12, -1).mean(1), atol=1e-6)
            if one.channels is None:
                continue
            by_channel = values.mean((2, 3)) if values.ndim == 4 else values
            np.testing.assert_allclose(one.channels.class_means[0], by_channel[3:6].mean(0), atol=1e-6)
            np.testing.assert_allclose(one.channels.class_sds[4], by_channel[6:9].std(0), atol=1e-6)
            assert np.isnan(one.channels.class_means[3]).all()  # nobody's class
            assert one.channels.high == (values > 0.9).mean()
            assert one.channels.low == (values < 0.1).mean()


def test_numbers_of_places_are_those_of_the_boxes(
    measured: GateStatistics, tiny_family: Family, photo_folder: Path
) -> None:
    lion = tiny_family.preprocessing.view(open_picture(photo_folder / "lion/0.png")).tensor()
    reading = gates(tiny_family["bam"], lion)["stage1.bam"]
    cover = torch.zeros(64, 64)
    cover[10:30, 10:40] = 1
    cover = cover.reshape(32, 2, 32, 2).mean((1, 3))
    at = measured.photos.index("lion/0.png")

    def share(mass: torch.Tensor) -> float:
        return float((mass * cover).sum() / mass.sum())

    whole, alone = measured.models["bam"]["stage1.bam"], measured.models["bam"]["stage1.bam.spatial"]
    gate = reading.values[0].mean(0)
    assert whole.numbers["excess"][at] == pytest.approx(share(gate) - float(cover.mean()), abs=1e-6)
    assert whole.numbers["moved"][at] == pytest.approx(share(reading.after[0]) - share(reading.before[0]), abs=1e-6)
    branch = reading.logits["spatial"][0].sigmoid()
    assert alone.numbers["excess"][at] == pytest.approx(share(branch) - float(cover.mean()), abs=1e-6)
    told = {name for name, value in zip(measured.photos, whole.numbers["rank"], strict=True) if value == value}
    assert told == {"lion/0.png", "tabby/1.png"}  # the pizza's box is everything
    assert "moved" not in measured.models["cbam"]["stage1.0.cbam.spatial"].numbers  # features there have signs


@pytest.mark.parametrize("batch", [1, 5])
def test_batches_change_nothing(
    batch: int, measured: GateStatistics, tiny_family: Family, photo_set: PhotoSet, boxes: BoxTable
) -> None:
    told: list[tuple[int, int]] = []
    again = measure_gates(
        tiny_family, photo_set, boxes, ["bam"], batch=batch, advance=lambda done, total: told.append((done, total))
    )
    for place, one in again.models["bam"].items():
        other = measured.models["bam"][place]
        for name, values in one.numbers.items():
            np.testing.assert_allclose(values, other.numbers[name], atol=2e-6)
        assert one.fixed_excess == pytest.approx(other.fixed_excess, abs=1e-6)
        if one.channels is not None and other.channels is not None:
            assert one.channels.within == pytest.approx(other.channels.within, abs=1e-6)
    assert told[-1] == (13, 13)
    assert len(told) == -(-13 // batch)


def test_without_boxes_there_is_no_number_that_needs_one(tiny_family: Family, photo_set: PhotoSet) -> None:
    found = measure_gates(tiny_family, photo_set, models=["cbam"])
    assert found.boxes == 0
    assert set(found.models["cbam"]["stage2.1.cbam.spatial"].numbers) == {
        "mean", "spread", "closed", "open", "entropy",
    }  # fmt: skip
    assert np.isnan(found.models["cbam"]["stage2.1.cbam.spatial"].fixed_excess)


def test_a_gate_that_is_no_number_is_refused(make_family: Callable[[], Path], photo_folder: Path) -> None:
    family = open_family(make_family(), "cpu")
    family["se"].layer2[0].bn1.running_mean[0] = float("nan")
    with pytest.raises(WeightsError, match=r"The gate stage2\.0\.se of \"se\" is not a number"):
        measure_gates(family, open_photo_set(photo_folder, family.classes), models=["se"])


def test_what_a_user_can_mend(tiny_family: Family, photo_set: PhotoSet, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="None of the models has a gate"):
        measure_gates(tiny_family, photo_set, models=["baseline"])
    (tmp_path / "unicorn").mkdir()
    (tmp_path / "unicorn" / "a.png").write_bytes(b"")
    with pytest.raises(DataError, match="is of a class of the family"):
        measure_gates(tiny_family, open_photo_set(tmp_path, tiny_family.classes), models=["se"])
    (tmp_path / "unicorn").rename(tmp_path / "lion")
    with pytest.raises(DataError, match=r'No photo can be read; the first is "lion/a.png": The file is empty'):
        measure_gates(tiny_family, open_photo_set(tmp_path, tiny_family.classes), models=["se"])
