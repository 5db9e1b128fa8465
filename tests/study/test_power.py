"""The power table agrees with the published simulation, and its test with the report's."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from attnviz.study.plan import Plan
from attnviz.study.power import found_in, power_table, write_power


def test_agrees_with_the_simulation_that_the_design_rests_on() -> None:
    """25 people x 50 images, .55 to .70: .20 .72 .97 1.0 from 400 studies (facts/study.md 3.4)."""
    rows = power_table([25], [50], studies=1000)
    assert [row.effect for row in rows] == [0.55, 0.60, 0.65, 0.70]
    for row, published in zip(rows, (0.20, 0.72, 0.97, 1.0), strict=True):
        assert row.power == pytest.approx(published, abs=0.06)


def test_no_preference_is_seldom_found() -> None:
    row = power_table([25], [50], [0.5], studies=1200)[0]
    assert 0.01 < row.power < 0.08


def test_more_images_and_more_people_help() -> None:
    rows = {(row.participants, row.images): row.power for row in power_table([10, 40], [20, 80], [0.6])}
    assert rows[10, 20] < min(rows[10, 80], rows[40, 20]) <= max(rows[10, 80], rows[40, 20]) < rows[40, 80]


def test_seeing_a_part_of_the_pairs_costs_power() -> None:
    whole, part = (power_table([20], [40], [0.6], seen=seen)[0].power for seen in ((1, 1), (1, 3)))
    assert part < whole


def test_the_same_seed_gives_the_same_table() -> None:
    first, again, other = (power_table([10], [20], seed=seed, studies=100) for seed in (1, 1, 2))
    assert first == again != other


def one_study(people: int, images: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    lean = 0.4 + random.normal(0, 0.5, (people, 1)) + random.normal(0, 0.5, (1, images))
    return np.sign(np.rint(lean + random.normal(0, 1, (people, images)))).astype(np.float32)


def test_the_formula_written_out() -> None:
    from scipy import stats

    found = []
    for seed in range(60):
        answers = one_study(7, 9, seed)
        mask = ((np.arange(7)[:, None] + np.arange(9)) % 3 != seed % 3).astype(np.float32)
        cells = [(p, i, answers[p, i]) for p in range(7) for i in range(9) if mask[p, i]]
        mean = sum(y for *_, y in cells) / len(cells)

        def variance(key: Callable[[int, int], object], mean: float = mean, cells: list = cells) -> float:  # type: ignore[type-arg]
            sums: dict[object, float] = {}
            for p, i, y in cells:
                sums[key(p, i)] = sums.get(key(p, i), 0.0) + y - mean
            return sum(v * v for v in sums.values()) / len(cells) ** 2 * len(sums) / (len(sums) - 1)

        people, images = variance(lambda p, _: p), variance(lambda _, i: i)
        se = max(people + images - variance(lambda *cell: cell), people, images) ** 0.5
        expected = 2 * stats.t.sf(abs(mean) / se, 6) < 0.05
        found.append(bool(found_in(answers[None], mask)[0]))
        assert found[-1] == expected
    assert 5 < sum(found) < 55


def test_the_reports_test_says_the_same() -> None:
    results = pytest.importorskip("attnviz.study.results", exc_type=ImportError)
    import pandas as pd

    for seed in range(20):
        answers = one_study(8, 10, seed)
        rows = [
            {"participant": f"p{p}", "image": f"i{i}", "kind": "main", "left_model": "a", "right_model": "b",
             "choice": {-1: "left", 0: "similar", 1: "right"}[int(answers[p, i])]}
            for p in range(8) for i in range(10)
        ]  # fmt: skip
        tested = results.clustered_preference(pd.DataFrame(rows))
        assert (tested["p_value"].iloc[0] < 0.05) == found_in(answers[None], np.ones((8, 10), np.float32))[0]


def test_nobody_differs_from_anybody() -> None:
    everybody = np.ones((2, 8, 8), np.float32)
    everybody[1] = 0
    assert found_in(everybody, np.ones((8, 8), np.float32)).tolist() == [True, False]
    assert found_in(everybody[:, :4, :4], np.ones((4, 4), np.float32)).tolist() == [False, False]


def test_the_table_of_a_plan(make_plan: Callable[..., Plan], tmp_path: Path) -> None:
    write_power(tmp_path, make_plan(count=20, participants=10))
    with (tmp_path / "power.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["participants"], row["images"]) for row in rows} == {
        (people, images) for people in ("5", "10", "20") for images in ("10", "20", "40")
    }
    assert {row["effect"] for row in rows} == {"0.55", "0.6", "0.65", "0.7"}
    assert all(0 <= float(row["power"]) <= 1 for row in rows)
    before = (tmp_path / "power.csv").read_bytes()
    write_power(tmp_path, make_plan(count=20, participants=10))
    assert (tmp_path / "power.csv").read_bytes() == before
    write_power(tmp_path, make_plan(count=4, participants=1))
