"""One more drawing a lesson: the module's place in the block, or in the network."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from attnviz.web.lessons.svg import Shape, Sheet, Style

Say = Callable[[str], str]
SIZES: Final = ((64, 56), (128, 28), (256, 14), (512, 7))  # channels and side of ResNet-18's stages at 224 x 224
NETWORK = 62  # the middle of the network's column, where a block is seen closer beside it
STAGE = 100  # the width of a stage's box
ALONE = 100  # the same, where there are only notes beside it


def place(topic: str, say: Say) -> str:
    """Returns the SVG that shows where ``topic`` belongs.

    Args:
        topic: one of the lessons.
        say: gives the words in the drawing by their keys.
    """
    return PLACES[topic](say)


def _network(sheet: Sheet, say: Say, *, bam: bool = False, pips: str = "", x: float = NETWORK) -> list[Shape]:
    """Draws the network from the photo to the logits, downwards, and returns what leaves each stage.

    ``pips`` are two small squares in each stage, one a block: ``module`` for blocks with attention.
    """
    gap = 14.0
    photo = sheet.photo(x, 24, 36)
    stem = sheet.box(x, photo.bottom[1] + gap + 12, say("draw.stem"), width=STAGE, height=24, style="quiet")
    sheet.arrow(photo.bottom, stem.top)
    last, leaving = stem, []
    for number in range(1, 5):
        stage = sheet.box(x, last.bottom[1] + gap + 14, f"stage{number}", width=STAGE, height=28)
        sheet.arrow(last.bottom, stage.top)
        for shift in (34, 42) if pips else ():
            sheet.pip(x + shift, stage.y, pips == "module")
        last = stage
        if bam and number < 4:
            last = sheet.box(x, stage.bottom[1] + gap + 13, "BAM", width=62, height=26, style="module")
            sheet.arrow(stage.bottom, last.top)
        leaving.append(last)
    head = sheet.box(x, last.bottom[1] + gap + 12, say("draw.head"), width=STAGE, height=24, style="quiet")
    sheet.arrow(last.bottom, head.top)
    return [*leaving, head]


def _none(say: Say) -> str:
    sheet = Sheet()
    *stages, head = _network(sheet, say, pips="plain", x=ALONE - 20)
    for stage, (channels, side) in zip(stages, SIZES, strict=True):
        sheet.note(ALONE + 46, stage.y, f"{channels}×{side}×{side}")
        sheet.note(ALONE + 150, stage.y, say("draw.two_blocks"))
    sheet.note(ALONE + 46, head.y, say("draw.pool_fc"))
    return sheet.svg(say("none.place"), head.bottom[1] + 8)


def _bam(say: Say) -> str:
    sheet = Sheet()
    *stages, head = _network(sheet, say, bam=True, x=ALONE)
    for stage, (channels, side) in zip(stages[:3], SIZES, strict=False):
        gate = sheet.block(ALONE + 86, stage.y, 22)
        sheet.line(stage.right, gate.left, dashed=True)
        sheet.note(ALONE + 118, stage.y, f"{channels}×{side}×{side}")
    sheet.note(ALONE + 64, stages[3].y, say("draw.no_bam"))
    return sheet.svg(say("bam.place"), head.bottom[1] + 8)


def _gradcam(say: Say) -> str:
    sheet = Sheet()
    *stages, head = _network(sheet, say, x=ALONE)
    for stage, cells, (_, side) in zip(stages, (8, 6, 4, 2), SIZES, strict=True):
        heat = sheet.grid(ALONE + 110, stage.bottom[1] - 8, cells, 32)
        sheet.arrow((stage.right[0], heat.y), heat.left, dashed=True)
        sheet.note(ALONE + 138, heat.y, say("draw.cells").format(side=side))
    return sheet.svg(say("gradcam.place"), head.bottom[1] + 8)


def _in_block(topic: str, modules: tuple[tuple[str, Style], ...], say: Say, *, tags: bool = False) -> str:
    """Draws the network on the left and, seen closer on the right, one block with ``modules`` in it."""
    sheet = Sheet()
    *stages, head = _network(sheet, say, pips="module")
    left, column, shortcut, bottom = 132, 276, 160, head.bottom[1]
    sheet.line((stages[2].right[0], stages[2].top[1]), (left, 12), dashed=True)
    sheet.line((stages[2].right[0], stages[2].bottom[1]), (left, bottom - 4), dashed=True)
    sheet.frame(left, 4, 336 - left, bottom - 4)

    enters = sheet.stack(shortcut, 36, "X", 24)
    parts: list[tuple[str, Style]] = [(say("draw.conv3"), "plain"), (say("draw.conv3"), "plain"), *modules]
    step = (210 - 56) / len(parts)  # from under X to above the addition
    boxes = [
        sheet.box(column, 56 + step * (index + 0.5), text, width=104, height=28, style=style)
        for index, (text, style) in enumerate(parts)
    ]
    sheet.arrow(enters.right, (column, enters.y), boxes[0].top)
    for above, below in pairwise(boxes):
        sheet.arrow(above.bottom, below.top)
    plus = sheet.sign(shortcut, 222, "+")
    relu = sheet.box(shortcut + 62, 254, "ReLU", width=60, height=28)
    leaves = sheet.stack(column + 34, 254, "Y", 24)
    sheet.arrow(boxes[-1].bottom, (column, plus.y), plus.right)
    sheet.arrow(enters.bottom, plus.top)
    sheet.arrow(plus.bottom, (shortcut, relu.y), relu.left)
    sheet.arrow(relu.right, leaves.left)
    if tags:
        sheet.note(column - 8, boxes[-1].top[1] - 12, say("before"), "end")
        sheet.note(column - 8, boxes[-1].bottom[1] + 10, say("after"), "end")
        sheet.note(330, 275, say("draw.stage_features"), "end")
    else:
        sheet.note(shortcut + 7, 118, say("draw.shortcut"))
    return sheet.svg(say(f"{topic}.place"), bottom + 8)


def _in_cbam(gate: str, say: Say) -> str:
    names = ("channel", "spatial")
    styles: dict[bool, Style] = {True: "module", False: "plain"}
    modules = tuple((say(f"draw.{name}_gate"), styles[name == gate]) for name in names)
    return _in_block(f"cbam.{gate}", modules, say)


PLACES: Final[dict[str, Callable[[Say], str]]] = {
    "none": _none,
    "features": lambda say: _in_block("features", ((say("draw.gate"), "module"),), say, tags=True),
    "gradcam": _gradcam,
    "se": lambda say: _in_block("se", (("SE", "module"),), say),
    "bam": _bam,
    "cbam.channel": lambda say: _in_cbam("channel", say),
    "cbam.spatial": lambda say: _in_cbam("spatial", say),
}  # fmt: skip
