"""What is said of a study before anybody has voted: a text to register, made from the plan alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attnviz.study.plan import Plan

PREREGISTRATION = "preregistration.md"
ANALYSIS = (
    "For each pair of models: the mean preference over main trials (1 for the one model, -1 for the other, 0 for "
    "about the same), tested two-sided at the 5 % level with its variance clustered by participant and by image, and "
    "Student's t with one less than the fewer of participants and images; with several pairs, p-values are corrected "
    "by Holm's method. Effect: the share that prefers the model, ties half, with its 95 % interval. Secondary: the "
    "exact sign test on votes that are no ties; for three or more models a Davidson-Bradley-Terry model with a "
    "left-side term and intervals from a two-way bootstrap. Practice, repeat and catch trials never enter the "
    "outcome. Results are reported with and without the participants that the exclusion rules leave out."
)
_SELECTED = {
    "all-correct": "photos whose class all models of the study find most probable",
    "disagree": "photos for which the models of the study find different classes most probable",
    "all": "all photos",
}


def stopping(participants: int, closes: str | None) -> str:
    """Returns when the study ends, in words."""
    until = "" if closes is None else f", or at {closes}, whichever is first"
    return (
        f"The study ends when {participants} participants have finished{until}. Results are not looked at before; if "
        "they are, that is recorded and reported."
    )


def preregistration(plan: Plan) -> str:
    """Returns the text, in Markdown."""
    return "\n".join(_lines(plan)) + "\n"


def write_preregistration(folder: Path, plan: Plan) -> None:
    """Writes ``preregistration.md``."""
    (folder / PREREGISTRATION).write_text(preregistration(plan), encoding="utf-8", newline="\n")


def _lines(plan: Plan) -> Iterator[str]:
    main = plan.main_images
    pairs = "; ".join(f"{first} and {second}" for first, second in plan.pairs)
    trials = len(main) * plan.pairs_per_image
    yield f"# Preregistration: {plan.title['en']}"
    yield ""
    yield f"Frozen plan (`plan.json`), SHA-256 `{plan.sha256}`; this hash stands on every vote."
    yield ""
    yield "## Question and hypothesis"
    yield ""
    yield f"> {plan.question['en'].format(target='(class)')}"
    yield ""
    yield f"Compared: {pairs}."
    yield ""
    yield (
        "For each pair the hypothesis that neither model's region is preferred is tested. A preference says whose "
        "region people find more specific to the class, and not which model is more accurate."
    )
    yield ""
    yield "## Models and maps"
    yield ""
    yield f"Family {plan.family}. {plan.method} at {plan.stage}, of the photo's class."
    yield ""
    yield "| model | SHA-256 of its weights |"
    yield "| --- | --- |"
    for model, digest in plan.weights.items():
        yield f"| {model} | `{digest}` |"
    yield ""
    yield f"Shown as: {', '.join(f'{key} {value}' for key, value in plan.presentation.items())}."
    yield ""
    yield "## Images"
    yield ""
    yield (
        f"{len(main)} images, and {len(plan.images) - len(main)} others for practice, drawn by the plan's seed, "
        f"balanced over classes, from {_SELECTED.get(plan.selection, plan.selection)}. Left out by rule: photos that "
        "cannot be read, photos that are there twice, and photos for which a model's map shows nothing (not a number, "
        f"constant, or nowhere positive). Not taken: {len(plan.left_out)}, with the reasons in `plan.json`."
    )
    yield ""
    yield "## Participants and trials"
    yield ""
    yield (
        f"{plan.participants} participants. Each answers {trials} main trials, {plan.repeats} of which come again with "
        f"the sides swapped, and {plan.catches} catch trials (a map beside its mirror image), after "
        f"{len(plan.images) - len(main)} practice trials. Answers: left, about the same, right. Order and sides are "
        "drawn from the seed: sides balanced within one for each participant and pair, every pair equally often within "
        "one."
    )
    yield ""
    yield f"Stopping: {plan.stopping}"
    yield ""
    yield "## Exclusions"
    yield ""
    rules = {
        "catch_failures": "who fails more than {} of the catch trials",
        "median_ms": "whose median answer takes less than {} ms",
        "same_side": "who prefers one side in more than the share {} of the trials that they do not call similar",
        "same_side_trials": "(that rule holds from {} such trials on)",
    }
    for key, value in plan.exclusion.items():
        yield f"- {rules.get(key, key + ': {}').format(f'{value:g}')}"
    yield ""
    yield "## Analysis"
    yield ""
    yield plan.analysis
    yield ""
    yield (
        "Power by simulation, for this size and others, is in `power.csv` (SD of people 0.5 and of images 1.0 on the "
        "logit scale, 20 % ties, 5 % level)."
    )
    yield ""
    yield f"Software: {', '.join(f'{name} {version}' for name, version in plan.versions.items())}."
