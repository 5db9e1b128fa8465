"""The numbers of a model card: recomputed from the files that ship, compared with what is stored, and stored."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import tomli_w
from safetensors import safe_open

from attnviz.errors import FamilyError
from attnviz.families import Family
from attnviz.families.calibration import fit_temperature
from attnviz.families.card import CARD, place_in_card
from attnviz.families.whole import write_whole
from attnviz.nets import cost_of
from attnviz.training.measure import logits_of, measured
from attnviz.training.photos import Photos

FAMILY = "family.toml"
START = "<!-- numbers: attnviz families check -->"
COLUMNS = ("parameters", "GMACs", "top-1", "top-5", "T", "calibration error", "at T = 1", "seed")
_FAMILY_KEYS = ("title", "matched", "architecture", "input", "models")
T = TypeVar("T")


@dataclass(frozen=True)
class Numbers:
    """What one model's file gives.

    Attributes:
        sha256: of the file, 64 hex digits.
        parameters: of the network, without BatchNorm's running statistics.
        gmacs: 10^9 multiply-accumulates of convolutions and linear layers for one image of the family's input size.
        top1: accuracy in [0,1], to 4 decimals, as are the next two.
        top5: likewise.
        temperature: T of the shown probabilities, softmax(logits / T), chosen on the half of the photos that no other
            number is of.
        calibration_error: expected calibration error of those in 15 bins, in [0,1].
        uncalibrated: the same of softmax(logits).
        seed: that it was trained with: the file's own, or family.toml's where the file does not say; None if neither
            does.
    """

    sha256: str
    parameters: int
    gmacs: float
    top1: float
    top5: float
    temperature: float
    calibration_error: float
    uncalibrated: float
    seed: int | None


@dataclass(frozen=True)
class Line:
    """One number in the three places where it can be, as text; empty where it has no place, "missing" where it should.

    Attributes:
        model: whose number it is.
        number: its name, ``SHA-256`` or one of :data:`COLUMNS`.
        in_family: what family.toml says.
        in_card: what the card's table says.
        recomputed: what the file gives.
    """

    model: str
    number: str
    in_family: str
    in_card: str
    recomputed: str

    @property
    def right(self) -> bool:
        """Whether what is stored is what the file gives."""
        return {self.in_family, self.in_card} <= {self.recomputed, ""}


def recompute(
    family: Family, photos: Photos, advance: Callable[[int, int], None] = lambda done, total: None
) -> dict[str, Numbers]:
    """Recomputes every number from the files, in float32; the hashes and accuracies in family.toml are not looked at.

    Temperatures are fitted on one half of the photos (:func:`attnviz.images.split.split_of`) and everything else is
    measured on the other.

    Args:
        family: whose files are measured, on its device.
        photos: the validation photos.
        advance: called with the numbers of models done and in all.

    Raises:
        DataError: if one of the halves is empty.
        FamilyError: if a model's weights are not here.
        WeightsError: if a file is damaged, or does not fit its network.
    """
    fit, report = (part.to(family.device) for part in photos.halves())
    numbers = {}
    for done, name in enumerate(family.members):
        advance(done, len(family.members))
        numbers[name] = _numbers(family, name, fit, report)
    advance(len(family.members), len(family.members))
    return numbers


def table(numbers: Mapping[str, Numbers]) -> str:
    """Returns the card's table in Markdown, a row a model, without a line break at its end."""
    head = ["| " + " | ".join(("model", *COLUMNS)) + " |", "| --- |" + " ---: |" * len(COLUMNS)]
    cells = {name: _recomputed(of_one) for name, of_one in numbers.items()}
    rows = [f"| {name} | " + " | ".join(of_one[column] for column in COLUMNS) + " |" for name, of_one in cells.items()]
    return "\n".join(head + rows)


def read_table(family: Family) -> str:
    """Returns what stands between the two lines in the family's card, stripped of blank lines around it.

    Raises:
        FamilyError: if there is no card, or not exactly one such place in it.
    """
    return place_in_card(_read(family.folder / CARD), family.name, START).group().strip("\n")


def compared(family: Family, numbers: Mapping[str, Numbers]) -> list[Line]:
    """Returns every number as family.toml and the card's table have it, beside the recomputed one."""
    card = _cells(read_table(family))
    return [
        Line(
            name,
            number,
            _stored(family, name).get(number, ""),
            card.get(name, {}).get(number, "missing") if number in COLUMNS else "",
            text,
        )
        for name in numbers
        for number, text in _recomputed(numbers[name]).items()
    ]


def write(family: Family, numbers: Mapping[str, Numbers]) -> None:
    """Stores the numbers in family.toml, whose comments are lost, and in the card's table.

    Raises:
        FamilyError: if the card has no place for them, or a file cannot be written.
    """
    text = _read(family.folder / CARD)
    place = place_in_card(text, family.name, START)
    card = text[: place.start()] + f"\n{table(numbers)}\n\n" + text[place.end() :]
    content = tomllib.loads(_read(family.folder / FAMILY))
    for name, of_one in numbers.items():
        member = content["models"][name]
        for checksum in ("sha1", "sha256_prefix"):
            member.pop(checksum, None)  # family.toml has one checksum a model, and now it is the SHA-256
        member |= {"sha256": of_one.sha256, "top1": of_one.top1, "top5": of_one.top5,
                   "temperature": of_one.temperature, "calibration_error": of_one.calibration_error}  # fmt: skip
        if of_one.seed is not None:
            member["seed"] = of_one.seed
    ordered = {key: content[key] for key in _FAMILY_KEYS}
    _replace(family.folder / FAMILY, tomli_w.dumps(ordered))
    _replace(family.folder / CARD, card)


def _numbers(family: Family, name: str, fit: Photos, report: Photos) -> Numbers:
    network = family.read(name, checked=False)
    path = family.path(name)
    assert path is not None  # it has just been read
    cost = cost_of(network, family.preprocessing.input_size)
    of_fit, of_report = (logits_of(network.to(family.device), photos, family.preprocessing) for photos in (fit, report))
    temperature = fit_temperature(of_fit, fit.labels)
    shown, raw = (measured(of_report, report.labels, by) for by in (temperature, 1.0))
    return Numbers(
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        parameters=cost.parameters,
        gmacs=cost.gmacs,
        top1=round(shown.top1, 4),
        top5=round(shown.top5, 4),
        temperature=temperature,
        calibration_error=round(shown.calibration_error, 4),
        uncalibrated=round(raw.calibration_error, 4),
        seed=_seed(path, family.members[name].seed),
    )


def _seed(path: Path, otherwise: int | None) -> int | None:
    if path.suffix != ".safetensors":
        return otherwise
    with safe_open(path, "pt") as file:
        seed = (file.metadata() or {}).get("seed", "")
    return int(seed) if re.fullmatch(r"-?\d+", seed) else otherwise


def _recomputed(numbers: Numbers) -> dict[str, str]:
    """Returns the numbers as text, by name."""
    return {
        "SHA-256": numbers.sha256,
        "parameters": f"{numbers.parameters:,}",
        "GMACs": f"{numbers.gmacs:.4f}",
        "top-1": _percent(numbers.top1),
        "top-5": _percent(numbers.top5),
        "T": f"{numbers.temperature:g}",
        "calibration error": _decimals(numbers.calibration_error),
        "at T = 1": _decimals(numbers.uncalibrated),
        "seed": _or_missing(numbers.seed, str),
    }


def _stored(family: Family, name: str) -> dict[str, str]:
    """Returns the numbers that family.toml has, as text, by name; "missing" for what it does not say."""
    member = family.members[name]
    return {
        "SHA-256": _or_missing(member.sha256, str),
        "top-1": _or_missing(member.top1, _percent),
        "top-5": _or_missing(member.top5, _percent),
        "T": f"{member.temperature:g}",
        "calibration error": _or_missing(member.calibration_error, _decimals),
        "seed": _or_missing(member.seed, str),
    }


def _or_missing(value: T | None, text: Callable[[T], str]) -> str:
    return "missing" if value is None else text(value)


def _percent(share: float) -> str:
    """Returns 0.6233 as ``62.33 %``; what has more than 4 decimals keeps them, so that it is not taken for right."""
    return f"{100 * share:.2f} %" if round(share, 4) == share else f"{100 * share:.12g} %"


def _decimals(value: float) -> str:
    return f"{value:.4f}" if round(value, 4) == value else repr(value)


def _cells(markdown: str) -> dict[str, dict[str, str]]:
    """Returns the cells of a Markdown table by row and column; text that is no table gives none."""
    lines = [line.strip("| ") for line in markdown.splitlines() if line.startswith("|")]
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in lines] or [[]]
    return {row[0]: dict(zip(head, row, strict=False)) for row in rows}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise FamilyError(
            'There is no "{file}" in "{folder}"; it is the card of the family.',
            file=path.name,
            folder=path.parent.name,
        ) from None
    except (OSError, UnicodeDecodeError):
        raise FamilyError(
            '"{folder}/{file}" cannot be read as text in UTF-8.', folder=path.parent.name, file=path.name
        ) from None


def _replace(path: Path, text: str) -> None:
    write_whole(path, text.encode(), f"{path.parent.name}/{path.name}")
