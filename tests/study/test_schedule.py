"""Who sees what on which side: what the schedule promises holds for a thousand participants and seeds."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from attnviz.errors import StudyError
from attnviz.study.plan import Plan
from attnviz.study.schedule import APART, Trial, schedule

MakePlan = Callable[..., Plan]
THREE, FOUR = ("baseline", "bam", "cbam"), ("baseline", "se", "bam", "cbam")
PLANS: dict[str, dict[str, Any]] = {
    "one pair": {},
    "an odd count": {"count": 9, "able": 3, "catches": 3, "repeats": 3},
    "as in the paper": {"count": 50, "able": 9, "catches": 4, "repeats": 5, "practice": 3},
    "every pair of every image": {"count": 8, "models": THREE, "repeats": 4, "catches": 3},
    "one of three pairs an image": {"count": 12, "models": THREE, "pairs_per_image": 1},
    "two of six pairs an image": {"count": 7, "models": FOUR, "pairs_per_image": 2},
    "five of six pairs an image": {"count": 9, "models": FOUR, "pairs_per_image": 5, "repeats": 0, "catches": 0},
    "hardly enough images": {"count": 5, "repeats": 1, "catches": 1},
}


@pytest.fixture(params=PLANS, scope="module")
def sessions(request: pytest.FixtureRequest, make_plan: MakePlan) -> tuple[Plan, list[tuple[Trial, ...]]]:
    """A plan and the trials of its first 1,000 participants (200 of the longest)."""
    plan = make_plan(**PLANS[request.param])
    count = 1000 if len(plan.main_images) < 50 else 200
    return plan, [schedule(plan, participant) for participant in range(count)]


Sessions = tuple[Plan, list[tuple[Trial, ...]]]


def pair_of(trial: Trial) -> frozenset[str]:
    return frozenset((trial.left, trial.right))


def within_one(counts: Counter[Any], keys: Any) -> bool:
    values = [counts[key] for key in keys]
    return max(values) - min(values) <= 1


def kinds(session: tuple[Trial, ...], kind: str) -> list[Trial]:
    return [trial for trial in session if trial.kind == kind]


def test_what_is_in_a_session(sessions: Sessions) -> None:
    plan, all_of_them = sessions
    main, practice = {image.id for image in plan.main_images}, {i.id for i in plan.images if i.practice}
    pairs = {frozenset(pair) for pair in plan.pairs}
    for session in all_of_them:
        assert [trial.number for trial in session] == list(range(1, len(session) + 1))
        assert [trial.kind for trial in session[: len(practice)]] == ["practice"] * len(practice)
        assert {trial.image for trial in session[: len(practice)]} == practice
        rest = session[len(practice) :]
        assert Counter(trial.kind for trial in rest) == Counter(
            main=len(main) * plan.pairs_per_image, repeat=plan.repeats, catch=plan.catches
        )
        assert {trial.image for trial in rest} == main
        shown = Counter((trial.image, pair_of(trial)) for trial in kinds(rest, "main"))
        assert set(shown.values()) == {1}
        assert {pair for _, pair in shown} <= pairs
        assert set(Counter(image for image, _ in shown).values()) == {plan.pairs_per_image}


def test_sides_are_balanced_within_one(sessions: Sessions) -> None:
    plan, all_of_them = sessions
    for session in all_of_them:
        sides = Counter((trial.left, trial.right) for trial in kinds(session, "main"))
        for first, second in plan.pairs:
            assert abs(sides[first, second] - sides[second, first]) <= 1


def test_over_participants_too_no_side_gets_ahead(sessions: Sessions) -> None:
    plan, all_of_them = sessions
    sides: Counter[tuple[str, str]] = Counter()
    for session in all_of_them:
        sides.update((trial.left, trial.right) for trial in kinds(session, "main"))
        assert all(abs(sides[first, second] - sides[second, first]) <= 1 for first, second in plan.pairs)


def test_every_pair_is_equally_often(sessions: Sessions) -> None:
    """At every moment of the study, not only at its end."""
    plan, all_of_them = sessions
    pairs = [frozenset(pair) for pair in plan.pairs]
    shown: Counter[frozenset[str]] = Counter()
    by_image: dict[str, Counter[frozenset[str]]] = defaultdict(Counter)
    for session in all_of_them:
        for trial in kinds(session, "main"):
            shown[pair_of(trial)] += 1
            by_image[trial.image][pair_of(trial)] += 1
        assert within_one(shown, pairs)
    for counts in by_image.values():
        assert max(counts[pair] for pair in pairs) - min(counts[pair] for pair in pairs) <= 0.05 * len(all_of_them)


def test_an_image_does_not_come_again_too_soon(sessions: Sessions) -> None:
    for session in sessions[1]:
        last: dict[str, int] = {}
        for trial in session:
            assert trial.number - last.get(trial.image, -APART) > APART
            last[trial.image] = trial.number


def test_repeats_come_later_with_sides_swapped(sessions: Sessions) -> None:
    for session in sessions[1]:
        originals = {(trial.image, trial.left, trial.right): trial for trial in kinds(session, "main")}
        for trial in kinds(session, "repeat"):
            assert originals.pop((trial.image, trial.right, trial.left)).number < trial.number


def test_catch_trials_are_one_model_and_its_mirror(sessions: Sessions) -> None:
    plan, all_of_them = sessions
    for session in all_of_them:
        catches = kinds(session, "catch")
        assert len({trial.image for trial in catches}) == plan.catches
        assert within_one(Counter(trial.mirrored for trial in catches), ("left", "right"))
        for trial in catches:
            assert trial.left == trial.right
            assert trial.left in plan.image(trial.image).stimulus.mirrored
        assert not any(trial.mirrored for trial in session if trial.kind != "catch")


def test_of_catch_trials_sides_and_models_vary(make_plan: MakePlan) -> None:
    plan = make_plan(catches=1)
    drawn = Counter(
        (trial.mirrored, trial.left) for p in range(400) for trial in kinds(schedule(plan, p), "catch")
    )  # fmt: skip
    assert len(drawn) == 4
    assert min(drawn.values()) > 60


def test_repeats_are_far_from_their_originals_where_there_is_room(make_plan: MakePlan) -> None:
    plan = make_plan(count=60, repeats=6, catches=4)
    gaps = []
    for participant in range(100):
        session = schedule(plan, participant)
        originals = {(trial.image, trial.left, trial.right): trial.number for trial in kinds(session, "main")}
        gaps += [t.number - originals[t.image, t.right, t.left] for t in kinds(session, "repeat")]
    assert sum(gap < 10 for gap in gaps) <= 0.01 * len(gaps)


def test_a_thousand_seeds(make_plan: MakePlan) -> None:
    """The same promises, whatever the seed."""
    plan = make_plan(count=7, models=THREE, repeats=2, catches=2, practice=3)
    orders = set()
    for seed in range(1000):
        drawn = plan.model_copy(update={"seed": seed})
        session = schedule(drawn, seed % 5)
        sides = Counter((trial.left, trial.right) for trial in kinds(session, "main"))
        assert all(abs(sides[first, second] - sides[second, first]) <= 1 for first, second in plan.pairs)
        last: dict[str, int] = {}
        for trial in session:
            assert trial.number - last.get(trial.image, -APART) > APART
            last[trial.image] = trial.number
        orders.add(session)
    assert len(orders) == 1000


def test_position_and_side_say_nothing_of_the_model(make_plan: MakePlan) -> None:
    """Over many participants, at each place of the order either model is on the left about as often."""
    plan = make_plan(practice=2)
    left: Counter[int] = Counter()
    for participant in range(1000):
        for trial in schedule(plan, participant):
            if trial.kind != "catch":
                left[trial.number] += 1 if trial.left == "cbam" else -1
    assert max(abs(count) for count in left.values()) < 4 * 1000**0.5


def test_the_same_everywhere_and_always(make_plan: MakePlan) -> None:
    """Also in another process, whose hashes are seeded otherwise."""
    plan = make_plan()
    code = (
        "import sys; from attnviz.study.plan import Plan; from attnviz.study.schedule import schedule; "
        "print([schedule(Plan.model_validate_json(sys.stdin.buffer.read()), 3)])"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code], input=plan.canonical, capture_output=True, check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout.decode().strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert printed == {str([schedule(plan, 3)])}
    assert schedule(plan, 3) != schedule(plan, 4)


def test_a_demo_has_votes_of_its_own_kind(make_plan: MakePlan) -> None:
    plan = make_plan(demo=True, repeats=0, catches=0, practice=0)
    assert {trial.kind for trial in schedule(plan, 0)} == {"demo"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"count": 3, "repeats": 0, "catches": 0, "models": THREE}, "too few images to keep 3 trials between"),
        ({"count": 3, "repeats": 1, "catches": 0}, "too few images to keep 3 trials between"),
        ({"repeats": 13}, "repeats 13 trials of 12"),
        ({"catches": 5}, "wants 5 catch trials, and only 4 images can be used"),
    ],
)
def test_too_small_plans_are_refused(make_plan: MakePlan, changes: dict[str, Any], said: str) -> None:
    for participant in range(5):
        with pytest.raises(StudyError, match=said):
            schedule(make_plan(**changes), participant)


def test_what_can_be_scheduled_can_be_for_everybody(make_plan: MakePlan) -> None:
    """A plan that lets the first participant in must not turn away the seventeenth."""
    plan = make_plan(count=5, models=THREE, repeats=3, catches=2, practice=0)
    for participant in range(500):
        assert schedule(plan, participant)


def test_trials_are_values(make_plan: MakePlan) -> None:
    trial = schedule(make_plan(), 0)[0]
    assert replace(trial) == trial
    assert hash(replace(trial)) == hash(trial)


def test_no_torch_for_planning() -> None:
    code = (
        "import sys, attnviz.study.plan, attnviz.study.schedule; print({'torch', 'gradio', 'fastapi'} & {*sys.modules})"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"
