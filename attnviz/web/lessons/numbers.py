"""Every number that a lesson shows, with its source: what the papers print, digit by digit, and what was computed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True)
class Source:
    """Where numbers or a claim can be read.

    Attributes:
        cite: authors, venue and arXiv identifier; names, so the same in every language.
        url: of the paper or code.
        key: of the text that says where in it, with {number}; "" for the whole.
        number: of the table, figure or section.
    """

    cite: str
    url: str
    key: str = ""
    number: str = ""


def _arxiv(cite: str, identifier: str, key: str = "", number: str = "") -> Source:
    return Source(f"{cite}, arXiv:{identifier}", f"https://arxiv.org/abs/{identifier}", key, number)


def _bam(key: str, number: str = "") -> Source:
    return _arxiv("Park et al., BMVC 2018", "1807.06514", key, number)


def _cbam(key: str, number: str = "") -> Source:
    return _arxiv("Woo et al., ECCV 2018", "1807.06521v2", key, number)


def _se(key: str, number: str) -> Source:
    return _arxiv("Hu et al., CVPR 2018", "1709.01507v4", key, number)


SOURCES: Final[dict[str, Source]] = {
    "resnet": _arxiv("He et al., CVPR 2016", "1512.03385"),
    "gradcam": _arxiv("Selvaraju et al., ICCV 2017", "1610.02391"),
    "hirescam": _arxiv("Draelos, Carin", "2011.08891"),
    "sanity": _arxiv("Adebayo et al., NeurIPS 2018", "1810.03292"),
    "se_imagenet": _se("source.table", "2"),
    "se_squeeze": _se("source.table", "11"),
    "se_gates": _se("source.section", "7.2"),
    "bam_imagenet": _bam("source.imagenet"),
    "bam_ablation": _bam("source.table", "1"),
    "bam_figure": _bam("source.figure", "1"),
    "cbam_imagenet": _cbam("source.table", "4"),
    "cbam_pooling": _cbam("source.table", "1"),
    "cbam_spatial": _cbam("source.table", "2"),
    "cbam_order": _cbam("source.table", "3"),
    "cbam_figure": _cbam("source.figure", "5"),
    "released": Source("Jongchan/attention-module", "https://github.com/Jongchan/attention-module", "source.readme"),
    "computed": Source("attnviz", "", "source.computed"),
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A row of a table: the key of its label (or the label itself), and its numbers as they are printed."""

    label: str
    values: tuple[str, ...]
    best: bool = False


@dataclass(frozen=True)
class Table:
    """A table of a lesson.

    Attributes:
        caption: key of its caption.
        columns: keys of its columns' headings.
        rows: its rows.
        source: key of SOURCES.
        groups: headings over the columns, each with the number of columns under it.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    source: str
    groups: tuple[tuple[str, int], ...] = ()


IMAGENET: Final[dict[str, dict[int, tuple[str, str]]]] = {
    "none": {18: ("11.69", "29.60"), 50: ("25.56", "24.56")},
    "se": {18: ("11.78", "29.41"), 50: ("28.09", "23.14")},
    "bam": {18: ("11.71", "28.88"), 50: ("25.92", "24.02")},
    "cbam": {18: ("11.78", "29.27"), 50: ("28.09", "22.66")},
}  # fmt: skip
"""Parameters in millions and top-1 error in percent, by attention and depth."""

PROBABILITIES: Final[dict[str, tuple[str, str, str]]] = {
    "Tailed frog": (".80736", ".87240", ".96340"), "Toilet tissue": (".11857", ".14643", ".19994"),
    "Loudspeaker": (".65681", ".77550", ".93707"), "Spider web": (".22357", ".25093", ".35248"),
    "American egret": (".64185", ".70827", ".87490"), "Tank": (".14763", ".15367", ".53005"),
    "Seawall": (".92236", ".97166", ".99085"), "Space heater": (".01176", ".26611", ".59662"),
    "Croquet ball": (".58732", ".89962", ".96039"), "Eel": (".08126", ".14804", ".59790"),
    "Hammerhead": (".67128", ".72659", ".84387"), "Eskimo dog": (".56834", ".61595", ".71000"),
    "Snow leopard": (".85873", ".96575", ".98482"), "Boat paddle": (".62856", ".79829", ".90806"),
    "Daddy longlegs": (".68065", ".73723", ".78636"), "School bus": (".07429", ".92250", ".98567"),
}  # fmt: skip
"""The probability of the true class in the CBAM paper's figure 5: ResNet-50, baseline, SE and CBAM, by picture."""

SHAPES: Final[dict[str, tuple[str, str, str]]] = {
    "stage1": ("64×56×56", "256×56×56", "32×32×32"),
    "stage2": ("128×28×28", "512×28×28", "64×16×16"),
    "stage3": ("256×14×14", "1024×14×14", "128×8×8"),
    "stage4": ("512×7×7", "2048×7×7", "256×4×4"),
}  # fmt: skip
"""C x H x W of a stage's features: ResNet-18 and 50 at 224 x 224, and the bundled family at 64 x 64."""


def _difference(greater: str, smaller: str) -> str:
    return f"{Decimal(greater) - Decimal(smaller):.2f}"


def _shown_probabilities() -> tuple[Row, ...]:
    """The smallest and the largest rise from the baseline to CBAM, and the mean of all 16 pictures."""
    rises = {name: Decimal(values[2]) - Decimal(values[0]) for name, values in PROBABILITIES.items()}
    columns = zip(*PROBABILITIES.values(), strict=True)
    means = tuple(f"{sum(map(Decimal, column)) / len(PROBABILITIES):.5f}"[1:] for column in columns)
    chosen = [(name, PROBABILITIES[name]) for name in (min(rises, key=rises.__getitem__),
                                                       max(rises, key=rises.__getitem__))]  # fmt: skip
    return (*(Row(name, values) for name, values in chosen), Row("row.mean16", means))


def _imagenet(*attentions: str, source: str) -> Table:
    return Table(
        "table.imagenet",
        ("column.parameters", "column.error", "column.parameters", "column.error"),
        tuple(Row(f"row.{name}", (*IMAGENET[name][18], *IMAGENET[name][50])) for name in attentions),
        source,
        (("ResNet-18", 2), ("ResNet-50", 2)),
    )


TABLES: Final[dict[str, tuple[Table, ...]]] = {
    "none": (
        Table(
            "table.extra", ("column.parameters", "column.cifar_error"),
            (Row("row.none", ("23.68", "21.49")), Row("row.extra_block", ("25.14", "21.02")),
             Row("row.bam", ("24.07", "20.00"), best=True)),
            "bam_ablation",
        ),
    ),
    "features": (
        Table(
            "table.shapes", ("column.resnet18", "column.resnet50", "column.bundled"),
            tuple(Row(stage, shapes) for stage, shapes in SHAPES.items()), "computed",
        ),
    ),
    "gradcam": (
        Table("table.probabilities", ("row.none", "SE", "CBAM"), _shown_probabilities(), "cbam_figure"),
    ),
    "se": (
        _imagenet("none", "se", source="cbam_imagenet"),
        Table(
            "table.squeeze", ("column.error",),
            (Row("row.average", ("22.28",), best=True), Row("row.maximum", ("22.57",))), "se_squeeze",
        ),
    ),
    "bam": (
        _imagenet("none", "bam", source="bam_imagenet"),
        Table(
            "table.combine", ("column.cifar_error",),
            (Row("row.none", ("21.49",)), Row("row.channel_only", ("21.29",)), Row("row.spatial_only", ("21.24",)),
             Row("row.max", ("20.28",)), Row("row.product", ("20.21",)), Row("row.sum", ("20.00",), best=True)),
            "bam_ablation",
        ),
    ),
    "cbam.channel": (
        _imagenet("none", "se", "cbam", source="cbam_imagenet"),
        Table(
            "table.pooling", ("column.error",),
            (Row("row.none", ("24.56",)), Row("row.average", ("23.14",)), Row("row.maximum", ("23.20",)),
             Row("row.both", ("22.80",), best=True)),
            "cbam_pooling",
        ),
    ),
    "cbam.spatial": (
        Table(
            "table.spatial", ("column.error",),
            (Row("row.no_spatial", ("22.80",)), Row("row.conv_3", ("22.96",)), Row("row.conv_7", ("22.90",)),
             Row("row.pooled_3", ("22.68",)), Row("row.pooled_7", ("22.66",), best=True)),
            "cbam_spatial",
        ),
        Table(
            "table.order", ("column.error",),
            (Row("row.channel_first", ("22.66",), best=True), Row("row.spatial_first", ("22.78",)),
             Row("row.parallel", ("22.95",))),
            "cbam_order",
        ),
    ),
}  # fmt: skip
"""By lesson."""

READ_ON: Final[dict[str, tuple[str, ...]]] = {
    "none": ("resnet", "se_imagenet", "cbam_imagenet", "bam_ablation"),
    "features": ("bam_figure",),
    "gradcam": ("gradcam", "hirescam", "sanity", "cbam_figure"),
    "se": ("se_imagenet", "se_squeeze", "se_gates", "cbam_imagenet"),
    "bam": ("bam_imagenet", "bam_ablation", "released"),
    "cbam.channel": ("cbam_imagenet", "cbam_pooling", "se_squeeze"),
    "cbam.spatial": ("cbam_imagenet", "cbam_spatial", "cbam_order", "released"),
}  # fmt: skip
"""The sources of what a lesson says in words, in the order in which they are listed under it."""

FIGURES: Final[dict[str, str]] = {
    # SE paper, tables 2 and 11, section 7.2
    "base_se_paper": "24.80",
    "se_se_paper": "23.29",
    "se_squeeze_average": "22.28",
    "se_squeeze_maximum": "22.57",
    "last_stage": "0.1",
    # CBAM paper, table 4 and figure 5
    "base_cbam_paper": IMAGENET["none"][50][1],
    "base_gap": _difference("24.80", IMAGENET["none"][50][1]),
    "cbam_gain18": _difference(IMAGENET["se"][18][1], IMAGENET["cbam"][18][1]),
    "cbam_gain50": _difference(IMAGENET["se"][50][1], IMAGENET["cbam"][50][1]),
    "cbam_error": IMAGENET["cbam"][50][1],
    "pictures": str(len(PROBABILITIES)),
    # BAM paper, ImageNet-1K
    "bam_error": IMAGENET["bam"][50][1],
    # README of the authors' code, which gives the accuracy
    "cbam_released": _difference("100", "77.622"),
    "bam_released": _difference("100", "76.860"),
    # computed from attnviz.nets at 224 x 224; the tests compute them again
    "se_bias": "28.09",
    "se_no_bias": "28.07",
    "macs_code": "4.09",
    "macs_paper": "3.86",
}
"""The numbers in the middle of sentences, by the names that texts call them by."""
