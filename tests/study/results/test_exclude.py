"""Participants are left out by the frozen rules alone, and what that does can be followed."""

from collections.abc import Callable

import pandas as pd
import pytest

from attnviz.errors import StudyError
from attnviz.study.plan import Plan
from attnviz.study.results import exclusions

Of = Callable[..., pd.DataFrame]
PlanOf = Callable[..., Plan]


@pytest.fixture(scope="module")
def votes(of: Of) -> pd.DataFrame:
    caught = {"left": "cbam", "right": "cbam", "kind": "catch", "flags": "mirrored=left"}
    return pd.concat([
        of("LRSL" * 6, participant="good"), of("RRL", participant="good", **caught),
        of("LRSL" * 6, participant="blind"), of("LSR", participant="blind", **caught),
        of("LRSL" * 6, participant="fast", response_ms=500),
        of("R" * 22 + "LSS", participant="right"),
        of("R" * 19, participant="short"),
        of("LLL", participant="practiced", kind="practice"),
    ], ignore_index=True)  # fmt: skip


def left_out(votes: pd.DataFrame, plan: Plan) -> list[str]:
    return exclusions(votes, plan).left_out["participant"].tolist()


@pytest.mark.parametrize(
    ("rules", "out"),
    [
        ({}, []),
        ({"catch_failures": 1}, ["blind"]),
        ({"catch_failures": 2}, []),
        ({"catch_share": 0.66}, ["blind"]),
        ({"median_ms": 600}, ["fast"]),
        ({"median_ms": 500}, []),
        ({"same_side": 0.9, "same_side_trials": 20}, ["right"]),
        ({"same_side": 0.9}, ["right"]),
        ({"same_side": 0.9, "same_side_trials": 10}, ["right", "short"]),
        ({"same_side": 0.99, "same_side_trials": 20}, []),
    ],
)
def test_a_rule_leaves_out_who_breaks_it(votes: pd.DataFrame, plan_of: PlanOf, rules: dict[str, float],
                                         out: list[str]) -> None:  # fmt: skip
    assert left_out(votes, plan_of(exclusion=rules)) == out


def test_the_flow_can_be_followed(votes: pd.DataFrame, plan_of: PlanOf) -> None:
    rules = {"same_side": 0.9, "same_side_trials": 20, "median_ms": 600, "catch_share": 0.66}
    found = exclusions(votes, plan_of(exclusion=rules))
    assert found.flow[["step", "participants", "votes", "out"]].to_numpy().tolist() == [
        ["voted", 5, 116, 0], ["catch_share", 4, 92, 1], ["median_ms", 3, 68, 1], ["same_side", 2, 43, 1],
        ["analysed", 2, 43, 0],
    ]  # fmt: skip
    assert found.left_out.to_numpy().tolist() == [
        ["blind", "catch_share", 1 / 3, 0.66], ["fast", "median_ms", 500, 600], ["right", "same_side", 22 / 23, 0.9],
    ]  # fmt: skip
    assert set(found.kept["participant"]) == {"good", "short", "practiced"}
    assert set(found.kept["kind"]) == {"main", "catch", "practice"}


def test_who_breaks_two_rules_leaves_once(of: Of, plan_of: PlanOf) -> None:
    votes = pd.concat([of("R" * 25, participant="both", response_ms=100), of("LR" * 12, participant="good")])
    found = exclusions(votes, plan_of(exclusion={"median_ms": 600, "same_side": 0.9}))
    assert found.left_out["rule"].tolist() == ["median_ms", "same_side"]
    assert found.flow["out"].tolist() == [0, 1, 0, 0]


def test_a_rule_of_a_newer_version_is_told(votes: pd.DataFrame, plan_of: PlanOf) -> None:
    with pytest.raises(StudyError, match='"shoe_size", a rule that this attnviz does not know'):
        exclusions(votes, plan_of(exclusion={"median_ms": 600, "shoe_size": 44}))


def test_times_that_are_not_there_are_told(votes: pd.DataFrame, plan_of: PlanOf) -> None:
    with pytest.raises(StudyError, match="no column response_ms"):
        exclusions(votes.drop(columns="response_ms"), plan_of(exclusion={"median_ms": 600}))
