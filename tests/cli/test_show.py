"""Errors in one line, bars by finished work, and tables that a pipe gets whole."""

from __future__ import annotations

import io

import pytest
import torch
import typer
from rich.console import Console

from attnviz.cli import show
from attnviz.errors import OptionError


def test_what_a_user_can_mend_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, show.errors_in_one_line():
        raise OptionError('There is no "a\nb\x1b[31m\udcff"; 네.')
    assert ended.value.exit_code == 2
    assert capsys.readouterr() == ("", 'attnviz: There is no "a?b?[31m?"; 네.\n')


def test_a_gpu_without_memory_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, show.errors_in_one_line():
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB ...")
    assert ended.value.exit_code == 2
    assert "choose a smaller --batch" in capsys.readouterr().err
    with pytest.raises(RuntimeError, match="another"), show.errors_in_one_line():
        raise RuntimeError("another")


def test_interruption_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended, show.errors_in_one_line():
        raise KeyboardInterrupt
    assert ended.value.exit_code == 130
    assert capsys.readouterr() == ("", "attnviz: interrupted.\n")


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), show.errors_in_one_line():
        _ = 1 / 0


def test_bar_advances_with_finished_work(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(show, "console", Console(file=screen, force_terminal=True, width=80))
    with show.progress("counting") as advance:
        advance(3, 12)
    assert "counting" in screen.getvalue()
    assert "3/12" in screen.getvalue()


@pytest.mark.parametrize(("total", "said"), [(4_000_000, "1.0/4.0 MB"), (0, "1.0/? MB")])
def test_bar_of_bytes(monkeypatch: pytest.MonkeyPatch, total: int, said: str) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(show, "console", Console(file=screen, force_terminal=True, width=100))
    with show.progress("se (1 of 2)", in_bytes=True) as advance:
        advance(1_000_000, total)
    assert said in screen.getvalue()


def test_no_bar_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with show.progress("counting") as advance:
        advance(3, 12)
    assert capsys.readouterr() == ("", "")


def test_a_pipe_gets_lines_whole_and_brackets_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    long = "[bold]a " * 60
    show.show(show.table("[red]title", ("first", "second"), [("x", long)]))
    printed = capsys.readouterr().out
    assert long.strip() in printed
    assert "[red]title" in printed
