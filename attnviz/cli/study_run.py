"""``attnviz study``: what follows a frozen study: serve it, try it with simulated participants, take its votes out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attnviz.cli.show import errors_in_one_line, progress, show
from attnviz.cli.study import Folder


def serve(
    folder: Folder,
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 for other computers.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at.", min=1, max=65535)] = 7861,
) -> None:
    """Serve a frozen study at /study/, and nothing that could tell the models apart.

    Votes go to the study's folder: data/votes.sqlite, and data/votes.csv, its copy.

    Example: `attnviz study serve mine --host 0.0.0.0`
    """
    with errors_in_one_line():
        from attnviz.web.port import check_port
        from attnviz.web.study.server import serve as run

        check_port(host, port)
        run(folder, host, port)


def simulate(
    folder: Folder,
    participants: Annotated[int, typer.Option(help="How many take part, all at once.", min=1)] = 25,
    preference: Annotated[
        str | None,
        typer.Option(metavar="MODEL:SHARE", help="Planted preference, such as cbam:0.65.", show_default=False),
    ] = None,
    side_bias: Annotated[float, typer.Option(help="Added to the log odds of the left side.")] = 0.0,
    pause: Annotated[
        tuple[float, float], typer.Option(help="Seconds between seeing a trial and answering it, from and to.")
    ] = (0.0, 0.0),
    url: Annotated[str, typer.Option(help="Of the running server.")] = "http://127.0.0.1:7861",
    seed: Annotated[int, typer.Option(help="Of the answers.")] = 0,
    browser: Annotated[
        bool, typer.Option("--browser", help="In headless Chromium, one after the other, with a browser's keys.")
    ] = False,
) -> None:
    """Try a study before anybody is invited: play whole sessions against its running server.

    The votes are stored like anybody's: serve a copy of the folder, not the study that is to be run.

    Example: `attnviz study simulate copy --participants 25 --preference cbam:0.65`
    """
    with errors_in_one_line():
        from attnviz.errors import OptionError
        from attnviz.study.browser import simulate_in_browser
        from attnviz.study.simulate import Habits
        from attnviz.study.simulate import simulate as simulate_at_once

        run = simulate_in_browser if browser else simulate_at_once
        model, _, share = (preference or "").partition(":")
        try:
            habits = Habits(model, float(share or 0.5), side_bias, pause=pause)
        except ValueError:
            raise OptionError("--preference is {given}; write it as cbam:0.65.", given=preference) from None
        with progress("simulating participants") as advance:
            outcome = run(folder, url, participants, habits, seed, advance)
        slow = sorted(outcome.acknowledge_seconds)
        show(f"{len(outcome.acknowledged)} votes acknowledged, {len(outcome.errors)} errors")
        if slow:
            show(f"acknowledged in {1000 * slow[len(slow) // 2]:.0f} ms (median), "
                 f"{1000 * slow[int(0.99 * (len(slow) - 1))]:.0f} ms (99th percentile)")  # fmt: skip
        for error in outcome.errors[:5]:
            show(error)


def export(
    folder: Folder,
    output: Annotated[Path, typer.Option("-o", "--output", help="CSV file to write.")] = Path("votes.csv"),
    excel: Annotated[
        bool,
        typer.Option("--excel", help="For Excel: with a byte order mark, and nothing that it takes for a formula."),
    ] = False,
) -> None:
    """Write the votes of a study to a CSV file, whatever has become of votes.csv.

    Example: `attnviz study export mine -o votes.csv`
    """
    with errors_in_one_line():
        from attnviz.study.export import export as run

        show(f"{run(folder, output, excel)} votes in {output.name}")


def report(
    folder: Folder,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder to write to.", show_default="DIR/report")
    ] = None,
    scores: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV", help="results.csv.gz of attnviz evaluate: how often each score agrees with the votes.",
            show_default=False,
        ),
    ] = None,
) -> None:  # fmt: skip
    """Analyse the votes: report.md, report.html with its figures, and results.csv with every number.

    Before the study has ended this is a peek, and recorded as one.

    Example: `attnviz study report mine --scores results/results.csv.gz`
    """
    with errors_in_one_line():
        import pandas as pd

        from attnviz.study.ending import has_ended, peeks, record_peek
        from attnviz.study.plan import DATA, read_plan
        from attnviz.study.results import analyse, score_votes
        from attnviz.study.results.report import write_report
        from attnviz.study.votes import COLUMNS, Votes

        plan = read_plan(folder)
        votes = Votes(folder / DATA, plan)
        counts = votes.counts()
        if not has_ended(plan, counts):
            record_peek(folder / DATA, counts.votes)
            show("The study has not ended; this look was recorded.")
        analysis = analyse(pd.DataFrame(votes.rows(), columns=list(COLUMNS)), plan)
        scored = None if scores is None else score_votes(analysis.exclusions.kept, plan, scores)
        into = output or folder / "report"
        into.mkdir(parents=True, exist_ok=True)
        written = write_report(analysis, plan, into, scored, peeks(folder / DATA))
        show(f"written: {', '.join(path.name for path in written)}")
