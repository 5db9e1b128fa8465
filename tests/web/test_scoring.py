"""What the Scores tab asks for: exact, the same as the library gives, and undone when nobody waits for it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from fastapi import FastAPI
from fastapi.testclient import TestClient

from attnviz.scores import SCORES, Truth, confidence_in, deletion, insertion_curve
from attnviz.web import scoring as module
from attnviz.web.comparisons import Comparisons, Shown
from attnviz.web.examples import EXAMPLES
from attnviz.web.scores import LOCALISATION
from attnviz.web.scoring import known_box, localise, scoring

BOX = (10, 4, 50, 60)
KOREAN = {"Accept-Language": "ko"}


@pytest.fixture(scope="module")
def comparisons(tiny_folder: Any) -> Comparisons:
    loaded = Comparisons(str(tiny_folder), "cpu")
    loaded.start()
    loaded.wait()
    return loaded


@pytest.fixture(scope="module")
def shown(comparisons: Comparisons) -> Shown:
    return comparisons.compare(replace(comparisons.first_choice, target="pizza"))


@pytest.fixture(scope="module")
def client(comparisons: Comparisons) -> TestClient:
    app = FastAPI(openapi_url=None)
    app.include_router(scoring(comparisons))
    return TestClient(app)


def asked(client: TestClient, shown: Shown, box: tuple[int, ...], **headers: str) -> Any:
    edges = dict(zip(("left", "top", "right", "bottom"), box, strict=True))
    return client.get(f"/attnviz/view/{shown.key}/localisation", params=edges, headers=headers)


def test_scores_are_the_librarys(shown: Shown) -> None:
    found = localise(shown, BOX)
    assert list(found) == ["baseline", "se", "bam", "cbam", "centre", "gaussian", "edges", "random"]
    truth = Truth.of_boxes([BOX], 64, 64)
    for name, result in shown.comparison.items():
        for score in LOCALISATION:
            expected = float(SCORES[score].function(result.maps["stage4"][None], truth)[0])
            assert found[name][score] == pytest.approx(expected, nan_ok=True)
    assert found["centre"]["pointing_game"] == 1


def test_the_table_has_them(client: TestClient, shown: Shown) -> None:
    answer = asked(client, shown, BOX)
    assert answer.status_code == 200
    value = localise(shown, BOX)["cbam"]["energy_pointing_game"]
    assert f"<td>{value:.3f}" in answer.text or np.isnan(value)


@pytest.mark.parametrize("box", [(10, 4, 10, 60), (50, 4, 10, 60), (0, 0, 65, 64)])
def test_no_box(client: TestClient, shown: Shown, box: tuple[int, ...]) -> None:
    answer = asked(client, shown, box, **KOREAN)
    assert answer.status_code == 422
    assert answer.json()["detail"] not in ("", asked(client, shown, box).json()["detail"])


def test_a_comparison_that_is_not_kept(client: TestClient) -> None:
    assert client.get("/attnviz/view/none/curves").status_code == 404
    assert client.get("/attnviz/view/none/localisation?left=0&top=0&right=1&bottom=1").status_code == 404


def test_curves_come_with_their_progress(client: TestClient, comparisons: Comparisons, shown: Shown) -> None:
    answer = client.get(f"/attnviz/view/{shown.key}/curves")
    *steps, last = [json.loads(line) for line in answer.text.splitlines()]
    shares = [step["share"] for step in steps]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert len(shares) >= 8
    assert set(last) == {"html"}
    found = comparisons.curves(shown)  # which is kept
    family, view = comparisons.families["tiny"], shown.comparison.view
    target = family.classes.find("pizza")
    for name, (inserted, deleted) in found.items():
        heat = shown.comparison[name].maps["stage4"][None]
        confidence = confidence_in(family[name], view.tensor(), target)
        torch.testing.assert_close(torch.from_numpy(inserted), insertion_curve(heat, confidence)[0], equal_nan=True)
        area = float(np.trapezoid(deleted) / (len(deleted) - 1))
        assert area == pytest.approx(float(deletion(heat, confidence)[0]), abs=1e-6, nan_ok=True)


def test_whoever_leaves_ends_the_work(comparisons: Comparisons) -> None:
    other = comparisons.compare(replace(comparisons.first_choice, target="lion"))
    lines = module._lines(comparisons, other, module.Say("en"))
    assert json.loads(next(lines)) == {"share": 0}
    lines.close()  # type: ignore[attr-defined]
    with comparisons.lane:  # free again at once: the models were not all asked
        assert comparisons._curves.get(other.key) is None


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.key)
def test_an_example_has_a_box_within_its_photo(comparisons: Comparisons, example: Any) -> None:
    choice = replace(comparisons.first_choice, photo=f"example:{example.key}")
    box = known_box(comparisons.compare(choice))
    assert box is not None
    left, top, right, bottom = box
    assert 0 <= left < right <= 64
    assert 0 <= top < bottom <= 64
    assert (right - left) * (bottom - top) > 64 * 64 / 4


def test_a_photo_of_ones_own_has_none(comparisons: Comparisons, shown: Shown) -> None:
    assert known_box(replace(shown, choice=replace(shown.choice, photo="somebody's"))) is None
