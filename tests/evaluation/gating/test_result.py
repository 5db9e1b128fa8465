"""Gate statistics come back from their file as they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from attnviz.errors import DataError
from attnviz.evaluation.gating import GateStatistics, load_statistics


def test_a_file_gives_everything_back(measured: GateStatistics, tmp_path: Path) -> None:
    measured.save(tmp_path / "gates.npz")
    again = load_statistics(tmp_path / "gates.npz")
    for name in ("family", "data", "digest", "weights", "classes", "photos", "boxes", "unreadable", "unknown"):
        assert getattr(again, name) == getattr(measured, name)
    assert again.labels.tolist() == measured.labels.tolist()
    assert [(model, gate.name) for model, gate in again.places()] == [(m, g.name) for m, g in measured.places()]
    for model, gate in measured.places():
        other = again.models[model][gate.name]
        assert list(other.numbers) == list(gate.numbers)
        assert (other.stage, other.is_spatial) == (gate.stage, gate.is_spatial)
        for name, values in gate.numbers.items():
            np.testing.assert_array_equal(other.numbers[name], values)
        assert other.fixed_excess == gate.fixed_excess or np.isnan(gate.fixed_excess)
        assert (other.channels is None) == (gate.channels is None)
        if gate.channels is not None and other.channels is not None:
            assert other.channels.class_share == gate.channels.class_share
            assert other.channels.low == gate.channels.low


def test_other_files_are_refused(measured: GateStatistics, tmp_path: Path) -> None:
    measured.save(tmp_path / "whole.npz")
    (tmp_path / "cut.npz").write_bytes((tmp_path / "whole.npz").read_bytes()[:-99])
    (tmp_path / "text.npz").write_text("no numbers")
    np.savez(tmp_path / "other.npz", about=np.array('{"format": "something"}'))
    for name in ("cut", "text", "other", "missing"):
        with pytest.raises(DataError, match=f'"{name}.npz" holds no gate statistics'):
            load_statistics(tmp_path / f"{name}.npz")
