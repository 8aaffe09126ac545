"""Origins: which address is ours, and whether a request was made here."""

import ipaddress
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from data.errors import ForeignHost, ForeignOrigin, NotOnLoopback, SettingsRefused
from data.settings import Settings, is_loopback, refuse_public_demo
from web.paths import HEALTH

Origin = tuple[str, str, int]
"""Scheme, host and port, as browsers compare them."""

_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def parse_origin(text: str) -> Origin | None:
    """Read an origin; None for ``null`` and for whatever is none."""
    try:
        parts = urlsplit(text.strip().lower())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        return None
    return parts.scheme, parts.hostname.rstrip("."), port or _PORTS[parts.scheme]


def public_origin(settings: Settings) -> Origin:
    """Give the origin under which the site is open.

    Raises
    ------
    SettingsRefused
        Production needs the address, with https unless it stays on this machine.
    """
    origin = parse_origin(settings.public_url)
    if origin is None or urlsplit(settings.public_url).path not in {"", "/"}:
        raise SettingsRefused(
            name="GUATU_PUBLIC_URL",
            why_zh="正式运行需要写明对外网址，例如 https://guatu.example.gov.cn（不含路径）。",
            why_en="production needs the site's address, such as https://guatu.example.org, "
            "without a path.",
        )
    if origin[0] != "https" and not is_loopback(origin[1]):
        raise SettingsRefused(
            name="GUATU_PUBLIC_URL",
            why_zh="对外网址必须以 https:// 开头；口令和数据不能明文传输。",
            why_en="the address must begin with https://: passwords and data do not travel in "
            "the clear.",
        )
    return origin


def refuse_foreign(settings: Settings, scope: Scope) -> None:
    """Refuse a connection that came another way, a name that is not ours, another site's request.

    Raises
    ------
    DemoNotPublic
        A demonstration stays on this machine.
    ForeignHost, ForeignOrigin, NotOnLoopback
        It is not for us, not from us, or not through the proxy.
    """
    headers = Headers(scope=scope)
    own = _own_origin(settings, scope, headers)
    if own is None:
        raise ForeignHost
    given = headers.get("origin")
    if scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS:
        _require_own(scope, headers, own, given)


def _own_origin(settings: Settings, scope: Scope, headers: Mapping[str, str]) -> Origin | None:
    """Give the origin that this request is for, if it is ours."""
    name = _host(headers)
    if settings.mode == "demo":
        server = scope.get("server")
        if server and server[1] is not None:
            refuse_public_demo(settings, server[0])
        if name is not None and not is_loopback(name[0]):
            refuse_public_demo(settings, name[0])
        return _with_scheme(scope, name)
    _require_loopback(scope)
    if scope["path"] in HEALTH and (name is None or is_loopback(name[0])):
        return _with_scheme(scope, name or ("127.0.0.1", None))
    own = public_origin(settings)
    named = name and (own[0], name[0], name[1] or _PORTS[own[0]])
    return own if named == own else None


def _host(headers: Mapping[str, str]) -> tuple[str, int | None] | None:
    """Read name and port of the Host header; None where there is none that can be read."""
    try:
        parts = urlsplit(f"//{headers.get('host', '').lower()}")
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or parts.username is not None or parts.path or parts.query:
        return None
    return parts.hostname.rstrip("."), port


def _with_scheme(scope: Scope, name: tuple[str, int | None] | None) -> Origin | None:
    if name is None:
        return None
    scheme = "https" if scope["scheme"] in {"https", "wss"} else "http"
    return scheme, name[0], name[1] or _PORTS[scheme]


def _require_loopback(scope: Scope) -> None:
    """Refuse a connection to another address of this machine; a Unix socket has none."""
    server = scope.get("server")
    try:
        address = ipaddress.ip_address(server[0]) if server else None
    except ValueError:
        return
    if address is not None and not address.is_loopback:
        raise NotOnLoopback


def _require_own(scope: Scope, headers: Headers, own: Origin, given: str | None) -> None:
    """Refuse what changes something, or opens a websocket, unless our own page did it.

    A websocket without an origin is no browser's: nothing of ours opens one like that. A form
    without one is let pass unless the browser says that another site sent it.
    """
    if given is not None or scope["type"] == "websocket":
        if parse_origin(given or "") != own:
            raise ForeignOrigin
    elif headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise ForeignOrigin
