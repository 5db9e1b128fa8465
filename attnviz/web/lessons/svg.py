"""A sheet to draw a module on: boxes, arrows and the small pictures that stand for features, gates and maps.

Colours come from lessons.css, which takes them from the page's theme; nothing here has an id, so that one drawing can
be on a page twice. Arrowheads are drawn as paths for the same reason: an SVG marker would need an id.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import exp
from typing import Literal

Point = tuple[float, float]
Style = Literal["plain", "module", "quiet"]

WIDTH = 340  # near the width that a phone of 390 px leaves, so that text there is about as large as it is here
HEAD = 6.0
BEHIND = 4.0  # how far each channel of a stack peeps out from behind the one before it
STRIP = (0.9, 0.3, 0.6, 0.15, 0.75, 0.45, 0.2, 0.95)  # how bright the cells of a channel gate are; chosen by eye


@dataclass(frozen=True)
class Shape:
    """What has been drawn, by its middle and size, and the points at which arrows leave and meet it."""

    x: float
    y: float
    width: float
    height: float
    behind: float = 0.0

    @property
    def top(self) -> Point:
        """Where an arrow from above ends."""
        return self.x, self.y - self.height / 2 - self.behind

    @property
    def bottom(self) -> Point:
        """Where an arrow downwards begins."""
        return self.x, self.y + self.height / 2

    @property
    def left(self) -> Point:
        """Where an arrow to the left begins, or one from the left ends."""
        return self.x - self.width / 2, self.y

    @property
    def right(self) -> Point:
        """Where an arrow to the right begins, or one from the right ends."""
        return self.x + self.width / 2 + self.behind, self.y


class Sheet:
    """Collects the parts of one drawing, in user units; y grows downwards."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def svg(self, title: str, height: float) -> str:
        """Returns the drawing as one inline <svg> with an accessible name."""
        return (
            f'<svg class="av-lesson-svg" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" '
            f'role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>{"".join(self.parts)}</svg>'
        )

    def box(
        self, x: float, y: float, text: str, *, width: float = 180, height: float = 32, below: str = "",
        style: Style = "plain",
    ) -> Shape:  # fmt: skip
        """Draws a box with a text in its middle, and a smaller one under that if ``below`` is given."""
        shape = Shape(x, y, width, height)
        lines = _text(x, y - 8 if below else y, text, "av-lesson-label")
        if below:
            lines += _text(x, y + 9, below, "av-lesson-note")
        frame = _rect(x - width / 2, y - height / 2, width, height, f"av-lesson-box av-lesson-{style}", 6)
        self.parts.append(f'<g class="av-lesson-boxed">{frame}{lines}</g>')
        return shape

    def frame(self, left: float, top: float, width: float, height: float) -> None:
        """Draws a dashed frame around a part that is seen closer."""
        self.parts.append(_rect(left, top, width, height, "av-lesson-frame", 8))

    def stack(self, x: float, y: float, text: str = "", size: float = 34) -> Shape:
        """Draws features: C channels, one behind the other, named on the one in front."""
        behind = 2 * BEHIND
        for shift in (behind, BEHIND, 0.0):
            corner = (x - size / 2 + shift, y - size / 2 - shift)
            self.parts.append(_rect(*corner, size, size, "av-lesson-box av-lesson-plain", 3))
        self.parts.append(_text(x, y, text, "av-lesson-symbol"))
        return Shape(x, y, size, size, behind)

    def strip(self, x: float, y: float) -> Shape:
        """Draws a channel gate: a number a channel."""
        side = 12
        width = side * len(STRIP)
        for index, value in enumerate(STRIP):
            self.parts.append(_cell(x - width / 2 + index * side, y - side / 2, side, value))
        self.parts.append(_rect(x - width / 2, y - side / 2, width, side, "av-lesson-outline", 2))
        return Shape(x, y, width, side)

    def grid(self, x: float, y: float, cells: int = 5, size: float = 40, *, grey: bool = False) -> Shape:
        """Draws a number a place: a spatial gate or a map, or features' mean over the channels if ``grey``."""
        cell = size / cells
        for row in range(cells):
            for column in range(cells):
                value = _bump((column + 0.5) / cells, (row + 0.5) / cells)
                corner = (x - size / 2 + column * cell, y - size / 2 + row * cell)
                self.parts.append(_cell(*corner, cell, value, grey))
        self.parts.append(_rect(x - size / 2, y - size / 2, size, size, "av-lesson-outline", 2))
        return Shape(x, y, size, size)

    def block(self, x: float, y: float, size: float = 40) -> Shape:
        """Draws a gate that has a number a channel and place: a grid with more behind it."""
        behind = 2 * BEHIND
        for shift in (behind, BEHIND):
            corner = (x - size / 2 + shift, y - size / 2 - shift)
            self.parts.append(_rect(*corner, size, size, "av-lesson-box av-lesson-module", 2))
        self.parts.append(_rect(x - size / 2, y - size / 2, size, size, "av-lesson-ground", 2))
        self.grid(x, y, size=size)
        return Shape(x, y, size, size, behind)

    def photo(self, x: float, y: float, size: float = 40, *, heat: bool = False) -> Shape:
        """Draws a photo, a hill under the sun, and over it a warm spot if ``heat``."""
        left, top = x - size / 2, y - size / 2
        self.parts.append(_rect(left, top, size, size, "av-lesson-box av-lesson-plain", 4))
        hill = f"M{left + 3:g} {top + size - 4:g}l{size * 0.34:g} {-size * 0.42:g}l{size * 0.2:g} {size * 0.2:g}"
        hill += f"l{size * 0.14:g} {-size * 0.14:g}L{left + size - 3:g} {top + size - 4:g}"
        self.parts.append(f'<path class="av-lesson-line" d="{hill}"/>')
        sun = f'cx="{left + size * 0.74:g}" cy="{top + size * 0.26:g}" r="{size * 0.09:g}"'
        self.parts.append(f'<circle class="av-lesson-line" {sun}/>')
        if heat:
            for radius, value in ((0.3, 0.3), (0.2, 0.35), (0.1, 0.4)):
                spot = f'cx="{left + size * 0.4:g}" cy="{top + size * 0.6:g}" r="{size * radius:g}"'
                self.parts.append(f'<circle class="av-lesson-cell" {spot} fill-opacity="{value}"/>')
        return Shape(x, y, size, size)

    def pip(self, x: float, y: float, module: bool) -> None:
        """Draws the small square that stands for one block, filled if there is an attention module in it."""
        kind = "av-lesson-cell" if module else "av-lesson-outline"
        self.parts.append(_rect(x - 2.5, y - 2.5, 5, 5, kind, 1))

    def sign(self, x: float, y: float, sign: str, radius: float = 12) -> Shape:
        """Draws a ring with ``*`` (value by value), ``+``, or another short text in it."""
        ring = f'<circle class="av-lesson-ring" cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'
        arm = radius * 0.5
        if sign == "+":
            inside = _line(((x - arm, y), (x + arm, y))) + _line(((x, y - arm), (x, y + arm)))
        elif sign == "*":
            arm *= 0.8
            inside = _line(((x - arm, y - arm), (x + arm, y + arm))) + _line(((x - arm, y + arm), (x + arm, y - arm)))
        else:
            inside = _text(x, y, sign, "av-lesson-note")
        self.parts.append(ring + inside)
        return Shape(x, y, 2 * radius, 2 * radius)

    def line(self, *points: Point, dashed: bool = False) -> None:
        """Draws a line through ``points``."""
        self.parts.append(_line(points, dashed))

    def arrow(self, *points: Point, note: str = "", dashed: bool = False) -> None:
        """Draws an arrow through ``points``, with a small note to the right of its last, vertical, stretch."""
        (x0, y0), (x1, y1) = points[-2:]
        dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
        base = (x1 - dx * HEAD, y1 - dy * HEAD)
        wing = HEAD * 0.6
        corners = ((x1, y1), (base[0] + dy * wing, base[1] + dx * wing), (base[0] - dy * wing, base[1] - dx * wing))
        self.parts.append(_line((*points[:-1], base), dashed))
        self.parts.append(f'<path class="av-lesson-head" d="M{"L".join(f"{x:g} {y:g}" for x, y in corners)}Z"/>')
        if note:
            self.note(x1 + 8, (y0 + y1) / 2, note)

    def note(self, x: float, y: float, text: str, anchor: Literal["start", "middle", "end"] = "start") -> None:
        """Writes a small text."""
        self.parts.append(_text(x, y, text, "av-lesson-note", anchor))

    def symbol(self, x: float, y: float, text: str, anchor: Literal["start", "middle", "end"] = "start") -> None:
        """Writes a name from the equations, such as ``M_c(F)``."""
        self.parts.append(_text(x, y, text, "av-lesson-symbol", anchor))


def _bump(x: float, y: float) -> float:
    """A bright spot up and left of the middle, fading towards the edges of the unit square."""
    return round(0.08 + 0.87 * exp(-((x - 0.42) ** 2 + (y - 0.45) ** 2) / 0.075), 2)


def _text(x: float, y: float, text: str, kind: str, anchor: str = "middle") -> str:
    """Text whose middle is at y; ``_`` before a letter or digit lowers it."""
    if not text:
        return ""
    lowered = r'<tspan class="av-lesson-low" dy="3">\1</tspan><tspan dy="-3">&#8203;</tspan>'
    inside = re.sub(r"_(\w)", lowered, escape(text))
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" dy=".35em" text-anchor="{anchor}">{inside}</text>'


def _rect(left: float, top: float, width: float, height: float, kind: str, round_by: float) -> str:
    size = f'x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}"'
    return f'<rect class="{kind}" {size} rx="{round_by:g}"/>'


def _cell(left: float, top: float, side: float, value: float, grey: bool = False) -> str:
    size = f'x="{left:g}" y="{top:g}" width="{side:g}" height="{side:g}"'
    kind = "av-lesson-cell av-lesson-grey" if grey else "av-lesson-cell"
    return f'<rect class="{kind}" {size} fill-opacity="{value:g}"/>'


def _line(points: Sequence[Point], dashed: bool = False) -> str:
    kind = "av-lesson-line av-lesson-dashed" if dashed else "av-lesson-line"
    return f'<path class="{kind}" d="M{"L".join(f"{x:g} {y:g}" for x, y in points)}"/>'
