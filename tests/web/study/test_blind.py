"""What a participant receives tells nothing of the models but the pictures themselves."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy import stats

from attnviz.study.plan import read_plan
from attnviz.study.schedule import schedule

SESSIONS = 200
Record = dict[str, float]


def secrets_of(folder: Path) -> list[str]:
    """Returns what must not be seen: models, family, and names of files in any form."""
    plan = read_plan(folder)
    names = {plan.family, plan.method, *plan.weights, plan.sha256}
    for image in plan.images:
        names |= {image.file, Path(image.file).stem, image.id, image.stimulus.photo.split(".")[0]}
        names |= {name.split(".")[0] for name in (*image.stimulus.overlays.values(), *image.stimulus.mirrored.values())}
    return sorted(names)


def test_no_byte_names_a_model_or_a_file(serve: Callable[..., Any], participant: Any) -> None:
    app, folder = serve()
    one = participant(app)
    for path in ("", "state", "static/study.js", "static/study.css"):
        one.get(path)
    one.join()
    while one.state["phase"] == "trial":
        one.get("state")
        one.look()
        one.vote("similar")
    one.get("state")
    hidden = secrets_of(folder)
    for url, headers, body in one.received:
        seen = f"{url} {json.dumps(headers)} ".lower().encode() + body.lower()
        found = [name for name in hidden if name.lower().encode() in seen]
        assert found == [], url


def test_only_practice_is_told_apart(serve: Callable[..., Any], participant: Any) -> None:
    app, _ = serve()
    one = participant(app)
    one.join()
    shapes = set()
    while one.state["phase"] == "trial":
        shapes.add((one.state["practice"], tuple(sorted(one.state))))
        one.vote()
    assert len({keys for _, keys in shapes}) == 1
    assert {practice for practice, _ in shapes} == {True, False}


def test_pictures_have_no_metadata_and_one_size(serve: Callable[..., Any], participant: Any) -> None:
    app, _ = serve()
    one = participant(app)
    one.join()
    answers = one.look()
    assert len({len(answer.content) for answer in answers.values()}) == 1
    for answer in answers.values():
        picture = Image.open(io.BytesIO(answer.content))
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert answer.headers["cache-control"] == "no-store"
        assert not {"etag", "last-modified", "content-disposition", "set-cookie"} & set(answer.headers)


def side_records(states: list[dict[str, Any]], answers: list[dict[str, Any]]) -> list[dict[str, Record]]:
    """Returns all that a browser could measure of each side of each trial."""
    return [
        {
            side: {
                "length": len(answer[side].content),
                "headers": sum(len(name) + len(value) for name, value in answer[side].headers.items()),
                "address": int(state["pictures"][side][:8], 16),
                "last digit": int(state["pictures"][side][-1], 16),
                "order": list(state["pictures"]).index(side),
                "seconds": answer[side].elapsed.total_seconds(),
            }
            for side in ("left", "right")
        }
        for state, answer in zip(states, answers, strict=True)
    ]


def leaks(records: list[dict[str, Record]], models_left: list[int]) -> list[str]:
    """Returns the quantities whose difference between the sides goes with the model on the left."""
    found = []
    for quantity in records[0]["left"]:
        differences = np.array([record["left"][quantity] - record["right"][quantity] for record in records])
        if (
            np.ptp(differences) > 0
            and stats.pearsonr(np.sign(differences - np.median(differences)), models_left)[1] < 1e-4
        ):
            found.append(quantity)
    return found


@pytest.fixture
def sessions(serve: Callable[..., Any], participant: Any) -> tuple[list[dict[str, Record]], list[int]]:
    app, folder = serve(images=4, practice=0, repeats=0, catches=0, participants=SESSIONS)
    plan = read_plan(folder)
    records, models_left = [], []
    for number in range(SESSIONS):
        one = participant(app)
        one.join()
        states, answers = [], []
        for trial in schedule(plan, number):
            states.append(one.state)
            answers.append(one.look(("left", "right")))
            models_left.append(int(trial.left == "cbam"))
            one.vote("similar")
        records += side_records(states, answers)
    return records, models_left


def test_nothing_measured_predicts_the_side_and_planted_leaks_are_found(
    sessions: tuple[list[dict[str, Record]], list[int]],
) -> None:
    records, models_left = sessions
    assert len(records) == 4 * SESSIONS
    assert leaks(records, models_left) == []
    for quantity in records[0]["left"]:
        planted = [
            {side: {**values, quantity: values[quantity] + 3 * 2**32 * ((side == "left") == bool(left))}
             for side, values in record.items()}
            for record, left in zip(records, models_left, strict=True)
        ]  # fmt: skip
        assert quantity in leaks(planted, models_left)


def test_addresses_of_one_stimulus_differ_between_participants(serve: Callable[..., Any], participant: Any) -> None:
    app, _ = serve(images=5, practice=0, repeats=0, catches=0)
    seen: set[str] = set()
    for _ in range(6):
        one = participant(app)
        one.join()
        addresses = set(one.state["pictures"].values())
        assert not seen & addresses
        seen |= addresses
