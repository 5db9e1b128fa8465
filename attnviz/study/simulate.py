"""Simulated participants: whole sessions against a running server over HTTP, answering by a planted preference.

A study can so be tried before anybody is invited, and its server tested: a lost connection or a restart on the way is
waited out, and an answer is sent until it is acknowledged, as the page does.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from attnviz.errors import StudyError
from attnviz.study.plan import DATA, Plan, read_plan
from attnviz.study.schedule import Trial, schedule
from attnviz.study.votes import COOKIE, Votes

PATIENCE = 60.0
"""Seconds for which a server that does not answer is waited for."""


@dataclass(frozen=True)
class Habits:
    """How simulated participants answer.

    Attributes:
        model: the one that they prefer; empty for none.
        share: with what probability, 0 to 1.
        side_bias: added to the log odds of the left side.
        similar: how often they find both about the same, 0 to 1.
        pause: seconds between seeing a trial and answering it, from and to.
    """

    model: str = ""
    share: float = 0.5
    side_bias: float = 0.0
    similar: float = 0.1
    pause: tuple[float, float] = (0.0, 0.0)


@dataclass
class Outcome:
    """What the participants were told.

    Attributes:
        acknowledged: by vote id, the choice that the server said it has stored.
        errors: answers that were neither an acknowledgement nor a passing fault.
        acknowledge_seconds: how long each acknowledgement took.
        picture_seconds: how long a trial's three pictures took.
    """

    acknowledged: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    acknowledge_seconds: list[float] = field(default_factory=list)
    picture_seconds: list[float] = field(default_factory=list)


def simulate(
    folder: Path, url: str, participants: int, habits: Habits, seed: int = 0,
    advance: Callable[[int, int], None] = lambda done, total: None,
) -> Outcome:  # fmt: skip
    """Plays sessions, all at once.

    Args:
        folder: of the frozen study that the server serves; which model is where is read from its database.
        url: of the server, without ``/study/``.
        participants: how many take part.
        habits: how they answer.
        seed: of their answers.
        advance: called with the sessions that are over and those in all.

    Raises:
        StudyError: if there is no frozen study, or no such model in it.
    """
    plan = read_plan(folder)
    if habits.model and all(habits.model not in pair for pair in plan.pairs):
        raise StudyError('There is no model "{model}" in this study; there are {names}.', model=habits.model,
                         names=", ".join(sorted({name for pair in plan.pairs for name in pair})))  # fmt: skip
    votes, outcome, lock = Votes(folder / DATA, plan), Outcome(), threading.Lock()
    done = 0

    def play(number: int) -> None:
        nonlocal done
        _Session(plan, votes, url, habits, random.Random(f"{seed} {number}"), outcome, lock).play()
        with lock:
            done += 1
            advance(done, participants)

    with ThreadPoolExecutor(participants) as pool:
        list(pool.map(play, range(participants)))
    return outcome


def answer(habits: Habits, trial: Trial, draw: random.Random) -> str:
    """Returns ``left``, ``right`` or ``similar``: P(left) has the log odds of the preference plus the side bias.

    Nobody is fooled by a mirrored map.

    Args:
        habits: of the participant.
        trial: that they see.
        draw: where chance comes from.
    """
    if trial.mirrored:
        return "right" if trial.mirrored == "left" else "left"
    if draw.random() < habits.similar:
        return "similar"
    if habits.model == trial.left:
        share = habits.share
    elif habits.model == trial.right:
        share = 1 - habits.share
    else:
        share = 0.5
    odds = share * math.exp(habits.side_bias)
    return "left" if draw.random() < odds / (odds + 1 - share) else "right"


class _Session:
    def __init__(
        self, plan: Plan, votes: Votes, url: str, habits: Habits, draw: random.Random, outcome: Outcome,
        lock: threading.Lock,
    ) -> None:  # fmt: skip
        self.plan, self.votes, self.habits, self.draw, self.outcome, self.lock = (
            plan,
            votes,
            habits,
            draw,
            outcome,
            lock,
        )
        self.client = httpx.Client(base_url=f"{url}/study/", timeout=10)

    def play(self) -> None:
        with self.client:
            state = self._ask("POST", "join", {"language": "en"})
            trials = self._trials() if state else ()
            while state and state["phase"] == "trial":
                state = self._answer(state, trials)

    def _trials(self) -> tuple[Trial, ...]:
        who = self.votes.participant(self.client.cookies[COOKIE])
        return () if who is None else schedule(self.plan, who.number)

    def _answer(self, state: dict[str, Any], trials: tuple[Trial, ...]) -> dict[str, Any] | None:
        began = time.monotonic()
        for address in state["pictures"].values():
            self._ask("GET", f"picture/{address}")
        looked = time.monotonic()
        time.sleep(max(state["minimum_ms"] / 1000, self.draw.uniform(*self.habits.pause)) + 0.01)
        practice = sum(trial.kind == "practice" for trial in trials)
        trial = trials[state["number"] - 1 + (0 if state["practice"] else practice)]
        choice = answer(self.habits, trial, self.draw)
        ballot = {"vote_id": state["vote_id"], "token": state["token"], "choice": choice,
                  "response_ms": round(1000 * (time.monotonic() - looked)), "flags": []}  # fmt: skip
        sent = time.monotonic()
        after = self._ask("POST", "vote", ballot)
        with self.lock:
            self.outcome.picture_seconds.append(looked - began)
            if after is not None:
                self.outcome.acknowledge_seconds.append(time.monotonic() - sent)
                self.outcome.acknowledged[state["vote_id"]] = choice
        return after

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any] | None:
        """Asks until there is an answer; None, and an entry among the errors, where it is a refusal."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.client.request(method, path, json=body)
                passing = answer.status_code >= 500
            except httpx.TransportError:
                passing = True
            if not passing or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        if passing:
            self._error(f"{method} {path}: no answer")
            return None
        if answer.status_code != 200:
            self._error(f"{method} {path.split('/')[0]}: {answer.status_code} {answer.text[:200]}")
            return None
        return answer.json() if answer.headers["content-type"] == "application/json" else {}

    def _error(self, said: str) -> None:
        with self.lock:
            self.outcome.errors.append(said)
