"""``/results``, for who runs the study, behind a password: counts at any time, the analysis when it has ended."""

from __future__ import annotations

import hashlib
import hmac
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from fastapi.responses import HTMLResponse

from attnviz.errors import AttnvizError
from attnviz.study.ending import has_ended, peeks, record_peek
from attnviz.study.plan import DATA
from attnviz.web.study.page import document
from attnviz.web.study.password import Password
from attnviz.web.study.running import RunningStudy
from attnviz.web.texts import language_of, told_in
from attnviz.web.texts.study import STUDY_TEXTS

ASK = {"WWW-Authenticate": 'Basic realm="attnviz results", charset="UTF-8"', "Cache-Control": "no-store"}
REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"


def results_routes(folder: Path, study: RunningStudy, password: Password) -> APIRouter:
    """Returns the routes of the results.

    Args:
        folder: of the study.
        study: that runs in it.
        password: without which there is nothing.
    """

    def allowed(request: Request) -> None:
        status = password.check(request.headers.get("authorization", ""))
        if status != 200:
            raise HTTPException(status, headers=ASK if status == 401 else {"Retry-After": "60"})

    router = APIRouter(dependencies=[Depends(allowed)])
    data = folder / DATA
    token = hmac.new(password.text.encode(), b"peek", hashlib.sha256).hexdigest()

    def look(request: Request) -> None:
        """Lets somebody look, and before the end writes it down, if they have said so once that they want it."""
        counts = study.votes.counts()
        if has_ended(study.plan, counts):
            return
        if not peeks(data):
            raise HTTPException(403, _texts(request)["not_yet"])
        record_peek(data, counts.votes)

    @router.get("/results")
    def overview(request: Request) -> HTMLResponse:
        return _private(_page(study, data, token, _language(request)))

    @router.post("/results/peek")
    def peek(request: Request, given: Annotated[str, Form(alias="token")] = "") -> Response:
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise HTTPException(403)
        with _told(request):
            record_peek(data, study.votes.counts().votes)
            return _private(_report(study, peeks(data)), REPORT_POLICY)

    @router.get("/results/report")
    def report(request: Request) -> HTMLResponse:
        with _told(request):
            look(request)
            return _private(_report(study, peeks(data)), REPORT_POLICY)

    @router.get("/results/votes.csv")
    def votes(request: Request) -> Response:
        from attnviz.study.export import as_csv

        with _told(request):
            look(request)  # whoever has the votes can see the outcome

        headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="votes.csv"'}
        return Response(as_csv(study.votes.rows()), media_type="text/csv; charset=utf-8", headers=headers)

    return router


def _report(study: RunningStudy, looks: list[str]) -> str:
    import pandas as pd

    from attnviz.study.results import analyse
    from attnviz.study.results.report import HTML, write_report
    from attnviz.study.votes import COLUMNS

    table = pd.DataFrame(study.votes.rows(), columns=list(COLUMNS))
    with tempfile.TemporaryDirectory() as folder:
        write_report(analyse(table, study.plan), study.plan, Path(folder), looks=looks)
        return (Path(folder) / HTML).read_text(encoding="utf-8")


def _page(study: RunningStudy, data: Path, token: str, language: str) -> str:
    counts, plan, texts = study.votes.counts(), study.plan, STUDY_TEXTS[language]
    rows = "".join(
        f"<tr><th scope=row>{escape(texts[name])}</th><td>{value}</td></tr>"
        for name, value in (("joined", counts.joined), ("finished", f"{counts.finished} / {plan.participants}"),
                            ("withdrew", counts.withdrawn), ("votes", counts.votes), ("closes", plan.closes or "–"))
    )  # fmt: skip
    looked = "".join(f"<li>{escape(line)}</li>" for line in peeks(data))
    if has_ended(plan, counts):
        look = f"<p>{escape(texts['ended'])}</p>{_links(texts)}"
    else:
        look = (
            f'<p>{escape(texts["peek_why"])}</p><form method="post" action="results/peek">'
            f'<input type="hidden" name="token" value="{token}"><button>{escape(texts["peek"])}</button></form>'
            f"{_links(texts) if looked else ''}"
        )
    before = f"<h2>{escape(texts['peeks'])}</h2><ul>{looked}</ul>" if looked else ""
    title = plan.title[language]
    body = f"<body><main><h1>{escape(title)}</h1><table>{rows}</table>{look}{before}</main></body>"
    return document(title, language, "", body, root="study/")


def _links(texts: dict[str, str]) -> str:
    return (
        f'<p><a href="results/report">{escape(texts["report"])}</a> · '
        f'<a href="results/votes.csv">{escape(texts["votes_csv"])}</a></p>'
    )


def _private(page: str, policy: str | None = None) -> HTMLResponse:
    headers = {"Cache-Control": "no-store"}
    return HTMLResponse(page, headers=headers if policy is None else {**headers, "Content-Security-Policy": policy})


def _texts(request: Request) -> dict[str, str]:
    return STUDY_TEXTS[_language(request)]


def _language(request: Request) -> str:
    return language_of(request.headers.get("accept-language"))


@contextmanager
def _told(request: Request) -> Iterator[None]:
    try:
        yield
    except AttnvizError as error:
        raise HTTPException(409, told_in(error, _language(request))) from None
