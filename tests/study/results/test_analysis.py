"""Everything of a study at once: by its plan, the same each time, and only of main trials."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace

import pandas as pd
import pytest

from attnviz.errors import StudyError
from attnviz.study.plan import Plan
from attnviz.study.results import Analysis, analyse, clustered_preference, preference_table

Study = tuple[pd.DataFrame, Plan]


@pytest.fixture(scope="module")
def analysis(study: Study) -> Analysis:
    return analyse(*study, resamples=200)


def test_it_is_of_those_who_were_not_left_out(study: Study, analysis: Analysis) -> None:
    votes, plan = study
    assert analysis.exclusions.left_out["participant"].tolist() == ["p001"]
    assert (analysis.participants, analysis.images, analysis.votes) == (19, 20, 1140)
    slow = votes["response_ms"].where(votes["participant"] > "p003", 100)
    without = analyse(votes.assign(response_ms=slow), plan, resamples=50)
    assert (without.participants, without.votes) == (16, 960)
    expected = clustered_preference(votes[votes["participant"] > "p003"], plan.pairs)
    pd.testing.assert_frame_equal(without.headline, expected)
    pd.testing.assert_frame_equal(without.headline_all, clustered_preference(votes, plan.pairs))


def test_pairs_are_those_of_the_plan_in_its_order(study: Study, analysis: Analysis) -> None:
    pairs = [list(pair) for pair in study[1].pairs]
    for table in (analysis.table, analysis.headline, analysis.headline_all, analysis.sign, analysis.alpha[:-1]):
        assert table[["model_a", "model_b"]].to_numpy().tolist() == pairs
    assert analysis.strengths is not None
    assert set(analysis.strengths["item"]) == {"baseline", "se", "cbam"}


def test_repeats_and_catch_trials_have_their_own_numbers(analysis: Analysis) -> None:
    assert analysis.retest.repeats == 19 * 9
    assert 0.6 < analysis.retest.agreement < 0.9
    assert analysis.catch["share"].min() == 0
    assert analysis.catch["unread"].sum() == 0


def test_the_same_votes_in_any_order_give_the_same(study: Study, analysis: Analysis) -> None:
    votes, plan = study
    again = analyse(votes.sample(frac=1, random_state=1), plan, resamples=200)
    assert again.strengths is not None
    pd.testing.assert_frame_equal(again.strengths, analysis.strengths, rtol=1e-9)
    pd.testing.assert_frame_equal(again.headline, analysis.headline, rtol=1e-9)
    assert asdict(again.position) == pytest.approx(asdict(analysis.position), abs=1e-9)


def test_other_trials_change_no_outcome(study: Study, analysis: Analysis) -> None:
    votes, plan = study
    main = analyse(votes[(votes["kind"] == "main") & (votes["participant"] != "p001")], plan, resamples=20)
    for name in ("table", "headline", "sign"):
        pd.testing.assert_frame_equal(getattr(main, name), getattr(analysis, name))
    assert (main.position, main.tie_rate) == (analysis.position, analysis.tie_rate)


def test_two_models_have_no_strengths(simulated: Callable[..., pd.DataFrame], plan_of: Callable[..., Plan]) -> None:
    analysis = analyse(simulated(1, people=5, images=6), plan_of())
    assert analysis.strengths is None
    assert analysis.no_strengths is None


def test_strengths_that_cannot_be_are_explained(study: Study) -> None:
    votes, plan = study
    votes = votes[(votes["left_model"] != "se") & (votes["right_model"] != "se")]
    analysis = analyse(votes, plan)
    assert analysis.strengths is None
    assert "never compared" in str(analysis.no_strengths)
    assert preference_table(votes, plan.pairs)["votes"].tolist() == [0, 400, 0]
    assert analysis.headline["p_value"].isna().tolist() == [True, False, True]


def test_the_first_vote_of_all_is_analysed(study: Study) -> None:
    votes, plan = study
    analysis = analyse(votes[votes["kind"] == "main"].head(1), plan)
    assert analysis.votes == 1
    assert analysis.headline["p_value"].isna().all()


@pytest.mark.parametrize("change", [{"seed": 8}, {"minimum_ms": 0}])
def test_votes_of_another_plan_are_refused(study: Study, change: dict[str, int]) -> None:
    votes, plan = study
    with pytest.raises(StudyError, match="under another plan"):
        analyse(votes, plan.model_copy(update=change))


def test_nobody_left_is_told(study: Study) -> None:
    votes, plan = study
    with pytest.raises(StudyError, match="leave out every participant"):
        analyse(votes.assign(response_ms=1), plan)


def test_neither_torch_nor_gradio_is_imported() -> None:
    code = "import sys, attnviz.study.results.report; print({'torch', 'gradio', 'fastapi'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "set()"


def test_an_analysis_cannot_be_changed(analysis: Analysis) -> None:
    with pytest.raises(AttributeError):
        analysis.votes = 1  # type: ignore[misc]
    assert replace(analysis, votes=1).votes == 1
