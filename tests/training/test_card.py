"""The numbers of a card as text: the table, and what is stored beside what is recomputed."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
import tomli_w

from attnviz.errors import FamilyError
from attnviz.families import Family, open_family
from attnviz.families.card import END
from attnviz.training.card import START, Numbers, compared, read_table, table, write

HASH = "0123456789abcdef" * 4
BASELINE = Numbers(HASH, 2_812_394, 0.13984, 0.6233, 0.9, 1.0, 0.0312, 0.0312, 1)
CBAM = Numbers("f" * 64, 2_990_000, 0.14012, 0.7, 1.0, 0.812, 0.05, 0.0713, -2)
NUMBERS = {"baseline": BASELINE, "cbam": CBAM}
TABLE = """\
| model | parameters | GMACs | top-1 | top-5 | T | calibration error | at T = 1 | seed |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| baseline | 2,812,394 | 0.1398 | 62.33 % | 90.00 % | 1 | 0.0312 | 0.0312 | 1 |
| cbam | 2,990,000 | 0.1401 | 70.00 % | 100.00 % | 0.812 | 0.0500 | 0.0713 | -2 |"""
FAMILY = f"""\
title = "Two"
matched = true
input = {{ input_size = 64, resize = 64 }}
architecture = {{ depth = 18 }}

[models.baseline]
attention = "none"
file = "baseline.safetensors"
sha256 = "{"0" * 64}"
seed = 1
top1 = 0.62331
top5 = 0.9
calibration_error = 0.0312

[models.cbam]
attention = "cbam"
file = "cbam.safetensors"
sha256 = "{"f" * 64}"
seed = -2
top1 = 0.7
top5 = 1
temperature = 0.812
calibration_error = 0.05004
"""


@pytest.fixture
def family(tmp_path: Path) -> Family:
    folder = tmp_path / "two"
    folder.mkdir()
    (folder / "family.toml").write_text(FAMILY)
    (folder / "classes.csv").write_text("index,wnid,name\n0,n1,ant\n")
    (folder / "README.md").write_text(f"# Two\n{START}\n\n{TABLE}\n\n{END}\n")
    return open_family(folder)


def test_table() -> None:
    assert table(NUMBERS) == TABLE


def test_table_in_the_card(family: Family) -> None:
    assert read_table(family) == TABLE


def test_only_what_differs_is_wrong(family: Family) -> None:
    wrong = [line for line in compared(family, NUMBERS) if not line.right]
    assert [(line.model, line.number, line.in_family, line.in_card, line.recomputed) for line in wrong] == [
        ("baseline", "SHA-256", "0" * 64, "", HASH),
        ("baseline", "top-1", "62.331 %", "62.33 %", "62.33 %"),
        ("cbam", "calibration error", "0.05004", "0.0500", "0.0500"),
    ]
    assert len(compared(family, NUMBERS)) == 2 * 9


def test_one_photo_in_ten_thousand_differs(family: Family) -> None:
    more = {**NUMBERS, "cbam": replace(CBAM, top1=0.7001)}
    assert ("cbam", "top-1") in [(line.model, line.number) for line in compared(family, more) if not line.right]


def test_what_is_written_is_right_when_read_again(family: Family) -> None:
    changed = {name: replace(numbers, top1=0.1 + 0.2, parameters=7) for name, numbers in NUMBERS.items()}
    changed = {name: replace(numbers, top1=round(numbers.top1, 4)) for name, numbers in changed.items()}
    write(family, changed)
    again = open_family(family.folder)
    assert all(line.right for line in compared(again, changed))
    assert read_table(again) == table(changed)
    assert again.members["cbam"].top1 == 0.3
    assert sorted(path.name for path in family.folder.iterdir()) == ["README.md", "classes.csv", "family.toml"]


def test_card_without_a_table_has_no_numbers(family: Family) -> None:
    (family.folder / "README.md").write_text(f"{START}\nto come\n{END}\n")
    lines = compared(family, NUMBERS)
    assert {line.in_card for line in lines if line.number != "SHA-256"} == {"missing"}
    (family.folder / "README.md").write_text(f"{START}\n{END}\n")
    assert read_table(family) == ""


def test_an_empty_place_ends_where_it_ends(family: Family) -> None:
    """Another table may follow, whose end is the same line."""
    (family.folder / "README.md").write_text(f"{START}\n{END}\n\n<!-- others -->\nx\n{END}\n")
    assert read_table(family) == ""
    write(family, NUMBERS)
    assert (family.folder / "README.md").read_text().endswith(f"|\n\n{END}\n\n<!-- others -->\nx\n{END}\n")


@pytest.mark.parametrize(
    "text", ["", START, f"{END}\n{START}\n", f"{START}\n{END}\n{START}\n{END}\n", f"x {START}\n{END}\n"]
)
def test_place_must_be_there_once(family: Family, text: str) -> None:
    (family.folder / "README.md").write_text(text)
    with pytest.raises(FamilyError, match="must hold the lines"):
        read_table(family)


def test_a_model_that_nobody_has_measured(family: Family) -> None:
    """What family.toml does not say is missing, which is not right; written, it has one checksum, the SHA-256."""
    toml = family.folder / "family.toml"
    content = tomllib.loads(toml.read_text())
    member = content["models"]["cbam"]
    for key in ("sha256", "seed", "top1", "top5", "calibration_error"):
        del member[key]
    member["sha1"] = "a" * 40
    toml.write_text(tomli_w.dumps(content))
    lines = {line.number: line for line in compared(open_family(family.folder), NUMBERS) if line.model == "cbam"}
    for number in ("SHA-256", "top-1", "top-5", "calibration error", "seed"):
        assert (lines[number].in_family, lines[number].right) == ("missing", False)
    write(open_family(family.folder), NUMBERS)
    again = open_family(family.folder)
    assert (again.members["cbam"].sha1, again.members["cbam"].sha256) == (None, NUMBERS["cbam"].sha256)
    assert all(line.right for line in compared(again, NUMBERS))
