"""The routes of ``/study/``: join, see a trial, vote, withdraw. Which model is where never leaves the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from attnviz.errors import AttnvizError, ClosedError, StorageError, StudyError
from attnviz.study.votes import COOKIE, Participant
from attnviz.web.study.page import message_page, study_page
from attnviz.web.study.running import RunningStudy
from attnviz.web.texts import LANGUAGES, language_of, told_in
from attnviz.web.texts.study import STUDY_TEXTS

STATIC = Path(__file__).with_name("static")
MOST_BYTES = 4096
NO_STORE = {"Cache-Control": "no-store"}


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Joining(_Body):
    """What the consent button sends."""

    language: Literal["en", "ko"]


class Ballot(_Body):
    """What an answer button sends; vote_id and token came with the trial."""

    vote_id: str = Field(max_length=64)
    token: str = Field(max_length=128)
    choice: Literal["left", "similar", "right"]
    response_ms: int = Field(ge=0, le=86_400_000)
    flags: list[Literal["blur", "resumed", "retried"]] = Field(default=[], max_length=3)


class Withdrawal(_Body):
    """What the withdrawal form sends."""

    code: str = Field(max_length=64)


def study_routes(study: Callable[[], RunningStudy | None]) -> APIRouter:
    """Returns the routes of one study.

    Args:
        study: returns it, or None as long as it is being prepared; may raise StudyError if it cannot be.
    """
    router = APIRouter()

    def ready(request: Request) -> RunningStudy:
        running: RunningStudy | None = _told(request, study)
        if running is None:
            raise HTTPException(503, STUDY_TEXTS[_language(request)]["preparing"], {"Retry-After": "3"})
        return running

    @router.get("/study", include_in_schema=False)
    def redirect() -> RedirectResponse:
        return RedirectResponse("study/")

    @router.get("/study/")
    def page(request: Request) -> HTMLResponse:
        language = _language(request)
        try:
            running = study()
        except StudyError as error:
            return HTMLResponse(message_page(told_in(error, language), language), 503, NO_STORE)
        if running is None:
            return HTMLResponse(message_page(STUDY_TEXTS[language]["preparing"], language, again=3), 200, NO_STORE)
        return HTMLResponse(study_page(running.plan, language), headers=NO_STORE)

    @router.get("/study/state")
    def see(request: Request) -> JSONResponse:
        running = ready(request)
        return _answer(running, _who(running, request), request)

    @router.post("/study/join")
    def join(body: Annotated[Joining, Depends(_read(Joining))], request: Request) -> JSONResponse:
        running = ready(request)
        who = _who(running, request) or _told(request, lambda: running.votes.join(body.language))
        answer = _answer(running, who, request)
        answer.set_cookie(COOKIE, who.secret, max_age=60 * 86_400, httponly=True, samesite="strict", path="/study",
                          secure=request.url.scheme == "https")  # fmt: skip
        return answer

    @router.get("/study/picture/{address}")
    def picture(address: str, request: Request) -> Response:
        running = ready(request)
        who = _who(running, request)
        shown = None if who is None else _told(request, lambda: running.votes.open(who))
        if who is None or shown is None or (found := running.pictures.find(who.secret, shown.trial, address)) is None:
            raise HTTPException(404)
        return Response(found, media_type="image/jpeg", headers=NO_STORE)

    @router.post("/study/vote")
    def vote(body: Annotated[Ballot, Depends(_read(Ballot))], request: Request) -> JSONResponse:
        running = ready(request)
        who = _who(running, request)
        if who is None:
            raise HTTPException(403, STUDY_TEXTS[_language(request)]["no_session"])
        flags = " ".join(sorted(set(body.flags)))
        cast = running.votes.cast
        _told(request, lambda: cast(who, body.vote_id, body.token, body.choice, body.response_ms, flags))
        return _answer(running, who, request)

    @router.post("/study/withdraw")
    def withdraw(body: Annotated[Withdrawal, Depends(_read(Withdrawal))], request: Request) -> JSONResponse:
        running = ready(request)
        if not _told(request, lambda: running.votes.withdraw(body.code)):
            raise HTTPException(404, STUDY_TEXTS[_language(request)]["no_code"])
        return JSONResponse({"withdrawn": True}, headers=NO_STORE)

    @router.post("/study/next")
    def next_participant(request: Request) -> JSONResponse:
        """A lab computer's next participant begins anew."""
        answer = _answer(ready(request), None, request)
        answer.delete_cookie(COOKIE, path="/study", httponly=True, samesite="strict")
        return answer

    router.mount("/study/static", StaticFiles(directory=STATIC))
    return router


def _who(running: RunningStudy, request: Request) -> Participant | None:
    secret = request.cookies.get(COOKIE, "")
    return _told(request, lambda: running.votes.participant(secret)) if secret else None


def _answer(running: RunningStudy, who: Participant | None, request: Request) -> JSONResponse:
    said = {} if who is None else {"language": who.language, "withdrawal_code": who.withdrawal_code}

    def state() -> dict[str, Any]:
        try:
            return _state(running, who)
        except ClosedError as closed:
            return {"phase": "closed", "told": told_in(closed, said.get("language", _language(request)))}

    return JSONResponse(said | _told(request, state), headers=NO_STORE)


def _state(running: RunningStudy, who: Participant | None) -> dict[str, Any]:
    """Returns what a participant's page shows now; practice is the only kind of trial that it names."""
    if who is None:
        running.votes.check_open()
        return {"phase": "consent"}
    plan = running.plan
    shown = running.votes.open(who)
    if shown is None:
        again = running.votes.participant(who.secret)  # who has a completion code since the last answer
        return {"phase": "done", "completion_code": again.completion_code if again else None}
    practice = sum(image.practice for image in plan.images)
    number, is_practice = shown.trial.number, shown.trial.kind == "practice"
    return {
        "phase": "trial",
        "vote_id": shown.vote_id,
        "token": shown.token,
        "practice": is_practice,
        "number": number if is_practice else number - practice,
        "total": practice if is_practice else shown.total - practice,
        "label": plan.image(shown.trial.image).label,
        "pictures": running.pictures.addresses(who.secret, shown.trial),
        "minimum_ms": plan.minimum_ms,
    }


def _read(shape: type[_Body]) -> Callable[[Request], Any]:
    """Returns a dependency that reads a small JSON body of one shape, and tells nobody what was wrong with another."""

    async def read(request: Request) -> Any:
        if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
            raise HTTPException(415)  # which no form of another site can send
        data = b""
        async for piece in request.stream():
            data += piece
            if len(data) > MOST_BYTES:
                raise HTTPException(413)
        try:
            return shape.model_validate(json.loads(data))
        except (ValueError, ValidationError, RecursionError):
            raise HTTPException(422, "The request is not one that this page sends.") from None

    return read


def _told(request: Request, work: Callable[[], Any]) -> Any:
    """Does ``work``; what a participant can be told becomes an answer that is no acknowledgement."""
    try:
        return work()
    except AttnvizError as error:
        status = 503 if isinstance(error, StorageError) else 409  # the page tries again, or gives up
        raise HTTPException(status, told_in(error, _language(request))) from None


def _language(request: Request) -> str:
    asked = request.query_params.get("lang", "")
    return asked if asked in LANGUAGES else language_of(request.headers.get("accept-language"))
