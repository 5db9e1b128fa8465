"""gate-statistics.json is read back as it was written, and only for the weights that it was made of."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attnviz.errors import FamilyError
from attnviz.families import Family
from attnviz.families.usual import FILE, UsualGate, UsualGates, read_usual_gates


def usual(by_class: Any = ((0.25, 0.5), (0.75, 0.125), (np.nan, np.nan))) -> UsualGates:
    rows = np.array(by_class)
    gates = {
        "stage1.0.cbam.channel": UsualGate(0.4, 0.02, None, np.nanmean(rows, 0), rows),
        "stage1.0.cbam.spatial": UsualGate(0.6, 0.1, (0.05, 0.04, 0.06)),
    }
    return UsualGates(
        "val.zip", "ef", 2100, 1999, {"cbam": "sha256:ab", "old": "sha256:cd"}, {"cbam": gates, "old": {}}
    )


def test_a_file_gives_everything_back(tmp_path: Path) -> None:
    written = usual()
    written.save(tmp_path / FILE)
    again = read_usual_gates(tmp_path, classes=3)
    assert (again.data, again.digest, again.photos, again.boxes) == ("val.zip", "ef", 2100, 1999)
    assert again.weights == written.weights
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert again.get("cbam", "stage1.0.cbam.spatial") == UsualGate(0.6, 0.1, (0.05, 0.04, 0.06))
    channel = again.get("cbam", "stage1.0.cbam.channel")
    assert channel is not None
    assert (channel.mean, channel.sd, channel.excess) == (0.4, 0.02, None)
    np.testing.assert_array_equal(channel.by_channel, [0.5, 0.3125])
    np.testing.assert_array_equal(channel.by_class, [[0.25, 0.5], [0.75, 0.125], [np.nan, np.nan]])
    assert again.get("cbam", "stage9") is None
    assert again.get("se", "stage1.0.se") is None


@given(st.floats(0, 1))
def test_half_precision_is_enough_for_three_digits(value: float) -> None:
    assert abs(float(np.float64(value).astype("<f2")) - value) < 0.0003


def test_other_weights_are_not_spoken_of() -> None:
    same = usual().of({"cbam": "sha256:ab", "old": "sha256:ef"})
    assert list(same.gates) == ["cbam"]
    assert usual().of({}).gates == {}


def test_nothing_is_usual_where_there_is_no_file(tmp_path: Path) -> None:
    assert read_usual_gates(tmp_path, 3).gates == {}


@pytest.mark.parametrize(
    "broken", ["", "[]", "{}", '{"format": 2, "models": {}}', '{"format": 1, "data": "x", "photos": 3, "models": [1]}']
)
def test_a_damaged_file_is_told(broken: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(broken)
    with pytest.raises(FamilyError, match=r'"gate-statistics\.json" is damaged'):
        read_usual_gates(tmp_path, 3)


def test_a_file_of_other_classes_is_told(tmp_path: Path) -> None:
    usual().save(tmp_path / FILE)
    with pytest.raises(FamilyError, match="another family's"):
        read_usual_gates(tmp_path, 4)
    content = json.loads((tmp_path / FILE).read_text())
    content["models"]["cbam"]["gates"]["stage1.0.cbam.channel"]["all_then_classes"] = "?"
    (tmp_path / FILE).write_text(json.dumps(content))
    with pytest.raises(FamilyError, match="is damaged"):
        read_usual_gates(tmp_path, 3)


def test_what_ships_is_of_the_weights_that_ship(shipped: Family) -> None:
    weights = {name: member.checksum.spec for name, member in shipped.members.items()}
    there = read_usual_gates(shipped.folder, len(shipped.classes)).of(weights)
    assert list(there.gates) == ["se", "bam", "cbam"]
    assert there.photos == 10_000
    assert (shipped.folder / FILE).stat().st_size < 1.5e6
    for model, gates in there.gates.items():
        for place, gate in gates.items():
            assert 0 < gate.mean < 1
            assert (gate.excess is not None) == (model == "bam" or place.endswith("spatial")), place
            assert (gate.by_class is not None) == (not place.endswith("spatial")), place
            if gate.by_class is not None and gate.by_channel is not None:
                # 50 photos of every class, so that the mean of classes is that of photos
                np.testing.assert_allclose(gate.by_class.mean(0), gate.by_channel, atol=5e-4)
                assert gate.by_channel.mean() == pytest.approx(gate.mean, abs=5e-4)


def test_the_card_tells_what_ships(shipped: Family) -> None:
    card = (shipped.folder / "README.md").read_text(encoding="utf-8").replace("−", "-")
    there = read_usual_gates(shipped.folder, len(shipped.classes)).gates["bam"]
    rows = re.findall(r"^\| (stage\d\.bam) \| (\S+) \((\S+) to (\S+)\) \|", card, re.MULTILINE)
    assert [row[0] for row in rows] == list(there)
    for place, *numbers in rows:
        assert [float(number) for number in numbers] == pytest.approx(there[place].excess, abs=6e-4), place
