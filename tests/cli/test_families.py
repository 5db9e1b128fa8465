"""``attnviz families``: the list, and the check of every number of a card."""

from __future__ import annotations

import hashlib
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from attnviz import Family, open_family
from attnviz.images import open_picture
from attnviz.training import card, read_photos

OneLine = Callable[[Any], str]
NUMBERS = 4 * 9


@pytest.fixture
def copied(tiny: Path, tmp_path: Path) -> Path:
    """A copy of the family, its card without numbers."""
    return Path(shutil.copytree(tiny, tmp_path / "tiny"))


@pytest.fixture(scope="session")
def written_once(families: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(families / "tiny", tmp_path_factory.mktemp("written") / "tiny"))
    family = open_family(folder, "cpu")
    card.write(family, card.recompute(family, read_photos(data, "val", family.classes.wnids, family.preprocessing)))
    return folder


@pytest.fixture
def written(written_once: Path, tmp_path: Path) -> Path:
    """A copy of the family with the right numbers, as --write left them."""
    return Path(shutil.copytree(written_once, tmp_path / "tiny"))


def check(run: Any, folder: Path, data: Path, *more: str) -> Any:
    return run("families", "check", folder, "--data", data, "--device", "cpu", *more)


# -- the list ---------------------------------------------------------------------------------------------------------


def test_list(run: Any, written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = written.parent / "broken"
    broken.mkdir()
    (broken / "family.toml").write_text('title = "Broken"\n')
    monkeypatch.setenv("ATTNVIZ_CHECKPOINTS", f"/nowhere:{written.parent}/")
    result = run("families")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = {line.split()[0]: line for line in result.stdout.splitlines() if line.strip()}
    top1 = tomllib.loads((written / "family.toml").read_text())["models"]["cbam"]["top1"]
    for part in ("Tiny", f"cbam {top1:.1%}", " 5 ", "64 x 64", "yes", "ATTNVIZ_CHECKPOINTS"):
        assert part in lines["tiny"]
    assert 'cannot be read: "broken/family.toml", matched: Field required.' in lines["broken"]
    assert str(written.parent) not in result.stdout


def test_where_a_family_was_found(run: Any, copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = copied.parent / "cache"
    shutil.copytree(copied, cache / "families" / "cached")
    monkeypatch.delenv("ATTNVIZ_CHECKPOINTS")
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda name: str(cache))
    lines = {line.split()[0]: line.split()[-1] for line in run("families").stdout.splitlines() if line.strip()}
    assert lines["cached"] == "cache"


def test_no_families(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attnviz.families.list_families", dict)
    result = run("families")
    assert result.exit_code == 0
    assert "set ATTNVIZ_CHECKPOINTS" in result.stdout


# -- the check --------------------------------------------------------------------------------------------------------


def of_half(data: Path, wnid: str, bit: int) -> list[Path]:
    """The photos of a class whose names' SHA-256 ends with that bit."""
    return [path for path in sorted((data / "val" / wnid).iterdir())
            if hashlib.sha256(path.name.encode()).digest()[-1] % 2 == bit]  # fmt: skip


def likelihood(family: Family, name: str, data: Path, temperature: float) -> float:
    """Mean log-likelihood of the labels of the half that temperatures are fitted on."""
    shares = []
    for label, wnid in enumerate(family.classes.wnids):
        for path in of_half(data, wnid, 0):
            logits = family[name](family.preprocessing.view(open_picture(path)).tensor())[0].double()
            shares.append((logits / temperature).log_softmax(0)[label].item())
    return float(np.mean(shares))


def by_hand(family: Family, name: str, data: Path, temperature: float) -> tuple[float, float, float]:
    """Top-1, top-5 and expected calibration error, photo by photo."""
    right, among_five, confidence = [], [], []
    for label, wnid in enumerate(family.classes.wnids):
        for path in of_half(data, wnid, 1):
            logits = family[name](family.preprocessing.view(open_picture(path)).tensor())[0]
            p = (logits / temperature).softmax(0).numpy()
            right.append(p.argmax() == label)
            among_five.append(label in np.argsort(p)[-5:])
            confidence.append(p.max())
    hits, sure = np.array(right, float), np.array(confidence)
    bins = np.ceil(sure * 15)
    error = sum(abs((hits - sure)[bins == one].sum()) for one in np.unique(bins)) / len(hits)
    return hits.mean(), np.mean(among_five), error


def gmacs_by_hand(family: Family, name: str) -> float:
    total = 0

    def count(module: nn.Module, _: Any, output: torch.Tensor) -> None:
        nonlocal total
        total += output.numel() * module.weight[0].numel()  # type: ignore[union-attr,index]

    network = family.build(name).eval()
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.register_forward_hook(count)
    with torch.no_grad():
        network(torch.zeros(1, 3, 64, 64))
    return total / 1e9


def test_written_numbers_are_right(written: Path, data: Path) -> None:
    family = open_family(written, "cpu")
    content = tomllib.loads((written / "family.toml").read_text())
    rows = [line for line in (written / "README.md").read_text().splitlines() if line.startswith("| ")]
    assert rows[0] == "| model | parameters | GMACs | top-1 | top-5 | T | calibration error | at T = 1 | seed |"
    assert len(rows) == 2 + len(family)
    seen = set()
    for name, row in zip(family, rows[2:], strict=True):
        member = content["models"][name]
        assert member["sha256"] == hashlib.sha256((written / member["file"]).read_bytes()).hexdigest()
        temperature = member["temperature"]
        expected = by_hand(family, name, data, temperature)
        stored = (member["top1"], member["top5"], member["calibration_error"])
        assert stored == pytest.approx(expected, abs=5.1e-5)
        assert all(round(number, 4) == number for number in stored)
        tensors = load_file(written / member["file"])
        parameters = sum(t.numel() for key, t in tensors.items() if "running" not in key and "batches" not in key)
        top1, top5, error = stored
        best = likelihood(family, name, data, temperature)
        others = [temperature * factor for factor in (0.9, 1.1) if 0.05 <= temperature * factor <= 20]
        assert temperature == 1 or all(likelihood(family, name, data, other) < best for other in others)
        uncalibrated = by_hand(family, name, data, 1.0)[2]
        assert row == (
            f"| {name} | {parameters:,} | {gmacs_by_hand(family, name):.4f} | {100 * top1:.2f} % | {100 * top5:.2f} % "
            f"| {temperature:g} | {error:.4f} | {uncalibrated:.4f} | 3 |"
        )
        seen.add((parameters, *stored))
    assert len(seen) == len(family)


def test_write_keeps_the_rest(run: Any, copied: Path, data: Path) -> None:
    toml, readme = copied / "family.toml", copied / "README.md"
    toml.write_text(toml.read_text() + "\n[models.cbam.options]\nkernel = 7\n")
    before = tomllib.loads(toml.read_text())
    result = check(run, copied, data, "--write")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Stored in family.toml and README.md." in result.stdout
    after = tomllib.loads(toml.read_text())
    assert list(after) == ["title", "matched", "architecture", "input", "models"]
    assert list(after["models"]) == list(before["models"])
    for name, member in after["models"].items():
        assert {*member} == {*before["models"][name], "temperature"}
        for key in ("top1", "top5", "temperature", "calibration_error", "seed"):
            member.pop(key), before["models"][name].pop(key, None)
    assert after == before
    assert readme.read_text().startswith("# Tiny\n\nWhat stands before.\n\n<!-- numbers: attnviz families check -->\n")
    assert readme.read_text().endswith("<!-- end of numbers -->\n\nWhat stands after.\n")


def test_right_card_passes(run: Any, written: Path, data: Path) -> None:
    result = check(run, written, data)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "tiny, 20 photos of val, 9 for T and 11 for the rest" in result.stdout
    assert "All numbers are what the files give." in result.stdout
    assert "differs" not in result.stdout


def test_card_without_numbers_fails(run: Any, copied: Path, data: Path, one_line: OneLine) -> None:
    result = check(run, copied, data)
    assert result.exit_code == 1
    assert one_line(result).startswith(f"32 of {NUMBERS} numbers")  # all but the hashes
    assert result.stdout.count("missing") == 32


def test_other_split_is_read(run: Any, written: Path, data: Path) -> None:
    assert "20 photos of train" in check(run, written, data, "--split", "train").stdout


def differing(result: Any) -> list[tuple[str, str]]:
    """The model and the first word of each number that is printed as differing."""
    lines = [line.split() for line in result.stdout.splitlines() if line.rstrip().endswith("differs")]
    return [(line[0], line[1]) for line in lines]


def test_altered_numbers_in_family_toml_fail_and_write_repairs_them(
    run: Any, written: Path, data: Path, one_line: OneLine
) -> None:
    toml = written / "family.toml"
    right = toml.read_text()
    content = tomllib.loads(right)
    content["models"]["se"]["sha256"] = "0" * 64
    content["models"]["bam"]["seed"] += 1
    for model, key in (("se", "top1"), ("bam", "top5"), ("cbam", "calibration_error")):
        content["models"][model][key] = round(content["models"][model][key] - 0.0001, 4)
    toml.write_text(tomli_w.dumps(content))
    result = check(run, written, data)
    assert result.exit_code == 1
    assert one_line(result) == f'5 of {NUMBERS} numbers of "tiny" differ from what its files give; see the table.'
    expected = [("se", "SHA-256"), ("se", "top-1"), ("bam", "top-5"), ("bam", "seed"), ("cbam", "calibration")]
    assert differing(result) == expected
    assert differing(check(run, written, data, "--write")) == expected
    assert toml.read_text() == right


def test_altered_numbers_in_the_card_fail_and_write_repairs_them(
    run: Any, written: Path, data: Path, one_line: OneLine
) -> None:
    readme = written / "README.md"
    right = readme.read_text()
    [row] = [line for line in right.splitlines() if line.startswith("| cbam |")]
    other = "|".join([*row.split("|")[:2], *map(next_digit, row.split("|")[2:])])
    readme.write_text(right.replace(row, other))
    result = check(run, written, data)
    assert result.exit_code == 1
    assert one_line(result).startswith(f"8 of {NUMBERS} numbers")
    names = ("parameters", "GMACs", "top-1", "top-5", "T", "calibration", "at", "seed")
    assert differing(result) == [("cbam", name) for name in names]
    assert check(run, written, data, "--write").exit_code == 0
    assert readme.read_text() == right
    assert check(run, written, data).exit_code == 0


def next_digit(cell: str) -> str:
    """The cell with the last digit of its number one up."""
    return re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit.group()) + 1) % 10), cell)


@pytest.mark.parametrize(
    ("right", "wrong"), [("| model |", "| model  |"), ("| baseline |", "| other | 1 |\n| baseline |")]
)
def test_table_must_be_the_one_that_is_written(
    run: Any, written: Path, data: Path, one_line: OneLine, right: str, wrong: str
) -> None:
    readme = written / "README.md"
    readme.write_text(readme.read_text().replace(right, wrong))
    result = check(run, written, data)
    assert result.exit_code == 1
    assert one_line(result).startswith('The table in "tiny/README.md" is not, letter by letter, ')


def test_other_weights_fail(run: Any, written: Path, data: Path) -> None:
    file = written / "se.safetensors"
    tensors = load_file(file)
    tensors["fc.bias"] = tensors["fc.bias"] - 10 * torch.arange(5, dtype=torch.float16)
    save_file(tensors, file, {"attention": "se", "seed": "4"})
    result = check(run, written, data)
    assert result.exit_code == 1
    assert {("se", "SHA-256"), ("se", "top-1"), ("se", "calibration"), ("se", "seed")} <= set(differing(result))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "README.md").unlink(), 'There is no "README.md" in "tiny"'),
        (
            lambda folder: (folder / "README.md").write_text("# Tiny\n"),
            '"tiny/README.md" must hold the lines "<!-- numb',
        ),
        (lambda folder: (folder / "family.toml").write_text("x = "), '"tiny/family.toml" is not TOML'),
    ],
)
def test_card_that_cannot_be_is_told_before_the_work(
    run: Any, copied: Path, one_line: OneLine, spoil: Callable[[Path], Any], said: str
) -> None:
    spoil(copied)
    for more in ((), ("--write",)):
        result = check(run, copied, Path("there is no such folder"), *more)
        assert (result.exit_code, result.stdout) == (2, "")
        assert one_line(result).startswith(said)


def test_bad_data_and_weights_are_one_line(run: Any, written: Path, data: Path, one_line: OneLine) -> None:
    assert one_line(check(run, written, written / "nothing")).startswith('There is no folder "nothing"')
    assert 'neither a folder "test" nor a zip' in one_line(check(run, written, data, "--split", "test"))
    (written / "bam.safetensors").write_bytes(b"short")
    result = check(run, written, data)
    assert result.exit_code == 2
    assert one_line(result).startswith('"bam.safetensors" is not a whole weights file')
    (written / "bam.safetensors").unlink()
    assert one_line(check(run, written, data)).startswith('The weights of "bam" are not here')
