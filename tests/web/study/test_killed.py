"""The real server, killed again and again while people vote: what they were told is saved is in the CSV, once."""

import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from attnviz.study.plan import DATA, read_plan
from attnviz.study.simulate import Habits, Outcome, simulate
from attnviz.study.votes import Votes

KILLS = 20


def test_every_acknowledged_vote_is_in_the_csv_once(
    make_study: Callable[..., Path], start_study: Callable[[Path, int], Any], port: int
) -> None:
    folder = make_study(images=40, practice=2, repeats=3, catches=2)
    outcomes: list[Outcome] = []
    process = start_study(folder, port)
    habits = Habits("cbam", 0.7, pause=(0.1, 0.5))
    voting = threading.Thread(
        target=lambda: outcomes.append(simulate(folder, f"http://127.0.0.1:{port}", 12, habits, seed=3))
    )
    voting.start()
    draw, kills = random.Random(1), 0
    while kills < KILLS and voting.is_alive():
        time.sleep(draw.uniform(0.05, 0.6))
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        kills += 1
        process = start_study(folder, port)
    voting.join(180)
    process.kill()
    process.join()
    assert kills == KILLS
    (outcome,) = outcomes
    assert outcome.errors == []
    assert len(outcome.acknowledged) == 12 * 47
    plan = read_plan(folder)
    rows = {row["vote_id"]: row["choice"] for row in Votes(folder / DATA, plan).rows()}
    table = pd.read_csv(folder / DATA / "votes.csv", keep_default_na=False)
    assert dict(zip(table.vote_id, table.choice, strict=True)) == rows
    assert not table.vote_id.duplicated().any()
    assert not table.duplicated(["participant", "trial"]).any()
    assert {vote: rows.get(vote) for vote in outcome.acknowledged} == outcome.acknowledged
