"""A comparison is explain() a model, told in words, figures and files that say when a map shows nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image

from attnviz import Comparison, Family, compare, explain, open_family
from attnviz.draw import Look, overlay
from attnviz.errors import AttnvizError, FamilyError, ImageError, OptionError, TargetError
from attnviz.figures import comparison_figure
from attnviz.images import open_picture
from attnviz.maps import INPUT_METHODS, explain_input
from attnviz.nets import STAGES

MODELS = ["baseline", "se", "bam", "cbam"]
CLASSES = ["lion", "tabby", "espresso", "military uniform", "pizza"]

MakeFamily = Callable[..., Path]


@pytest.fixture(scope="module")
def comparison(tiny_family: Family, photo: Image.Image) -> Comparison:
    return compare(tiny_family, photo, "tabby")


def as_file(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def probabilities(family: Family, picture: Image.Image) -> dict[str, torch.Tensor]:
    """What each model says by itself, (K,)."""
    tensor = family.preprocessing.view(picture).tensor()
    return {name: model(tensor).softmax(1)[0] for name, model in family.items()}


def texts(figure: Figure) -> list[str]:
    """Every text but the empty ones."""
    found = [text.get_text() for ax in figure.axes for text in [ax.title, *ax.texts]]
    return [text for text in [*found, figure.get_supxlabel()] if text]


def shown(figure: Figure) -> list[np.ndarray]:
    return [np.asarray(ax.get_images()[0].get_array()) for ax in figure.axes]


# what is compared


@pytest.mark.parametrize("method", ["gradcam", "layercam"])
def test_equals_explain_for_every_model(tiny_family: Family, photo: Image.Image, method: str) -> None:
    comparison = compare(tiny_family, photo, "tabby", method=method)
    assert list(comparison) == MODELS
    assert (comparison.family, comparison.matched, comparison.method) == ("tiny", True, method)
    tensor = tiny_family.preprocessing.view(photo).tensor()
    for name, result in comparison.items():
        expected = explain(tiny_family[name], tensor, 1, method=method)
        assert torch.equal(result.logits, expected.logits[0])
        assert list(result.maps) == list(STAGES)
        for stage in STAGES:
            assert torch.equal(result.maps[stage], expected.maps[stage][0])
            assert torch.equal(result.features[stage], expected.features[stage][0])
        assert list(result.gates) == list(expected.gates)
        for place, gate in expected.gates.items():
            assert torch.equal(result.gates[place].values, gate.values[0])
            assert torch.equal(result.gates[place].after, gate.after[0])


def test_shipped_family_equals_explain(shipped: Family, real_photos: list[Path]) -> None:
    for path, target in zip(real_photos, ("tabby", "espresso", "military uniform"), strict=True):
        comparison = compare(shipped, path, target)
        tensor = shipped.preprocessing.view(open_picture(path)).tensor()
        for name, result in comparison.items():
            expected = explain(shipped[name], tensor, shipped.classes.find(target))
            assert torch.equal(result.logits, expected.logits[0])
            assert [tuple(heat.shape) for heat in result.maps.values()] == [(32, 32), (16, 16), (8, 8), (4, 4)]
            assert all(torch.equal(result.maps[stage], expected.maps[stage][0]) for stage in STAGES)


def test_probability_and_top(comparison: Comparison, tiny_family: Family, photo: Image.Image) -> None:
    for name, expected in probabilities(tiny_family, photo).items():
        result = comparison[name]
        assert (result.name, result.attention) == (name, tiny_family.members[name].attention)
        assert (result.target, comparison.target) == ("tabby", "tabby")
        assert result.probability == pytest.approx(float(expected[1]), rel=1e-5)
        order = expected.argsort(descending=True)[:3]
        assert [found for found, _ in result.top] == [CLASSES[index] for index in order]
        assert [p for _, p in result.top] == pytest.approx(expected[order].tolist(), rel=1e-5)


@pytest.mark.parametrize("models", [None, ["bam", "baseline"], ["se"]])
def test_default_target_has_the_highest_mean_probability(
    tiny_family: Family, photo: Image.Image, real_photos: list[Path], models: list[str] | None
) -> None:
    targets = []
    for picture in (photo, open_picture(real_photos[0])):
        said = probabilities(tiny_family, picture)
        chosen = [said[name] for name in models or MODELS]
        comparison = compare(tiny_family, picture, models=models)
        assert comparison.target == CLASSES[int(torch.stack(chosen).mean(0).argmax())]
        assert all(result.target == comparison.target for result in comparison.values())
        targets.append((comparison.target, [CLASSES[int(p.argmax())] for p in chosen]))
    if models is None:  # it is neither what most models say nor the same for every photo
        assert targets[0][0] != targets[1][0]
        assert any(said.count(target) < max(map(said.count, said)) for target, said in targets)


@pytest.mark.parametrize("target", ["military uniform", " Military Uniform", 3, "3", "n03763968"])
def test_target_by_name_index_or_wnid(tiny_family: Family, photo: Image.Image, target: str | int) -> None:
    assert compare(tiny_family, photo, target, models=["se"], stages=()).target == "military uniform"


def test_models_stages_and_progress(tiny_family: Family, photo: Image.Image) -> None:
    told: list[tuple[int, int]] = []
    comparison = compare(
        tiny_family, photo, stages=("stage4", "stage2"), models=["cbam", "se"], advance=lambda *at: told.append(at)
    )
    assert list(comparison) == ["cbam", "se"]
    assert len(comparison) == 2
    assert all(list(result.maps) == ["stage2", "stage4"] for result in comparison.values())
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_one_stage_may_be_named_alone(tiny_family: Family, photo: Image.Image) -> None:
    assert list(compare(tiny_family, photo, stages="stage3", models=["se"])["se"].maps) == ["stage3"]


def test_one_forward_pass_a_model(tiny_family: Family, photo: Image.Image) -> None:
    passes: list[str] = []
    handles = [
        model.conv1.register_forward_pre_hook(lambda *_, name=name: passes.append(name))
        for name, model in tiny_family.items()
    ]
    compare(tiny_family, photo)
    for handle in handles:
        handle.remove()
    assert passes == MODELS


def test_in_inference_mode_and_after_it(tiny_folder: Path, photo: Image.Image, comparison: Comparison) -> None:
    """Models that are first asked for in inference mode work as any others."""
    family = open_family(tiny_folder, "cpu")
    with torch.inference_mode():
        inside = compare(family, photo, "tabby")
    for found in (inside, compare(family, photo, "tabby")):
        for name, result in found.items():
            assert all(torch.equal(result.maps[stage], comparison[name].maps[stage]) for stage in STAGES)


# other targets without a forward pass, and methods at the input


def test_retarget_equals_compare_and_runs_no_network(tiny_family: Family, photo: Image.Image) -> None:
    comparison = compare(tiny_family, photo, "tabby", stages=("stage2",))
    passes: list[str] = []
    handle = tiny_family["cbam"].conv1.register_forward_pre_hook(lambda *_: passes.append("cbam"))
    found = {
        (target, own, method): comparison.retarget(target, own, method)
        for target, own in (("pizza", False), (2, False), (None, False), (None, True))
        for method in ("gradcam", "gradcam++", "layercam")
    }
    handle.remove()
    assert passes == []
    for (target, own, method), again in found.items():
        expected = compare(tiny_family, photo, target, "stage4", method, own=own)
        assert (again.target, again.method) == (expected.target, method)
        for name, result in expected.items():
            assert (again[name].target, again[name].top) == (result.target, result.top)
            assert again[name].probability == result.probability
            assert list(again[name].maps) == ["stage4"]
            assert torch.equal(again[name].maps["stage4"], result.maps["stage4"])
            assert again[name].degenerate == result.degenerate


def test_own_explains_each_models_most_probable_class(tiny_family: Family, photo: Image.Image) -> None:
    comparison = compare(tiny_family, photo, own=True)
    for name, said in probabilities(tiny_family, photo).items():
        assert comparison[name].target == CLASSES[int(said.argmax())] == comparison[name].top[0][0]
    assert comparison.target is None
    assert comparison.to_json()["target"] is None
    told = set(comparison.targets.split(", "))
    assert told == {result.target for result in comparison.values()}
    assert len(told) > 1
    said = texts(comparison.figure())
    assert "each model's own" in said
    assert any(text.startswith(f"P({comparison['se'].target}) = ") for text in said)


def test_either_one_target_or_each_models_own(tiny_family: Family, photo: Image.Image) -> None:
    with pytest.raises(OptionError, match="not both"):
        compare(tiny_family, photo, "lion", own=True)
    with pytest.raises(OptionError, match="not both"):
        compare(tiny_family, photo).retarget("lion", own=True)


@pytest.mark.parametrize("method", INPUT_METHODS)
def test_methods_at_the_input(tiny_family: Family, photo: Image.Image, method: str) -> None:
    told: list[tuple[int, int]] = []
    comparison = compare(
        tiny_family, photo, "tabby", method=method, models=["se", "cbam"], advance=lambda *at: told.append(at)
    )
    tensor = tiny_family.preprocessing.view(photo).tensor()
    for name, result in comparison.items():
        assert list(result.maps) == ["input"]
        assert torch.equal(result.maps["input"], explain_input(tiny_family[name], tensor, 1, method).map[0])
        assert result.gates.keys() == explain(tiny_family[name], tensor).gates.keys()
    assert told == sorted(told)
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]
    assert f"{method} at input, each map by its own maximum" in texts(comparison.figure())
    with pytest.raises(OptionError, match="call compare again"):
        comparison.retarget("lion")


class Stopped(Exception):  # noqa: N818
    """What a page raises to end a comparison."""


@pytest.mark.parametrize("method", ["gradcam", "occlusion"])
def test_what_advance_raises_ends_the_work(tiny_family: Family, photo: Image.Image, method: str) -> None:
    told: list[int] = []

    def stop_at_three(done: int, total: int) -> None:
        told.append(done)
        if len(told) == 3:
            raise Stopped

    with pytest.raises(Stopped):
        compare(tiny_family, photo, method=method, advance=stop_at_three)
    assert len(told) == 3


def test_a_view_is_a_photo(tiny_family: Family, photo: Image.Image, comparison: Comparison) -> None:
    kept = comparison.view.without_surroundings(64)
    assert torch.equal(compare(tiny_family, kept, "tabby")["se"].logits, comparison["se"].logits)


# photos


def test_photo_as_path_bytes_file_or_picture(tiny_family: Family, photo: Image.Image, tmp_path: Path) -> None:
    expected = compare(tiny_family, photo, models=["se"])["se"].logits
    (tmp_path / "photo.png").write_bytes(as_file(photo))
    with (tmp_path / "photo.png").open("rb") as file:
        for source in (tmp_path / "photo.png", str(tmp_path / "photo.png"), as_file(photo), file):
            assert torch.equal(compare(tiny_family, source, models=["se"])["se"].logits, expected)


def transparent(photo: Image.Image) -> bytes:
    with_holes = photo.convert("RGBA")
    with_holes.putalpha(photo.convert("L"))
    return as_file(with_holes)


def turned(photo: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return as_file(photo, exif=exif)


def sixteen_bit(photo: Image.Image) -> bytes:
    return as_file(Image.fromarray(np.asarray(photo.convert("L")).astype(np.uint16) * 257))


@pytest.mark.parametrize("make", [transparent, turned, sixteen_bit])
def test_a_picture_is_what_its_file_is(
    tiny_family: Family, photo: Image.Image, make: Callable[[Image.Image], bytes]
) -> None:
    """Whoever opens a photo with Pillow gets the same comparison as who names its path."""
    data = make(photo)
    expected = compare(tiny_family, data, models=["se"])
    found = compare(tiny_family, Image.open(io.BytesIO(data)), models=["se"])
    assert torch.equal(found["se"].logits, expected["se"].logits)
    assert np.array_equal(found.view.crop(), expected.view.crop())


def test_view_is_what_the_networks_saw(comparison: Comparison, photo: Image.Image) -> None:
    assert comparison.view.box == (15, 0, 135, 120)
    assert np.array_equal(comparison.view.crop(), photo.crop((15, 0, 135, 120)))


def test_without_surroundings_the_figures_are_the_same(tiny_family: Family, photo: Image.Image) -> None:
    comparison = compare(tiny_family, photo.resize((1500, 1200)), models=["se"])
    kept = comparison.without_surroundings(640)
    assert kept.view.picture.size == (640, 640)
    assert torch.equal(kept.view.tensor(), comparison.view.tensor())
    assert comparison.without_surroundings(128).view.picture.size == (128, 128)
    assert kept.results is comparison.results
    assert texts(kept.figure()) == texts(comparison.figure())
    assert all(np.array_equal(*pair) for pair in zip(shown(kept.figure()), shown(comparison.figure()), strict=True))


@pytest.mark.parametrize(
    ("source", "told"),
    [
        (b"", "The file is empty (0 bytes); save or download it again, and retry."),
        (
            b"GIF89a",
            "This file is not a picture that can be read; use JPEG, PNG, WebP, GIF, BMP or TIFF.",
        ),
        (
            b"<svg></svg>",
            "This is an SVG drawing, which is not read here; export it as JPEG, PNG, WebP, GIF, BMP or TIFF.",
        ),
        ("/no/such/lion.jpg", 'There is no file "lion.jpg"; check the path.'),
    ],
)
def test_bad_photos(tiny_family: Family, source: Any, told: str) -> None:
    with pytest.raises(ImageError) as caught:
        compare(tiny_family, source)
    assert str(caught.value) == told


def test_damaged_photo(tiny_family: Family, photo: Image.Image) -> None:
    with pytest.raises(ImageError) as caught:
        compare(tiny_family, as_file(photo, "JPEG")[:-1000])
    assert str(caught.value) == "This JPEG file is damaged or incomplete; save or download it again, and retry."


@pytest.mark.parametrize(
    ("options", "kind", "told"),
    [
        ({"target": "tobby"}, TargetError, 'The family has no class "tobby". Did you mean "tabby"?'),
        ({"target": 5}, TargetError, "There is no class 5; the family has the classes 0 to 4."),
        ({"stages": ["stage0"]}, OptionError, 'There is no stage "stage0"; there are stage1, stage2, stage3, stage4.'),
        (
            {"method": "scorecam"},
            OptionError,
            'There is no method "scorecam"; there are gradcam, gradcam++, hirescam, layercam, '
            'smoothgrad, integrated-gradients, occlusion. Did you mean "hirescam"?',
        ),
        (
            {"models": ["se", "cbm"]},
            FamilyError,
            'The family "tiny" has no model "cbm". Did you mean "cbam" or "bam"? It has baseline, se, bam, cbam.',
        ),
    ],
)
def test_arguments_that_cannot_be(
    tiny_family: Family, photo: Image.Image, options: dict[str, Any], kind: type[AttnvizError], told: str
) -> None:
    with pytest.raises(kind) as caught:
        compare(tiny_family, photo, **options)
    assert str(caught.value) == told


def test_no_models_at_all(tiny_family: Family, photo: Image.Image) -> None:
    for target in (None, "lion"):
        with pytest.raises(OptionError):
            compare(tiny_family, photo, target, models=[])


# JSON and files


def test_json(comparison: Comparison) -> None:
    said = json.loads(json.dumps(comparison.to_json(), allow_nan=False))
    assert said == comparison.to_json()  # string keys, lists and plain numbers already
    assert {key: said[key] for key in said if key != "models"} == {
        "family": "tiny", "matched": True, "target": "tabby", "method": "gradcam", "crop": [15.0, 0.0, 135.0, 120.0],
    }  # fmt: skip
    assert list(said["models"]) == MODELS
    for name, result in comparison.items():
        found = said["models"][name]
        assert (found["attention"], found["target"]) == (result.attention, "tabby")
        assert found["probability"] == result.probability
        assert found["top"] == [list(pair) for pair in result.top]
        assert found["maps"] == {stage: heat.tolist() for stage, heat in result.maps.items()}
        assert found["degenerate"] == {stage: str(why) for stage, why in result.degenerate.items()}
        assert found["gates"].keys() == result.gates.keys()
    gate, said_of_it = comparison["bam"].gates["stage2.bam"], said["models"]["bam"]["gates"]["stage2.bam"]
    assert said_of_it == {
        "kind": "full", "range": [0.0, 1.0], "residual": True, "min": gate.min, "mean": gate.mean, "max": gate.max,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["lion", "lion.npz", "lion.json", "lion.v2"])
def test_saved_and_read_back(comparison: Comparison, tmp_path: Path, name: str) -> None:
    base = name.removesuffix(".npz").removesuffix(".json")
    assert comparison.save(tmp_path / name) == (tmp_path / f"{base}.npz", tmp_path / f"{base}.json")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{base}.json", f"{base}.npz"]
    assert json.loads((tmp_path / f"{base}.json").read_text()) == comparison.to_json()
    expected = {}
    for model, result in comparison.items():
        expected[f"{model}/logits"] = result.logits
        expected |= {f"{model}/maps/{stage}": heat for stage, heat in result.maps.items()}
        expected |= {f"{model}/features/{stage}": mean for stage, mean in result.features.items()}
        expected |= {f"{model}/gates/{place}": gate.values for place, gate in result.gates.items()}
    with np.load(tmp_path / f"{base}.npz") as arrays:
        assert set(arrays) == set(expected)
        for key, tensor in expected.items():
            assert arrays[key].dtype == np.float32
            assert np.array_equal(arrays[key], tensor)


# maps that show nothing


@pytest.fixture
def with_nan(tiny_folder: Path, photo: Image.Image) -> Comparison:
    """A comparison in which CBAM's last layer holds a number that is none."""
    family = open_family(tiny_folder, "cpu")
    family["cbam"].fc.weight.data[1, 0] = float("nan")
    return compare(family, photo, "tabby")


def test_nan_is_null_and_told(with_nan: Comparison, tmp_path: Path) -> None:
    result = with_nan["cbam"]
    assert {stage: why.value for stage, why in result.degenerate.items()} == dict.fromkeys(STAGES, "nan")
    assert "nan" not in with_nan["se"].degenerate.values()
    _, file = with_nan.save(tmp_path / "nan")
    said = json.loads(file.read_text(), parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))["models"]["cbam"]
    assert said["probability"] is None
    assert said["top"][0][1] is None
    assert said["degenerate"] == dict.fromkeys(STAGES, "nan")
    assert said["maps"]["stage4"] == [[None] * 4] * 4


@pytest.mark.parametrize("scale", ["each", "shared"])
def test_nan_is_told_in_the_figure_and_leaves_the_picture(with_nan: Comparison, scale: Any) -> None:
    figure = with_nan.figure(look=Look(scale=scale))
    assert "P = nan\nnot a number" in texts(figure)
    pictures = shown(figure)
    assert np.array_equal(pictures[4], pictures[0])
    assert not np.array_equal(pictures[3], pictures[0])


@pytest.mark.parametrize(("stem", "side", "constant"), [("7x7", 1, True), ("3x3-stride2", 2, False)])
def test_smallest_input(make_family: MakeFamily, photo: Image.Image, stem: str, side: int, constant: bool) -> None:
    """At 32 x 32, with the stem for large photos, stage 4 is one cell, and its map is constant."""
    comparison = compare(open_family(make_family(input_size=32, stem=stem), "cpu"), photo)
    for result in comparison.values():
        assert result.maps["stage4"].shape == (side, side)
        assert (result.degenerate.get("stage4") == "constant") == constant
    said = [text for text in texts(comparison.figure()) if "the same everywhere" in text]
    assert len(said) == (4 if constant else 0)
    assert f"stage4, {side}x{side}" in texts(comparison.stages_figure())


# figures


def test_figure_has_the_class_and_p_under_each_model(comparison: Comparison) -> None:
    said = texts(comparison.figure())
    for text in ("input", *MODELS, "tabby", "gradcam at stage4, each map by its own maximum"):
        assert said.count(text) == 1, text
    for result in comparison.values():
        why = {"no-positive": "no positive evidence", None: ""}[result.degenerate.get("stage4")]
        assert f"P = {result.probability:.5f}\n{why}" in said
    assert not any("trained alike" in text for text in said)


def test_figure_is_the_crop_and_the_models_overlays(comparison: Comparison) -> None:
    crop = comparison.view.crop(640)
    maps = [result.maps["stage3"] for result in comparison.values()]
    each = [overlay(crop, heat, colormap="jet") for heat in maps]
    top = max(float(heat.max()) for heat in maps)
    shared = [overlay(crop, heat, top, colormap="jet") for heat in maps]
    for scale, expected in (("each", each), ("shared", shared)):
        figure = comparison.figure("stage3", Look(scale=scale, colormap="jet"))  # type: ignore[arg-type]
        pictures = shown(figure)
        assert len(pictures) == 5
        assert all(np.array_equal(*pair) for pair in zip(pictures, [crop, *expected], strict=True))
        note = {"each": "each map by its own maximum", "shared": "one scale a row"}[scale]
        assert f"gradcam at stage3, {note}" in texts(figure)


def test_unmatched_families_are_told(make_family: MakeFamily, photo: Image.Image) -> None:
    comparison = compare(open_family(make_family(matched=False), "cpu"), photo)
    assert comparison.matched is False
    assert comparison.to_json()["matched"] is False
    note = "each map by its own maximum · the models are not known to be trained alike"
    assert f"gradcam at stage4, {note}" in texts(comparison.figure())
    assert f"{comparison.target} · gradcam · {note}" in texts(comparison.stages_figure())


def test_figure_of_several_photos(tiny_family: Family, comparison: Comparison, real_photos: list[Path]) -> None:
    other = compare(tiny_family, real_photos[1], "espresso")
    figure = comparison_figure([comparison, other])
    assert len(figure.axes) == 10
    said = texts(figure)
    assert [said.count(text) for text in ("input", "cbam", "tabby", "espresso")] == [1, 1, 1, 1]
    assert sum(text.startswith("P = ") for text in said) == 8
    assert np.array_equal(shown(figure)[5], other.view.crop(640))


@pytest.mark.parametrize("options", [{"stage": "stage1"}, {"stage": "stage9"}])
def test_figures_that_cannot_be(tiny_family: Family, photo: Image.Image, options: dict[str, Any]) -> None:
    """Among them that of a stage whose maps were not asked for."""
    comparison = compare(tiny_family, photo, stages=("stage3", "stage4"), models=["se"])
    with pytest.raises(OptionError, match=next(iter(options.values()))):
        comparison.figure(**options)
