"""The lessons behind the (i): each picture's drawing, equations, place, caveats and numbers, in English and Korean.

They are plain HTML; ``static/lessons.css`` is their style sheet.
"""

from attnviz.web.lessons.page import TOPICS, lesson, lessons_page

__all__ = ["TOPICS", "lesson", "lessons_page"]
