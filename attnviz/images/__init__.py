"""Untrusted files become pictures, and pictures become what a family's networks see."""

from attnviz.images.decode import open_picture
from attnviz.images.preprocess import Preprocessing, View
from attnviz.images.squares import squares

__all__ = ["Preprocessing", "View", "open_picture", "squares"]
