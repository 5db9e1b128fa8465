"""Maps become overlays and figures: one colour table and one upsampling rule for all."""

from attnviz.draw.colours import COLORMAPS, DEFAULT_COLORMAP, SIGNED_COLORMAP, colour_table, imgify
from attnviz.draw.figure import BINS, Panel, Strip, grid_figure
from attnviz.draw.look import Look, difference, overlays
from attnviz.draw.overlay import Scale, largest, overlay, upsample

__all__ = [
    "BINS",
    "COLORMAPS",
    "DEFAULT_COLORMAP",
    "SIGNED_COLORMAP",
    "Look",
    "Panel",
    "Scale",
    "Strip",
    "colour_table",
    "difference",
    "grid_figure",
    "imgify",
    "largest",
    "overlay",
    "overlays",
    "upsample",
]
