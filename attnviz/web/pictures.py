"""Pictures inside HTML, as data URLs."""

from __future__ import annotations

import base64
import io
from html import escape
from typing import Any

import numpy as np
from PIL import Image

from attnviz.draw import imgify


def photo_tag(picture: Image.Image, alt: str) -> str:
    """Returns an <img> of a photo, as JPEG."""
    return _tag(picture, alt, "JPEG", quality=90)


def grid_tag(values: Any, low: float, high: float, alt: str, colormap: str = "viridis") -> str:
    """Returns an <img> of a grid (h,w), a pixel a cell, coloured from ``low`` to ``high``."""
    if not high > low:  # features that are 0 everywhere
        high = low + 1
    return _tag(Image.fromarray(imgify(np.asarray(values), low, high, colormap)), alt, "PNG", kind="av-grid")


def strip_tag(values: Any, low: float, high: float, alt: str) -> str:
    """Returns an <img> of a row of values (C,), a column a channel, coloured from ``low`` to ``high``."""
    picture = Image.fromarray(imgify(np.asarray(values)[None], low, high, "viridis"))
    return _tag(picture, alt, "PNG", kind="av-strip")


def _tag(picture: Image.Image, alt: str, format: str, kind: str = "av-photo", **options: Any) -> str:
    file = io.BytesIO()
    picture.save(file, format, **options)
    code = base64.b64encode(file.getvalue()).decode("ascii")
    return f'<img class="{kind}" alt="{escape(alt)}" src="data:image/{format.lower()};base64,{code}">'


def grid_data(values: Any) -> str:
    """Returns a grid (h,w) as base64 of float32, little-endian, row by row."""
    return base64.b64encode(np.ascontiguousarray(values, "<f4").tobytes()).decode("ascii")
