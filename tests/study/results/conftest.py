"""Studies that are simulated: who is in them differs, and so do the images, as much as is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pytest

from attnviz.study.plan import Plan

PAIR = ("baseline", "cbam")
THREE = (("baseline", "se"), ("baseline", "cbam"), ("se", "cbam"))


def _simulated(
    seed: int,
    people: int = 40,
    images: int = 60,
    preference: float = 0.5,
    side: float = 0.0,
    sd_people: float = 0.5,
    sd_images: float = 1.0,
    ties: float = 0.2,
    pair: tuple[str, str] = PAIR,
) -> pd.DataFrame:
    """Everybody votes on every image once, sides balanced; who decides prefers B with
    logit(preference) + person + image, and the left picture with ``side`` on top of it."""
    draw = np.random.default_rng(seed)
    person, image = np.divmod(np.arange(people * images), images)
    b_left = draw.random((people, images)).argsort(axis=1).ravel() < images / 2
    logit = np.log(preference / (1 - preference)) + side * np.where(b_left, 1, -1)
    logit = logit + draw.normal(0, sd_people, people)[person] + draw.normal(0, sd_images, images)[image]
    prefers_b = draw.random(len(logit)) < 1 / (1 + np.exp(-logit))
    tied = draw.random(len(logit)) < ties
    return pd.DataFrame(
        {
            "participant": [f"p{number:03}" for number in person],
            "kind": "main",
            "image": [f"i{number:03}" for number in image],
            "left_model": np.where(b_left, pair[1], pair[0]),
            "right_model": np.where(b_left, pair[0], pair[1]),
            "choice": np.where(tied, "similar", np.where(prefers_b == b_left, "left", "right")),
            "response_ms": draw.lognormal(8, 0.4, len(logit)).astype(int),
            "flags": "",
        }
    )


def _three_models(seed: int, strengths: Sequence[float] = (0.0, 0.2, 0.7), **options: float) -> pd.DataFrame:
    """baseline, se and cbam with these log strengths, all pairs on the same people and images."""
    names = dict(zip(("baseline", "se", "cbam"), strengths, strict=True))
    parts = []
    for place, (first, second) in enumerate(THREE):
        preference = 1 / (1 + np.exp(names[first] - names[second]))
        parts.append(_simulated(seed * 3 + place, preference=preference, pair=(first, second), **options))  # type: ignore[arg-type]
    return pd.concat(parts, ignore_index=True)


def _of(answers: str, left: str = "baseline", right: str = "cbam", **columns: object) -> pd.DataFrame:
    """One participant's votes, an image each: L, R or S (similar)."""
    choice = [{"L": "left", "R": "right", "S": "similar"}[answer] for answer in answers]
    votes = pd.DataFrame({"choice": choice, "image": [f"i{number:02}" for number in range(len(choice))]})
    fixed = {
        "participant": "p",
        "kind": "main",
        "left_model": left,
        "right_model": right,
        "response_ms": 2000,
        "flags": "",
    }
    return votes.assign(**(fixed | columns))


def _plan_of(pairs: Sequence[tuple[str, str]] = (PAIR,), **fields: object) -> Plan:
    words = {"en": "Which region is more specific to {target}?", "ko": "어느 영역이 더 뚜렷한가요?"}
    return Plan(
        **{  # type: ignore[arg-type]
            "study": "regions", "title": {"en": "Regions", "ko": "영역"}, "question": words, "intro": words,
            "consent": words, "family": "tiny", "pairs": tuple(pairs),
            "weights": {model: "0" * 64 for pair in pairs for model in pair}, "pairs_per_image": len(pairs),
            "images": (), "method": "gradcam", "stage": "stage4", "presentation": {}, "participants": 40, "repeats": 0,
            "catches": 0, "seed": 7,
        }
        | fields
    )  # fmt: skip


@pytest.fixture(scope="session")
def simulated() -> Callable[..., pd.DataFrame]:
    return _simulated


@pytest.fixture(scope="session")
def three_models() -> Callable[..., pd.DataFrame]:
    return _three_models


@pytest.fixture(scope="session")
def of() -> Callable[..., pd.DataFrame]:
    return _of


@pytest.fixture(scope="session")
def plan_of() -> Callable[..., Plan]:
    return _plan_of


@pytest.fixture(scope="session")
def study() -> tuple[pd.DataFrame, Plan]:
    """Votes of 20 people on 20 images with three models, repeats and catch trials, and the plan."""
    main = _three_models(5, people=20, images=20, side=0.3)
    again = main[main["image"] < "i003"].assign(kind="repeat")
    again[["left_model", "right_model"]] = again[["right_model", "left_model"]].to_numpy()
    again["choice"] = again["choice"].map({"left": "right", "right": "left", "similar": "similar"})
    again.loc[again["participant"] < "p005", "choice"] = "similar"
    caught = main[(main["image"] < "i003") & (main["left_model"] == "cbam")]
    caught = caught.assign(kind="catch", right_model="cbam", flags="mirrored=left hidden=1", choice="right")
    caught.loc[caught["participant"] == "p001", "choice"] = "left"
    rules = {"catch_failures": 1, "median_ms": 600, "same_side": 0.9, "same_side_trials": 20}
    plan = _plan_of(THREE, exclusion=rules, stopping="At 20 participants.", analysis="Two-way clustered test.")
    return pd.concat([main, again, caught]).assign(plan_sha256=plan.sha256), plan
