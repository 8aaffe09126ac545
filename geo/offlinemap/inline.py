"""Library files into a page, and a policy that lets nothing else in."""

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from geo.errors import MissingAsset

POLICY_MARK: Final = "guatu-policy"

_SCRIPT: Final = re.compile(r'<script\b[^>]*\bsrc="(?P<url>[^"]*)"[^>]*>\s*</script>')
_STYLE: Final = re.compile(r'<link\b[^>]*\bhref="(?P<url>[^"]*)"[^>]*/?>')
_FOREIGN: Final = re.compile(r"<(?:script|link|img|iframe|object|embed)\b[^>]*\b(?:src|href|data)=")
_INLINE_SCRIPT: Final = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_SOURCE_MAP: Final = re.compile(r"//[#@] ?sourceMappingURL=\S+")
_ADDRESS: Final = re.compile(r"https?://(?!www\.w3\.org/)")  # the rest are names, not addresses
_CSS_FILE: Final = re.compile(r"url\((?!['\"]?(?:data:|#))[^)]*\)")


def inline_assets(page: str, assets: Mapping[str, str]) -> str:
    """Put the text of every script and style a page refers to into the page.

    Parameters
    ----------
    page
        HTML as folium renders it.
    assets
        Text by file name, the last part of the address.

    Raises
    ------
    MissingAsset
        The page refers to something that is not among `assets`.
    """
    foreign = _FOREIGN.search(_STYLE.sub("", _SCRIPT.sub("", page)))
    if foreign:
        raise MissingAsset(name=foreign.group())
    page = _STYLE.sub(lambda link: as_style(_text_of(link["url"], assets)), page)
    return _SCRIPT.sub(lambda link: as_script(_text_of(link["url"], assets)), page)


def as_script(code: str) -> str:
    """Wrap JavaScript so that no text in it ends or hides the element."""
    safe = re.sub(r"<(?=/script|!--)", r"\\x3C", _without_addresses(code), flags=re.IGNORECASE)
    return f"<script>{safe}</script>"


def as_style(rules: str) -> str:
    """Wrap CSS likewise; files it refers to, such as marker pictures, are not used here."""
    safe = re.sub(r"<(?=/style)", r"\\3C ", _without_addresses(rules), flags=re.IGNORECASE)
    return f"<style>{_CSS_FILE.sub('none', safe)}</style>"


def permit_own_scripts(page: str) -> str:
    """Fill in the policy: no request at all, and only the scripts that are in the page now."""
    digests = [hashlib.sha256(code.encode()).digest() for code in _INLINE_SCRIPT.findall(page)]
    hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return page.replace(POLICY_MARK, policy, 1)


def _text_of(url: str, assets: Mapping[str, str]) -> str:
    name = PurePosixPath(urlsplit(url).path).name
    if name not in assets:
        raise MissingAsset(name=name)
    return assets[name]


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub("", _SOURCE_MAP.sub("", text))
