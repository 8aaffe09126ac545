"""Caches of the pages: the only place for Streamlit's own.

Every key holds the data version and the viewer's role and areas, so that a write is seen at once
and no role is handed another's rows.
"""

import gc
from collections.abc import Callable
from datetime import date
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import streamlit as st

from data.access import Viewer
from data.engine import Database
from data.queries.claims import ClaimFigure, list_claims
from data.queries.closes import TwoTimes, compare_times
from data.queries.filters import Choices, Filter
from data.queries.gaps import count_gaps, list_gaps, measure_ages
from data.queries.instants import monthly_stops
from data.queries.matrices import Crossing, cross_area, list_leader_links
from data.queries.people import list_households
from data.queries.places import (
    DatasetFacts,
    get_dataset,
    list_choices,
    list_districts,
    list_units,
)
from data.queries.reconciling import Reconciled, reconcile
from data.queries.register import get_last_event_day
from data.queries.villages import (
    VillageFacts,
    cross_causes,
    get_village,
    village_history,
)
from data.shared import shared_database
from data.versions import map_version

_KEPT = 256
# Whoever may see the same shares what was read; who looks, and from where, is no part of the key.
_BY_SCOPE: Final[dict[str | type[Any], Callable[[Any], Any]]] = {
    Viewer: lambda viewer: viewer.scope_key
}


def dataset() -> tuple[Database, DatasetFacts]:
    """Give the database and what fills it now; never cached, for the version comes from here."""
    db = shared_database()
    return db, get_dataset(db)


@st.cache_resource(show_spinner=False)
def settle() -> None:
    """Take what the first run of a page imported out of the collector's scan, once a process.

    Streamlit collects garbage after every run; the start froze what it had loaded by then, and
    the pages' own modules come with the first visitor.
    """
    gc.collect()
    gc.freeze()


def version_for(viewer: Viewer) -> str:
    """Give the version that this viewer's data carry."""
    return map_version(dataset()[1], viewer)


@st.cache_resource(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def choices(version: str, viewer: Viewer) -> Choices:
    """Give what a filter may name."""
    del version
    return list_choices(shared_database(), viewer)


@st.cache_resource(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def claims(version: str, viewer: Viewer) -> list[ClaimFigure]:
    """Give the published figures with the ledger's own."""
    del version
    return list_claims(shared_database(), viewer)


@st.cache_data(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def last_event(version: str, viewer: Viewer) -> date | None:
    """Give the day after which figures are carried forward."""
    del version
    return get_last_event_day(shared_database(), viewer)


@st.cache_data(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def village(version: str, viewer: Viewer, code: str, as_of: date, measure: str) -> VillageFacts:
    """Give what the panel says of a village."""
    del version
    return get_village(shared_database(), viewer, code, Filter(as_of=as_of, measure=measure))


@st.cache_data(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def history(version: str, viewer: Viewer, code: str) -> pd.DataFrame:
    """Give a village's persons at every stop."""
    del version
    return village_history(shared_database(), viewer, code, monthly_stops())


@st.cache_data(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def causes(version: str, viewer: Viewer, code: str, as_of: date) -> pd.DataFrame:
    """Give a village's households by cause and measure."""
    del version
    return cross_causes(shared_database(), viewer, code, as_of=as_of)


@st.cache_data(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def households(version: str, viewer: Viewer, code: str, as_of: date) -> pd.DataFrame:
    """Give a village's households, masked for the viewer."""
    del version
    return list_households(shared_database(), viewer, code, as_of=as_of)


@st.cache_data(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def gaps(version: str, viewer: Viewer, as_of: date) -> pd.DataFrame:
    """Give the gaps of a day, masked for the viewer."""
    del version
    return list_gaps(shared_database(), viewer, as_of=as_of)


@st.cache_data(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def gap_counts(version: str, viewer: Viewer, as_of: date) -> pd.DataFrame:
    """Give the gaps of a day, counted by village and kind."""
    del version
    return count_gaps(shared_database(), viewer, as_of=as_of)


@st.cache_data(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def ages(version: str, viewer: Viewer, as_of: date) -> pd.DataFrame:
    """Give how old the records of each village are on a day."""
    del version
    return measure_ages(shared_database(), viewer, as_of=as_of)


@st.cache_resource(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def shapes(version: str, viewer: Viewer) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Give the villages and the districts with their shapes."""
    del version
    db = shared_database()
    return list_units(db, viewer), list_districts(db, viewer)


@st.cache_resource(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def reconciled(version: str, viewer: Viewer, scope: str, as_of: date) -> Reconciled:
    """Give an area's accounts with the published figures about them."""
    del version
    return reconcile(shared_database(), viewer, scope, as_of)


@st.cache_resource(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def two_times(version: str, viewer: Viewer, first: date | None, second: date | None) -> TwoTimes:
    """Give the register at all stops, as known at two times."""
    del version
    return compare_times(shared_database(), viewer, first, second)


@st.cache_data(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def leader_links(version: str, viewer: Viewer, as_of: date) -> pd.DataFrame:
    """Give the leaders' contact villages with their terms."""
    del version
    return list_leader_links(shared_database(), viewer, as_of=as_of)


@st.cache_resource(max_entries=_KEPT, show_spinner=False, hash_funcs=_BY_SCOPE)
def crossing(version: str, viewer: Viewer, area: str, as_of: date) -> Crossing:
    """Give an area's households by cause and measure."""
    del version
    return cross_area(shared_database(), viewer, area, as_of=as_of)
