"""The two filters of the Streamlit baselines: one click each, as the product's."""

from __future__ import annotations

import streamlit as st

from bench.points import DISTRICTS, MEASURES, Choice, Unit, count_from_environment, make_units


@st.cache_data
def load_units(count: int) -> list[Unit]:
    """Return the units; cached, as a careful author would."""
    return make_units(count)


def choose() -> tuple[list[Unit], Choice]:
    """Draw the two filters and return the units and what was chosen."""
    st.title("Villages")
    district = st.radio(
        "District", ("", *DISTRICTS), format_func=_label, horizontal=True, key="district"
    )
    measure = st.radio("Measure", MEASURES, horizontal=True, key="measure")
    return load_units(count_from_environment()), Choice(district=district, measure=measure)


def _label(district: str) -> str:
    return district or "All"
