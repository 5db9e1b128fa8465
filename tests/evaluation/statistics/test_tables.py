"""Tables say what the analysis found, to the digits that they show."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from attnviz.evaluation.statistics import Analysis, Measured, analyse, tables
from attnviz.reports.blocks import Mark, Ranged


@pytest.fixture(scope="module")
def analysis(make_measured: Callable[..., Measured]) -> Analysis:
    return analyse(make_measured(photos=80, gains={"se": 0.1, "cbam": 0.2}, degenerate=0.02), resamples=100)


def row(table: pd.DataFrame, **keys: str) -> pd.Series:
    return table[np.logical_and.reduce([table[key] == value for key, value in keys.items()])].iloc[0]


def test_claims(analysis: Analysis) -> None:
    table = tables.claims_table(analysis.claims)
    assert table.names == ("score", "verdict", "CBAM over SE", "SE over the baseline", "decided by", "photos")
    for claim, cells in zip(analysis.claims, table.rows, strict=True):
        assert cells[1] == tables.TONES[claim.verdict]
        one = claim.gains[0]
        assert cells[2] == Ranged(f"{one.gain:+.4f}", f"{one.low:+.4f} to {one.high:+.4f}")
        assert cells[5] == str(claim.photos)
    assert {cells[1] for cells in table.rows} <= {
        Mark("supported", "good"), Mark("not supported", "bad"), Mark("undecided", "open")
    }  # fmt: skip


def test_means_and_the_mark(analysis: Analysis) -> None:
    table = tables.means_table(analysis)
    place = list(analysis.measured.scores).index("energy_pointing_game") + 1
    cells = {cells[0]: cells[place] for cells in table.rows}
    found = row(analysis.means, part="all", score="energy_pointing_game", name="cbam")
    assert cells["cbam"] == Ranged(f"{found['mean']:.3f}", f"{found['low']:.3f} to {found['high']:.3f}")
    lost = analysis.above[~analysis.above["beats"]]
    marked = {
        (cells[0], score)
        for cells in table.rows
        for score, cell in zip(analysis.measured.scores, cells[1:], strict=True)
        if isinstance(cell, Ranged) and "†" in cell.text
    }
    assert marked == set(zip(lost["model"], lost["score"], strict=True))
    assert not any("†" in str(cells) for cells in tables.means_table(analysis, "small object").rows)


def test_differences_of_all_and_of_parts(analysis: Analysis) -> None:
    cells = next(cells for cells in tables.tests_table(analysis).rows if cells[0] == "Deletion ↓, cbam")
    found = row(analysis.differences, part="all", score="deletion", model="cbam")
    assert cells[1] == f"{found['difference']:+.3f}"
    assert cells[3:5] == ["< 0.001", "< 0.001" if found["p_holm"] < 0.001 else f"{found['p_holm']:.3f}"]
    table = tables.parts_table(analysis)
    assert table.names[1] == f"all models correct ({analysis.parts['all models correct']})"
    cells = next(cells for cells in table.rows if cells[0] == "Deletion ↓, cbam")
    found = row(analysis.differences, part="models disagree", score="deletion", model="cbam")
    assert cells[2] == Ranged(f"{found['difference']:+.3f}", f"{found['low']:+.3f} to {found['high']:+.3f}")


def test_accuracy_ranks_and_degenerate_maps(analysis: Analysis) -> None:
    baseline, se, *_ = tables.accuracy_table(analysis).rows
    found = row(analysis.accuracy, model="se")
    assert baseline[2] == Ranged("", "")
    assert isinstance(se[2], Ranged)
    assert float(se[2].text or 0) == pytest.approx(100 * found["difference"], abs=0.051)
    ranks = tables.ranks_table(analysis)
    assert [len(cells) for cells in ranks.rows] == [5] * 4  # five scores: an upper triangle without the diagonal
    assert [cells[1:].count("") for cells in ranks.rows] == [0, 1, 2, 3]
    counts = {str(cells[0]): cells[1] for cells in tables.degenerate_table(analysis).rows}
    assert counts == {name: str(count) for name, count in
                      zip(analysis.degenerate["name"], analysis.degenerate["degenerate"], strict=True)}  # fmt: skip
