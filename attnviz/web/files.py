"""What a page's pictures and downloads come from: photos, figures, features and numbers of kept comparisons."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

import numpy as np
from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from PIL import Image

from attnviz.draw import DEFAULT_COLORMAP, Look, Scale
from attnviz.errors import AttnvizError
from attnviz.images import View
from attnviz.web.choice import ALL_STAGES
from attnviz.web.comparisons import Comparisons, Shown
from attnviz.web.lessons import TOPICS, lesson
from attnviz.web.texts import Say, language_of, told_in

GONE, CANNOT = 404, 422
KEEP = {"Cache-Control": "private, max-age=600"}
TYPES = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}


def files(comparisons: Comparisons) -> APIRouter:
    """Returns the routes under ``/attnviz``; their addresses hold keys that nobody can guess."""
    router = APIRouter(prefix="/attnviz")

    @router.get("/photo/{photo}/{family}/crop.png")
    def crop(photo: str, family: str, request: Request) -> Response:
        return _png(_view(comparisons, photo, family, request).picture, compress_level=3)

    @router.get("/photo/{photo}/{family}/seen.png")
    def seen(photo: str, family: str, request: Request) -> Response:
        return _png(_view(comparisons, photo, family, request).seen)

    @router.get("/view/{key}/figure.{kind}")
    def figure(
        key: str, kind: Literal["png", "svg", "pdf"], look: Annotated[Look, Depends(_look)], request: Request,
        models: str = "", branches: bool = False,
    ) -> Response:  # fmt: skip
        comparison, whole = (
            (shown := shown_or_gone(comparisons, key, request)).comparison,
            shown.choice.stage == ALL_STAGES,
        )
        with refusals(request, CANNOT):
            named = models.split(",") if models else None
            drawn = comparison.stages_figure(look, named, branches) if whole else comparison.figure(look=look)
        content = io.BytesIO()
        drawn.savefig(content, format=kind)
        return Response(content.getvalue(), media_type=TYPES[kind])

    @router.get("/view/{key}/features/{model}/{place}")
    def features(key: str, model: str, place: str, request: Request) -> Response:
        with refusals(request, CANNOT):
            before, after = comparisons.features(shown_or_gone(comparisons, key, request), model, place)
        shape = ",".join(str(size) for size in (2, *before.shape))
        content = np.stack([before, after]).astype("<f4").tobytes()
        return Response(content, media_type="application/octet-stream", headers={"X-Shape": shape, **KEEP})

    @router.get("/view/{key}/numbers.json")
    def numbers_json(key: str, request: Request) -> Response:
        said = json.dumps(shown_or_gone(comparisons, key, request).comparison.to_json(), indent=1, allow_nan=False)
        return Response(said, media_type="application/json")

    @router.get("/view/{key}/numbers.npz")
    def numbers_npz(key: str, request: Request) -> Response:
        content = io.BytesIO()
        np.savez_compressed(content, **shown_or_gone(comparisons, key, request).comparison.arrays())  # type: ignore[arg-type]
        return Response(content.getvalue(), media_type="application/octet-stream")

    @router.get("/lesson/{topic}")
    def read_lesson(topic: str, request: Request) -> Response:
        if topic not in TOPICS:
            raise HTTPException(GONE)
        return HTMLResponse(lesson(topic, _language(request)))

    return router


def _look(
    request: Request, opacity: float = 0.5, threshold: float = 0, colormap: str = DEFAULT_COLORMAP,
    scale: Scale = "each", signed: bool = False, cells: bool = False, difference: bool = False,
) -> Look:  # fmt: skip
    with refusals(request, CANNOT):
        return Look(opacity, threshold, colormap, scale, signed, cells, difference)


@contextmanager
def refusals(request: Request, status: int) -> Iterator[None]:
    """Answers what a visitor can mend with a sentence in their language."""
    try:
        yield
    except AttnvizError as error:
        raise HTTPException(status, told_in(error, _language(request))) from None


def _view(comparisons: Comparisons, photo: str, family: str, request: Request) -> View:
    with refusals(request, GONE):
        return comparisons.view(photo, family)


def shown_or_gone(comparisons: Comparisons, key: str, request: Request) -> Shown:
    """Returns the comparison of an address, or answers that it is not kept any more."""
    shown = comparisons.shown(key)
    if shown is None:
        raise HTTPException(GONE, Say(_language(request))("gone"))
    return shown


def _language(request: Request) -> str:
    return language_of(request.headers.get("accept-language"))


def _png(picture: Image.Image, compress_level: int = 6) -> Response:
    content = io.BytesIO()
    picture.save(content, "PNG", compress_level=compress_level)
    return Response(content.getvalue(), media_type="image/png", headers=KEEP)
