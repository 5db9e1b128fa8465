"""The results: nothing without the password, no outcome before the end unless the look is recorded."""

import base64
import io
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient

from attnviz.study.ending import peeks
from attnviz.study.plan import DATA
from attnviz.web.study.password import TRIES, Password

PASSWORD = "right horse"


def client(app: Any, password: str | None = PASSWORD) -> TestClient:
    headers = (
        {} if password is None else {"authorization": f"Basic {base64.b64encode(f'x:{password}'.encode()).decode()}"}
    )
    return TestClient(app, base_url="http://study.test", headers=headers)


@pytest.fixture
def voted(serve: Callable[..., Any], participant: Any) -> tuple[Any, Any]:
    app, folder = serve(participants=3)
    for choices in (("left", "right"), ("right", "similar")):
        one, number = participant(app), 0
        one.join()
        while one.state["phase"] == "trial":
            one.vote(choices[number % 2])
            number += 1
    return app, folder


@pytest.mark.parametrize("path", ["/results", "/results/report", "/results/votes.csv"])
def test_nothing_without_the_password(voted: Any, path: str) -> None:
    app, _ = voted
    for password in (None, "", "wrong", "right horse "):
        answer = client(app, password).get(path)
        assert answer.status_code == 401
        assert b"cbam" not in answer.content
    assert client(app, "wrong").post("/results/peek", data={"token": "x"}).status_code == 401


def test_too_many_tries_are_refused_even_with_the_right_password(voted: Any) -> None:
    app, _ = voted
    assert client(app).get("/results").status_code == 200
    statuses = [client(app, f"guess {number}").get("/results").status_code for number in range(TRIES)]
    assert set(statuses) == {401}
    assert client(app).get("/results").status_code == 429


def test_a_look_before_the_end_is_recorded(voted: Any) -> None:
    app, folder = voted
    mine = client(app)
    page = mine.get("/results").text
    assert "2 / 3" in page
    assert mine.get("/results/report").status_code == 403
    assert mine.get("/results/votes.csv").status_code == 403
    assert mine.post("/results/peek", data={"token": "forged"}).status_code == 403
    assert peeks(folder / DATA) == []
    token = page.split('name="token" value="')[1].split('"')[0]
    report = mine.post("/results/peek", data={"token": token})
    assert report.status_code == 200
    assert "preferred" in report.text
    (line,) = peeks(folder / DATA)
    assert line.endswith(f"{2 * 12} votes")
    assert f"looked at 1 time before the end: {line}." in report.text
    assert "Looks before the end" in mine.get("/results").text
    assert len(peeks(folder / DATA)) == 1  # the counts alone are no look
    assert mine.get("/results/report").status_code == 200
    assert mine.get("/results/votes.csv").status_code == 200
    assert len(peeks(folder / DATA)) == 3  # every look is, not the first alone


def test_after_the_end_there_are_report_and_votes(voted: Any, participant: Any) -> None:
    app, folder = voted
    one = participant(app)
    one.join()
    while one.state["phase"] == "trial":
        one.vote("similar")
    mine = client(app)
    assert "The study has ended" in mine.get("/results").text
    report = mine.get("/results/report")
    assert report.status_code == 200
    assert "were not looked at before the end" in report.text
    votes = pd.read_csv(io.StringIO(mine.get("/results/votes.csv").text), keep_default_na=False)
    on_disk = pd.read_csv(folder / DATA / "votes.csv", keep_default_na=False)
    pd.testing.assert_frame_equal(votes, on_disk)
    assert peeks(folder / DATA) == []


def test_a_random_password_where_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ATTNVIZ_ADMIN_PASSWORD", raising=False)
    one, other = Password.of_environment(), Password.of_environment()
    assert one.is_random
    assert one.text != other.text
    assert len(one.text) >= 16
    monkeypatch.setenv("ATTNVIZ_ADMIN_PASSWORD", "mine")
    assert Password.of_environment().text == "mine"
    assert not Password.of_environment().is_random
