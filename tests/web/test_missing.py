"""The panel of missing models, and the fetching behind its button."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from attnviz.families import Family, open_family
from attnviz.web.fetching import Fetches
from attnviz.web.missing import fetching, panel, to_fetch
from attnviz.web.texts import Say

EN, KO = Say("en"), Say("ko")
MakeFar = Callable[..., Family]


def words(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", html))).strip().replace(" ;", ";").replace(" :", ":")


@pytest.fixture
def far(tiny_folder: Path, tmp_path: Path, publisher: Any, cache: Path) -> MakeFar:
    """Makes the random family with the weights of some models at the publisher."""

    def make(*names: str, **changes: Any) -> Family:
        folder = Path(shutil.copytree(tiny_folder, tmp_path / "far"))
        content = tomllib.loads((folder / "family.toml").read_text())
        for name in names:
            file = folder / f"{name}.safetensors"
            publisher.files[f"/{file.name}"] = file.read_bytes()
            content["models"][name] |= {"url": f"{publisher.url}/{file.name}", "parameters": 28_000_000, **changes}
            file.unlink()
        (folder / "family.toml").write_text(tomli_w.dumps(content))
        return open_family(folder, "cpu")

    return make


def test_a_family_that_is_whole_has_no_panel(tiny_family: Family) -> None:
    assert panel(tiny_family, EN, offline=False) == panel(tiny_family, EN, offline=True) == ""


def test_what_is_missing_how_large_from_where_and_under_what_licence(far: MakeFar) -> None:
    published = {"top1": 0.777, "top5": 0.93, "source": "README"}
    family = far("se", "cbam", licence="<MIT>", published=published)
    html = panel(family, EN, offline=False)
    said = words(html)
    assert "Not all models of this family are here; those that are, are compared. Missing: se, cbam." in said
    host = str(family.members["se"].url).split("/")[2]
    line = f"about 112 MB; from {host}; licence: <MIT>; top-1 as published, not measured here: 77.7%."
    assert said.count(line) == 2
    assert "Fetch what is missing (about 224 MB)" in said
    assert html.count('class="av-fetch"') == 1
    assert "attnviz weights" not in said
    assert "이 모델군의 모델 가운데 일부가 없어" in panel(family, KO, offline=False)


def test_offline_there_is_no_button_but_what_to_do(far: MakeFar) -> None:
    family = far("se")
    html = panel(family, EN, offline=True)
    assert "av-fetch" not in html
    said = words(html)
    assert "attnviz weights get far on the computer that serves it" in said
    assert f"se.safetensors SHA-256 {family.members['se'].sha256}" in said
    assert "licence: not stated" in said


def test_what_has_no_address_cannot_be_fetched(tiny_folder: Path, tmp_path: Path, cache: Path) -> None:
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "far"))
    (folder / "bam.safetensors").unlink()
    family = open_family(folder, "cpu")
    html = panel(family, EN, offline=False)
    assert to_fetch(family) == []
    assert "av-fetch" not in html
    assert "bam : size not stated; licence: not stated. bam.safetensors SHA-256" in words(html).replace("bam:", "bam :")


def test_progress() -> None:
    html = fetching("cbam", 2, 4, 30_000_000, 120_000_000, EN)
    assert words(html) == "fetching cbam (2 of 4) 30 of 120 MB Stop"
    assert 'value="0.250"' in html
    assert 'class="av-stop"' in html
    assert words(fetching("cbam", 1, 1, 0, 0, EN)) == "fetching cbam (1 of 1) waiting Stop"
    unknown = fetching("cbam", 1, 1, 1_250_000, 0, KO)
    assert words(unknown) == "cbam 내려받는 중(1개 가운데 1번째) 1.2MB 중지"
    assert "value" not in unknown


def test_fetching_all_that_is_missing(far: MakeFar, publisher: Any) -> None:
    family = far("se", "cbam")
    steps = list(Fetches({"far": family}, offline=False).fetch("far", "visitor", EN))
    assert "fetching se (1 of 2)" in words(str(steps[0]))
    assert any("fetching cbam (2 of 2)" in words(str(step)) for step in steps)
    assert steps[-1] == ""
    assert family.missing == ()
    assert family["cbam"].attention == "cbam"


def test_offline_nothing_is_fetched_whoever_asks(far: MakeFar, publisher: Any) -> None:
    family = far("se")
    assert list(Fetches({"far": family}, offline=True).fetch("far", "visitor", EN)) == [panel(family, EN, offline=True)]
    assert publisher.asked == []


def test_an_error_is_told_with_what_to_do_in_the_visitors_language(far: MakeFar, publisher: Any) -> None:
    family = far("se", sha256="0" * 64)
    fetches = Fetches({"far": family}, offline=False)
    *_, last = fetches.fetch("far", "visitor", KO)
    said = words(str(last))
    assert f"{publisher.url}/se.safetensors 주소에서 받은 파일은 family.toml에 적힌 파일(SHA-256 000" in said
    assert "attnviz weights get far" in said
    assert 'class="av-fetch"' in str(last)


def test_a_fault_of_ours_is_an_internal_error(far: MakeFar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attnviz.web.fetching.fetch", lambda *_, **__: 1 / 0)
    *_, last = Fetches({"far": far("se")}, offline=False).fetch("far", "visitor", EN)
    assert EN("internal") in words(str(last))


@pytest.mark.parametrize("how", ["stop", "leave"])
def test_stop(far: MakeFar, publisher: Any, how: str) -> None:
    publisher.pause = 0.005
    family = far("se")
    fetches = Fetches({"far": family}, offline=False)
    running = fetches.fetch("far", "visitor", EN)
    assert "fetching se" in words(str(next(running)))
    if how == "stop":
        assert "Stopped. What has arrived is kept" in words(fetches.stop("far", "visitor", EN))
    else:
        fetches.leave("visitor")
    assert list(running) == [None]
    assert family.missing == ("se",)
    assert (family.cache / "se.safetensors.part").is_file()
    assert list(fetches.fetch("far", "visitor", EN))[-1] == ""
    assert family.missing == ()
