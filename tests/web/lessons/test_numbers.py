"""What the lessons print is what attnviz's own networks have, and agrees with itself."""

from decimal import Decimal

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from attnviz.nets import STAGES, ResNet, resnet
from attnviz.web.lessons.numbers import FIGURES, IMAGENET, PROBABILITIES, READ_ON, SHAPES, SOURCES, TABLES, Table
from attnviz.web.lessons.places import SIZES

ALL_TABLES = [pytest.param(table, id=f"{topic}-{table.caption}") for topic in TABLES for table in TABLES[topic]]


def on_meta(depth: int, attention: str = "none", **options: object) -> ResNet:
    with torch.device("meta"):
        return resnet(depth, attention, **options).eval()  # type: ignore[arg-type]


def millions(network: ResNet) -> str:
    return f"{sum(p.numel() for p in network.parameters()) / 1e6:.2f}"


def shapes(network: ResNet, side: int) -> list[str]:
    features = network.stem(torch.empty(1, 3, side, side, device="meta"))
    found = []
    for stage in STAGES:
        features = network.stage(stage, features)
        found.append("×".join(map(str, features.shape[1:])))
    return found


@pytest.mark.parametrize("depth", [18, 50])
@pytest.mark.parametrize("attention", IMAGENET)
def test_parameters_are_those_of_our_networks(attention: str, depth: int) -> None:
    assert millions(on_meta(depth, attention)) == IMAGENET[attention][depth][0]


def test_parameters_of_se_with_and_without_biases() -> None:
    assert millions(on_meta(50, "se")) == FIGURES["se_bias"] == IMAGENET["se"][50][0]
    assert millions(on_meta(50, "se", bias=False)) == FIGURES["se_no_bias"]


@pytest.mark.parametrize(("stride_in", "figure"), [("3x3", "macs_code"), ("1x1", "macs_paper")])
def test_multiply_adds(stride_in: str, figure: str) -> None:
    network = on_meta(50, stride_in=stride_in)
    with FlopCounterMode(display=False) as counter:
        network(torch.empty(1, 3, 224, 224, device="meta"))
    assert f"{counter.get_total_flops() / 2e9:.2f}" == FIGURES[figure]


def test_shapes_are_those_of_our_networks() -> None:
    columns = list(zip(*(SHAPES[stage] for stage in STAGES), strict=True))
    assert shapes(on_meta(18), 224) == [*columns[0]] == [f"{c}×{side}×{side}" for c, side in SIZES]
    assert shapes(on_meta(50), 224) == [*columns[1]]
    assert shapes(on_meta(18, stem="3x3-stride2", width=32), 64) == [*columns[2]]


def test_probabilities_rise_in_every_picture() -> None:
    assert len(PROBABILITIES) == 16
    assert all(baseline < se < cbam for baseline, se, cbam in PROBABILITIES.values())
    smallest, largest, mean = TABLES["gradcam"][0].rows
    assert (smallest.label, largest.label) == ("Seawall", "School bus")
    assert mean.values == (".48002", ".62243", ".76390")


def test_differences() -> None:
    assert FIGURES["base_gap"] == "0.24"
    assert (FIGURES["cbam_released"], FIGURES["bam_released"]) == ("22.38", "23.14")


@pytest.mark.parametrize("table", ALL_TABLES)
def test_a_table_is_whole(table: Table) -> None:
    assert all(len(row.values) == len(table.columns) for row in table.rows)
    assert not table.groups or sum(span for _, span in table.groups) == len(table.columns)
    assert table.source in SOURCES


@pytest.mark.parametrize("table", ALL_TABLES)
def test_the_best_row_has_the_smallest_error(table: Table) -> None:
    best = [row for row in table.rows if row.best]
    if best:
        assert [min(table.rows, key=lambda row: Decimal(row.values[-1]))] == best


def test_every_source_is_cited() -> None:
    cited = {key for keys in READ_ON.values() for key in keys}
    cited |= {table.source for tables in TABLES.values() for table in tables}
    assert cited == SOURCES.keys()
