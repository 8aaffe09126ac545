"""Failures over HTTP: an expected one as its sentence, any other as a log number.

A script gets a problem document (RFC 9457); somebody who opened an address gets a page. Neither
ever holds a traceback, a statement of the database, or what an exception was raised with.
"""

import logging
import secrets
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.templating import Jinja2Templates
from starlette.types import Scope

from data.door import note_refusal
from data.errors import AccessError, SignInRequired
from data.settings import load_settings
from data.text import Lang, choose_lang, mark, render_error, translate
from geo.errors import AppError
from web.policy import POLICY, SIGN_IN_POLICY, safe_headers
from web.sessions import viewer_of

_LOG = logging.getLogger("guatu.web")
_TEMPLATES: Final = Jinja2Templates(Path(__file__).with_name("templates"))
SIGN_IN: Final = "/sign-in"
_TITLE: Final = mark("无法显示")
_TEXTS: Final = {
    "product": mark("挂图"),
    "place": mark("乌海脱贫攻坚挂图"),
    "language": mark("语言"),
    "onward": mark("回到首页"),
}


def render_problem(request: Request, error: Exception) -> Response:
    """Answer an expected failure with its status, code and sentence."""
    if not isinstance(error, AppError):
        return render_unexpected(request, error)
    _note_refusal(request, error)
    if is_navigation(request.scope):
        if isinstance(error, SignInRequired) and load_settings().mode != "demo":
            return RedirectResponse(f"{SIGN_IN}?next={quote(_address(request), safe='')}", 303)
        lang = _lang(request)
        return _page(request, lang, render_error(error, lang), error.status)
    lang = choose_lang(request.query_params.get("lang"))
    body = {"type": "about:blank", "status": error.status, "code": error.code,
            "title": render_error(error, lang), "title_en": str(error)}  # fmt: skip
    return _document(body, error.status, {"Cache-Control": "no-store"})


def render_unexpected(request: Request, error: Exception) -> Response:
    """Answer our own mistake with a number that leads to the log, and nothing else."""
    number = secrets.token_hex(4)
    _LOG.error("unexpected failure %s", number, exc_info=error)
    zh = f"系统出错，日志编号 {number}。"
    en = f"Something went wrong; log number {number}."
    if is_navigation(request.scope):
        lang = _lang(request)
        return _page(request, lang, zh if lang == "zh-CN" else en, 500)
    body = {"type": "about:blank", "status": 500, "code": "unexpected",
            "title": zh, "title_en": en}  # fmt: skip
    return _document(body, 500, safe_headers())  # answered outside the gate


def is_navigation(scope: Scope) -> bool:
    """Tell whether somebody opens an address, rather than a page fetching something."""
    if scope["method"] not in {"GET", "HEAD"}:
        return False
    headers = Headers(scope=scope)
    purpose = headers.get("sec-fetch-dest", "document")
    return purpose == "document" and "text/html" in headers.get("accept", "")


def _document(body: dict[str, object], status: int, headers: dict[str, str]) -> Response:
    return JSONResponse(
        body, status_code=status, media_type="application/problem+json", headers=headers
    )


def _page(request: Request, lang: Lang, sentence: str, status: int) -> Response:
    """Say it on a page that looks like those of signing in and leads back."""
    other = "en" if lang == "zh-CN" else "zh-CN"
    facts = {
        "lang": lang,
        "title": translate(_TITLE, lang),
        "text": {key: translate(text, lang) for key, text in _TEXTS.items()},
        "error": sentence,
        "onward": f"/?{urlencode({'lang': lang})}",
        "switch": f"?{urlencode(dict(request.query_params) | {'lang': other})}",
    }
    headers = safe_headers() | {POLICY: SIGN_IN_POLICY}
    return _TEMPLATES.TemplateResponse(
        request, "problem.html", facts, status_code=status, headers=headers
    )


def _lang(request: Request) -> Lang:
    return choose_lang(request.query_params.get("lang"), load_settings().lang)


def _address(request: Request) -> str:
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")


def _note_refusal(request: Request, error: AppError) -> None:
    """Let the audit remember what somebody who is signed in was refused by a route."""
    if not isinstance(error, AccessError) or error.status != HTTPStatus.FORBIDDEN:
        return
    endpoint = request.scope.get("endpoint")
    if error.is_recorded or endpoint is None:
        return
    try:
        viewer = viewer_of(request)
    except AppError:
        return
    note_refusal(viewer, getattr(endpoint, "__name__", error.code))
