"""Downloads of the audit: right, count and record stand in the action behind it."""

from contextlib import suppress
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from data.actions.export_audit import export_audit
from data.queries.audit import AuditFilter
from data.shared import shared_database
from data.text import choose_lang
from web.sessions import viewer_of


def save_audit(request: Request) -> Response:
    """Answer with the rows of the audit that the filter leaves, as CSV.

    Raises
    ------
    Denied, SignInRequired
        The visitor reads no audit.
    ExportsUsedUp
        The account has exported often enough today.
    """
    viewer = viewer_of(request)
    given = request.query_params
    filter_ = AuditFilter(
        since=_day(given.get("since")),
        until=_day(given.get("until")),
        deed=given.get("deed", ""),
        result=given.get("result", ""),
        actor=given.get("actor", ""),
    )
    content = export_audit(shared_database(), viewer, filter_, lang=choose_lang(given.get("lang")))
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="guatu-audit.csv"',
            "Cache-Control": "no-store",
        },
    )


def _day(text: str | None) -> date | None:
    with suppress(ValueError, TypeError):
        return date.fromisoformat(text or "")
    return None
