"""What the Stages tab's switches ask for: the library's numbers, on the page's own photo, and clear refusals."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from attnviz import compare, open_family
from attnviz.families.means import FILE, FamilyMeans, known_means
from attnviz.maps import explain
from attnviz.web.choice import ALL_STAGES
from attnviz.web.comparisons import Comparisons, Shown
from attnviz.web.stages import stages
from attnviz.web.switches import points
from attnviz.web.switching import switching
from attnviz.web.texts import Say

KOREAN = {"Accept-Language": "ko"}


@pytest.fixture(scope="module")
def folder(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory, images: Any) -> Path:
    """The random family with gate means of BAM alone."""
    copy = Path(shutil.copytree(tiny_folder, tmp_path_factory.mktemp("families") / "tiny"))
    family = open_family(copy, "cpu")
    values = {place: gate.values.mean(0) for place, gate in explain(family["bam"], images, stages=()).gates.items()}
    weights = {"bam": family.members["bam"].checksum.spec}
    FamilyMeans("three", "", 3, "2026-11-28", 64, weights, {"bam": values}).save(copy / FILE)
    return copy


@pytest.fixture(scope="module")
def comparisons(folder: Path) -> Comparisons:
    loaded = Comparisons(str(folder), "cpu")
    loaded.start()
    loaded.wait()
    return loaded


@pytest.fixture(scope="module")
def shown(comparisons: Comparisons) -> Shown:
    return comparisons.compare(replace(comparisons.first_choice, target="pizza", stage=ALL_STAGES))


@pytest.fixture(scope="module")
def client(comparisons: Comparisons) -> TestClient:
    app = FastAPI(openapi_url=None)
    app.include_router(switching(comparisons))
    return TestClient(app)


def asked(client: TestClient, shown: Shown, model: str, *switches: str, alone: str = "", **headers: str) -> Any:
    query = {"switch": list(switches), "alone": alone}
    return client.get(f"/attnviz/view/{shown.key}/switched/{model}", params=query, headers=headers)


def test_an_answer_is_the_librarys(client: TestClient, shown: Shown, folder: Path) -> None:
    family = open_family(folder, "cpu")
    both = {"stage2.bam": "mean", "stage3.bam.spatial": "off"}
    expected = compare(family, shown.comparison.view, "pizza", interventions={"bam": both})["bam"]  # type: ignore[arg-type,dict-item]
    alone = compare(family, shown.comparison.view, "pizza", interventions={"stage2.bam": "mean"})["bam"]
    plain = shown.comparison["bam"].probability
    answer = asked(client, shown, "bam", "stage2.bam:mean", "stage3.bam.spatial:off", alone="stage2.bam")
    assert answer.status_code == 200
    html = answer.json()["html"]
    assert f"P(pizza) {plain:.4f} → {expected.probability:.4f}, {points(expected.probability - plain)} points" in html
    assert expected.top[0][0] in html
    assert html.count('class="av-card"') == 4
    assert "features leave the range" in html
    assert answer.json()["alone"] == f"alone {points(alone.probability - plain)} points"


def test_nothing_switched_is_the_plain_answer(client: TestClient, shown: Shown) -> None:
    plain = shown.comparison["bam"].probability
    html = asked(client, shown, "bam").json()["html"]
    assert f"P(pizza) {plain:.4f} → {plain:.4f}, +0.00 points" in html
    assert "features leave the range" not in html


@pytest.mark.parametrize(
    ("model", "switch", "said"),
    [
        ("bam", "stage2.bm:off", 'There is no gate "stage2.bm". Did you mean "stage2.bam"'),
        ("bam", "stage2.bam:on", 'A gate cannot be switched to "on"'),
        ("bam", "stage2.bam", '"stage2.bam" is no switch'),
        ("bom", "stage2.bam:off", 'has no model "bom"'),
        ("se", "all:mean", 'There are no gate means of "se"'),
        ("baseline", "all:off", "the network has no attention"),
    ],
)
def test_refusals(client: TestClient, shown: Shown, model: str, switch: str, said: str) -> None:
    answer = asked(client, shown, model, switch)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert asked(client, shown, model, switch, **KOREAN).json()["detail"] != answer.json()["detail"]


def test_too_many_and_gone(client: TestClient, shown: Shown) -> None:
    assert "At most 256" in asked(client, shown, "bam", *["all:off"] * 257).json()["detail"]
    gone = client.get("/attnviz/view/none/switched/bam?switch=all:off")
    assert gone.status_code == 404
    assert gone.json()["detail"] == Say()("gone")


def test_the_page_has_a_switch_on_every_gate(shown: Shown, folder: Path) -> None:
    html = stages(shown, tuple(shown.comparison), Say())
    gates = {name: len(result.gates) for name, result in shown.comparison.items()}
    assert html.count('<select class="av-switch"') == sum(gates.values()) + 6 + 3  # BAM's branches, and all of a model
    assert html.count('data-whole="stage2.bam"') == 2
    assert known_means(open_family(folder, "cpu")) == shown.means == {"bam"}
    disabled = 1 + gates["se"] + 1 + gates["cbam"]
    assert html.count('<option value="mean" disabled>') == disabled
    assert html.count("so gates can be off only") == 2


@pytest.mark.parametrize("content", [b"no tensors", b""])
def test_damaged_means_are_none(folder: Path, tmp_path: Path, content: bytes) -> None:
    copy = Path(shutil.copytree(folder, tmp_path / "tiny"))
    (copy / FILE).write_bytes(content)
    assert known_means(open_family(copy, "cpu")) == frozenset()
