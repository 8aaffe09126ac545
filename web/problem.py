"""Failures over HTTP: an expected one as a problem document, any other as a log number."""

import logging
import secrets

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from data.text import choose_lang, render_error
from geo.errors import AppError
from web.gate import safe_headers

_LOG = logging.getLogger("guatu.web")


def render_problem(request: Request, error: Exception) -> Response:
    """Answer an expected failure with its status, code and sentence (RFC 9457)."""
    if not isinstance(error, AppError):
        return render_unexpected(request, error)
    lang = choose_lang(request.query_params.get("lang"))
    body = {"type": "about:blank", "status": error.status, "code": error.code,
            "title": render_error(error, lang), "title_en": str(error)}  # fmt: skip
    return JSONResponse(
        body,
        status_code=error.status,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store"},
    )


def render_unexpected(_request: Request, error: Exception) -> Response:
    """Answer our own mistake with a number that leads to the log, and nothing else."""
    number = secrets.token_hex(4)
    _LOG.error("unexpected failure %s", number, exc_info=error)
    body = {"type": "about:blank", "status": 500, "code": "unexpected",
            "title": f"系统出错，日志编号 {number}。",
            "title_en": f"Something went wrong; log number {number}."}  # fmt: skip
    return JSONResponse(
        body,
        status_code=500,
        media_type="application/problem+json",
        headers={"Cache-Control": "no-store", **safe_headers()},
    )
