"""The process: FastAPI with the viewer at ``/`` and ``/healthz``, served by uvicorn."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import gradio as gr
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from attnviz.families import Family
from attnviz.web.comparisons import Comparisons
from attnviz.web.files import files
from attnviz.web.learn import learn_page
from attnviz.web.scoring import scoring
from attnviz.web.study.demo import Demo
from attnviz.web.study.routes import study_routes
from attnviz.web.switching import switching
from attnviz.web.texts import language_of
from attnviz.web.viewer import i18n, viewer

STATIC = Path(__file__).with_name("static")
STYLES = ("style.css", "lessons.css", "scores.css", "switches.css")
SCRIPTS = '<script type="module" src="attnviz/static/viewer.js"></script>'
MAX_UPLOAD = "50mb"
# the bundled semibold files lack most of the Latin alphabet, so headings are bold instead
THEME = gr.themes.Default(
    font=[gr.themes.LocalFont("Source Sans Pro", weights=(400, 700)), "system-ui", "sans-serif"],
    font_mono=[gr.themes.LocalFont("IBM Plex Mono", weights=(400, 700)), "monospace"],
)
# everything comes from this server; Gradio's own pages need inline scripts and eval
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:"
)


def build(comparisons: Comparisons, folder: Path, offline: bool = False) -> FastAPI:
    """Returns the whole app; the models start to load when it starts.

    Args:
        comparisons: the families to offer.
        folder: to write to; the demo study is kept in it.
        offline: whether weights are never fetched.
    """
    demo = Demo(comparisons, folder / "demo")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        comparisons.start()
        demo.start()
        yield

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok", "models": comparisons.status, "started": comparisons.started}

    @app.middleware("http")
    async def secure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY + _frame_ancestors()
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    app.mount("/attnviz/static", StaticFiles(directory=STATIC))
    app.include_router(files(comparisons))
    app.include_router(scoring(comparisons))
    app.include_router(switching(comparisons))
    app.include_router(study_routes(demo.study))

    @app.get("/learn", response_class=HTMLResponse)
    def learn(request: Request) -> str:
        return learn_page(language_of(request.headers.get("accept-language")))

    blocks = viewer(comparisons, offline)
    blocks.queue(api_open=False, max_size=64)
    mounted: FastAPI = gr.mount_gradio_app(
        app, blocks, path="", theme=THEME, css=_css(*STYLES), head=SCRIPTS,
        i18n=i18n, footer_links=[], run_history=False, enable_monitoring=False, show_error=False,
        max_file_size=MAX_UPLOAD, app_kwargs={"openapi_url": None}, ssr_mode=False, mcp_server=False,
    )  # fmt: skip
    return mounted


def serve(host: str, port: int, family: str | Family, device: str | None, folder: Path, offline: bool = False) -> None:
    """Serves the page until it is interrupted.

    Args:
        host: address to listen at.
        port: port to listen at.
        family: the one that is shown first, or its name or path.
        device: ``cuda``, ``mps`` or ``cpu``; None for the first there is.
        folder: to write to.
        offline: whether weights are never fetched.
    """
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    app = build(Comparisons(family, device), folder, offline)
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=2)
    print(f"attnviz is at http://{host}:{port}  (stop it with Ctrl+C)", flush=True)
    uvicorn.Server(config).run()


def _css(*names: str) -> str:
    return "\n".join((STATIC / name).read_text(encoding="utf-8") for name in names)


def _frame_ancestors() -> str:
    """Only a Hugging Face Space is shown in another site's frame."""
    return "" if "SPACE_ID" in os.environ else "; frame-ancestors 'self'"
