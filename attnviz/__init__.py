"""attnviz: see, measure and vote on where matched ResNets look. Importing it does not import torch."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from attnviz import nets as nets
    from attnviz import scores as scores
    from attnviz.compare import compare as compare
    from attnviz.comparison import Comparison as Comparison
    from attnviz.draw import Look as Look
    from attnviz.errors import AttnvizError as AttnvizError
    from attnviz.families import Family as Family
    from attnviz.families import open_family as open_family
    from attnviz.families.identify import load_model as load_model
    from attnviz.maps import Explanation as Explanation
    from attnviz.maps import explain as explain
    from attnviz.maps import gates as gates
    from attnviz.maps import gradcam as gradcam

__version__ = "0.1.0"

_HOME = {
    "AttnvizError": "attnviz.errors",
    "Comparison": "attnviz.comparison",
    "Explanation": "attnviz.maps",
    "Family": "attnviz.families",
    "Look": "attnviz.draw",
    "compare": "attnviz.compare",
    "explain": "attnviz.maps",
    "gates": "attnviz.maps",
    "gradcam": "attnviz.maps",
    "load_model": "attnviz.families.identify",
    "open_family": "attnviz.families",
}
_ROOMS = ("nets", "scores")
__all__ = [*_HOME, *_ROOMS]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return importlib.import_module(f"attnviz.{name}")
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'attnviz' has no attribute {name!r}")


class _Face(ModuleType):
    """Keeps ``attnviz.compare`` the function when the import system would put the module of that name in its place."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
