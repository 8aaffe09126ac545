"""Atlases and sheets of this process: read once a data version, however many ask at once.

Every key holds the version, which names the data set and the viewer's role and areas: no role can
be handed what was read for another.
"""

from threading import Condition
from typing import Final

from cachetools import LRUCache, cached

from data.access import Action, Viewer
from data.queries.atlas import (
    Atlas,
    Ground,
    IndicatorScale,
    Sheet,
    read_atlas,
    read_ground,
    read_sheet,
    scales_of,
)
from data.queries.filters import Choices
from data.queries.places import get_dataset, list_choices
from data.refusals import require
from data.shared import shared_database
from data.versions import map_version

KEPT: Final = 64
_FEW: Final = 12  # folded registers are the largest things kept


def require_aggregates(viewer: Viewer) -> None:
    """Refuse a role that sees no figures."""
    require(viewer, Action.SEE_AGGREGATES)


def version_for(viewer: Viewer) -> str:
    """Name what this viewer's map data depend on now."""
    return map_version(get_dataset(shared_database()), viewer)


@cached(cache=LRUCache(KEPT), condition=Condition())
def choices_of(version: str, viewer: Viewer) -> Choices:
    """Read what a viewer's filter may name once a version."""
    del version
    return list_choices(shared_database(), viewer)


@cached(cache=LRUCache(KEPT), condition=Condition())
def atlas_of(version: str, viewer: Viewer) -> Atlas:
    """Read a viewer's atlas once a version."""
    del version
    return read_atlas(shared_database(), viewer)


@cached(cache=LRUCache(KEPT), condition=Condition())
def sheet_of(version: str, viewer: Viewer, measure: str) -> Sheet:
    """Read a measure's values once a version."""
    return read_sheet(shared_database(), viewer, measure, _ground_of(version, viewer))


@cached(cache=LRUCache(_FEW), condition=Condition())
def _ground_of(version: str, viewer: Viewer) -> Ground:
    return read_ground(shared_database(), viewer, atlas_of(version, viewer))


def scales_for(version: str, viewer: Viewer) -> dict[str, IndicatorScale]:
    """Fix the classes of every indicator: those of all measures hold for each."""
    return scales_of(sheet_of(version, viewer, ""))
