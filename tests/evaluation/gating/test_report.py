"""The report of gate statistics: what it says, what it writes, and that both are the numbers'."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import ArrayLike

from attnviz.errors import DataError
from attnviz.evaluation.gating import GatePlace, GateStatistics, estimates, load_statistics, measure_gates
from attnviz.evaluation.gating.places import Estimate
from attnviz.evaluation.gating.report import write_gate_report
from attnviz.evaluation.gating.tables import (
    channel_grid,
    chosen_classes,
    every_number,
    is_branch,
    place_estimates,
    place_grid,
)
from attnviz.evaluation.gating.wording import Depth, channel_sentences, depth, verdict
from attnviz.evaluation.photos import PhotoSet
from attnviz.families import Family


@pytest.fixture(scope="module")
def written(measured: GateStatistics, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports") / "gates"
    write_gate_report(measured, folder, (0, 1))
    return folder


def test_what_is_written(written: Path, measured: GateStatistics) -> None:
    figures = {f"figure-{name}.svg" for name in
               ("channels-se", "channels-bam", "channels-cbam", "saturation", "entropy", "in-box")}  # fmt: skip
    assert {path.name for path in written.iterdir()} == figures | {
        "report.md", "report.html", "gates.csv", "statistics.npz",
    }  # fmt: skip
    report = (written / "report.md").read_text()
    assert report.startswith(
        "# Gates of tiny over photos\n\n12 photos of 4 classes, 3 of them with a box. Left out: 1 "
    )
    assert "unicorn" in report
    assert "| lion/broken.png | This file is not a picture" in report
    for name in figures:
        assert f"({name})" in report
    page = (written / "report.html").read_text()
    assert page.count("<svg") == len(figures)
    assert "http" not in page.replace("http://www.w3.org", "")
    assert load_statistics(written / "statistics.npz").photos == measured.photos


def test_the_same_statistics_give_the_same_bytes(written: Path, measured: GateStatistics, tmp_path: Path) -> None:
    for path in write_gate_report(measured, tmp_path, (0, 1)):
        if path.suffix != ".npz":  # a zip tells when it was made
            assert path.read_bytes() == (written / path.name).read_bytes(), path.name


def test_every_number_is_in_the_table(written: Path, measured: GateStatistics) -> None:
    table = pd.read_csv(written / "gates.csv", keep_default_na=False, na_values=[""])
    assert not table.duplicated(["model", "gate", "class", "channel", "quantity"]).any()

    def value(*key: object) -> float:
        columns = ("model", "gate", "quantity", "class", "channel")
        chosen = table
        for column, wanted in zip(columns, key, strict=False):
            chosen = chosen[chosen[column].isna() if wanted is None else chosen[column] == wanted]
        return float(chosen["value"].item())

    channels = measured.models["bam"]["stage2.bam"].channels
    assert channels is not None
    for quantity in ("low", "high", "within", "between", "class_share", "over_photos", "over_channels"):
        assert value("bam", "stage2.bam", quantity) == pytest.approx(getattr(channels, quantity))
    assert value("bam", "stage2.bam", "channel_mean", "tabby", 5) == pytest.approx(channels.class_means[1, 5])
    assert value("bam", "stage2.bam", "channel_sd", "lion", 3) == pytest.approx(channels.class_sds[0, 3])
    assert value("bam", "stage2.bam", "channel_mean", None, 3) == pytest.approx(channels.mean[3])
    entropy = measured.models["cbam"]["stage2.0.cbam.spatial"].numbers["entropy"]
    assert value("cbam", "stage2.0.cbam.spatial", "entropy") == pytest.approx(entropy.mean())
    assert value("cbam", "stage2.0.cbam.spatial", "excess") == pytest.approx(
        np.nanmean(measured.models["cbam"]["stage2.0.cbam.spatial"].numbers["excess"])
    )
    rise = entropy - measured.models["cbam"]["stage1.0.cbam.spatial"].numbers["entropy"]
    last = measured.models["cbam"]["stage4.1.cbam.spatial"].numbers["entropy"]
    change = last - entropy + rise
    assert value("cbam", "stage4.1.cbam.spatial less stage1.0.cbam.spatial", "entropy") == pytest.approx(change.mean())


def test_tables_for_people(measured: GateStatistics) -> None:
    channels = channel_grid(measured)
    assert len(channels.rows) == 8 + 3 + 8
    assert {len(row) for row in channels.rows} == {len(channels.names)}
    found = {model: place_estimates(measured, model) for model in measured.models}
    places = place_grid(measured, found)
    assert len(places.rows) == 6 + 8
    assert {len(row) for row in places.rows} == {len(places.names)}
    row = dict(zip(places.names, next(row for row in places.rows if row[0] == "bam stage3.bam"), strict=True))
    gate = measured.models["bam"]["stage3.bam"]
    assert row["the same of the mean gate"] == f"{gate.fixed_excess:+.3f}"
    assert row["mean gate"] == f"{gate.numbers['mean'].mean():.3f}"
    assert (found["se"].first, found["bam"].first, found["bam"].last) == (None, "stage1.bam", "stage3.bam")


def test_without_boxes_nothing_is_said_of_them(tiny_family: Family, photo_set: PhotoSet, tmp_path: Path) -> None:
    found = measure_gates(tiny_family, photo_set, models=["bam"])
    write_gate_report(found, tmp_path)
    report = (tmp_path / "report.md").read_text()
    assert "Denoise" not in report
    assert "in-box" not in report
    assert "0 of them with a box" in report
    assert "box" not in report.split("| gate |")[1].split("|\n")[0]


def test_a_family_without_spatial_gates(tiny_family: Family, photo_set: PhotoSet, tmp_path: Path) -> None:
    write_gate_report(measure_gates(tiny_family, photo_set, models=["se"]), tmp_path)
    assert "## Spatial gates" not in (tmp_path / "report.md").read_text()
    assert "## Channel gates" in (tmp_path / "report.md").read_text()


def test_classes_are_chosen_among_those_with_photos(measured: GateStatistics, tmp_path: Path) -> None:
    assert chosen_classes(measured) == (0, 1, 2, 4)
    assert chosen_classes(measured, 2) == (0, 2)
    with pytest.raises(DataError, match='no photo of "military uniform"'):
        write_gate_report(measured, tmp_path, (3,))


@pytest.mark.parametrize(
    ("low", "high", "fixed", "judged"),
    [(0.1, 0.2, 0.0, "supported"), (0.1, 0.2, 0.15, "undecided"), (-0.1, 0.1, 0.0, "undecided"),
     (-0.2, -0.1, 0.0, "contradicted"), (0.1, 0.2, -0.5, "supported")],
)  # fmt: skip
def test_a_claim_must_hold_beyond_its_interval(low: float, high: float, fixed: float, judged: str) -> None:
    assert verdict(Estimate((low + high) / 2, low, high, 9), fixed) == judged


def said(measured: GateStatistics, excess: ArrayLike, entropy: ArrayLike, fixed: ArrayLike = (0, 0, 0)) -> Depth:
    """What is said of a BAM whose three gates have, of every photo, about these numbers."""
    draw = np.random.default_rng(1)
    gates = {}
    for stage, (e, h, f) in enumerate(zip(np.asarray(excess), np.asarray(entropy), np.asarray(fixed), strict=True)):
        numbers = {"excess": e + draw.normal(0, 0.01, 50), "entropy": h + draw.normal(0, 0.01, 50)}
        gates[f"stage{stage + 1}.bam"] = GatePlace(f"stage{stage + 1}.bam", numbers, None, float(f))
    statistics = dataclasses.replace(measured, models={"bam": gates})
    found = depth(statistics, "bam", place_estimates(statistics, "bam"))
    assert found is not None
    return found


def test_denoise_first_then_focus(measured: GateStatistics) -> None:
    both = said(measured, [0.1, 0.2, 0.3], [0.9, 0.8, 0.7])
    assert (both.denoise, both.focus) == ("supported", "supported")
    assert "from stage1.bam to stage3.bam the mass in the box changes by +0.198 (+0.195 to +0.20" in both.sentences[1]
    late = said(measured, [-0.1, 0.2, 0.3], [0.9, 0.8, 0.7])
    assert (late.denoise, late.focus) == ("contradicted", "supported")
    assert said(measured, [0.3, 0.2, 0.1], [0.9, 0.8, 0.7]).focus == "contradicted"
    assert said(measured, [0.1, 0.2, 0.3], [0.7, 0.8, 0.9]).focus == "undecided"  # more in the box, but flatter
    assert said(measured, [0.1, 0.2, 0.3], [0.9, 0.8, 0.7], [0, 0.2, 0.4]).focus == "undecided"


def test_of_too_few_photos_nothing_is_decided(measured: GateStatistics) -> None:
    found = depth(measured, "bam", place_estimates(measured, "bam"))
    assert found is not None
    assert (found.denoise, found.focus) == ("undecided", "undecided")  # two photos have a box that tells
    assert depth(measured, "se", place_estimates(measured, "se")) is None


def test_what_is_said_of_channels(measured: GateStatistics) -> None:
    told = list(channel_sentences(measured))
    assert [text.split(":")[0] for text in told] == ["se", "bam", "cbam"]
    first = measured.models["bam"]["stage1.bam"].channels
    assert first is not None
    share = f"{100 * first.class_share:.1f} %"
    assert f"The class explains {share} of the gate's variance over photos at stage1.bam" in told[1]


def test_a_branch_is_no_gate() -> None:
    names = ("stage2.bam.spatial", "stage2.bam", "stage1.0.cbam.spatial", "stage1.0.cbam.channel")
    assert [name for name in names if is_branch(name)] == ["stage2.bam.spatial"]


def test_all_intervals_of_a_model_are_of_the_same_draws(measured: GateStatistics) -> None:
    numbers = measured.models["cbam"]["stage1.0.cbam.spatial"].numbers
    alone = estimates({"mean": numbers["mean"]})["mean"]
    among = place_estimates(measured, "cbam").gates["stage1.0.cbam.spatial"]["mean"]
    assert (among.low, among.high) == pytest.approx((alone.low, alone.high))
    assert every_number(measured, {}, ()).empty is False
