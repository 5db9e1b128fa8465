"""Writers that are killed at random while they vote: is every vote that was acknowledged kept, once and unaltered?

    python -m benchmarks.vote_durability                      # 8 writers x 500 votes, 600 kills
    python -m benchmarks.vote_durability --writers 4 --votes 100 --kills 40

A writer notes what it is about to send before it sends it, and that it was acknowledged after; the one that takes its
place sends again whatever has no acknowledgement, as a browser would. One vote in 50 is double-clicked, and one in 50
answered again otherwise, which must be refused. When a vote is acknowledged it must be in votes.csv already.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import os
import random
import signal
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from attnviz.errors import StudyError
from attnviz.study.plan import Image, Plan, Stimulus
from attnviz.study.votes import COLUMNS, OpenTrial, Participant, Votes
from attnviz.study.votes import secret as secrets

# a writer is a fresh copy of this process, with everything imported and nothing opened
FORK = multiprocessing.get_context("fork")
SESSION = 25
"""Trials of one participant."""
_TAIL = 64 * 1024


@dataclass(frozen=True)
class Outcome:
    """What came of a run; everything from ``lost`` on must be 0."""

    writers: int
    votes: int
    kills: int
    acknowledged: int
    seconds: float
    votes_per_second: float
    median_ms: float
    p99_ms: float
    lost: int  # acknowledged, and not in the database, or not in votes.csv
    altered: int  # with another answer than was acknowledged, or another line than the database has
    doubled: int  # vote ids, or trials of one participant, that are there twice
    torn: int  # lines of votes.csv that are none
    late: int  # acknowledged before votes.csv had them
    changed: int  # second and different answers that were not refused

    @property
    def sound(self) -> bool:
        return not (self.lost or self.altered or self.doubled or self.torn or self.late or self.changed)


def a_plan(participants: int = 10_000) -> Plan:
    images = tuple(
        Image(
            id=f"i{number:02d}", file=f"{number}.jpg", label='Ibis, "sacred"', sha256="0" * 64,
            stimulus=Stimulus(photo="p.jpg", overlays={"baseline": "b.jpg", "cbam": "c.jpg"}),
        )
        for number in range(SESSION)
    )  # fmt: skip
    return Plan(
        study="durability", title={"en": "Durability"}, question={}, intro={}, consent={}, family="none",
        weights={"baseline": "0" * 64, "cbam": "0" * 64}, pairs=(("baseline", "cbam"),), pairs_per_image=1,
        images=images, method="gradcam", stage="stage4", presentation={}, participants=participants, repeats=0,
        catches=0, minimum_ms=0, seed=1,
    )  # fmt: skip


class Notes:
    """What one writer knows across its deaths: a line each for a session, an attempt and an acknowledgement."""

    def __init__(self, path: Path) -> None:
        text = path.read_text() if path.exists() else ""
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC if not text else os.O_WRONLY | os.O_APPEND)
        whole = text[: text.rfind("\n") + 1]
        os.truncate(path, len(whole))
        self.lines: list[dict[str, Any]] = [json.loads(line) for line in whole.splitlines()]

    def add(self, **note: Any) -> None:
        os.write(self._file, (json.dumps(note) + "\n").encode())
        self.lines.append(note)

    def acknowledged(self) -> dict[str, str]:
        return {note["ack"]: note["choice"] for note in self.lines if "ack" in note}

    def milliseconds(self) -> list[float]:
        return [note["ms"] for note in self.lines if "ack" in note]


def write(folder: Path, plan: Plan, notes: Path, count: int, done: Any, place: int) -> None:
    """Votes until this writer has ``count`` acknowledgements."""
    votes, known, draw = Votes(folder, plan), Notes(notes), random.Random(os.getpid())
    acknowledged = known.acknowledged()
    done[place] = len(acknowledged)
    person: Participant | None = None
    for note in known.lines:
        if "join" in note:
            person = votes.participant(note["join"])
        if "try" in note and note["try"] not in acknowledged:
            assert person is not None
            _send(votes, known, folder, person, note["try"], note["choice"], draw)
    while (acks := len(known.acknowledged())) < count:
        done[place] = acks
        trial: OpenTrial | None = votes.open(person) if person else None
        if person is None or trial is None:
            person = votes.join("en")
            known.add(join=person.secret)
            continue
        choice = draw.choice(("left", "right", "similar"))
        known.add(**{"try": trial.vote_id, "choice": choice})
        _send(votes, known, folder, person, trial.vote_id, choice, draw)
    done[place] = count
    votes.close()


def _send(
    votes: Votes, known: Notes, folder: Path, person: Participant, vote_id: str, choice: Any, draw: random.Random
) -> None:
    start = time.perf_counter()
    token = secrets.token(person.secret, vote_id)
    vote = votes.cast(person, vote_id, token, choice, 1234, "zoom")
    took = (time.perf_counter() - start) * 1e3
    late = vote_id.encode() not in _tail(folder / "votes.csv")
    changed = False
    if draw.random() < 1 / 50:
        changed |= votes.cast(person, vote_id, token, choice, 1240) != vote
    if draw.random() < 1 / 50:
        try:
            votes.cast(person, vote_id, token, "left" if choice != "left" else "right", 1250)
            changed = True
        except StudyError:
            pass
    known.add(ack=vote_id, choice=vote.choice, ms=took, late=late, changed=changed)


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
        return file.read()


def run(folder: Path, writers: int, count: int, kills: int, seed: int = 0) -> Outcome:
    """Runs writers over one folder, kills them at random moments, and reads what is left.

    Args:
        folder: empty.
        writers: processes at once.
        count: votes of each.
        kills: how many SIGKILLs, spread over all votes.
        seed: of the moments.
    """
    plan, draw, done = a_plan(), random.Random(seed), FORK.RawArray("i", writers)
    data = folder / "data"

    def start(place: int) -> BaseProcess:
        process = FORK.Process(target=write, args=(data, plan, folder / f"notes-{place}", count, done, place))
        process.start()
        return process

    begun = time.perf_counter()
    processes = [start(place) for place in range(writers)]
    killed = 0
    while any(done[place] < count for place in range(writers)):
        if killed < kills and sum(done) >= killed * writers * count * 0.95 / kills:
            time.sleep(draw.random() * 0.004)
            place = draw.choice([place for place in range(writers) if done[place] < count] or [0])
            os.kill(processes[place].pid or 0, signal.SIGKILL)
            processes[place].join()
            killed += processes[place].exitcode == -signal.SIGKILL
        for place, process in enumerate(processes):
            if not process.is_alive() and done[place] < count:
                if process.exitcode != -signal.SIGKILL:
                    raise RuntimeError(f"a writer ended by itself, with {process.exitcode}")
                processes[place] = start(place)
        time.sleep(0.0005)
    for process in processes:
        process.join()
    seconds = time.perf_counter() - begun
    known = [Notes(folder / f"notes-{place}") for place in range(writers)]
    return _read(data, plan, known, Outcome(writers, count, killed, 0, seconds, 0, 0, 0, 0, 0, 0, 0, 0, 0))


def _read(data: Path, plan: Plan, known: list[Notes], outcome: Outcome) -> Outcome:
    """Compares acknowledgements, database and votes.csv. The file is read before anything could mend it."""
    text = (data / "votes.csv").read_bytes().decode()
    table = list(csv.reader(text.splitlines()))
    torn = sum(len(line) != len(COLUMNS) for line in table) + (table[0] != list(COLUMNS)) + (not text.endswith("\n"))
    torn += sum(line[:1] == ["schema"] for line in table[1:])
    copied = [dict(zip(COLUMNS, line, strict=False)) for line in table[1:]]
    votes = Votes(data, plan)
    stored = [{name: str(value) for name, value in row.items()} for row in votes.rows()]
    votes.close()
    answers = {vote: choice for notes in known for vote, choice in notes.acknowledged().items()}
    times = sorted(ms for notes in known for ms in notes.milliseconds())
    lost, altered, doubled = 0, int(stored != copied), 0
    for rows in (stored, copied):
        ids = Counter(row["vote_id"] for row in rows)
        trials = Counter((row["participant"], row["trial"]) for row in rows)
        choices = {row["vote_id"]: row["choice"] for row in rows}
        lost += sum(vote not in ids for vote in answers)
        altered += sum(choices.get(vote, choice) != choice for vote, choice in answers.items())
        doubled += sum(number - 1 for number in (*ids.values(), *trials.values()))
    acks = [note for notes in known for note in notes.lines if "ack" in note]
    return Outcome(
        outcome.writers, outcome.votes, outcome.kills, len(answers), round(outcome.seconds, 1),
        round(len(answers) / outcome.seconds), round(times[len(times) // 2], 2),
        round(times[int(len(times) * 0.99)], 2), lost, altered, doubled, torn,
        sum(note["late"] for note in acks), sum(note["changed"] for note in acks),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--votes", type=int, default=500, help="of each writer")
    parser.add_argument("--kills", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write the outcome there too")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), asked.writers, asked.votes, asked.kills, asked.seed)
    for name, value in asdict(outcome).items():
        print(f"{name:18} {value}")
    if asked.json:
        asked.json.write_text(json.dumps(asdict(outcome), indent=1) + "\n")
    raise SystemExit(0 if outcome.sound else 1)


if __name__ == "__main__":
    main()
