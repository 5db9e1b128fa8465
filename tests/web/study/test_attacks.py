"""Attacks on a study: none adds a row, changes one, or tells anything."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from attnviz.errors import StorageError
from attnviz.study.plan import DATA, read_plan
from attnviz.study.votes import Votes

Attack = Callable[[Any, Any], Any]


def raw(one: Any, content: bytes | str, kind: str = "application/json", path: str = "vote") -> Any:
    return one.client.post(f"/study/{path}", content=content, headers={"content-type": kind})


def as_other(one: Any, other: Any) -> Any:
    return one.client.post("/study/vote", json=other.ballot())


def with_cookie(one: Any, value: str) -> Any:
    one.client.cookies.clear()
    return one.client.post("/study/vote", json=one.ballot(), headers={"cookie": f"attnviz-study={value}"})


ATTACKS: dict[str, tuple[Attack, int | tuple[int, ...]]] = {
    "forged vote id": (lambda one, _: one.post("vote", one.ballot(vote_id="0" * 32)), 409),
    "forged token": (lambda one, _: one.post("vote", one.ballot(token="0" * 43)), 409),
    "empty token": (lambda one, _: one.post("vote", one.ballot(token="")), 409),
    "token of another": (lambda one, other: one.post("vote", one.ballot(token=other.state["token"])), 409),
    "vote id of another": (lambda one, other: one.post("vote", one.ballot(vote_id=other.state["vote_id"])), 409),
    "ballot of another": (as_other, 409),
    "no cookie": (lambda one, _: (one.client.cookies.clear(), one.post("vote", one.ballot()))[1], 403),
    "forged cookie": (lambda one, _: with_cookie(one, "x" * 43), 403),
    "empty cookie": (lambda one, _: with_cookie(one, ""), 403),
    "huge cookie": (lambda one, _: with_cookie(one, "x" * 5000), 403),
    "SQL in the cookie": (lambda one, _: with_cookie(one, "' OR 1=1 --"), 403),
    "SQL in the vote id": (lambda one, _: one.post("vote", one.ballot(vote_id="' OR '1'='1")), 409),
    "oversized body": (lambda one, _: raw(one, b'{"x": "' + b"a" * 10_000 + b'"}'), 413),
    "unknown choice": (lambda one, _: one.post("vote", one.ballot("both")), 422),
    "model as choice": (lambda one, _: one.post("vote", one.ballot("cbam")), 422),
    "no choice": (lambda one, _: one.post("vote", one.ballot(choice=None)), 422),
    "two choices": (lambda one, _: one.post("vote", one.ballot(choice=["left", "right"])), 422),
    "its own kind": (lambda one, _: one.post("vote", one.ballot(kind="main")), 422),
    "its own models": (lambda one, _: one.post("vote", one.ballot(left_model="cbam")), 422),
    "negative time": (lambda one, _: one.post("vote", one.ballot(response_ms=-1)), 422),
    "endless time": (lambda one, _: one.post("vote", one.ballot(response_ms=10**12)), 422),
    "time in words": (lambda one, _: one.post("vote", one.ballot(response_ms="900")), 422),
    "no number": (lambda one, _: raw(one, '{"response_ms": NaN}'), 422),
    "unknown flag": (lambda one, _: one.post("vote", one.ballot(flags=["=HYPERLINK(1)"])), 422),
    "many flags": (lambda one, _: one.post("vote", one.ballot(flags=["blur"] * 9)), 422),
    "a form of another site": (lambda one, _: raw(one, "choice=left", "application/x-www-form-urlencoded"), 415),
    "JSON as text": (lambda one, _: raw(one, "{}", "text/plain"), 415),
    "broken JSON": (lambda one, _: raw(one, "{"), 422),
    "deep JSON": (lambda one, _: raw(one, "[" * 4000), 422),
    "a list": (lambda one, _: raw(one, "[]"), 422),
    "no text": (lambda one, _: raw(one, b"\xff\xfe"), 422),
    "GET vote": (lambda one, _: one.get("vote"), 405),
    "PUT vote": (lambda one, _: one.client.put("/study/vote", json=one.ballot()), 405),
    "picture of another": (lambda one, other: one.get(f"picture/{other.state['pictures']['left']}"), 404),
    "picture by its file": (lambda one, _: one.get("picture/0000000000000000.jpg"), 404),
    "picture by a path": (lambda one, _: one.get("picture/..%2F..%2Fplan.json"), 404),
    "plan": (lambda one, _: one.client.get("/plan.json"), 404),
    "votes": (lambda one, _: one.client.get("/data/votes.csv"), 404),
    "plan through static files": (lambda one, _: one.get("static/..%2f..%2f..%2fplan.json"), 404),
    "Gradio's config": (lambda one, _: one.client.get("/config"), 404),
    "Gradio's queue": (lambda one, _: one.client.post("/gradio_api/queue/join", json={}), 404),
    "the viewer's compare": (lambda one, _: one.client.post("/gradio_api/call/compare", json={}), 404),
    "the viewer": (lambda one, _: one.client.get("/"), 404),
    "the API's description": (lambda one, _: one.client.get("/openapi.json"), 404),
    "forged withdrawal": (lambda one, _: one.post("withdraw", {"code": "AAAA-AAAA-AAAA"}), 404),
    "withdrawal with a pattern": (lambda one, _: one.post("withdraw", {"code": "%"}), 404),
    "joining in no language": (lambda one, _: one.post("join", {"language": "xx"}), 422),
}


@pytest.fixture
def two(serve: Callable[..., Any], participant: Any) -> tuple[Any, Any, Votes]:
    app, folder = serve()
    one, other = participant(app), participant(app)
    for each in (one, other):
        each.join()
        for _ in range(3):
            each.vote("right")
    return one, other, Votes(folder / DATA, read_plan(folder))


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_adds_nothing_and_learns_nothing(name: str, two: tuple[Any, Any, Votes]) -> None:
    one, other, votes = two
    attack, expected = ATTACKS[name]
    before = votes.rows()
    answer = attack(one, other)
    assert answer.status_code == expected
    assert votes.rows() == before
    for hidden in (b"cbam", b"baseline", b"secret", b"Traceback", b"sqlite", b"/tmp"):
        assert hidden not in answer.content


def test_the_first_answer_stands(two: tuple[Any, Any, Votes]) -> None:
    one, _, votes = two
    ballot = one.ballot("left")
    assert one.post("vote", ballot).status_code == 200
    rows = votes.rows()
    assert one.post("vote", ballot).status_code == 200  # a retry
    assert one.post("vote", {**ballot, "choice": "right"}).status_code == 409
    assert votes.rows() == rows
    assert rows[-1]["choice"] in ("left", "right")


def test_joining_again_is_the_same_session(two: tuple[Any, Any, Votes]) -> None:
    one, _, votes = two
    code, joined = one.state["withdrawal_code"], votes.counts().joined
    assert one.join()["withdrawal_code"] == code
    assert votes.counts().joined == joined


def test_no_answer_before_the_trial_was_seen(serve: Callable[..., Any], participant: Any) -> None:
    app, folder = serve(minimum_ms=60_000)
    one = participant(app)
    one.join()
    assert one.vote().status_code == 409
    assert Votes(folder / DATA, read_plan(folder)).rows() == []


def test_nobody_joins_or_votes_after_the_end(serve: Callable[..., Any], participant: Any) -> None:
    app, _ = serve(closes="2020-01-01T00:00:00Z")
    answer = participant(app).post("join", {"language": "en"})
    assert answer.status_code == 409
    assert "closed" in answer.json()["detail"]


def test_who_is_at_work_when_the_study_closes_is_told_and_nothing_is_lost(
    serve: Callable[..., Any], participant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [datetime(2026, 3, 1, 12, tzinfo=UTC)]
    monkeypatch.setattr("attnviz.web.study.running.Votes", partial(Votes, clock=lambda: now[0]))
    app, folder = serve(closes="2026-03-01T13:00:00Z")
    done, half, late = participant(app), participant(app), participant(app, "ko")
    for one in (done, half):
        one.join()
    while done.state["phase"] == "trial":
        done.vote()
    stored, picture = half.ballot(), half.state["pictures"]["left"]
    code = half.state["withdrawal_code"]
    half.vote()
    now[0] += timedelta(hours=2)
    closed = half.get("state").json()
    assert closed == {
        "phase": "closed", "told": "This study is closed; thank you for your interest.", "language": "en",
        "withdrawal_code": code,
    }  # fmt: skip
    assert half.post("vote", stored).json() == closed  # it was stored before, and so it is acknowledged
    assert half.post("vote", half.ballot()).status_code == 409
    assert half.get(f"picture/{picture}").status_code == 409
    assert done.get("state").json() == done.state
    asked = late.get("state").json()
    assert asked["phase"] == "closed"
    assert "마감" in asked["told"]
    assert len(Votes(folder / DATA, read_plan(folder)).rows()) == 12 + 1


def test_a_state_that_cannot_be_read_is_one_to_ask_for_again(
    serve: Callable[..., Any], participant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = serve()
    one = participant(app)
    one.join()

    def fails(*_: object) -> None:
        raise StorageError("The study's data cannot be read or written now; try again in a minute.")

    for method in ("open", "participant"):
        with monkeypatch.context() as broken:
            broken.setattr(Votes, method, fails)
            for answer in (one.get("state"), one.get("picture/x")):
                assert answer.status_code == 503
                assert "try again" in answer.json()["detail"]
    assert one.get("state").status_code == 200


def test_torch_is_not_there(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = "import sys, attnviz.web.study.server; print([m for m in ('torch', 'gradio') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_what_cannot_be_stored_is_told_and_not_acknowledged(
    serve: Callable[..., Any], participant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, folder = serve()
    one = participant(app)
    one.join()
    ballot = one.ballot("left")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", full)
        answer = one.post("vote", ballot)
        assert answer.status_code == 503
        assert "detail" in answer.json()
        assert one.client.get("/healthz").status_code == 503
    assert one.client.get("/healthz").status_code == 200
    assert one.post("vote", ballot).status_code == 200  # the page's retry
    assert [row["choice"] for row in Votes(folder / DATA, read_plan(folder)).rows()] == ["left"]
