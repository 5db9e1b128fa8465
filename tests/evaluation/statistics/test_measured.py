"""A results table as arrays: what is read is what was written, and what is no such table is told."""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from attnviz.errors import DataError
from attnviz.evaluation.statistics import Measured, read_measured

MakeTable = Callable[..., pd.DataFrame]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[pd.DataFrame], Path]:
    def write(table: pd.DataFrame) -> Path:
        table.to_csv(tmp_path / "results.csv.gz", index=False)
        return tmp_path / "results.csv.gz"

    return write


def test_every_value_of_the_report_half_is_where_it_belongs(make_table: MakeTable, write: Callable[..., Path]) -> None:
    table = make_table(photos=30, degenerate=0.2, places=(("gradcam", "stage3"), ("gradcam", "stage4")))
    shuffled = table.sample(frac=1, random_state=1)
    shuffled = shuffled.sort_values("model", key=lambda names: names.map(list(table["model"].unique()).index))
    read = read_measured(write(shuffled))
    assert sorted((one.method, one.stage) for one in read) == [("gradcam", "stage3"), ("gradcam", "stage4")]
    for one in read:
        assert one.models == ("baseline", "se", "bam", "cbam")
        assert one.references == ("uniform", "gaussian", "edges", "random", "centre")
        assert len(one.images) == 30
        of_place = table[(table["split"] == "report") & table["stage"].isin([one.stage, "input"])]
        for row in of_place.itertuples():
            photo = one.images.index(row.image)
            name = one.names.index(row.model.removeprefix("reference:"))
            assert one.scores["deletion"][photo, name] == pytest.approx(row.deletion, nan_ok=True)
            assert one.scores["pointing_game"][photo, name] == pytest.approx(row.pointing_game, nan_ok=True)
            assert one.degenerate[photo, name] == (row.degenerate == "True")
            assert one.object_share[photo] == pytest.approx(row.object_share, nan_ok=True)
            if row.correct:
                assert one.correct[photo, name] == (row.correct == "True")
                assert one.confidence[photo, name] == pytest.approx(row.confidence)


def test_photos_are_compared_where_every_model_has_the_score(make_measured: Callable[..., Measured]) -> None:
    one = make_measured(photos=100, degenerate=0.1)
    shows_nothing = one.degenerate[:, :4].any(axis=1)
    boxed = ~np.isnan(one.object_share)
    assert 0 < shows_nothing.sum() < 100
    assert boxed.sum() == 90
    assert (one.comparable("energy_pointing_game") == boxed & ~shows_nothing).all()
    assert (one.comparable("deletion") == ~shows_nothing).all()
    assert (one.applies("energy_pointing_game") == boxed).all()
    assert one.applies("deletion").all()


def test_the_worst_value_is_the_range_s_end_in_the_score_s_direction(make_measured: Callable[..., Measured]) -> None:
    one = make_measured(photos=100, degenerate=0.1)
    nothing = one.degenerate[:, :4]
    for score, worst in (("energy_pointing_game", 0), ("deletion", 1)):
        filled = one.with_worst(score)
        counts = nothing & one.applies(score)[:, None]
        assert (filled[counts] == worst).all()
        np.testing.assert_array_equal(filled[~nothing], one.of_models(score)[~nothing])
    assert np.isnan(one.with_worst("energy_pointing_game")[np.isnan(one.object_share)]).all()


def test_a_map_that_is_nowhere_positive_keeps_its_value_in_a_signed_score(
    make_measured: Callable[..., Measured],
) -> None:
    one = make_measured(photos=20)
    one.degenerate[3, 1] = True
    np.testing.assert_array_equal(one.with_worst("deletion"), one.of_models("deletion"))
    assert one.comparable("deletion").all()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda table: table.drop(columns=["confidence", "stage"]), "it has no column stage, confidence"),
        (lambda table: table.iloc[1:], "not one row for every photo and model"),
        (lambda table: pd.concat([table, table.iloc[:1]]), "not one row for every photo and model"),
        (lambda table: table[table["split"] == "fit"], "no rows of the report half"),
        (lambda table: table.assign(confidence="much"), "cannot be read as a results table"),
    ],
)
def test_what_is_no_results_table_is_told(
    change: Callable[[pd.DataFrame], pd.DataFrame], sentence: str, make_table: MakeTable, write: Callable[..., Path]
) -> None:
    with pytest.raises(DataError, match=sentence):
        read_measured(write(change(make_table(photos=4))))


def test_files_that_cannot_be_read_are_told(make_table: MakeTable, write: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r'There is no "none\.csv"'):
        read_measured(tmp_path / "none.csv")
    path = write(make_table(photos=20))
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"\x00" * 80, gzip.compress(b""), b""):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match="cannot be read as a results table"):
            read_measured(path)


def test_scores_that_no_model_has_are_left_out(make_table: MakeTable, write: Callable[..., Path]) -> None:
    (one,) = read_measured(write(make_table(photos=4).assign(insertion=np.nan, mine=1.0)))
    assert sorted(one.scores) == ["deletion", "energy_pointing_game", "gini", "max_box_acc_v2", "pointing_game"]


def test_both_halves_are_without_the_scores_that_were_fitted(make_table: MakeTable, write: Callable[..., Path]) -> None:
    table = make_table(photos=10, fit=6)
    path = write(table)
    (one,) = read_measured(path, both_halves=True)
    fit = np.isin(one.images, table[table["split"] == "fit"]["image"])
    assert (len(one.images), fit.sum()) == (16, 6)
    assert np.isnan(one.of_models("max_box_acc_v2")[fit]).all()
    assert not np.isnan(one.of_models("energy_pointing_game")[fit]).any()
    assert len(read_measured(path)[0].images) == 10
