"""An analysis becomes a report: Markdown, HTML in one file, and a CSV of every number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from attnviz.errors import StudyError
from attnviz.reports.blocks import Block, Heading, Picture, Table, markdown, page
from attnviz.reports.figures import svg
from attnviz.reports.numbers import count, exact, number, p_in_words, percent, with_interval
from attnviz.reports.tidy import tidy
from attnviz.scores import SCORES
from attnviz.study.plan import Plan
from attnviz.study.results import wording as say
from attnviz.study.results.analysis import Analysis
from attnviz.study.results.figures import figures
from attnviz.study.results.scored import ScoredVotes

MARKDOWN, HTML, CSV = "report.md", "report.html", "results.csv"


def write_report(
    analysis: Analysis, plan: Plan, folder: Path, scored: ScoredVotes | None = None, looks: Sequence[str] | None = None
) -> tuple[Path, ...]:
    """Writes report.md with a figure-*.svg each, report.html with the same in one file, and results.csv.

    The same analysis and plan give the same bytes. Files of these names are replaced.

    Args:
        analysis: of :func:`attnviz.study.results.analyse`.
        plan: its plan.
        folder: to write to; made if need be.
        scored: of :func:`attnviz.study.results.score_votes`, for a section on how scores agree with the votes.
        looks: of :func:`attnviz.study.ending.peeks`, to be told; None where that is not known.

    Returns:
        The files.

    Raises:
        StudyError: if they cannot be written.
    """
    blocks = list(_blocks(analysis, plan, scored, looks))
    title = plan.title.get("en", plan.study)
    texts = {f"figure-{block.name}.svg": block.svg for block in blocks if isinstance(block, Picture)}
    texts |= {
        MARKDOWN: markdown(blocks),
        HTML: page(title, blocks),
        CSV: every_number(analysis, scored).to_csv(index=False),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise StudyError('The report cannot be written to "{folder}": {reason}.', folder=folder.name,
                         reason=error.strerror or "unknown") from None  # fmt: skip
    return tuple(folder / name for name in texts)


def every_number(analysis: Analysis, scored: ScoredVotes | None = None) -> pd.DataFrame:
    """Returns (N, 4): part (of the analysis), of (pair, model, participant or step), quantity, value."""
    rows: list[tuple[str, str, str, object]] = [
        ("study", "", name, getattr(analysis, name))
        for name in ("plan_sha256", "participants", "votes", "images", "tie_rate")
    ]
    parts = {"preference": analysis.table, "clustered": analysis.headline, "clustered with all": analysis.headline_all}
    for name, table in (parts | {"sign": analysis.sign, "alpha": analysis.alpha}).items():
        rows += tidy(name, table, ["model_a", "model_b"])
    if analysis.strengths is not None:
        rows += tidy("strength", analysis.strengths, ["item"])
        rows += [("strength", "", name, value) for name, value in analysis.strengths.attrs.items()]
    rows += [("position", "", name, value) for name, value in asdict(analysis.position).items()]
    rows += [("retest", "", name, value) for name, value in asdict(analysis.retest).items()]
    if scored is not None:
        rows += tidy("scores", scored.table, ["pair", "score"])
    rows += tidy("catch", analysis.catch, ["participant"])
    rows += tidy("exclusion", analysis.exclusions.flow.drop(columns="words"), ["step"])
    rows += tidy("left out", analysis.exclusions.left_out, ["participant", "rule"])
    return pd.DataFrame(rows, columns=["part", "of", "quantity", "value"])


def _blocks(analysis: Analysis, plan: Plan, scored: ScoredVotes | None, looks: Sequence[str] | None) -> Iterator[Block]:
    drawn = {name: Picture(caption, name, svg(figure)) for name, caption, figure in figures(analysis)}
    yield Heading(plan.title.get("en", plan.study), 1)
    if plan.demo:
        yield "This is a demonstration, not a study: it is not blind, and its numbers mean nothing."
    yield plan.question.get("en", "").replace("{target}", "(the class)")
    yield (
        f"{count(analysis.participants, 'participant')}, {count(analysis.votes, 'vote')} on "
        f"{count(analysis.images, 'image')} ({plan.family}, {plan.method} at {plan.stage}). Plan {plan.sha256}."
    )
    yield Heading("What was preferred")
    for row in analysis.headline.itertuples():
        yield say.headline_sentence(row, len(analysis.headline))
    if len(analysis.headline) > 1:
        yield say.OWN_INTERVALS
    yield say.WHY_CLUSTERED
    yield say.PREFERENCE_ONLY
    yield drawn["preference"]
    yield Heading("Votes")
    yield _votes_table(analysis)
    yield f"{percent(analysis.tie_rate)} of the votes say that the two are about the same."
    yield drawn["votes"]
    yield Heading("Tests")
    yield _tests_table(analysis)
    yield (
        "The sign test is exact and secondary: it takes every vote for independent and leaves ties out (in the last "
        "column each tie is half a vote for both)."
    )
    yield from _strengths(analysis, drawn.get("strengths"))
    yield Heading("Sides")
    yield say.position_sentence(analysis.position)
    position = analysis.position
    yield (
        f"Coefficient of the left side {number(position.side)} (SE {number(position.side_se)}; likelihood "
        f"ratio {number(position.chi2, 2)}, {p_in_words(position.chi2_p)}). {say.MARGINAL}"
        if not math.isnan(position.side)
        else "A coefficient of the left side cannot be fitted to these votes."
    )
    yield Heading("Agreement")
    yield say.agreement_sentence(analysis.alpha, analysis.retest)
    yield say.catch_sentence(analysis.catch)
    if scored is not None:
        yield Heading("Scores and votes")
        yield say.scored_sentence(scored)
        yield _scores_table(scored)
        yield say.WHAT_AGREEMENT_IS
    yield Heading("Who was left out")
    yield Table(
        ("step", "participants", "votes", "left out here"),
        [(row.words, str(row.participants), str(row.votes), str(row.out)) for row in
         analysis.exclusions.flow.itertuples()],
    )  # fmt: skip
    yield say.changed_sentence(analysis.headline, analysis.headline_all)
    for row in analysis.headline_all.itertuples():
        yield "With nobody left out, " + say.headline_sentence(row, len(analysis.headline_all))
    yield Heading("How it was done")
    yield f"Stopping: {plan.stopping or 'not stated in the plan.'}"
    if looks is not None:
        yield say.looks_sentence(looks)
    yield f"Analysis: {plan.analysis or 'not stated in the plan.'}"


def _votes_table(analysis: Analysis) -> Table:
    rows = []
    for row in analysis.table.itertuples():
        counts = ((row.a_better, row.share_a), (row.similar, row.share_similar), (row.b_better, row.share_b))
        cells = [f"{votes} ({percent(share)})" for votes, share in counts]
        rows.append([f"A = {row.model_a}, B = {row.model_b}", *cells, str(row.votes)])
    return Table(("pair", "A better", "similar", "B better", "votes"), rows)


def _tests_table(analysis: Analysis) -> Table:
    rows = []
    for row, sign in zip(analysis.headline.itertuples(), analysis.sign.itertuples(), strict=True):
        clustered, of_sign = (with_interval(one.share_b, one.low, one.high) for one in (row, sign))
        p_values = [exact(value) for value in (row.p_value, row.p_holm, sign.p_value, sign.p_ties_split)]
        rows.append([f"{row.model_b} to {row.model_a}", clustered, *p_values[:2], number(row.cohens_g), of_sign,
                     *p_values[2:]])  # fmt: skip
    names = ("preferred", "share, ties half (95 %, clustered)", "p, clustered", "p, Holm", "Cohen's g",
             "share of decided (95 %, exact)", "p, sign test", "p, ties split")  # fmt: skip
    return Table(names, rows)


def _scores_table(scored: ScoredVotes) -> Table:
    pairs = scored.table["pair"].nunique() > 1
    rows = [
        [f"{SCORES[row.score].title}, {row.pair}" if pairs else SCORES[row.score].title,
         with_interval(row.share, row.low, row.high),
         *map(str, (row.agree, row.disagree, row.similar, row.alike, row.images))]
        for row in scored.table.itertuples()
    ]  # fmt: skip
    names = ("score", "agrees with the votes (95 %)", "votes it agrees with", "disagrees with", "votes: the same",
             "score: the same", "images")  # fmt: skip
    return Table(names, rows, numbers=True)


def _strengths(analysis: Analysis, picture: Picture | None) -> Iterator[Block]:
    if analysis.no_strengths is not None:
        yield Heading("Strengths")
        yield f"Strengths cannot be estimated: {analysis.no_strengths}"
    if analysis.strengths is None or picture is None:
        return
    yield Heading("Strengths")
    yield say.strength_sentence(analysis.strengths)
    yield Table(
        ("model", "log strength", "SE", "mean 0", "95 % (two-way bootstrap)", "rank"),
        [(row.item, *(number(value) for value in (row.ability, row.se, row.centred)),
          f"{number(row.low)} to {number(row.high)}", say.rank(row))
         for row in analysis.strengths.itertuples()],
    )  # fmt: skip
    attrs: dict[str, Any] = analysis.strengths.attrs
    interval = f"{number(attrs['side_low'])} to {number(attrs['side_high'])}"
    yield (
        f"Davidson's model with an advantage of the left side: nu {number(attrs['nu'])}, side "
        f"{number(attrs['side'])} (95 % interval {interval}), deviance {number(attrs['deviance'], 2)}, "
        f"{attrs['resamples']} draws."
    )
    yield picture
