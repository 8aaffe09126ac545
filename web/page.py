"""The page that Streamlit serves, with one script of ours in it.

Streamlit's page goes on asking for a connection that it will not get any more. The script, the
first to run, sees the refusal and leads to signing in, which also takes the data off the screen.
"""

from pathlib import Path
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Message, Scope, Send

_SCRIPT: Final = Path(__file__).with_name("session.js")
_TAG: Final = b'<script src="/assets/session.js"></script>'
_HEAD_END: Final = b"</head>"
_ENCODINGS: Final = b"accept-encoding"


def get_session_script(_request: Request) -> Response:
    """Answer with the script."""
    return FileResponse(
        _SCRIPT, media_type="text/javascript", headers={"Cache-Control": "public, max-age=3600"}
    )


def asked_plainly(scope: Scope) -> Scope:
    """Ask the application for a page as it is, so that the script can be put in."""
    kept = [(name, value) for name, value in scope["headers"] if name.lower() != _ENCODINGS]
    return {**scope, "headers": kept}


def with_session_script(send: Send) -> Send:
    """Put the script at the end of an HTML page's head; pass on every other answer as it is."""
    start: Message | None = None
    body = b""

    async def send_page(message: Message) -> None:
        nonlocal start, body
        if message["type"] == "http.response.start" and _is_page(message):
            start = message
            return
        if start is None:
            await send(message)
            return
        body += message.get("body", b"")
        if not message.get("more_body", False):
            body = body.replace(_HEAD_END, _TAG + _HEAD_END, 1)
            headers = MutableHeaders(scope=start)
            headers["Content-Length"] = str(len(body))
            for name in ("ETag", "Last-Modified"):  # they are the untouched file's
                del headers[name]
            await send(start)
            await send({"type": "http.response.body", "body": body})

    return send_page


def _is_page(message: Message) -> bool:
    headers = MutableHeaders(scope=message)
    is_html = headers.get("content-type", "").startswith("text/html")
    return is_html and "content-encoding" not in headers
