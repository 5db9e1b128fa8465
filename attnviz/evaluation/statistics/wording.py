"""What an analysis says, in sentences that the numbers make."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from attnviz.evaluation.settings import Settings
from attnviz.evaluation.statistics.analysis import Analysis
from attnviz.evaluation.statistics.bootstrap import FEWEST
from attnviz.evaluation.statistics.claim import MODELS_NEEDED, SMALLEST, Claim, Gain, Reason, models_of_claim
from attnviz.evaluation.statistics.measured import Measured
from attnviz.reports.numbers import count, signed
from attnviz.scores import SCORES

ATTENTIONS = {"cbam": "CBAM", "se": "SE", "none": "the baseline", "bam": "BAM"}
ARROWS = {"up": "\u2191", "down": "\u2193"}
BELOW_A_REFERENCE = "\u2020"
THE_CLAIM = (
    "CBAM's authors say that CBAM makes a network look at the right place better than SE does, and SE better than no "
    "attention. Each score of place and of faithfulness is asked that by itself, over the same photos for all models."
)
RULE = (
    "Supported: both 97.5 % intervals (95 % together) lie above 0. Not supported: one lies below 0, or one reaches 0 "
    f"and excludes every gain of {100 * SMALLEST:.0f} % of the score's range or more. Undecided otherwise. A gain is "
    "turned so that more is better. Verdicts are each score's own: they are not corrected for the number of scores, "
    "and scores that agree are not independent."
)
REFERENCES = (
    f"{BELOW_A_REFERENCE}: not shown to be above every reference, since the 95 % interval of a difference on the same "
    "photos reaches 0 or lies below it. References know nothing of the network: uniform (a random order of pixels), a "
    "Gaussian in the middle, an edge map, noise, and the point in the middle."
)
LEVELS = (
    "The level of MaxBoxAcc was chosen for each model and reference on the other half of the photos; the intervals do "
    "not count what another half would have chosen."
)
FAITHFULNESS = (
    "Faithfulness is measured by the model's own probability, so that a model that is surer of itself scores otherwise "
    "for that alone: read it beside accuracy and calibration. References are of no model and have none."
)
TESTS = (
    "Differences are the model's score less the baseline's on the same photo, so that below 0 is better where the "
    "arrow points down. p is of the sign-flip permutation test, which for hits and misses is McNemar's exact test; "
    "Holm's correction is for all tests of this table, which is one family. Parts of the photos have intervals and no "
    "tests."
)
SELECTED = (
    "Photos that all models have right show what a study of right answers would show, and condition on success. Sizes "
    "are thirds of the photos by the object's share of what the network sees."
)
RANKS = (
    "Kendall's tau-b between the orders in which two scores put the models, photo by photo, and its mean over the "
    "photos where neither ties all models. 1: always the same order; 0: none in common."
)
CALIBRATION = (
    "Expected calibration error of the shown probabilities, in 15 bins as in the model card. Chance in a bin only adds "
    "to it, the more the fewer photos there are, and so it does to both ends of its interval."
)
NO_CLAIM = (
    "The claim cannot be put to these models: it takes a network with CBAM, one with SE and one without attention, and "
    "a score of place or faithfulness."
)
UNMATCHED = (
    "These models are not known to be trained alike: a difference between them may be that of their training, and no "
    "verdict on the claim follows."
)


def title_of(score: str) -> str:
    """Returns a score's title with an arrow to where it is better."""
    return f"{SCORES[score].title} {ARROWS.get(SCORES[score].better, '')}".strip()


def headline(found: Sequence[Claim]) -> str:
    """Returns how many scores say what of the claim."""
    if not found:
        return NO_CLAIM
    counts = Counter(claim.verdict for claim in found)
    return (
        f"CBAM over SE over the baseline, by {count(len(found), 'score')}: {counts['supported']} supported, "
        f"{counts['not supported']} not supported, {counts['undecided']} undecided."
    )


def claim_sentence(claim: Claim) -> str:
    """Returns a claim's verdict and the interval that decides it."""
    about, gain = SCORES[claim.score], claim.deciding
    smallest = SMALLEST * (about.high - about.low)
    if math.isnan(gain.low):
        return (
            f"{about.title}: {claim.verdict}, since {halves(gain)} has no interval: there are fewer than {FEWEST} "
            "photos, or none differs."
        )
    why: Mapping[Reason, str] = {
        "both better": "both lie above 0, and this one comes nearer to it",
        "the wrong way": "it lies below 0, the wrong way round",
        "too small": f"it reaches 0 and excludes every gain of {smallest:.2g} or more",
        "not told apart": "it holds 0, and gains that would count",
    }
    slight = claim.verdict == "supported" and gain.high < smallest
    return (
        f"{about.title}: {claim.verdict}. What decides is {halves(gain)}, {signed(gain.gain, 4)} (97.5 % interval "
        f"{signed(gain.low, 4)} to {signed(gain.high, 4)}): {why[claim.reason]}"
        f"{f', though it excludes every gain of {smallest:.2g} or more' if slight else ''}."
    )


def halves(gain: Gain) -> str:
    """Returns ``CBAM over SE``."""
    return f"{ATTENTIONS[gain.better]} over {ATTENTIONS[gain.than]}"


def reach(measured: Measured, settings: Settings | None) -> str:
    """Returns what the claims may be said of: these weights, or the attention."""
    fewest = min((len(of_one) for of_one in models_of_claim(measured).values()), default=0)
    if fewest >= MODELS_NEEDED:
        return (
            f"There are {fewest} networks or more of each attention, and the intervals of the claim count both photos "
            "and networks as drawn from many: it may be said of the attention, trained like this."
        )
    seeds = {} if settings is None else {name: model.seed for name, model in settings.family.models.items()}
    known = {seeds.get(name) for name in measured.models}
    told = f" (seed {known.pop()})" if len(known) == 1 and None not in known else ""
    return (
        f"This is about these weights, not about attention as such. There is {count(fewest, 'network')} of a kind{told}"
        ", and other seeds could turn any of these lines round: to speak of the attention takes at least "
        f"{MODELS_NEEDED} networks of each, trained with other seeds."
    )


def beaten(analysis: Analysis) -> Iterator[str]:
    """Yields for each score of place which references are not beaten, and by whom; the point in the middle first."""
    above, models = analysis.above, analysis.measured.models
    for score in dict.fromkeys(above["score"]):
        lost = above[(above["score"] == score) & ~above["beats"].astype(bool)]
        by_losers: dict[tuple[str, ...], list[str]] = {}
        for reference in sorted(lost["reference"].unique(), key=lambda name: (name != "centre", name)):
            losers = tuple(lost[lost["reference"] == reference]["model"])
            by_losers.setdefault(losers, []).append(reference)
        told = [
            f"{'no model is' if len(losers) == len(models) else f'{_listed(losers)} not'} above {_listed(references)}"
            for losers, references in by_losers.items()
        ]
        yield f"{SCORES[score].title}: {'; '.join(told) or 'every model is above every reference'}."


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def degenerate_sentences(analysis: Analysis) -> Iterator[str]:
    """Yields how many maps show nothing, what became of them, and whether that decides anything."""
    models = analysis.degenerate[: len(analysis.measured.models)]
    shown = [f"{row.name} {row.degenerate}" for row in models.set_index("name", drop=False).itertuples(index=False)]
    total, photos = int(models["degenerate"].sum()), len(analysis.measured.images)
    if not total:
        yield f"None of the models' maps is degenerate, of {photos:,} photos."
        return
    yield f"Maps that show nothing, of {photos:,}: {', '.join(shown)}. One is never a hit."
    left_out = {score: photos for score, photos in analysis.left_out.items() if photos}
    if left_out:
        counts = ", ".join(f"{SCORES[score].title} {number}" for score, number in left_out.items())
        yield f"Models are compared on photos where all have the score; left out for a degenerate map: {counts}."
    changed = [
        f"{SCORES[claim.score].title} ({claim.verdict}, and then {worst.verdict})"
        for claim, worst in zip(analysis.claims, analysis.claims_worst, strict=False)
        if claim.verdict != worst.verdict
    ]
    if changed:
        yield f"Counted as the worst value that there is, they change the verdict of {', '.join(changed)}."
    elif analysis.claims_worst:
        yield "Counted as the worst value that there is, they change no verdict."
