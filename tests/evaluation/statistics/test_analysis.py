"""Everything that is reported is the plain mean of the right photos, and depends on nothing else."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from attnviz.evaluation.statistics import Analysis, Measured, analyse, strata


@pytest.fixture(scope="module")
def one(make_measured: Callable[..., Measured]) -> Measured:
    return make_measured(photos=120, gains={"se": 0.1, "cbam": 0.2}, degenerate=0.03)


@pytest.fixture(scope="module")
def found(one: Measured) -> Analysis:
    return analyse(one, resamples=200)


def row(table: pd.DataFrame, **keys: str) -> pd.Series:
    chosen = table[np.logical_and.reduce([table[key] == value for key, value in keys.items()])]
    assert len(chosen) == 1
    return chosen.iloc[0]


def test_means_are_of_the_photos_of_the_part_that_all_models_have(found: Analysis, one: Measured) -> None:
    for part, inside in strata(one).items():
        for score in one.scores:
            counts = inside & one.comparable(score)
            for place, name in enumerate(one.names):
                told = row(found.means, part=part, score=score, name=name)
                values = one.scores[score][counts, place]
                assert told["photos"] == (~np.isnan(values)).sum()
                if told["photos"]:
                    assert told["mean"] == pytest.approx(values[~np.isnan(values)].mean())
    assert found.parts == {part: inside.sum() for part, inside in strata(one).items()}


def test_differences_are_the_model_less_the_baseline(found: Analysis, one: Measured) -> None:
    assert found.baseline == "baseline"
    told = row(found.differences, part="all", score="deletion", model="cbam")
    counts = one.comparable("deletion")
    values = one.of_models("deletion")[counts]
    assert told["difference"] == pytest.approx((values[:, 3] - values[:, 0]).mean())
    assert told["low"] < -0.2 < told["high"]
    means = [row(found.means, part="all", score="deletion", name=name)["mean"] for name in ("cbam", "baseline")]
    assert told["difference"] == pytest.approx(means[0] - means[1])


def test_tests_are_of_all_photos_and_corrected_as_one_family(found: Analysis) -> None:
    tested = found.differences["part"] == "all"
    assert found.differences.loc[~tested, ["p_value", "p_holm"]].isna().all(axis=None)
    assert tested.sum() == 3 * 5
    p_values = found.differences.loc[tested, "p_value"]
    corrected = found.differences.loc[tested, "p_holm"]
    assert (corrected >= p_values).all()
    smallest = p_values.idxmin()
    assert corrected[smallest] == pytest.approx(15 * p_values[smallest])


def test_degenerate_maps_are_counted_and_no_hit(found: Analysis, one: Measured) -> None:
    counts = found.degenerate.set_index("name")["degenerate"]
    assert counts.to_dict() == dict(zip(one.names, one.degenerate.sum(axis=0), strict=True))
    assert counts["centre"] == 0
    assert 0 < counts["baseline"] < 12
    nothing = one.degenerate[:, :4].any(axis=1)
    assert found.left_out["deletion"] == nothing.sum()
    assert found.left_out["pointing_game"] == (nothing & ~np.isnan(one.object_share)).sum()
    assert {claim.score for claim in found.claims_worst} == {claim.score for claim in found.claims}


def test_without_degenerate_maps_there_is_nothing_to_count_as_the_worst(
    make_measured: Callable[..., Measured],
) -> None:
    assert analyse(make_measured(photos=30), resamples=50).claims_worst == ()


def test_who_does_not_beat_the_centre_is_known(make_measured: Callable[..., Measured]) -> None:
    low = analyse(make_measured(photos=120, reference=0.6, gains={"cbam": 0.35}), resamples=200).above
    assert set(low["score"]) == {"pointing_game", "energy_pointing_game", "max_box_acc_v2"}
    assert set(low["reference"]) == {"uniform", "gaussian", "edges", "random", "centre"}
    of_energy = low[low["score"] == "energy_pointing_game"].set_index(["model", "reference"])
    assert of_energy["beats"].to_dict() == {
        (model, reference): model == "cbam"
        for model in ("baseline", "se", "bam", "cbam")
        for reference in ("uniform", "gaussian", "edges", "random", "centre")
    }
    assert of_energy.loc[("cbam", "centre"), "difference"] == pytest.approx(0.2, abs=0.03)


def test_accuracy_and_its_difference(found: Analysis, one: Measured) -> None:
    told = found.accuracy.set_index("model")
    assert told.loc["se", "top1"] == one.correct[:, 1].mean()
    assert told.loc["se", "difference"] == pytest.approx((one.correct[:, 1] - one.correct[:, 0]).mean())
    assert told.loc["se", "low"] < told.loc["se", "top1"] < told.loc["se", "high"]
    assert np.isnan(told.loc["baseline", "difference_low"])
    assert told.loc["se", "calibration_low"] <= told.loc["se", "calibration_high"]


def test_scores_of_one_quality_rank_alike(found: Analysis) -> None:
    told = row(found.ranks, one="energy_pointing_game", other="deletion")
    assert told["tau"] == pytest.approx(1)
    assert row(found.ranks, one="pointing_game", other="energy_pointing_game")["tau"] < 0.9


def test_the_same_table_gives_the_same_numbers(one: Measured, found: Analysis) -> None:
    steps: list[tuple[int, int]] = []
    again = analyse(one, resamples=200, advance=lambda done, total: steps.append((done, total)))
    for name in ("means", "differences", "above", "accuracy", "ranks"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(found, name))
    assert again.claims == found.claims
    assert steps == [(done, 6) for done in range(7)]


def test_one_model_and_no_reference_are_analysed_too(make_table: Callable[..., pd.DataFrame]) -> None:
    from attnviz.evaluation.statistics import measured

    table = make_table(photos=20, models={"cbam": "cbam"})
    (one,) = measured(table[~table["model"].str.startswith("reference")])
    found = analyse(one, resamples=50)
    assert found.baseline == "cbam"
    assert found.differences.empty
    assert found.above.empty
    assert found.ranks.empty
    assert found.claims == ()


def test_it_needs_no_torch() -> None:
    code = "import sys, attnviz.evaluation.statistics; print({'torch', 'gradio', 'fastapi'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
