"""Downloads of household lists: right, count and audit stand in the action behind it."""

from starlette.requests import Request
from starlette.responses import Response

from data.actions.export_households import export_households
from data.queries.filters import parse_filter
from data.shared import shared_database
from data.text import choose_lang
from web.atlases import choices_of, version_for
from web.sessions import viewer_of


def save_households(request: Request) -> Response:
    """Answer with a village's households as CSV, masked as on the screen.

    Raises
    ------
    Denied, NotFound, SignInRequired
        The visitor may not export these; a village elsewhere answers like a missing one.
    ExportsUsedUp
        The account has exported often enough today.
    """
    viewer = viewer_of(request)
    given = request.query_params
    # Only the day: a village outside the visitor's areas must be refused, not replaced.
    day = {"as_of": given["as_of"]} if "as_of" in given else {}
    filter_, _problems = parse_filter(day, choices_of(version_for(viewer), viewer))
    made = export_households(
        shared_database(),
        viewer,
        given.get("village", ""),
        as_of=filter_.as_of,
        lang=choose_lang(given.get("lang")),
    )
    return Response(
        made.content,
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{made.name}"',
            "Cache-Control": "no-store",
        },
    )
