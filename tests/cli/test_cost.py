"""``attnviz cost``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
OneLine = Callable[[Any], str]


def test_a_family(run: Run, tiny: Path) -> None:
    result = run("cost", "--family", "tiny", "--batch", 2, "--repetitions", 5, "--model", "baseline", "--model", "cbam")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    counted, timed = ([line for line in lines if line and line[0] == name] for name in ("baseline", "cbam"))
    assert counted[0][2] == "+0.00%"
    assert counted[1][1] == "1.000"
    assert len(timed) == 2
    assert "GMACs at 64 x 64" in result.stdout


def test_a_network_of_the_papers(run: Run) -> None:
    result = run("cost", "--depth", 18, "--attention", "none", "--attention", "se", "--stride-in", "1x1", "--batch", 1,
                 "--repetitions", 5, "--threads", 1)  # fmt: skip
    assert result.exit_code == 0
    row = next(line.split() for line in result.stdout.splitlines() if line.split()[:1] == ["se"])
    assert row[1:7] == ["11,778,592", "+0.76%", "11.78", "1.8142", "+0.00%", "1.814"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--attention", "se"], "--attention chooses among fresh networks; give --depth with it."),
        (["--depth", 50, "--family", "tiny"], "--depth makes fresh networks; give it without --family and --model."),
        (["--depth", 20], "depth is 20; it can be 18, 34, 50, 101, 152."),
        (["--depth", 18, "--attention", "sa"], "attention is 'sa'; it can be none, se, bam, cbam."),
    ],
)
def test_what_a_user_can_mend(run: Run, one_line: OneLine, arguments: list[Any], message: str) -> None:
    result = run("cost", *arguments)
    assert result.exit_code == 2
    assert message in one_line(result)
