"""The page's photo input: whatever arrives is decoded by attnviz.images, never by Gradio."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr
from PIL import Image

from attnviz.errors import AttnvizError
from attnviz.images import open_picture


@dataclass(frozen=True)
class Upload:
    """Attributes: the decoded picture, and the SHA-256 of its file."""

    picture: Image.Image
    digest: str


class PhotoInput(gr.Image):
    """A ``gr.Image`` that hands an :class:`Upload` to its handlers, or tells in a toast why it cannot."""

    is_template = True  # rendered in the browser as gr.Image

    def preprocess(self, payload: Any) -> Any:
        """Decodes the uploaded file; None stays None."""
        if payload is None or payload.path is None:
            return None
        try:
            data = Path(payload.path).read_bytes()
            return Upload(open_picture(data), hashlib.sha256(data).hexdigest())
        except AttnvizError as error:
            raise gr.Error(str(error), title="", print_exception=False) from None
