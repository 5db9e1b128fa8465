"""Untrusted files become pictures, and pictures become what a family's networks see."""

from attnviz.images.decode import open_picture, picture_size
from attnviz.images.photo_files import PhotoFiles, open_photo_files
from attnviz.images.preprocess import Preprocessing, View
from attnviz.images.squares import squares

__all__ = ["PhotoFiles", "Preprocessing", "View", "open_photo_files", "open_picture", "picture_size", "squares"]
