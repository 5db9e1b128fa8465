"""The process of a real study: ``/study/``, ``/results`` and ``/healthz``, and nothing else. It never imports torch.

A participant who could open the viewer might upload a trial's photo and see which model made which map.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from attnviz.errors import StudyError
from attnviz.web.study.password import Password
from attnviz.web.study.results import results_routes
from attnviz.web.study.routes import study_routes
from attnviz.web.study.running import RunningStudy

CHECK_SECONDS = 5.0
log = logging.getLogger(__name__)
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def build(folder: Path, password: Password) -> FastAPI:
    """Returns the app of one frozen study.

    Args:
        folder: of the study.
        password: of the results.

    Raises:
        StudyError: if there is no frozen plan in it, or its votes cannot be kept.
    """
    study = RunningStudy.open(folder)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(study_routes(lambda: study))
    app.include_router(results_routes(folder, study, password))

    checked = 0.0

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        nonlocal checked
        try:
            if time.monotonic() - checked > CHECK_SECONDS:  # a check writes to the disk
                study.votes.check()
                checked = time.monotonic()
        except StudyError as error:
            log.error("%s", error)
            return JSONResponse({"status": "no votes can be stored"}, 503)
        return JSONResponse({"status": "ok"})

    @app.middleware("http")
    async def secure(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return app


def serve(folder: Path, host: str, port: int) -> None:
    """Serves a study until it is interrupted.

    Args:
        folder: of the study.
        host: address to listen at.
        port: port to listen at.
    """
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    password = Password.of_environment()
    config = uvicorn.Config(build(folder, password), host=host, port=port, log_level="warning", access_log=False,
                            server_header=False, timeout_graceful_shutdown=2)  # fmt: skip
    print(f"the study is at http://{host}:{port}/study/  (stop it with Ctrl+C)", flush=True)
    if password.is_random:
        print(f"the results are at http://{host}:{port}/results, with the password {password.text}", flush=True)
    uvicorn.Server(config).run()
