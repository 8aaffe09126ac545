"""Paths: which are open to strangers, which to nobody, and what kind each of the others is.

The one list. Whatever is not in it needs a session.
"""

import re
from enum import StrEnum
from typing import Final

OPEN: Final = (
    "/healthz",
    "/readyz",
    "/sign-in",
    "/sign-in/assets/{name}",
    "/sign-out",
    "/new-password",
    "/second-factor",
    "/enrol",
    "/oidc/start",
    "/oidc/callback",
    "/assets/fonts/{name}",
    "/assets/session.js",
)
"""Reached without a session; the pages of signing in look after their own stages."""

CLOSED: Final = (
    "/_stcore/metrics",
    "/_stcore/script-health-check",
    "/_stcore/agent",
    "/_stcore/agent/{rest}",
    "/auth/login",
    "/auth/logout",
    "/oauth2callback",
    "/component/{rest}",
    "/app/static/{rest}",
)
"""Routes of Streamlit that this product has no use for: not there, for anybody."""

HEALTH: Final = ("/healthz", "/readyz")
"""What a watchdog on this machine asks, by whatever name it knows us."""

STREAM: Final = "/_stcore/stream"
UPLOAD: Final = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/[^/]+")


class Kind(StrEnum):
    """What an answer is, which decides about its headers."""

    PAGE = "page"
    SIGN_IN = "sign_in"
    DATA = "data"
    STATIC = "static"


def _compile(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """Make one expression of a list; ``{name}`` is one plain file name, ``{rest}`` is anything."""
    parts = (
        re.escape(pattern).replace(r"\{name\}", r"[\w.-]+").replace(r"\{rest\}", ".*")
        for pattern in patterns
    )
    return re.compile("|".join(parts), re.DOTALL)


_OPEN: Final = _compile(OPEN)
_CLOSED: Final = _compile(CLOSED)
_STATIC: Final = _compile(
    ("/assets/fonts/{name}", "/assets/session.js", "/sign-in/assets/{name}",
     "/static/{rest}", "/_stcore/bidi-components/{rest}", "/favicon.png", "/manifest.json")
)  # fmt: skip
_SIGN_IN: Final = _compile(
    ("/sign-in", "/sign-out", "/new-password", "/second-factor", "/enrol", "/oidc/{name}")
)
_DATA: Final = _compile(
    ("/healthz", "/readyz", "/layers/{rest}", "/tiles/{rest}", "/export/{rest}", "/media/{rest}",
     "/notice/{rest}", "/_stcore/{rest}")
)  # fmt: skip


def is_open(path: str) -> bool:
    """Tell whether a stranger may ask for a path."""
    return _OPEN.fullmatch(path) is not None


def is_closed(path: str) -> bool:
    """Tell whether a path is there for nobody."""
    return _CLOSED.fullmatch(path.rstrip("/") or "/") is not None


def is_sign_in(path: str) -> bool:
    """Tell whether a path belongs to signing in and out."""
    return _SIGN_IN.fullmatch(path) is not None


def kind_of(path: str) -> Kind:
    """Tell what an answer of this path is; what no list names is a page."""
    kinds = ((Kind.STATIC, _STATIC), (Kind.SIGN_IN, _SIGN_IN), (Kind.DATA, _DATA))
    return next((kind for kind, known in kinds if known.fullmatch(path)), Kind.PAGE)
