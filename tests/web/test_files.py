"""Photos, figures, features and numbers by address: exact, and what cannot be is told in the visitor's language."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from fastapi import FastAPI
from fastapi.testclient import TestClient
from matplotlib.figure import Figure
from PIL import Image

from attnviz.comparison import Comparison
from attnviz.draw import Look
from attnviz.families import DEFAULT_FAMILY, list_families
from attnviz.images import View, open_picture
from attnviz.maps import forward
from attnviz.web.choice import ALL_STAGES, Choice
from attnviz.web.comparisons import Comparisons, Shown
from attnviz.web.examples import EXAMPLES, key_of
from attnviz.web.files import files
from attnviz.web.lessons import TOPICS, lesson
from attnviz.web.photo import Upload
from attnviz.web.texts import LANGUAGES, Say

KOREAN = {"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def comparisons() -> Comparisons:
    loaded = Comparisons(DEFAULT_FAMILY, "cpu")
    loaded.start()
    loaded.wait()
    return loaded


@pytest.fixture(scope="module")
def client(comparisons: Comparisons) -> TestClient:
    app = FastAPI(openapi_url=None)
    app.include_router(files(comparisons))
    return TestClient(app)


@pytest.fixture(scope="module")
def compared(comparisons: Comparisons) -> Shown:
    """Of stage 4, as at first sight."""
    return comparisons.compare(comparisons.first_choice)


@pytest.fixture(scope="module")
def staged(comparisons: Comparisons) -> Shown:
    """Of all stages, as the stages tab asks for."""
    return comparisons.compare(replace(comparisons.first_choice, target="espresso", stage=ALL_STAGES))


def uploaded(comparisons: Comparisons, width: int = 900, height: int = 700) -> tuple[str, View]:
    """The key of a photo that somebody chose, and what the networks see of it, made of the whole photo."""
    blobs = np.random.default_rng(5).integers(0, 256, (9, 11, 3), np.uint8)
    photo = Image.fromarray(blobs).resize((width, height), Image.Resampling.BICUBIC)
    key = comparisons.keep(Upload(photo, "no example's"), DEFAULT_FAMILY)
    return key, comparisons.families[DEFAULT_FAMILY].preprocessing.view(photo)


def picture(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as opened:
        assert opened.format == "PNG"
        return np.asarray(opened)


def as_png(figure: Any) -> np.ndarray:
    content = io.BytesIO()
    figure.savefig(content, format="png")
    return picture(content.getvalue())


# photos


def test_the_crop_and_what_was_seen_are_exact(client: TestClient, comparisons: Comparisons) -> None:
    key, view = uploaded(comparisons)
    crop = client.get(f"/attnviz/photo/{key}/{DEFAULT_FAMILY}/crop.png")
    assert np.array_equal(picture(crop.content), view.crop(640))
    assert crop.headers["content-type"] == "image/png"
    assert crop.headers["cache-control"].startswith("private")  # of one visitor, so that no proxy may keep it
    seen = client.get(f"/attnviz/photo/{key}/{DEFAULT_FAMILY}/seen.png")
    assert picture(seen.content).shape == (64, 64, 3)
    assert np.array_equal(picture(seen.content), view.seen)
    assert not np.array_equal(picture(seen.content), Image.fromarray(picture(crop.content)).resize((64, 64)))


def test_an_example_is_there_before_anyone_asked_for_it(client: TestClient, comparisons: Comparisons) -> None:
    example = EXAMPLES[-1]
    view = comparisons.families[DEFAULT_FAMILY].preprocessing.view(open_picture(example.path))
    answer = client.get(f"/attnviz/photo/{key_of(example).replace(':', '%3A')}/{DEFAULT_FAMILY}/crop.png")
    assert np.array_equal(picture(answer.content), view.crop(640))


@pytest.mark.parametrize("file", ["crop.png", "seen.png"])
def test_a_photo_or_family_that_is_not_there_is_told(client: TestClient, file: str) -> None:
    for photo in ("gone", "example:gone", "example%3A..", "%2e%2e"):
        answer = client.get(f"/attnviz/photo/{photo}/{DEFAULT_FAMILY}/{file}")
        assert (answer.status_code, answer.json()["detail"]) in (
            (404, "This photo is not kept any more; choose it again."),
            (404, "Not Found"),
        )
    gone = f"/attnviz/photo/gone/{DEFAULT_FAMILY}/{file}"
    assert client.get(gone).json()["detail"] == "This photo is not kept any more; choose it again."
    assert re.search("[가-힣]", client.get(gone, headers=KOREAN).json()["detail"])
    answer = client.get(f"/attnviz/photo/gone/nobody/{file}")
    assert answer.status_code == 404
    names = ", ".join([DEFAULT_FAMILY, *(name for name in list_families() if name != DEFAULT_FAMILY)])
    assert answer.json()["detail"] == f'There is no family "nobody"; there are {names}.'


# figures


def test_the_figure_is_the_comparisons(client: TestClient, compared: Shown) -> None:
    answer = client.get(f"/attnviz/view/{compared.key}/figure.png")
    assert answer.headers["content-type"] == "image/png"
    assert np.array_equal(picture(answer.content), as_png(compared.comparison.figure()))


def test_the_figure_is_drawn_as_the_page_is(client: TestClient, compared: Shown) -> None:
    asked = {
        "opacity": "0.75", "threshold": "0.25", "colormap": "jet", "scale": "shared", "signed": "true", "cells": "true",
    }  # fmt: skip
    look = Look(0.75, 0.25, "jet", "shared", True, True)
    answer = client.get(f"/attnviz/view/{compared.key}/figure.png", params=asked)
    assert np.array_equal(picture(answer.content), as_png(compared.comparison.figure(look=look)))
    seen = [
        client.get(f"/attnviz/view/{compared.key}/figure.png", params=dict([item])).content for item in asked.items()
    ]
    seen.append(client.get(f"/attnviz/view/{compared.key}/figure.png", params={"difference": "true"}).content)
    seen.append(client.get(f"/attnviz/view/{compared.key}/figure.png").content)
    assert len(set(seen)) == len(asked) + 2  # each of them is heeded


def test_the_figure_of_all_stages_is_of_the_models_asked_for(client: TestClient, staged: Shown) -> None:
    address = f"/attnviz/view/{staged.key}/figure.png"
    answer = client.get(address, params={"models": "cbam", "colormap": "viridis"})
    assert np.array_equal(
        picture(answer.content), as_png(staged.comparison.stages_figure(Look(colormap="viridis"), ["cbam"]))
    )


def test_models_and_branches_are_the_pages(client: TestClient, staged: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def ask(_: Comparison, *given: Any) -> Figure:
        asked.append(given)
        return Figure()

    monkeypatch.setattr(Comparison, "stages_figure", ask)
    address = f"/attnviz/view/{staged.key}/figure.png"
    for params in ({"models": "bam,se", "branches": "true"}, {"models": "se"}, {}):
        assert client.get(address, params=params).status_code == 200
    assert asked == [(Look(), ["bam", "se"], True), (Look(), ["se"], False), (Look(), None, False)]


@pytest.mark.parametrize("of", ["compared", "staged"])
def test_figures_as_svg_and_pdf(client: TestClient, of: str, request: pytest.FixtureRequest) -> None:
    key, params = request.getfixturevalue(of).key, {"models": "se"}
    svg = client.get(f"/attnviz/view/{key}/figure.svg", params=params)
    assert svg.headers["content-type"] == "image/svg+xml"
    root = ElementTree.fromstring(svg.content)
    assert root.tag == f"{SVG}svg"
    # the picture and four maps, or four columns: features and maps, and strips in two blocks
    assert len(root.findall(f".//{SVG}image")) == {"compared": 5, "staged": 16}[of]
    title = {"compared": "gradcam at stage4", "staged": "espresso · gradcam"}[of]
    assert f"<!-- {title}" in svg.text
    pdf = client.get(f"/attnviz/view/{key}/figure.pdf", params=params)
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.content.rstrip().endswith(b"%%EOF")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"opacity": "2"}, "opacity is 2.0; it can be 0 to 1."),
        ({"threshold": "nan"}, "threshold is nan; it can be 0 to 1."),
        ({"colormap": "infernal"}, 'There is no colour map "infernal"; there are inferno, '),
        ({"models": "cbam,resnet"}, 'There is no model "resnet"; there are baseline, se, bam, cbam.'),
    ],
)
def test_a_look_or_model_that_cannot_be_is_told(
    client: TestClient, staged: Shown, asked: dict[str, str], told: str
) -> None:
    address = f"/attnviz/view/{staged.key}/figure.png"
    answer = client.get(address, params=asked)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(told)
    korean = client.get(address, params=asked, headers=KOREAN)
    assert korean.status_code == 422
    assert re.search("[가-힣]", korean.json()["detail"])


@pytest.mark.parametrize("asked", [{"scale": "each other"}, {"opacity": "half"}, {"cells": "perhaps"}])
def test_a_value_of_the_wrong_type_is_refused(client: TestClient, compared: Shown, asked: dict[str, str]) -> None:
    answer = client.get(f"/attnviz/view/{compared.key}/figure.png", params=asked)
    assert answer.status_code == 422
    assert next(iter(asked)) in answer.text
    assert client.get(f"/attnviz/view/{compared.key}/figure.gif").status_code == 422


# numbers


@pytest.mark.parametrize("of", ["compared", "staged"])
def test_numbers_are_the_comparisons(client: TestClient, of: str, request: pytest.FixtureRequest) -> None:
    one: Shown = request.getfixturevalue(of)
    answer = client.get(f"/attnviz/view/{one.key}/numbers.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == one.comparison.to_json()
    expected = one.comparison.arrays()
    with np.load(io.BytesIO(client.get(f"/attnviz/view/{one.key}/numbers.npz").content)) as arrays:
        assert set(arrays) == set(expected)
        assert f"cbam/maps/{'stage4' if of == 'compared' else 'stage1'}" in expected
        for name, values in expected.items():
            assert arrays[name].dtype == values.dtype
            assert np.array_equal(arrays[name], values), name


def test_what_is_no_number_is_null(client: TestClient, comparisons: Comparisons, compared: Shown) -> None:
    result = compared.comparison["se"]
    maps = {"stage4": torch.full((4, 4), float("nan"))}
    broken = replace(compared.comparison, results={"se": replace(result, maps=maps)})
    one = comparisons._show(Choice("broken", DEFAULT_FAMILY), broken)
    said = json.loads(
        client.get(f"/attnviz/view/{one.key}/numbers.json").text,
        parse_constant=lambda word: pytest.fail(f"{word} is no JSON"),
    )
    assert said["models"]["se"]["maps"]["stage4"] == [[None] * 4] * 4


# features


@pytest.mark.parametrize(
    ("model", "place"),
    [
        ("se", "stage3.1.se"),
        ("cbam", "stage1.0.cbam.channel"),
        ("cbam", "stage4.1.cbam.spatial"),
        ("bam", "stage2.bam"),
    ],
)
def test_features_are_those_before_and_after_the_gate(
    client: TestClient, comparisons: Comparisons, staged: Shown, model: str, place: str
) -> None:
    answer = client.get(f"/attnviz/view/{staged.key}/features/{model}/{place}")
    family = comparisons.families[DEFAULT_FAMILY]
    tensor = family.preprocessing.view(open_picture(EXAMPLES[0].path)).tensor()
    gate = forward(family[model], tensor, full=True).gates[place]
    assert gate.full_before is not None
    assert gate.full_after is not None
    shape = tuple(int(size) for size in answer.headers["x-shape"].split(","))
    assert shape == (2, *gate.full_before.shape[1:])
    before, after = np.frombuffer(answer.content, "<f4").reshape(shape)
    assert np.array_equal(before, gate.full_before[0])
    assert np.array_equal(after, gate.full_after[0])
    # they are those whose means and gates stand on the page
    shown = staged.comparison[model].gates[place]
    assert before.mean(0) == pytest.approx(shown.before.numpy(), abs=1e-5)
    values = shown.values.numpy()
    times = values[:, None, None] if shown.kind == "channel" else values
    assert after == pytest.approx(before * (times + shown.residual), abs=1e-5)


def test_features_are_computed_once(
    client: TestClient, comparisons: Comparisons, compared: Shown, staged: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "features/se/stage2.0.se"
    first = client.get(f"/attnviz/view/{compared.key}/{address}")
    monkeypatch.setattr("attnviz.maps.forward", lambda *_, **__: pytest.fail("they are kept"))
    again = client.get(f"/attnviz/view/{staged.key}/{address}")  # of the same photo, whatever the class
    assert again.content == first.content != b""


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("se/stage9.0.se", 'The model "se" has no gate "stage9.0.se".'),
        ("baseline/stage1", 'The model "baseline" has no gate "stage1".'),
        ("cbam/stage3.1.se", 'The model "cbam" has no gate "stage3.1.se".'),
        ("cbm/stage3.1.cbam.spatial", f'The family "{DEFAULT_FAMILY}" has no model "cbm". Did you mean "cbam"'),
    ],
)
def test_a_gate_or_model_that_is_not_there_is_told(client: TestClient, staged: Shown, place: str, told: str) -> None:
    answer = client.get(f"/attnviz/view/{staged.key}/features/{place}")
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(told)
    korean = client.get(f"/attnviz/view/{staged.key}/features/{place}", headers=KOREAN)
    assert korean.status_code == 422
    assert re.search("[가-힣]", korean.json()["detail"])


# what is not kept, and lessons


@pytest.mark.parametrize(
    "file", ["figure.png", "figure.svg", "figure.pdf", "numbers.json", "numbers.npz", "features/se/stage1.0.se"]
)
def test_a_comparison_that_is_not_kept_is_told(client: TestClient, file: str) -> None:
    for headers, language in (({}, "en"), (KOREAN, "ko"), ({"Accept-Language": "de"}, "en")):
        answer = client.get(f"/attnviz/view/another/{file}", headers=headers)
        assert (answer.status_code, answer.json()) == (404, {"detail": Say(language)("gone")})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_lessons_are_in_the_readers_language(client: TestClient, topic: str, language: str) -> None:
    answer = client.get(f"/attnviz/lesson/{topic}", headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == lesson(topic, language)


def test_what_there_is_no_lesson_on(client: TestClient) -> None:
    for topic in ("cbam", "nothing", "..%2f..%2fetc%2fpasswd"):
        assert client.get(f"/attnviz/lesson/{topic}").status_code == 404


def test_no_refusal_holds_a_path_of_the_server(client: TestClient, staged: Shown) -> None:
    folders = {str(Path(__file__).parents[2]), str(Path.home()), str(EXAMPLES[0].path.parent), "site-packages"}
    view, photo = f"/attnviz/view/{staged.key}", "/attnviz/photo"
    for address in (
        f"{photo}/gone/{DEFAULT_FAMILY}/crop.png", f"{photo}/{key_of(EXAMPLES[0])}/nobody/seen.png",
        f"{photo}/%2Fetc%2Fpasswd/{DEFAULT_FAMILY}/crop.png", f"{photo}/example:..%2f..%2f/{DEFAULT_FAMILY}/crop.png",
        f"{view}/figure.png?opacity=2", f"{view}/figure.png?models=no", f"{view}/figure.gif", f"{view}/numbers.csv",
        f"{view}/features/no/stage1", f"{view}/features/se/..%2f..", "/attnviz/view/no/figure.png",
        "/attnviz/lesson/no", "/attnviz/",
    ):  # fmt: skip
        for headers in ({}, KOREAN):
            answer = client.get(address, headers=headers)
            assert answer.status_code in (404, 422), address
            assert "Traceback" not in answer.text
            assert not [folder for folder in folders if folder in answer.text], address
