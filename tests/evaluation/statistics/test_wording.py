"""Sentences follow from numbers."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from attnviz.evaluation.statistics import Analysis, Claim, Gain, Measured, analyse
from attnviz.evaluation.statistics import wording as say

WON = Gain("cbam", "se", 0.05, 0.02, 0.08)
SLIGHT = Gain("se", "none", 0.004, 0.001, 0.007)
LOST = Gain("se", "none", -0.05, -0.08, -0.02)
NAN = float("nan")


def claim(verdict: str, reason: str, deciding: Gain, score: str = "pointing_game") -> Claim:
    return Claim(score, verdict, reason, (WON, deciding), deciding, 100, False)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            claim("supported", "both better", WON),
            "Pointing game: supported. What decides is CBAM over SE, +0.0500 (97.5 % interval +0.0200 to +0.0800): "
            "both lie above 0, and this one comes nearer to it.",
        ),
        (
            claim("supported", "both better", SLIGHT),
            "Pointing game: supported. What decides is SE over the baseline, +0.0040 (97.5 % interval +0.0010 to "
            "+0.0070): both lie above 0, and this one comes nearer to it, though it excludes every gain of 0.01 or "
            "more.",
        ),
        (
            claim("not supported", "the wrong way", LOST, "deletion"),
            "Deletion: not supported. What decides is SE over the baseline, -0.0500 (97.5 % interval -0.0800 to "
            "-0.0200): it lies below 0, the wrong way round.",
        ),
        (
            claim("undecided", "not told apart", Gain("se", "none", 0.0, NAN, NAN)),
            "Pointing game: undecided, since SE over the baseline has no interval: there are fewer than 10 photos, or "
            "none differs.",
        ),
    ],
)
def test_a_claim_is_told_with_the_interval_that_decides(found: Claim, sentence: str) -> None:
    assert say.claim_sentence(found) == sentence


def test_the_headline_counts() -> None:
    found = [claim("supported", "both better", WON), claim("undecided", "not told apart", LOST)]
    assert say.headline(found) == (
        "CBAM over SE over the baseline, by 2 scores: 1 supported, 0 not supported, 1 undecided."
    )
    assert say.headline([]) == say.NO_CLAIM


def test_one_network_a_kind_says_nothing_of_attention(make_measured: Callable[..., Measured]) -> None:
    assert "about these weights, not about attention as such. There is 1 network of a kind" in say.reach(
        make_measured(photos=4), None
    )
    seeds = {f"{name}-{seed}": name for name in ("none", "se", "cbam") for seed in range(3)}
    assert say.reach(make_measured(photos=4, models=seeds), None).startswith("There are 3 networks or more of each")


@pytest.fixture(scope="module")
def analysis(make_measured: Callable[..., Measured]) -> Analysis:
    return analyse(make_measured(photos=60), resamples=50)


def test_who_is_not_above_which_reference(analysis: Analysis) -> None:
    rows = [
        ("pointing_game", model, reference, beats)
        for model in analysis.measured.models
        for reference, beats in (("edges", model != "bam"), ("gaussian", False), ("centre", False), ("random", True))
    ]
    rows += [("max_box_acc_v2", model, "centre", True) for model in analysis.measured.models]
    above = pd.DataFrame(rows, columns=["score", "model", "reference", "beats"])
    assert list(say.beaten(replace(analysis, above=above))) == [
        "Pointing game: no model is above centre and gaussian; bam not above edges.",
        "MaxBoxAccV2: every model is above every reference.",
    ]


def test_degenerate_maps_are_told_with_what_they_change(analysis: Analysis) -> None:
    assert list(say.degenerate_sentences(analysis)) == [
        "None of the models' maps is degenerate, of 60 photos.",
    ]
    counts = analysis.degenerate.assign(degenerate=[3, 0, 0, 1, 0, 0, 0, 0, 0])
    some = replace(
        analysis, degenerate=counts, left_out={"pointing_game": 4, "gini": 0},
        claims=(claim("undecided", "not told apart", LOST),), claims_worst=(claim("supported", "both better", WON),),
    )  # fmt: skip
    assert list(say.degenerate_sentences(some)) == [
        "Maps that show nothing, of 60: baseline 3, se 0, bam 0, cbam 1. One is never a hit.",
        "Models are compared on photos where all have the score; left out for a degenerate map: Pointing game 4.",
        "Counted as the worst value that there is, they change the verdict of Pointing game (undecided, and then "
        "supported).",
    ]
    same = replace(some, claims_worst=some.claims)
    assert list(say.degenerate_sentences(same))[-1].endswith("they change no verdict.")


def test_titles_say_where_better_is() -> None:
    assert (say.title_of("deletion"), say.title_of("gini")) == ("Deletion ↓", "Sparsity (Gini) ↑")
    assert say.title_of("pearson") == "Pearson correlation"
