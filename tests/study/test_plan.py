"""plan.json: one form for one plan, and nothing read that is not as it was frozen."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attnviz.errors import StudyError
from attnviz.study.plan import PLAN, SCHEMA, LeftOut, Plan, read_plan, write_plan

MakePlan = Callable[..., Plan]


def test_what_is_written_is_read(make_plan: MakePlan, tmp_path: Path) -> None:
    plan = make_plan(left_out=(LeftOut(file="사자/1.jpg", why="cbam says tabby"),), exclusion={"median_ms": 600})
    write_plan(tmp_path, plan)
    assert read_plan(tmp_path) == plan
    assert [file.name for file in tmp_path.iterdir()] == [PLAN]


def test_bytes_are_canonical(make_plan: MakePlan, tmp_path: Path) -> None:
    plan = make_plan()
    write_plan(tmp_path, plan)
    data = (tmp_path / PLAN).read_bytes()
    content = json.loads(data)
    assert data.decode() == json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    assert "작은 연구".encode() in data
    assert plan.sha256 == hashlib.sha256(data).hexdigest()
    other_order = Plan.model_validate(dict(reversed(list(content.items()))))
    assert other_order.canonical == data


def test_any_change_changes_the_hash(make_plan: MakePlan) -> None:
    hashes = {make_plan(**changes).sha256 for changes in
              ({}, {"seed": 8}, {"minimum_ms": 701}, {"closes": "2027-01-01T00:00:00Z"}, {"demo": True})}  # fmt: skip
    assert len(hashes) == 5


@pytest.mark.parametrize("count", [1, 2])
def test_a_frozen_plan_is_never_replaced(make_plan: MakePlan, tmp_path: Path, count: int) -> None:
    write_plan(tmp_path, make_plan())
    before = (tmp_path / PLAN).read_bytes()
    for _ in range(count):
        with pytest.raises(StudyError, match="frozen plan in this folder already"):
            write_plan(tmp_path, make_plan(seed=8))
    assert (tmp_path / PLAN).read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [PLAN]


def _write(folder: Path, plan: Plan) -> bool:
    try:
        write_plan(folder, plan)
    except StudyError:
        return False
    return True


def test_of_many_writers_one_wins(make_plan: MakePlan, tmp_path: Path) -> None:
    plans = [make_plan(seed=seed) for seed in range(8)]
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        written = pool.starmap(_write, [(tmp_path, plan) for plan in plans])
    assert sum(written) == 1
    assert read_plan(tmp_path) == plans[written.index(True)]


def test_a_plan_that_was_cut_off_is_not_there(
    make_plan: MakePlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("attnviz.study.plan.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_plan(tmp_path, make_plan())
    assert not list(tmp_path.iterdir())


def test_an_edited_plan_is_refused(make_plan: MakePlan, tmp_path: Path) -> None:
    write_plan(tmp_path, make_plan())
    file = tmp_path / PLAN
    text = file.read_text()
    for edited in (
        text.replace('"seed": 7', '"seed":  7'),
        text.rstrip("\n"),
        text.replace("\n", "\r\n"),
        json.dumps(json.loads(text)),
        "\ufeff" + text,
    ):
        assert edited != text
        file.write_bytes(edited.encode())
        with pytest.raises(StudyError, match=r"plan\.json (was changed|is damaged)"):
            read_plan(tmp_path)
    file.write_text(text)
    read_plan(tmp_path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": "seven"}, "seed: Input should be a valid integer"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"pairs": []}, "pairs: "),
        ({"pairs": [["baseline", "baseline"]]}, "a pair must be of two models that have weights"),
        ({"pairs": [["baseline", "se"]]}, "a pair must be of two models that have weights"),
        ({"pairs_per_image": 2}, "pairs_per_image is more than there are pairs"),
    ],
)
def test_a_damaged_plan_is_one_sentence(make_plan: MakePlan, tmp_path: Path, change: dict[str, Any], said: str) -> None:
    content = json.loads(make_plan().canonical) | change
    (tmp_path / PLAN).write_text(json.dumps(content))
    with pytest.raises(StudyError) as error:
        read_plan(tmp_path)
    assert str(error.value).startswith("plan.json is damaged: ")
    assert said in str(error.value)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_plan_at_all(tmp_path: Path, data: bytes) -> None:
    (tmp_path / PLAN).write_bytes(data)
    with pytest.raises(StudyError, match=r"plan\.json is damaged: file: "):
        read_plan(tmp_path)


def test_a_plan_whose_images_do_not_hold_together(make_plan: MakePlan) -> None:
    plan = make_plan()
    content = plan.model_dump(mode="json")
    content["images"][1]["id"] = "i01"
    with pytest.raises(ValueError, match="two images have one id"):
        Plan.model_validate(content)
    content = plan.model_dump(mode="json")
    del content["images"][3]["stimulus"]["overlays"]["cbam"]
    with pytest.raises(ValueError, match="i04 lacks the overlay of a model"):
        Plan.model_validate(content)
    content = plan.model_dump(mode="json")
    content["images"][0]["stimulus"]["mirrored"] = {}
    with pytest.raises(ValueError, match="i01 is for catch trials"):
        Plan.model_validate(content)


def test_a_newer_plan_is_said_to_be_newer(make_plan: MakePlan, tmp_path: Path) -> None:
    content = json.loads(make_plan().canonical)
    for extra in ({}, {"what_is_unknown_here": 1}):
        newer = content | {"schema_version": SCHEMA + 1} | extra
        (tmp_path / PLAN).write_text(json.dumps(newer))
        with pytest.raises(StudyError) as error:
            read_plan(tmp_path)
        assert str(error.value) == f"plan.json is of a newer attnviz (schema {SCHEMA + 1}); update attnviz."


def test_no_plan(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as error:
        read_plan(tmp_path)
    assert str(tmp_path.parent) not in str(error.value)
    assert "attnviz study build" in str(error.value)
