"""The gate: pure ASGI around the whole application, the websocket included.

It keeps a demonstration on this machine and gives every answer its headers. Sessions and
accounts join it with part two.
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from data.errors import DemoNotPublic
from data.settings import Settings, is_loopback, refuse_public_demo

_INLINE_SCRIPT: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_REFUSED: Final = 1008
_POLICY: Final = "Content-Security-Policy"


class Gate:
    """Refuse what may not come in; set the headers of what goes out.

    Parameters
    ----------
    app
        The application inside.
    settings
        Decides whether a demonstration may be reached from elsewhere.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        try:
            self._refuse_foreign(scope)
        except DemoNotPublic as error:
            await _refuse(scope, receive, send, f"{error.zh.format(**error.facts)}\n{error}")
            return
        await self.app(scope, receive, _with_headers(scope, send))

    def _refuse_foreign(self, scope: Scope) -> None:
        """Refuse, in a demonstration, other addresses and names that lead here (rebinding)."""
        server = scope.get("server")
        if server and server[1] is not None:
            refuse_public_demo(self.settings, server[0])
        name = urlsplit(f"//{Headers(scope=scope).get('host', '')}").hostname
        if name and not is_loopback(name):
            refuse_public_demo(self.settings, name)


async def _refuse(scope: Scope, receive: Receive, send: Send, text: str) -> None:
    if scope["type"] == "websocket":
        await WebSocketClose(code=_REFUSED)(scope, receive, send)
        return
    await PlainTextResponse(text, status_code=403)(scope, receive, _with_headers(scope, send))


def _with_headers(scope: Scope, send: Send) -> Send:
    if scope["type"] != "http":
        return send

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            own = headers.get(_POLICY)
            headers.update(safe_headers() | ({_POLICY: own} if own else {}))
        await send(message)

    return send_with_headers


def safe_headers() -> dict[str, str]:
    """Give the headers of every answer; a failure's own answer, sent outside the gate, too."""
    return {
        _POLICY: content_policy(),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "X-Frame-Options": "SAMEORIGIN",
    }


@cache
def content_policy() -> str:
    """Compose the content security policy; the hashes come from the installed page itself."""
    page = Path(streamlit.__file__).parent / "static" / "index.html"
    scripts = _INLINE_SCRIPT.findall(page.read_bytes())
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in scripts
    )
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {hashes}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "frame-src 'self'",
            "frame-ancestors 'self'",
            "object-src 'none'",
            "base-uri 'self'",
        )
    )
