"""Which photos are taken: by the rule and the seed, balanced over classes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from attnviz.errors import StudyError
from attnviz.maps import degeneracy
from attnviz.study.candidates import Candidate
from attnviz.study.choose import FAR, Rejected, Usable, choose, offset, rule_broken, too_few

NAMES = ("lion", "tabby", "pizza")
LEFT = np.array([[9, 1, 0, 0], [9, 1, 0, -5]], np.float32)
MIDDLE = np.array([[0, 9, 9, 0], [1, 9, 9, 1]], np.float32)


def usable(file: int, label: int, *heats: np.ndarray) -> Usable:
    shown = heats or (MIDDLE, MIDDLE)
    return Usable(Candidate(f"{file}.jpg", Path(f"{file}.jpg"), label), str(file), dict(enumerate(shown)))  # type: ignore[arg-type]


def files(chosen: object) -> list[str]:
    return [one.candidate.file for one in chosen]  # type: ignore[attr-defined]


def test_where_the_mass_of_a_map_is() -> None:
    assert offset(MIDDLE) == 0
    assert offset(np.array([[1, 0], [0, 0]], np.float32)) == -0.25
    assert offset(np.array([[0, 0, 0, 3]], np.float32)) == 0.375
    assert offset(LEFT) == pytest.approx((18 * -0.375 + 2 * -0.125) / 20)  # what is negative does not count
    assert offset(LEFT[:, ::-1]) == -offset(LEFT)


def test_an_object_is_off_centre_where_all_models_say_so() -> None:
    assert usable(1, 0, LEFT, LEFT).away == pytest.approx(0.35)
    assert usable(1, 0, LEFT, MIDDLE).away == 0
    assert usable(1, 0, LEFT, LEFT[:, ::-1]).away == 0


def test_classes_are_balanced() -> None:
    many = [usable(number, 0 if number < 30 else 1 + number % 2) for number in range(50)]
    taken = choose(many, 9, 3, 0, seed=1)
    assert Counter(one.candidate.label for one in taken.main) == {0: 3, 1: 3, 2: 3}
    assert Counter(one.candidate.label for one in taken.practice) == {0: 1, 1: 1, 2: 1}
    assert not set(files(taken.main)) & set(files(taken.practice))
    few = [usable(0, 0), *(usable(number, 1) for number in range(1, 6))]
    assert Counter(one.candidate.label for one in choose(few, 4, 0, 0, seed=1).main) == {0: 1, 1: 3}


def test_the_seed_decides() -> None:
    many = [usable(number, number % 3) for number in range(60)]
    first = choose(many, 9, 3, 0, seed=1)
    again = choose(many, 9, 3, 0, seed=1)
    assert files([*first.main, *first.practice]) == files([*again.main, *again.practice])
    drawn = Counter(file for seed in range(400) for file in files(choose(many, 9, 3, 0, seed=seed).main))
    assert len(drawn) == 60
    assert 30 <= min(drawn.values()) <= max(drawn.values()) <= 95  # 60 is expected


def test_catch_trials_get_the_farthest() -> None:
    far = [usable(number, 0, LEFT + shift, LEFT + shift) for number, shift in enumerate(range(5))]
    taken = choose(far, 5, 0, 2, seed=3)
    assert {taken.main[place].candidate.file for place in taken.catches} == {"0.jpg", "1.jpg"}


def test_an_image_for_catch_trials_takes_the_place_of_another() -> None:
    """Only as many as are needed, and of those that were drawn the first stay."""
    many = [usable(number, 0) for number in range(20)] + [usable(20 + number, 1, LEFT, LEFT) for number in range(3)]
    for seed in range(20):
        taken = choose(many, 4, 2, 3, seed)
        plain = choose(many, 4, 2, 0, seed)
        assert sum(one.away >= FAR for one in taken.main) == 3
        assert len(taken.catches) == 3
        assert all(taken.main[place].away >= FAR for place in taken.catches)
        assert len(set(files([*taken.main, *taken.practice]))) == 6
        changed = 3 - sum(one.away >= FAR for one in plain.main)
        assert files(taken.main)[: 4 - changed] == [file for file in files(plain.main) if file in files(taken.main)]
        assert len(set(files(plain.main)) - set(files(taken.main))) == changed
        assert plain.catches == []


def test_too_few_for_catch_trials() -> None:
    with pytest.raises(StudyError, match="wants 2 catch trials, and only 1 images"):
        choose([usable(0, 0, LEFT, LEFT), *(usable(number, 0) for number in range(1, 9))], 4, 2, 2, seed=0)


@pytest.mark.parametrize(
    ("selection", "found", "reason"),
    [
        ("all-correct", {"a": 0, "b": 0}, None),
        ("all-correct", {"a": 0, "b": 1}, ("rule", "b says tabby")),
        ("all-correct", {"a": 2, "b": 1}, ("rule", "a says pizza, b says tabby")),
        ("all", {"a": 2, "b": 1}, None),
        ("disagree", {"a": 0, "b": 1}, None),
        ("disagree", {"a": 1, "b": 1}, ("rule", "all models say tabby")),
    ],
)
def test_the_rule(selection: str, found: dict[str, int], reason: tuple[str, str] | None) -> None:
    assert rule_broken(selection, found, {"a": MIDDLE, "b": LEFT}, 0, NAMES) == reason


@pytest.mark.parametrize(
    ("heat", "why"),
    [
        (np.full((2, 2), 3, np.float32), "is the same everywhere"),
        (np.zeros((2, 2), np.float32), "is the same everywhere"),
        (np.array([[-1, -2]], np.float32), "is nowhere positive"),
        (np.array([[1, np.nan]], np.float32), "is not finite"),
        (np.array([[1, np.inf]], np.float32), "is not finite"),
        (np.array([[1, 1 + 5e-7]], np.float32), "is the same everywhere"),
        (np.array([[5]], np.float32), "is the same everywhere"),
        (LEFT, ""),
    ],
)
def test_maps_that_show_nothing(heat: np.ndarray, why: str) -> None:
    expected = ("nothing", f"the map of b {why}") if why else None
    assert rule_broken("all", {"a": 0, "b": 0}, {"a": MIDDLE, "b": heat}, 0, NAMES) == expected
    assert (degeneracy(torch.from_numpy(heat)) is None) == (why == "")  # the package's own rule


def test_too_few_says_how_many_and_why() -> None:
    rejected = [Rejected("a", "rule", ""), Rejected("b", "rule", ""), Rejected("c", "unreadable", "")]
    assert str(too_few(50, 3, 10, 7, rejected)) == (
        "The study asks for 50 images and 3 for practice, and of 10 photos 7 can be used (2 do not fulfil the "
        "selection rule, 1 cannot be read); add photos, or lower count."
    )
    assert "7 can be used; add" in str(too_few(50, 3, 7, 7, []))
