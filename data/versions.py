"""The version that every cache and every address of map data carries."""

import hashlib
from typing import Final

from data.access import Viewer

BODY_FORMAT: Final = 1
"""Raised when the form of the bodies changes, so that no browser keeps an old one."""


def map_version(data_version: int, viewer: Viewer) -> str:
    """Name what a viewer's map data depend on: format, data version, role and areas."""
    scope = hashlib.sha256(viewer.scope_key.encode()).hexdigest()[:8]
    return f"{BODY_FORMAT}.{data_version}.{scope}"
