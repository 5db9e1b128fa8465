"""What the Scores tab asks for: the scores of a comparison's maps by a box, and insertion and deletion curves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from attnviz.errors import AttnvizError
from attnviz.web.comparisons import Comparisons, Shown
from attnviz.web.examples import EXAMPLES, key_of
from attnviz.web.files import CANNOT, refusals, shown_or_gone
from attnviz.web.progress import Work
from attnviz.web.scores import LOCALISATION, REFERENCES, curves_figure, localisation_table
from attnviz.web.texts import Say, language_of, told_in

Edge = Annotated[int, Query(ge=0)]


def scoring(comparisons: Comparisons) -> APIRouter:
    """Returns the routes, under the addresses of the comparisons' other files."""
    router = APIRouter(prefix="/attnviz/view")

    @router.get("/{key}/localisation")
    def localisation(key: str, left: Edge, top: Edge, right: Edge, bottom: Edge, request: Request) -> HTMLResponse:
        shown = shown_or_gone(comparisons, key, request)
        with refusals(request, CANNOT):
            rows = localise(shown, (left, top, right, bottom))
        return HTMLResponse(localisation_table(rows, len(shown.comparison), _say(request)))

    @router.get("/{key}/curves")
    def curves(key: str, request: Request) -> StreamingResponse:
        shown = shown_or_gone(comparisons, key, request)
        lines = _lines(comparisons, shown, _say(request))
        return StreamingResponse(lines, media_type="application/x-ndjson", headers={"Cache-Control": "no-store"})

    return router


def localise(shown: Shown, box: tuple[int, int, int, int]) -> dict[str, dict[str, float]]:
    """Returns each model's scores, and then each reference's, by one box in the pixels of the network's input.

    Raises:
        TruthError: for a box that is empty, reversed or reaches outside.
    """
    import torch

    from attnviz.scores import SCORES, Truth, reference

    view = shown.comparison.view
    side = view.preprocessing.input_size
    truth = Truth.of_boxes([box], side, side)
    stage = "input" if shown.choice.at_input else shown.choice.stage
    maps = {name: result.maps[stage][None] for name, result in shown.comparison.items()}
    maps |= {name: reference(name, view.tensor().cpu()) for name in REFERENCES}
    with torch.inference_mode():
        return {
            name: {score: float(SCORES[score].function(heat, truth)[0]) for score in LOCALISATION}
            for name, heat in maps.items()
        }


def known_box(shown: Shown) -> tuple[int, ...] | None:
    """Returns the box around what an example shows, in whole pixels of the network's input; None for other photos."""
    from attnviz.images import open_picture
    from attnviz.scores import seen_boxes

    example = next((example for example in EXAMPLES if key_of(example) == shown.choice.photo), None)
    if example is None:
        return None
    boxes = seen_boxes(example.box, shown.comparison.view.preprocessing.view(open_picture(example.path)))
    return tuple(round(edge) for edge in boxes[0].tolist()) if len(boxes) else None


class _Left(Exception):  # noqa: N818  # not a failure
    """Whoever asked is gone, or has stopped."""


def _lines(comparisons: Comparisons, shown: Shown, say: Say) -> Iterator[str]:
    """Yields a line of JSON a step, and at last one with the figure or with why there is none."""
    left = threading.Event()

    def measure(advance: object) -> object:
        def check_and_advance(done: int, total: int) -> None:
            if left.is_set():
                raise _Left
            advance(done, total)  # type: ignore[operator]

        return comparisons.curves(shown, check_and_advance)

    work = Work(measure)
    try:
        for done, total in work:
            yield json.dumps({"share": done / total}) + "\n"
        try:
            yield json.dumps({"html": curves_figure(work.result(), say)}) + "\n"  # type: ignore[arg-type]
        except AttnvizError as error:
            yield json.dumps({"error": told_in(error, say.language)}) + "\n"
    finally:
        left.set()


def _say(request: Request) -> Say:
    return Say(language_of(request.headers.get("accept-language")))
