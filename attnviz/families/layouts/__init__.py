"""How each published layout is read: a table of names for each, and what the names cannot tell."""

from attnviz.families.layouts.layout import Layout, Rename
from attnviz.families.layouts.published import LAYOUTS, OWN

__all__ = ["LAYOUTS", "OWN", "Layout", "Rename"]
