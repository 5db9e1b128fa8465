"""Which models belong together, where their weights are, and how they are read."""

from attnviz.families.classes import Classes, read_classes
from attnviz.families.device import choose_device
from attnviz.families.family import Family, open_family
from attnviz.families.file import FamilyFile, read_family_file
from attnviz.families.find import DEFAULT_FAMILY, find_family, list_families

__all__ = [
    "DEFAULT_FAMILY",
    "Classes",
    "Family",
    "FamilyFile",
    "choose_device",
    "find_family",
    "list_families",
    "open_family",
    "read_classes",
    "read_family_file",
]
