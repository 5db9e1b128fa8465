"""The figure of all stages: the table of attnviz.stages, drawn. That of one stage is tested with compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from attnviz import Comparison, Family, compare, open_family
from attnviz.draw import BINS, Look, imgify, overlay
from attnviz.errors import OptionError
from attnviz.figures import stages_figure
from attnviz.nets import STAGES

# row titles of the whole figure, without the model
OF_MODEL = {
    "baseline": ["features", "map"],
    "se": ["features", "SE, block 0", "SE, block 1", "map"],
    "bam": ["before BAM", "M(F), mean", "after BAM", "map"],
    "cbam": ["features", *["CBAM, block 0"] * 2, *["CBAM, block 1"] * 2, "map"],
}


@pytest.fixture(scope="module")
def comparison(tiny_family: Family, photo: Image.Image) -> Comparison:
    return compare(tiny_family, photo, "tabby")


@pytest.fixture(scope="module")
def figure(comparison: Comparison) -> Figure:
    return comparison.stages_figure()


def lines(figure: Figure, columns: int = 4) -> Iterator[tuple[str, list[Axes]]]:
    """The rows of panels, each with what stands to its left."""
    axes = figure.axes
    assert len(axes) % columns == 0
    for start in range(0, len(axes), columns):
        yield axes[start].texts[1].get_text(), axes[start : start + columns]


def titled(figure: Figure, title: str, columns: int = 4) -> list[list[Axes]]:
    return [row for found, row in lines(figure, columns) if found == title]


def pixels(ax: Axes) -> np.ndarray:
    (picture,) = ax.get_images()
    return np.asarray(picture.get_array())


def maps(figure: Figure, models: list[str]) -> dict[tuple[str, str], np.ndarray]:
    rows = {model: titled(figure, f"{model}\nmap") for model in models}
    assert all(len(found) == 1 for found in rows.values())
    return {
        (model, stage): pixels(ax)
        for model, (row,) in rows.items()
        for stage, ax in zip(STAGES, row, strict=True)
    }  # fmt: skip


def test_a_row_a_picture_and_a_column_a_stage(figure: Figure) -> None:
    expected = [f"{model}\n{title}" for model, titles in OF_MODEL.items() for title in titles]
    assert [title for title, _ in lines(figure)] == expected
    assert figure.get_supxlabel() == "tabby · gradcam · each map by its own maximum"


def test_maps_are_the_overlays(figure: Figure, comparison: Comparison) -> None:
    crop = comparison.view.crop(640)
    drawn = maps(figure, list(OF_MODEL))
    for (model, stage), found in drawn.items():
        assert np.array_equal(found, overlay(crop, comparison[model].maps[stage])), (model, stage)
    for model in OF_MODEL:
        ((*_, last),) = titled(figure, f"{model}\nmap")
        heat = comparison[model].maps["stage4"].numpy()
        why = {"no-positive": "no positive evidence", None: ""}[comparison[model].degenerate.get("stage4")]
        assert last.get_title() == "stage4, 4x4"
        assert last.texts[0].get_text() == f"{heat.min():.3g} … {heat.mean():.3g} … {heat.max():.3g}\n{why}"


def test_the_shared_scale_is_the_models_at_a_stage(comparison: Comparison) -> None:
    crop = comparison.view.crop(640)
    tops = {stage: max(float(result.maps[stage].max()) for result in comparison.values()) for stage in STAGES}
    assert len(set(tops.values())) == 4
    look = Look(scale="shared", colormap="jet")
    whole = stages_figure(comparison, look)
    alone = stages_figure(comparison, look, models=["se"])  # as on the page, where the other models still are
    for figure, models in ((whole, list(OF_MODEL)), (alone, ["se"])):
        assert figure.get_supxlabel() == "tabby · gradcam · one scale a row"
        for (model, stage), found in maps(figure, models).items():
            expected = overlay(crop, comparison[model].maps[stage], tops[stage], colormap="jet")
            assert np.array_equal(found, expected), (model, stage)


def test_features_and_gates_are_in_their_fixed_ranges(figure: Figure, comparison: Comparison) -> None:
    (features,) = titled(figure, "se\nfeatures")
    mean = comparison["se"].features["stage2"]
    assert np.array_equal(pixels(features[1]), imgify(mean, 0, float(mean.max()), "gray"))
    assert features[1].get_title() == "stage2"
    _, spatial = titled(figure, "cbam\nCBAM, block 1")
    gate = comparison["cbam"].gates["stage3.1.cbam.spatial"]
    assert np.array_equal(pixels(spatial[2]), imgify(gate.values, 0, 1, "viridis"))
    assert spatial[2].get_title() == "stage3.1.cbam.spatial"
    numbers = f"{gate.min:.3g} … {gate.mean:.3g} … {gate.max:.3g}"
    assert spatial[2].texts[0].get_text() == f"{numbers}\ndrawn 0 to 1"
    (m,) = titled(figure, "bam\nM(F), mean")
    assert np.array_equal(pixels(m[0]), imgify(comparison["bam"].gates["stage1.bam"].values.mean(0), 0, 1, "viridis"))
    assert np.array_equal(pixels(m[3]), np.full((1, 1, 3), 255))  # no BAM follows stage 4
    assert m[3].get_title() == ""


@pytest.mark.parametrize("place", ["stage1.0.se", "stage4.1.se"])
def test_a_strip_is_a_colour_a_channel_over_a_histogram(figure: Figure, comparison: Comparison, place: str) -> None:
    stage, block, _ = place.split(".")
    (row,) = titled(figure, f"se\nSE, block {block}")
    ax = row[STAGES.index(stage)]
    values = comparison["se"].gates[place].values.numpy()
    colours, bins = ax.child_axes
    assert np.array_equal(pixels(colours), imgify(values[None], 0, 1, "viridis"))
    counts, edges = np.histogram(values, bins=BINS, range=(0, 1))
    assert [bar.get_height() for bar in bins.patches] == counts.tolist()
    assert counts.sum() == len(values)
    assert [bar.get_x() for bar in bins.patches] == pytest.approx(edges[:-1].tolist())
    assert bins.get_xlim() == (0, 1)
    assert [label.get_text() for label in bins.get_xticklabels()] == ["0", "1"]
    assert ax.get_title() == place
    assert not ax.get_images()


def test_models_are_those_asked_for_in_that_order(comparison: Comparison) -> None:
    figure = comparison.stages_figure(models=["cbam", "baseline"])
    expected = [f"{model}\n{title}" for model in ("cbam", "baseline") for title in OF_MODEL[model]]
    assert [title for title, _ in lines(figure)] == expected


def test_branches_on_request(comparison: Comparison) -> None:
    figure = comparison.stages_figure(models=["bam"], branches=True)
    titles = ["before BAM", "channel branch", "spatial branch", "M(F), mean", "after BAM", "map"]
    assert [title for title, _ in lines(figure)] == [f"bam\n{title}" for title in titles]
    gates = [comparison["bam"].gates[f"{stage}.bam"] for stage in STAGES[:3]]
    reach = max(float(logits.abs().max()) for gate in gates for logits in gate.logits.values())
    ((spatial, *_),) = titled(figure, "bam\nspatial branch")
    # 0 is the middle of the signed colours, whichever way the logits lie
    expected = imgify(gates[0].logits["spatial"], -reach, reach, symmetric=True)
    assert np.array_equal(pixels(spatial), expected)
    ((channel, *_),) = titled(figure, "bam\nchannel branch")
    bins = channel.child_axes[1]
    logits = gates[0].logits["channel"].numpy()
    counts, _ = np.histogram(logits, bins=BINS, range=(-reach, reach))
    assert [bar.get_height() for bar in bins.patches] == counts.tolist()
    assert counts.sum() == len(logits)
    assert bins.get_xlim() == (-reach, reach)


def test_branches_are_bams_alone(comparison: Comparison) -> None:
    figure = comparison.stages_figure(models=["se"], branches=True)
    assert [title for title, _ in lines(figure)] == [f"se\n{title}" for title in OF_MODEL["se"]]


def test_stages_that_were_asked_for_are_the_columns(tiny_family: Family, photo: Image.Image) -> None:
    """A row that has nothing at them is left out: no BAM follows stage 4."""
    figure = compare(tiny_family, photo, stages="stage4", models=["se", "bam"]).stages_figure()
    expected = ["se\nfeatures", "se\nSE, block 0", "se\nSE, block 1", "se\nmap", "bam\nbefore BAM", "bam\nmap"]
    assert [title for title, _ in lines(figure, columns=1)] == expected


def test_maps_at_the_input_are_all_there_is_at_the_input(tiny_family: Family, photo: Image.Image) -> None:
    comparison = compare(tiny_family, photo, method="smoothgrad", models=["se"])
    ((title, (ax,)),) = lines(comparison.stages_figure(), columns=1)
    assert (title, ax.get_title()) == ("se\nmap", "input, 64x64")
    assert np.array_equal(pixels(ax), overlay(comparison.view.crop(640), comparison["se"].maps["input"]))


def test_features_that_are_0_everywhere_can_be_drawn(comparison: Comparison) -> None:
    dead = replace(comparison["baseline"], features={stage: torch.zeros(4, 4) for stage in STAGES})
    figure = stages_figure(replace(comparison, results={"baseline": dead}))
    ((first, *_),) = titled(figure, "baseline\nfeatures")
    assert np.array_equal(pixels(first), np.zeros((4, 4, 3)))
    assert first.texts[0].get_text() == "0 … 0 … 0\ndrawn 0 to 1"


def test_what_is_no_number_is_told_and_leaves_the_rest(
    tiny_folder: Path, photo: Image.Image, comparison: Comparison
) -> None:
    family = open_family(tiny_folder, "cpu")
    for model in ("se", "bam"):
        family[model].layer3[0].conv1.weight.data[0, 0, 0, 0] = float("nan")
    figure = compare(family, photo, "tabby", models=["se", "bam"]).stages_figure(branches=True)
    sound = comparison.stages_figure(models=["se", "bam"], branches=True)
    for row, at, place in (
        ("se\nfeatures", 2, "stage3"),
        ("se\nSE, block 1", 3, "stage4.1.se"),
        ("bam\nbefore BAM", 2, "stage3.bam"),
        ("bam\nspatial branch", 2, "stage3.bam"),
    ):
        ((*_, found),) = [found[: at + 1] for found in titled(figure, row)]
        assert found.get_title() == place
        assert found.texts[0].get_text() == "nan … nan … nan\nnot a number"
        assert np.array_equal(pixels(found), np.full((1, 1, 3), 255))
    for row in ("se\nfeatures", "bam\nbefore BAM"):
        ((_, untouched, *_),), ((_, expected, *_),) = titled(figure, row), titled(sound, row)
        assert np.array_equal(pixels(untouched), pixels(expected))


def test_a_model_that_is_not_there_is_told(comparison: Comparison) -> None:
    with pytest.raises(OptionError) as caught:
        comparison.stages_figure(models=["se", "resnet"])
    assert str(caught.value) == 'There is no model "resnet"; there are baseline, se, bam, cbam.'


def test_no_maps_or_models_to_draw_are_told(tiny_family: Family, photo: Image.Image, comparison: Comparison) -> None:
    for of, models in ((compare(tiny_family, photo, stages=(), models=["se"]), None), (comparison, [])):
        with pytest.raises(OptionError, match="no maps to draw"):
            of.stages_figure(models=models)
