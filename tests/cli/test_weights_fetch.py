"""``attnviz weights list`` and ``get``: what is here, and fetching from a publisher on this machine."""

from __future__ import annotations

import hashlib
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli_w

MakeFar = Callable[..., Path]


@pytest.fixture
def far(tiny: Path, publisher: Any, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The family "far", found by its name, whose models se and cbam only the publisher has."""
    folder = Path(shutil.copytree(tiny, tmp_path / "families" / "far"))
    content = tomllib.loads((folder / "family.toml").read_text())
    for name in ("se", "cbam"):
        file = folder / f"{name}.safetensors"
        publisher.files[f"/v1/{file.name}"] = file.read_bytes()
        content["models"][name] |= {"url": f"{publisher.url}/v1/{file.name}", "licence": "CC BY 4.0"}
        file.unlink()
    content["models"]["se"]["size"] = len(publisher.files["/v1/se.safetensors"])
    content["models"]["cbam"]["parameters"] = 5_000_000
    (folder / "family.toml").write_text(tomli_w.dumps(content))
    monkeypatch.setenv("ATTNVIZ_CHECKPOINTS", str(folder.parent))
    monkeypatch.setattr("attnviz.families.download.BACK_OFF", 0.0)
    return folder


def listed(run: Any) -> dict[str, str]:
    result = run("weights", "list")
    assert (result.exit_code, result.stderr) == (0, "")
    return {line.split()[1]: line for line in result.stdout.splitlines() if line.strip().startswith("far ")}


def test_list(run: Any, far: Path, cache: Path) -> None:
    lines = listed(run)
    assert " here " in lines["baseline"]
    for part in (" not here ", " 0 MB ", " se.safetensors ", " CC BY 4.0 ", "/v1/se.safetensors"):
        assert part in lines["se"]
    assert " about 20 MB " in lines["cbam"]
    assert f"What is fetched is kept in {cache / 'families'}, a folder a family." in run("weights", "list").stdout
    assert run("weights", "get", "far", "cbam").exit_code == 0
    assert " fetched " in listed(run)["cbam"]


def test_get_what_is_missing(run: Any, far: Path, cache: Path, publisher: Any) -> None:
    result = run("weights", "get", "far")
    place = cache / "families" / "far"
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"se: {place}/se.safetensors\ncbam: {place}/cbam.safetensors\n"
    for name in ("se", "cbam"):
        assert (place / f"{name}.safetensors").read_bytes() == publisher.files[f"/v1/{name}.safetensors"]
    again = run("weights", "get", "far")
    assert (again.exit_code, again.stdout) == (0, 'All weights of "far" are here.\n')
    assert len(publisher.asked) == 2


def test_get_one_to_a_folder(run: Any, far: Path, tmp_path: Path, cache: Path) -> None:
    result = run("weights", "get", "far", "cbam", "--dest", tmp_path / "mine")
    assert result.stdout == f"cbam: {tmp_path}/mine/cbam.safetensors\n"
    assert not cache.exists()


def test_get_what_the_family_does_not_have(run: Any, far: Path, one_line: Any) -> None:
    assert one_line(run("weights", "get", "far", "cbm")).startswith('The family "far" has no model "cbm".')


def test_what_cannot_be_had_is_told_with_what_to_do(run: Any, far: Path, cache: Path, publisher: Any) -> None:
    publisher.failures = [500] * 4
    result = run("weights", "get", "far")
    assert result.exit_code == 2
    digest = hashlib.sha256(publisher.files["/v1/se.safetensors"]).hexdigest()
    first, se, cbam = result.stderr.splitlines()
    assert first == f"attnviz: {publisher.url}/v1/se.safetensors failed 4 times (HTTP 500); try again later."
    assert se == (
        f'attnviz: se: get "se.safetensors" from {publisher.url}/v1/se.safetensors, and put the file, '
        f"SHA-256 {digest}, here: {cache / 'families' / 'far'}"
    )
    assert cbam.startswith('attnviz: cbam: get "cbam.safetensors" from ')


def test_a_family_with_models_missing_is_listed_and_compares_the_others(
    run: Any, far: Path, photos: list[Path]
) -> None:
    line = next(line for line in run("families").stdout.splitlines() if line.strip().startswith("far "))
    assert "se 20.0% (not here), bam 20.0%, cbam 20.0% (not here)" in line
    result = run("compare", photos[0], "--family", "far", "--device", "cpu")
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines() if " 0." in line] == ["baseline", "bam"]
    result = run("compare", photos[0], "--family", "far", "--model", "cbam")
    assert (result.exit_code, result.stderr) == (
        2, 'attnviz: The weights of "cbam" are not here; get them with: attnviz weights get far cbam.\n',
    )  # fmt: skip


def test_a_family_with_none_says_what_to_do(run: Any, far: Path, photos: list[Path]) -> None:
    for file in far.glob("*.safetensors"):
        file.unlink()
    result = run("compare", photos[0], "--family", "far")
    assert (result.exit_code, result.stderr) == (
        2, 'attnviz: No model of the family "far" is here; get them with: attnviz weights get far.\n',
    )  # fmt: skip
