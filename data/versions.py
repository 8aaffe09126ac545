"""The version that every cache and every address of map data carries."""

import hashlib
from typing import Final

from data.access import Viewer
from data.queries.places import DatasetFacts

BODY_FORMAT: Final = 2
"""Raised when the form of the bodies changes, so that no browser keeps an old one."""


def map_version(facts: DatasetFacts, viewer: Viewer) -> str:
    """Name what a viewer's map data depend on: format, data set and version, role and areas."""
    depends = f"{facts.profile}|{facts.seed}|{viewer.scope_key}"
    digest = hashlib.sha256(depends.encode()).hexdigest()[:10]
    return f"{BODY_FORMAT}.{facts.version}.{digest}"
