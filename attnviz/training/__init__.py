"""Trains the members of a family, jointly with their attention modules and from scratch, as the papers do."""

from attnviz.training.photos import Photos, read_photos
from attnviz.training.recipe import Recipe
from attnviz.training.trainer import train

__all__ = ["Photos", "Recipe", "read_photos", "train"]
