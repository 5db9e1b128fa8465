"""Writers that are killed at random lose nothing that was acknowledged; the 600-kill run is in benchmarks/."""

import re
from pathlib import Path

from benchmarks import vote_durability as benchmark
from benchmarks.vote_durability import run


def test_writers_that_are_killed_lose_no_vote_that_was_acknowledged(tmp_path: Path) -> None:
    outcome = run(tmp_path, writers=4, count=100, kills=60)
    assert outcome.acknowledged == 400
    assert outcome.kills >= 55
    assert outcome.sound, outcome


def test_the_reading_finds_what_it_looks_for(tmp_path: Path) -> None:
    """A run that found nothing wrong whatever happened would pass the test above."""
    clean = run(tmp_path, writers=2, count=20, kills=0)
    assert clean.sound
    data, plan = tmp_path / "data", benchmark.a_plan()
    notes = [benchmark.Notes(tmp_path / f"notes-{place}") for place in range(2)]
    whole = (data / "votes.csv").read_bytes()
    lines = whole.splitlines(keepends=True)

    def reread(text: bytes) -> benchmark.Outcome:
        (data / "votes.csv").write_bytes(text)
        return benchmark._read(data, plan, notes, clean)

    assert reread(whole).sound
    assert reread(b"".join(lines[:-1])).lost == 1
    assert reread(whole + lines[-1]).doubled == 2
    assert reread(whole[:-1]).torn == 1
    assert reread(b"".join([*lines[:2], lines[0], *lines[2:]])).torn == 1
    answer = re.search(rb",(left|right|similar),", lines[1])
    assert answer
    other = lines[1].replace(answer[0], b",left," if answer[1] != b"left" else b",right,", 1)
    assert reread(b"".join([lines[0], other, *lines[2:]])).altered == 2
    notes[0].add(ack="v-never-stored", choice="left", ms=1.0, late=False, changed=False)
    assert reread(whole).lost == 2
