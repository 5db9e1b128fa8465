"""Where a family's networks look, in its model card: a table of an evaluation, held to the numbers that it is of."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from attnviz.errors import FamilyError
from attnviz.evaluation.settings import read_settings
from attnviz.evaluation.statistics import wording as say
from attnviz.evaluation.statistics.analysis import Analysis, analyse
from attnviz.evaluation.statistics.bootstrap import RESAMPLES
from attnviz.evaluation.statistics.claim import Verdict
from attnviz.evaluation.statistics.measured import read_measured
from attnviz.evaluation.statistics.report import RESULTS, headline_place
from attnviz.evaluation.statistics.strata import ALL
from attnviz.families.card import CARD, place_in_card
from attnviz.families.whole import write_whole
from attnviz.reports.blocks import Cell, Ranged, Table, markdown
from attnviz.reports.numbers import number, signed
from attnviz.scores import SCORES

FILE = "where-they-look.json"
START = "<!-- numbers: attnviz evaluate -->"
_DIGITS = 6


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mean(_Frozen):
    """A model's or a reference's mean score and its 95 % interval, None where there is none; whether it is marked."""

    name: str
    score: str
    mean: float | None
    low: float | None
    high: float | None
    below_a_reference: bool


class Decided(_Frozen):
    """What a score says of the authors' claim, and the half of it that decides, with its 97.5 % interval."""

    score: str
    verdict: Verdict
    half: str
    gain: float
    low: float | None
    high: float | None


class WhereTheyLook(_Frozen):
    """An evaluation of a family in short, as it stands in where-they-look.json.

    Attributes:
        format: of the file.
        data: name of the set of photos.
        digest: of its files.
        photos: of the report half.
        method: of the maps.
        stage: of the maps.
        weights: SHA-256 of each model's file.
        means: of models, and then of references, for each score.
        claims: of each score of place and faithfulness.
    """

    format: Literal[1] = 1
    data: str
    digest: str
    photos: int
    method: str
    stage: str
    weights: dict[str, str]
    means: tuple[Mean, ...]
    claims: tuple[Decided, ...]

    def table(self) -> str:
        """Returns the card's tables in Markdown, without a line break at the end: means, and verdicts."""
        scores = list(dict.fromkeys(mean.score for mean in self.means))
        by_name: dict[str, list[Cell]] = {}
        for mean in self.means:
            title = mean.name if mean.name in self.weights else f"reference: {mean.name}"
            by_name.setdefault(title, []).append(_mean(mean))
        verdicts: list[list[Cell]] = [
            [SCORES[claim.score].title, claim.verdict, claim.half, Ranged(signed(claim.gain, 4), _ends(claim))]
            for claim in self.claims
        ]
        rows = [[name, *row] for name, row in by_name.items()]
        blocks = [Table(("", *map(say.title_of, scores)), rows, numbers=True)]
        if verdicts:
            blocks.append(Table(("score", "CBAM over SE over the baseline", "decided by", "gain (97.5 %)"), verdicts))
        return markdown(blocks).rstrip("\n")


def write_card(results: Path, folder: Path, resamples: int = RESAMPLES) -> WhereTheyLook:
    """Stores an evaluation in a family's folder: where-they-look.json, and the tables between two lines of its card.

    Args:
        results: a results folder, with its settings.json.
        folder: of the family whose weights were evaluated.
        resamples: draws of photos for intervals.

    Raises:
        DataError: if the results cannot be read.
        FamilyError: if the results are without settings.json, or the card has no place for the tables.
    """
    settings = read_settings(results)
    if settings is None:
        raise FamilyError('"{folder}" has no settings.json, which says whose results they are.', folder=results.name)
    found = shortened(
        analyse(headline_place(read_measured(results / RESULTS)), resamples),
        data=settings.photos.name,
        digest=settings.photos.digest,
        weights={name: model.sha256 for name, model in settings.family.models.items()},
    )
    card = folder / CARD
    text = card.read_text(encoding="utf-8") if card.is_file() else ""
    place = place_in_card(text, folder.name, START)
    write_whole(folder / FILE, f"{found.model_dump_json(indent=1)}\n".encode())
    write_whole(card, f"{text[: place.start()]}\n{found.table()}\n\n{text[place.end() :]}".encode())
    return found


def shortened(analysis: Analysis, data: str, digest: str, weights: dict[str, str]) -> WhereTheyLook:
    """Returns what of an analysis stands in the card; see :class:`WhereTheyLook` for the arguments."""
    lost = analysis.above[~analysis.above["beats"].astype(bool)]
    below = set(zip(lost["model"], lost["score"], strict=True))
    measured = analysis.measured
    return WhereTheyLook(
        data=data, digest=digest, photos=len(measured.images), method=measured.method, stage=measured.stage,
        weights={name: weights[name] for name in measured.models},
        means=tuple(
            Mean(name=row.name, score=row.score, mean=_known(row.mean), low=_known(row.low),
                 high=_known(row.high), below_a_reference=(row.name, row.score) in below)
            for row in analysis.means[analysis.means["part"] == ALL].rename_axis(None).itertuples()
        ),
        claims=tuple(
            Decided(score=claim.score, verdict=claim.verdict, half=say.halves(claim.deciding),
                    gain=round(claim.deciding.gain, _DIGITS), low=_known(claim.deciding.low),
                    high=_known(claim.deciding.high))
            for claim in analysis.claims
        ),
    )  # fmt: skip


def read_card(folder: Path) -> tuple[WhereTheyLook, str]:
    """Returns what is stored in a family's folder, and what stands in its card, stripped of blank lines around it.

    Raises:
        FamilyError: if where-they-look.json is not there or damaged, or the card has no place for the tables.
    """
    try:
        stored = WhereTheyLook.model_validate_json((folder / FILE).read_bytes())
    except (OSError, ValidationError):
        raise FamilyError('"{folder}/{file}" cannot be read; evaluate the family again.', folder=folder.name,
                          file=FILE) from None  # fmt: skip
    text = (folder / CARD).read_text(encoding="utf-8")
    return stored, place_in_card(text, folder.name, START).group().strip("\n")


def _mean(mean: Mean) -> Ranged:
    if mean.mean is None:
        return Ranged("-", "")
    return Ranged(number(mean.mean) + (say.BELOW_A_REFERENCE if mean.below_a_reference else ""), _ends(mean, 3))


def _ends(of: Mean | Decided, digits: int = 4) -> str:
    if of.low is None or of.high is None:
        return ""
    form = signed if isinstance(of, Decided) else number
    return f"{form(of.low, digits)} to {form(of.high, digits)}"


def _known(value: float) -> float | None:
    return None if value != value else round(float(value), _DIGITS)
