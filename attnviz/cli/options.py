"""The options that several commands share. What they may be is a copy of the lists that torch would have to load."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class MethodName(StrEnum):
    """The keys of :data:`attnviz.maps.METHODS` and :data:`attnviz.maps.INPUT_METHODS`."""

    gradcam = "gradcam"
    gradcam_plus_plus = "gradcam++"
    hirescam = "hirescam"
    layercam = "layercam"
    smoothgrad = "smoothgrad"
    integrated_gradients = "integrated-gradients"
    occlusion = "occlusion"


class ScaleName(StrEnum):
    """The values of :data:`attnviz.draw.Scale`."""

    each = "each"
    shared = "shared"


class ColormapName(StrEnum):
    """Those of :data:`attnviz.draw.COLORMAPS`."""

    inferno = "inferno"
    viridis = "viridis"
    magma = "magma"
    cividis = "cividis"
    turbo = "turbo"
    jet = "jet"
    gray = "gray"


FIRST_DEVICE = "the first there is"

Family = Annotated[
    str | None, typer.Option(help="Name or folder of the family; see attnviz families.", show_default="the bundled one")
]
Target = Annotated[
    str | None,
    typer.Option(
        help="Class that the maps explain: its name, index or wnid.",
        show_default="the one that the models together find most probable",
    ),
]
Own = Annotated[bool, typer.Option("--own", help="Explain each model's own most probable class instead of one target.")]
Method = Annotated[MethodName, typer.Option(help="How the maps are made.")]
Model = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME|NAME=FILE",
        help="Model of the family to compare, or a weights file and a name for it; give it once for each.",
        show_default="all of the family",
    ),
]
Files = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        metavar="NAME=FILE",
        help="Weights file, and a name for it, instead of a family; give it once for each.",
        show_default=False,
    ),
]
Classes = Annotated[
    Path | None,
    typer.Option(
        metavar="CSV",
        help="Names of the classes of files: index,wnid,name.",
        show_default="ImageNet's for 1000 classes, else numbers",
    ),
]
Colormap = Annotated[ColormapName, typer.Option(help="Colours of the maps; jet is the papers'.")]
Device = Annotated[str | None, typer.Option(help="cuda, mps or cpu.", show_default=FIRST_DEVICE)]
Figure = Annotated[
    Path | None, typer.Option("--output", "-o", help="Figure to write: .png, .svg or .pdf.", show_default=False)
]
Json = Annotated[
    Path | None,
    typer.Option("--json", help="File to write every number to: .json.", show_default=False),
]
