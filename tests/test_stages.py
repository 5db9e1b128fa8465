"""The table of a model's stages: which pictures each attention has, their numbers, and the ranges they are drawn in."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from PIL import Image

from attnviz import Comparison, Family, compare
from attnviz.comparison import Result
from attnviz.draw import COLORMAPS, SIGNED_COLORMAP
from attnviz.nets import STAGES
from attnviz.stages import FEATURES_COLORMAP, GATE_COLORMAP, Picture, Row, stage_rows

WITH_BAM = ("stage1", "stage2", "stage3")


@pytest.fixture(scope="module")
def comparison(tiny_family: Family, photo: Image.Image) -> Comparison:
    return compare(tiny_family, photo, "tabby")


def table(result: Result) -> dict[tuple[str, int | None], Row]:
    rows = stage_rows(result)
    by_kind: dict[tuple[str, int | None], Row] = {(row.kind, row.block): row for row in rows}
    assert len(by_kind) == len(rows)
    return by_kind


def only(row: Row, stage: str) -> Picture:
    (picture,) = row.cells[stage]
    return picture


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("baseline", [("features", None), ("map", None)]),
        ("se", [("features", None), ("se", 0), ("se", 1), ("map", None)]),
        (
            "bam",
            [(kind, None) for kind in ("before", "bam.channel", "bam.spatial", "bam", "after", "map")],
        ),
        ("cbam", [("features", None), ("cbam", 0), ("cbam", 1), ("map", None)]),
    ],
)
def test_each_attention_has_its_rows(
    comparison: Comparison, model: str, expected: list[tuple[str, int | None]]
) -> None:
    rows = stage_rows(comparison[model])
    assert [(row.kind, row.block) for row in rows] == expected
    for row in rows:
        of_bam = row.kind in ("bam.channel", "bam.spatial", "bam", "after")
        assert tuple(row.cells) == (WITH_BAM if of_bam else STAGES), row.kind
    assert [row.kind for row in rows if row.is_branch] == (["bam.channel", "bam.spatial"] if model == "bam" else [])


@pytest.mark.parametrize("model", ["baseline", "se", "cbam"])
def test_features_are_drawn_from_0_to_their_largest(comparison: Comparison, model: str) -> None:
    row = table(comparison[model])["features", None]
    for stage, mean in comparison[model].features.items():
        picture = only(row, stage)
        assert picture.place == stage
        assert torch.equal(picture.values, mean)
        assert (picture.low, picture.high) == (0, float(mean.max()))  # after a ReLU
        assert picture.colormap == FEATURES_COLORMAP in COLORMAPS
        assert not picture.is_strip


def test_se_has_a_strip_a_block(comparison: Comparison) -> None:
    result = comparison["se"]
    rows = table(result)
    for block in (0, 1):
        for stage, channels in zip(STAGES, (8, 16, 32, 64), strict=True):
            picture = only(rows["se", block], stage)
            assert picture.place == f"{stage}.{block}.se"
            assert torch.equal(picture.values, result.gates[picture.place].values)
            assert picture.values.shape == (channels,)
            assert picture.is_strip
            assert (picture.low, picture.high, picture.colormap) == (0, 1, GATE_COLORMAP)


def test_cbam_has_the_channel_gate_then_the_spatial_gate_a_block(comparison: Comparison) -> None:
    result = comparison["cbam"]
    rows = table(result)
    seen = []
    for block in (0, 1):
        for stage in STAGES:
            channel, spatial = rows["cbam", block].cells[stage]
            assert (channel.place, spatial.place) == (f"{stage}.{block}.cbam.channel", f"{stage}.{block}.cbam.spatial")
            assert (channel.is_strip, spatial.is_strip) == (True, False)
            for picture in (channel, spatial):
                assert torch.equal(picture.values, result.gates[picture.place].values)
                assert (picture.low, picture.high) == (0, 1)
                seen.append(picture.place)
    assert sorted(seen) == sorted(result.gates)  # every gate, once


def test_bam_is_before_gate_and_after(comparison: Comparison) -> None:
    result = comparison["bam"]
    rows = table(result)
    for stage in WITH_BAM:
        gate = result.gates[f"{stage}.bam"]
        before, m, after = (only(rows[kind, None], stage) for kind in ("before", "bam", "after"))
        assert torch.equal(before.values, gate.before)
        assert torch.equal(after.values, gate.after)
        assert torch.equal(m.values, gate.values.mean(0))
        assert 0 < float(m.values.min()) < float(m.values.max()) < 1
        assert (m.low, m.high, m.colormap) == (0, 1, GATE_COLORMAP)
        # 1 + M is more than 1, so that the larger of the two is after BAM
        assert (before.low, before.high) == (after.low, after.high) == (0, float(gate.after.max()))
        assert float(gate.after.max()) > float(gate.before.max())
        assert {picture.place for picture in (before, m, after)} == {f"{stage}.bam"}
    last = only(rows["before", None], "stage4")
    assert torch.equal(last.values, result.features["stage4"])
    assert (last.place, last.low, last.high) == ("stage4", 0, float(result.features["stage4"].max()))


def test_bams_branches_are_on_one_scale_about_0(comparison: Comparison) -> None:
    result = comparison["bam"]
    rows = table(result)
    every = [logits for gate in result.gates.values() for logits in gate.logits.values()]
    assert len(every) == 6
    reach = max(float(logits.abs().max()) for logits in every)
    for branch, is_strip in (("channel", True), ("spatial", False)):
        for stage in WITH_BAM:
            picture = only(rows[f"bam.{branch}", None], stage)
            assert torch.equal(picture.values, result.gates[f"{stage}.bam"].logits[branch])
            assert (picture.low, picture.high, picture.colormap) == (-reach, reach, SIGNED_COLORMAP)
            assert picture.is_strip is is_strip


@pytest.mark.parametrize("model", ["baseline", "se", "bam", "cbam"])
def test_the_last_row_is_the_maps(comparison: Comparison, model: str) -> None:
    row = stage_rows(comparison[model])[-1]
    for stage, heat in comparison[model].maps.items():
        picture = only(row, stage)
        assert torch.equal(picture.values, heat)
        assert (picture.low, picture.high) == (0, max(float(heat.max()), 0))


def test_features_and_gates_are_at_stages_without_a_map(tiny_family: Family, photo: Image.Image) -> None:
    """They cost nothing more than the forward pass."""
    result = compare(tiny_family, photo, stages="stage2", models=["se"])["se"]
    rows = table(result)
    assert list(rows["map", None].cells) == ["stage2"]
    assert tuple(rows["features", None].cells) == tuple(rows["se", 1].cells) == STAGES


def test_features_that_are_0_everywhere_are_drawn_to_1(comparison: Comparison) -> None:
    dead = replace(comparison["baseline"], features={stage: torch.zeros(4, 4) for stage in STAGES})
    for stage in STAGES:
        picture = only(table(dead)["features", None], stage)
        assert (picture.low, picture.high) == (0, 1)


def test_features_below_0_are_drawn_from_their_least(comparison: Comparison) -> None:
    mean = torch.tensor([[-2.0, -0.5], [-1.0, -0.25]])
    picture = only(table(replace(comparison["baseline"], features={"stage1": mean}))["features", None], "stage1")
    assert (picture.low, picture.high) == (-2, -0.25)


def test_branches_that_are_0_everywhere_still_have_a_range(comparison: Comparison) -> None:
    result = comparison["bam"]
    flat = {
        place: replace(gate, logits={branch: torch.zeros_like(logits) for branch, logits in gate.logits.items()})
        for place, gate in result.gates.items()
    }
    rows = table(replace(result, gates=flat))
    for kind in ("bam.channel", "bam.spatial"):
        assert [(p.low, p.high) for (p,) in rows[kind, None].cells.values()] == [(-1, 1)] * 3


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_ranges_are_of_the_numbers_that_are_some(comparison: Comparison, number: float) -> None:
    result = comparison["bam"]
    gate = result.gates["stage1.bam"]
    broken = {branch: torch.full_like(logits, number) for branch, logits in gate.logits.items()}
    gates = dict(result.gates) | {
        "stage1.bam": replace(
            gate, logits=broken, after=torch.tensor([[number, 3.0]]), before=torch.tensor([[1.0, 2.0]])
        ),
        "stage2.bam": replace(
            result.gates["stage2.bam"], after=torch.tensor([[number]]), before=torch.tensor([[number]])
        ),
    }
    rows = table(replace(result, gates=gates))
    sound = [logits for place in ("stage2.bam", "stage3.bam") for logits in result.gates[place].logits.values()]
    reach = max(float(logits.abs().max()) for logits in sound)
    for kind in ("bam.channel", "bam.spatial"):
        assert {(p.low, p.high) for (p,) in rows[kind, None].cells.values()} == {(-reach, reach)}
    for kind in ("before", "after"):
        assert [(p.low, p.high) for p in (only(rows[kind, None], stage) for stage in WITH_BAM[:2])] == [(0, 3), (0, 1)]
