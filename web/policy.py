"""Policy: the headers of every answer, by what the answer is."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Scope, Send

from web.paths import Kind, kind_of

POLICY: Final = "Content-Security-Policy"
_INLINE_SCRIPT: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_A_YEAR_S: Final = 31_536_000
_NO_STORE: Final = "no-store"

_EVERYWHERE: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_DOCUMENTS: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), "
        "display-capture=(), clipboard-read=(), clipboard-write=(self), fullscreen=(self)"
    ),
}
_DATA_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
SIGN_IN_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@cache
def content_policy() -> str:
    """Compose the pages' content policy; the hashes come from the installed page itself."""
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
            "frame-src 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "object-src 'none'",
            "base-uri 'self'",
        )
    )


def headers_of(kind: Kind) -> dict[str, str]:
    """Give the headers that an answer of a kind always has."""
    if kind is Kind.DATA:
        return {POLICY: _DATA_POLICY, **_EVERYWHERE}
    policy = SIGN_IN_POLICY if kind is Kind.SIGN_IN else content_policy()
    return {POLICY: policy, **_EVERYWHERE, **_DOCUMENTS}


def safe_headers() -> dict[str, str]:
    """Give the headers of a failure that is answered outside the gate."""
    return {**headers_of(Kind.DATA), "Cache-Control": _NO_STORE}


def with_headers(scope: Scope, send: Send, *, keeps_nothing: bool) -> Send:
    """Give every answer its headers.

    Parameters
    ----------
    scope
        The request.
    send
        Where the answer goes.
    keeps_nothing
        Whether pages and data must not be kept by the browser: true where people sign in.
    """
    kind = kind_of(scope["path"])

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            own = headers.get(POLICY)
            headers.update(headers_of(kind) | ({POLICY: own} if own else {}))
            if _must_not_be_kept(kind, message["status"], keeps_nothing=keeps_nothing):
                headers["Cache-Control"] = _NO_STORE
            if scope["scheme"] == "https":
                headers["Strict-Transport-Security"] = f"max-age={_A_YEAR_S}"
                _secure_cookies(headers)
        await send(message)

    return send_with_headers


_ERRORS: Final = 400


def _must_not_be_kept(kind: Kind, status: int, *, keeps_nothing: bool) -> bool:
    if kind is Kind.SIGN_IN or status >= _ERRORS:
        return True
    return keeps_nothing and kind is not Kind.STATIC


def _secure_cookies(headers: MutableHeaders) -> None:
    """Keep cookies that Streamlit sets, which knows of no proxy, off unprotected connections."""
    cookies = headers.getlist("set-cookie")
    if cookies:
        del headers["set-cookie"]
    for cookie in cookies:
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        headers.append("set-cookie", cookie if "secure" in attributes else f"{cookie}; Secure")
