"""The page's photo input: whatever arrives is decoded by attnviz.images, never by Gradio."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from attnviz.errors import AttnvizError, ImageError, Message
from attnviz.images import open_picture

_decoding = threading.BoundedSemaphore(2)  # a large photo takes a core and some hundred megabytes


@dataclass(frozen=True)
class Upload:
    """A photo that somebody chose.

    Attributes:
        decoded: the picture, or why its file is none.
        digest: SHA-256 of the file.
    """

    decoded: Image.Image | Message
    digest: str

    @property
    def picture(self) -> Image.Image:
        """The picture.

        Raises:
            ImageError: if the file is none.
        """
        if isinstance(self.decoded, Message):
            raise ImageError(self.decoded.template, **self.decoded.values)
        return self.decoded


class PhotoInput(gr.Image):
    """A ``gr.Image`` that hands an :class:`Upload` to its handlers.

    Why a file is no picture is told by the handlers: Gradio has no request here, so that the language is not known.
    """

    is_template = True  # rendered in the browser as gr.Image

    def preprocess(self, payload: Any) -> Any:
        """Decodes the uploaded file; None stays None."""
        if payload is None or payload.path is None:
            return None
        with _decoding:
            data = Path(payload.path).read_bytes()
            return Upload(_decoded(data), hashlib.sha256(data).hexdigest())


def _decoded(data: bytes) -> Image.Image | Message:
    try:
        return open_picture(data)
    except AttnvizError as error:
        return error.message
