"""What ships with a family is what was measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from attnviz.evaluation.boxes import BoxTable
from attnviz.evaluation.gating import GateStatistics, measure_gates
from attnviz.evaluation.gating.usual import usual_gates
from attnviz.evaluation.photos import PhotoSet
from attnviz.families import Family
from attnviz.families.usual import FILE, read_usual_gates


@pytest.fixture(scope="module")
def measured(tiny_family: Family, photo_set: PhotoSet) -> GateStatistics:
    """With a box on every photo: of fewer than ten there is no interval."""
    boxes = {photo.name: np.array([[5.0, 5.0, 30.0, 40.0]]) for photo in photo_set.labelled}
    return measure_gates(tiny_family, photo_set, BoxTable("boxes.csv", boxes))


def test_what_is_usual_is_what_was_measured(measured: GateStatistics, tmp_path: Path) -> None:
    usual_gates(measured).save(tmp_path / FILE)
    usual = read_usual_gates(tmp_path, len(measured.classes)).of(measured.weights)
    assert (usual.data, usual.digest, usual.photos, usual.boxes) == ("photos", measured.digest, 12, 12)
    assert list(usual.gates["bam"]) == ["stage1.bam", "stage2.bam", "stage3.bam"]  # branches are no gates
    whole, told = measured.models["bam"]["stage2.bam"], usual.get("bam", "stage2.bam")
    assert told is not None
    assert told.excess is not None
    assert whole.channels is not None
    assert told.mean == pytest.approx(whole.numbers["mean"].mean(), abs=1e-4)
    assert told.sd == pytest.approx(whole.numbers["mean"].std(), abs=1e-4)
    assert told.excess[0] == pytest.approx(np.nanmean(whole.numbers["excess"]), abs=1e-4)
    np.testing.assert_allclose(told.by_class, whole.channels.class_means, atol=3e-4)
    np.testing.assert_allclose(told.by_channel, whole.channels.mean, atol=3e-4)
    spatial = usual.get("cbam", "stage1.0.cbam.spatial")
    assert spatial is not None
    assert spatial.by_class is None


def test_without_boxes_or_with_few_there_is_no_excess(
    tiny_family: Family, photo_set: PhotoSet, boxes: BoxTable, tmp_path: Path
) -> None:
    for some in (None, boxes):
        usual = usual_gates(measure_gates(tiny_family, photo_set, some, ["cbam"]))
        assert all(gate.excess is None for gate in usual.gates["cbam"].values())
        usual.save(tmp_path / FILE)
