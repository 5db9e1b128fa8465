"""The lessons behind the (i): each module's drawing, equations, place, numbers and caveats, in English and Korean.

They are plain HTML; put ``STYLE`` beside the page's own style sheet.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from attnviz.web.lessons.page import TOPICS, lesson, lessons_page

STYLE: Final = Path(__file__).with_name("lessons.css")
"""Style sheet of the lessons; colours come from Gradio's theme alone."""

__all__ = ["STYLE", "TOPICS", "lesson", "lessons_page"]
