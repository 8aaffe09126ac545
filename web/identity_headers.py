"""Identity headers: whatever could name a user is dropped before anything reads it.

Who somebody is comes from the session alone. A proxy's or a client's word about it, in any
spelling that servers and gateways are known to use, ends here.
"""

import re
from collections.abc import Iterable
from typing import Final

_WORDS: Final = frozenset(
    [
        "account",
        "accesstoken",
        "assertion",
        "authenticated",
        "auth",
        "cert",
        "cn",
        "dn",
        "email",
        "entitlements",
        "from",
        "group",
        "groups",
        "iap",
        "identity",
        "idtoken",
        "jwt",
        "login",
        "mail",
        "name",
        "oidc",
        "principal",
        "remote",
        "role",
        "roles",
        "sub",
        "subject",
        "streamlit",
        "uid",
        "upn",
        "user",
        "userid",
        "username",
        "users",
        "verify",
        "webauth",
        "guatu",
    ]
)
_KEPT: Final = frozenset({b"user-agent"})
_BREAK: Final = re.compile(rb"[-_]+")


def drop_identity(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Leave out every header that could say who somebody is."""
    return [(name, value) for name, value in headers if not names_somebody(name)]


def names_somebody(name: bytes) -> bool:
    """Tell whether a header's name has a word in it that speaks of a user."""
    lowered = name.lower()
    if lowered in _KEPT:
        return False
    words = {word.decode("latin-1") for word in _BREAK.split(lowered)}
    return not words.isdisjoint(_WORDS)
