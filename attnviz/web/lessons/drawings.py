"""One drawing a lesson: the module, from the features that it gets to those that it gives.

They share a grammar. What the module acts on runs down the left edge; what it computes stands to the right; where the
two meet there is a ring.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attnviz.web.lessons.svg import Shape, Sheet

Say = Callable[[str], str]
LEFT = 48  # the middle of what runs down the left edge
RIGHT = 222  # the middle of what stands to the right of it


def drawing(topic: str, say: Say) -> str:
    """Returns the SVG of ``topic``'s module.

    Args:
        topic: one of the lessons.
        say: gives the words in the drawing by their keys.
    """
    return DRAWINGS[topic](say)


def _none(say: Say) -> str:
    sheet = Sheet()
    enters = sheet.stack(LEFT, 40, "X")
    first = sheet.box(RIGHT, 40, say("draw.conv3"), height=42, below="BN, ReLU")
    second = sheet.box(RIGHT, 110, say("draw.conv3"), height=42, below="BN")
    plus = sheet.sign(LEFT, 170, "+")
    sheet.arrow(enters.right, first.left)
    sheet.arrow(first.bottom, second.top, note="C×H×W")
    sheet.arrow(second.bottom, (RIGHT, 170), plus.right)
    sheet.symbol(RIGHT - 8, 153, "R(X)", "end")
    sheet.arrow(enters.bottom, plus.top)
    sheet.note(LEFT + 9, 98, say("draw.shortcut"))
    relu = sheet.box(LEFT, 218, "ReLU", width=64, height=28)
    sheet.arrow(plus.bottom, relu.top)
    leaves = sheet.stack(LEFT, 282, "Y")
    sheet.arrow(relu.bottom, leaves.top)
    sheet.note(88, 282, say("draw.none.out"))
    return sheet.svg(say("none.drawing"), 306)


def _features(say: Say) -> str:
    sheet = Sheet()
    before = sheet.stack(LEFT, 44, "F")
    after = sheet.stack(LEFT, 222, "F′")
    times = sheet.sign(LEFT, 133, "*")
    gate = sheet.box(RIGHT - 44, 133, say("draw.gate"), width=92, style="module")
    sheet.arrow(before.bottom, times.top)
    sheet.note(LEFT + 9, 82, "C×H×W")
    sheet.arrow(gate.left, times.right)
    sheet.arrow(times.bottom, after.top)
    for features, name in ((before, "before"), (after, "after")):
        mean = sheet.box(RIGHT - 44, features.y, say("draw.channel_mean"), width=126)
        picture = sheet.grid(304, features.y, size=44, grey=True)
        sheet.arrow(features.right, mean.left)
        sheet.arrow(mean.right, picture.left)
        sheet.note(304, features.y + 33, say(name), "middle")
    return sheet.svg(say("features.drawing"), 266)


def _gradcam(say: Say) -> str:
    sheet = Sheet()
    features = sheet.stack(LEFT, 40, "A")
    rest = sheet.box(RIGHT, 40, say("draw.rest"))
    score = sheet.box(RIGHT, 100, say("draw.score"))
    gradient = sheet.stack(RIGHT, 171, "")
    mean = sheet.box(RIGHT, 230, say("draw.place_mean"))
    weights = sheet.strip(RIGHT, 286)
    total = sheet.sign(LEFT, 286, "∑", 13)
    sheet.arrow(features.right, rest.left)
    sheet.arrow(rest.bottom, score.top)
    sheet.arrow(score.bottom, gradient.top, note=say("draw.gradient"), dashed=True)
    sheet.symbol(RIGHT + 36, 169, "∂y/∂A")
    sheet.arrow(gradient.bottom, mean.top)
    sheet.arrow(mean.bottom, weights.top)
    sheet.symbol(RIGHT + 56, 286, "α")
    sheet.arrow(weights.left, total.right)
    sheet.arrow(features.bottom, total.top)
    sheet.note(LEFT + 9, 80, "C×h×w")
    sheet.note(LEFT + 18, 308, say("draw.weighted"))
    heat = sheet.grid(LEFT, 346)
    sheet.arrow(total.bottom, heat.top)
    drawn = sheet.box(184, 346, say("draw.drawn"), width=146)
    overlay = sheet.photo(306, 346, 44, heat=True)
    sheet.arrow(heat.right, drawn.left)
    sheet.arrow(drawn.right, overlay.left)
    sheet.symbol(LEFT, 378, "L", "middle")
    sheet.note(306, 380, say("draw.overlay"), "middle")
    return sheet.svg(say("gradcam.drawing"), 394)


def _se(say: Say) -> str:
    sheet = Sheet()
    before = sheet.stack(LEFT, 40, "F")
    pool = sheet.box(RIGHT, 40, say("draw.avgpool"))
    hidden = sheet.box(RIGHT, 98, "FC, ReLU")
    wide = sheet.box(RIGHT, 156, "FC")
    sigmoid = sheet.box(RIGHT, 214, say("draw.sigmoid"))
    gate = sheet.strip(RIGHT, 264)
    sheet.arrow(before.right, pool.left)
    sheet.arrow(pool.bottom, hidden.top, note="C")
    sheet.arrow(hidden.bottom, wide.top, note="C/r")
    sheet.arrow(wide.bottom, sigmoid.top, note="C")
    sheet.arrow(sigmoid.bottom, gate.top)
    sheet.symbol(RIGHT + 56, 264, "M(F)")
    sheet.note(RIGHT, 284, say("draw.number_a_channel"), "middle")
    _weigh(sheet, before, gate, "F′", say("draw.se.out"))
    return sheet.svg(say("se.drawing"), 350)


def _bam(say: Say) -> str:
    sheet = Sheet()
    trunk, channel, spatial, middle = 34, 130, 266, 198
    before = sheet.stack(trunk, 40, "F", 30)
    heights = (84, 150, 216, 278)
    pool = sheet.box(channel, heights[0], say("draw.avgpool"), width=108, height=42)
    squeeze = sheet.box(channel, heights[1], "FC", width=108, height=42, below="BN, ReLU")
    widen = sheet.box(channel, heights[3], "FC", width=108)
    reduce = sheet.box(spatial, heights[0], say("draw.conv1"), width=136, height=42, below="BN, ReLU")
    dilated = sheet.box(spatial, heights[1], say("draw.dilated"), width=136, height=42, below="BN, ReLU")
    again = sheet.box(spatial, heights[2], say("draw.dilated"), width=136, height=42, below="BN, ReLU")
    flatten = sheet.box(spatial, heights[3], say("draw.conv1"), width=136)
    sheet.line(before.right, (spatial, 40))
    sheet.arrow((channel, 40), pool.top)
    sheet.arrow((spatial, 40), reduce.top)
    sheet.arrow(pool.bottom, squeeze.top, note="C")
    sheet.arrow(squeeze.bottom, widen.top, note="C/r")
    sheet.arrow(reduce.bottom, dilated.top, note="C/r×H×W")
    sheet.arrow(dilated.bottom, again.top, note="C/r×H×W")
    sheet.arrow(again.bottom, flatten.top)
    plus = sheet.sign(middle, 332, "+")
    sheet.arrow(widen.bottom, (channel, 332), plus.left)
    sheet.arrow(flatten.bottom, (spatial, 332), plus.right)
    sheet.symbol(channel - 8, 312, "M_c(F)", "end")
    sheet.symbol(spatial + 8, 312, "M_s(F)")
    sigmoid = sheet.box(middle, 380, say("draw.sigmoid"), width=108)
    sheet.arrow(plus.bottom, sigmoid.top, note=say("draw.logits"))
    gate = sheet.block(middle, 442)
    sheet.arrow(sigmoid.bottom, gate.top)
    sheet.symbol(middle + 36, 434, "M(F)")
    sheet.note(middle + 36, 452, "C×H×W")
    one = sheet.sign(112, 442, "1+")
    times = sheet.sign(trunk, 442, "*")
    after = sheet.stack(trunk, 502, "F′", 30)
    sheet.arrow(gate.left, one.right)
    sheet.arrow(one.left, times.right)
    sheet.arrow(before.bottom, times.top)
    sheet.arrow(times.bottom, after.top)
    sheet.note(72, 502, say("draw.bam.out"))
    return sheet.svg(say("bam.drawing"), 524)


def _cbam_channel(say: Say) -> str:
    sheet = Sheet()
    before = sheet.stack(LEFT, 40, "F")
    one, other = _pair(sheet, before, say("draw.avgpool"), say("draw.maxpool"))
    mlp = sheet.box(RIGHT, 150, say("draw.shared"), width=218, height=42, below="C → C/r → C")
    plus = sheet.sign(RIGHT, 212, "+")
    for pooled, end in ((one, plus.left), (other, plus.right)):
        sheet.arrow(pooled.bottom, (pooled.x, mlp.top[1]), note="C")
        sheet.arrow((pooled.x, mlp.bottom[1]), (pooled.x, plus.y), end)
    sigmoid = sheet.box(RIGHT, 262, say("draw.sigmoid"), width=108)
    gate = sheet.strip(RIGHT, 312)
    sheet.arrow(plus.bottom, sigmoid.top)
    sheet.arrow(sigmoid.bottom, gate.top)
    sheet.symbol(RIGHT + 56, 312, "M_c(F)")
    sheet.note(RIGHT, 332, say("draw.number_a_channel"), "middle")
    _weigh(sheet, before, gate, "F′", say("draw.se.out"))
    return sheet.svg(say("cbam.channel.drawing"), 398)


def _cbam_spatial(say: Say) -> str:
    sheet = Sheet()
    before = sheet.stack(LEFT, 40, "F′")
    one, other = _pair(sheet, before, say("draw.channel_max"), say("draw.channel_mean"))
    conv = sheet.box(RIGHT, 150, say("draw.conv7"), width=218, height=42, below="BN")
    for pooled in (one, other):
        sheet.arrow(pooled.bottom, (pooled.x, conv.top[1]), note="1×H×W")
    sigmoid = sheet.box(RIGHT, 212, say("draw.sigmoid"), width=108)
    sheet.arrow(conv.bottom, sigmoid.top, note="1×H×W")
    gate = sheet.grid(RIGHT, 276)
    sheet.arrow(sigmoid.bottom, gate.top)
    sheet.symbol(RIGHT + 28, 276, "M_s(F′)")
    sheet.note(RIGHT, 310, say("draw.number_a_place"), "middle")
    _weigh(sheet, before, gate, "F″", say("draw.spatial.out"))
    return sheet.svg(say("cbam.spatial.drawing"), 362)


def _pair(sheet: Sheet, features: Shape, one: str, other: str) -> tuple[Shape, Shape]:
    """Draws the two boxes that both pool ``features``."""
    y = features.y + 45
    boxes = (sheet.box(RIGHT - 56, y, one, width=106), sheet.box(RIGHT + 56, y, other, width=106))
    sheet.line(features.right, (boxes[1].x, features.y))
    for box in boxes:
        sheet.arrow((box.x, features.y), box.top)
    return boxes


def _weigh(sheet: Sheet, before: Shape, gate: Shape, name: str, text: str) -> None:
    """Draws how the gate meets the features at the left edge, and what comes out below, called ``name``."""
    times = sheet.sign(LEFT, gate.y, "*")
    after = sheet.stack(LEFT, gate.y + 62, name)
    sheet.arrow(before.bottom, times.top)
    sheet.note(LEFT + 9, before.y + 42, "C×H×W")
    sheet.arrow(gate.left, times.right)
    sheet.arrow(times.bottom, after.top)
    sheet.note(88, after.y, text)


DRAWINGS: Final[dict[str, Callable[[Say], str]]] = {
    "none": _none,
    "features": _features,
    "gradcam": _gradcam,
    "se": _se,
    "bam": _bam,
    "cbam.channel": _cbam_channel,
    "cbam.spatial": _cbam_spatial,
}  # fmt: skip
