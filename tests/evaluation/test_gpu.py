"""A set of photos has the same numbers on a GPU: run by hand where there is one, with ``pytest -m gpu``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from attnviz.evaluation.accuracy import measure_accuracy
from attnviz.evaluation.gating import measure_gates
from attnviz.evaluation.gating.averages import average_gates
from attnviz.evaluation.question import ask
from attnviz.evaluation.run import evaluate
from attnviz.evaluation.switches import measure_switches
from attnviz.families import Family, open_family
from tests.evaluation.conftest import Data

pytestmark = pytest.mark.gpu
CLOSE = 1e-4
ATTENTIVE = ("se", "bam", "cbam")
SCORES = ("energy_pointing_game", "insertion", "deletion", "road_combined", "average_drop", "gini", "max_sensitivity")


@pytest.fixture(scope="module")
def on_gpu(tiny_folder: Path) -> Family:
    return open_family(tiny_folder, "cuda")


def test_a_table(on_gpu: Family, tiny_family: Family, data: Data, tmp_path: Path) -> None:
    question = ask(("baseline", "cbam"), ("gradcam", "layercam", "smoothgrad"), ("stage1", "stage4"), SCORES, limit=6)
    tables = []
    for name, family in {"cpu": tiny_family, "gpu": on_gpu}.items():
        evaluate(family, data.photos, data.boxes, question, tmp_path / name)
        tables.append(pd.read_csv(tmp_path / name / "results.csv.gz"))
    pd.testing.assert_frame_equal(*tables, rtol=0, atol=100 * CLOSE)  # curves add up many steps


def test_gates_and_their_means(on_gpu: Family, tiny_family: Family, data: Data) -> None:
    there, here = (measure_gates(family, data.photos, data.boxes) for family in (on_gpu, tiny_family))
    for model in ATTENTIVE:
        for place, gate in here.models[model].items():
            np.testing.assert_allclose(there.models[model][place].numbers["mean"], gate.numbers["mean"], atol=CLOSE)
    means, expected = (average_gates(family, data.photos) for family in (on_gpu, tiny_family))
    for model in ATTENTIVE:
        for place, mean in expected.models[model].items():
            np.testing.assert_allclose(means.models[model][place].cpu(), mean, atol=CLOSE)


def test_accuracies_and_switches(on_gpu: Family, tiny_family: Family, data: Data) -> None:
    there, here = (measure_accuracy(family, data.photos) for family in (on_gpu, tiny_family))
    for model, accuracy in here.models.items():
        assert there.models[model].probability == pytest.approx(accuracy.probability, abs=CLOSE)
        assert there.models[model].confidence == pytest.approx(accuracy.confidence, abs=CLOSE)
    switched, expected = (
        measure_switches(family, data.photos, ATTENTIVE, kinds=("off",)) for family in (on_gpu, tiny_family)
    )
    for row, other in zip(switched.rows, expected.rows, strict=True):
        assert (row.model, row.place, row.kind) == (other.model, other.place, other.kind)
        assert row.probability == pytest.approx(other.probability, abs=CLOSE)
