"""The filter between the address, the map and the page."""

from typing import Any, Final

import streamlit as st

from data.errors import DataError
from data.queries.filters import Choices, Filter, parse_filter
from data.text import Lang

_FILTER: Final = "guatu.filter"
_FROM_URL: Final = ("district", "measure", "as_of", "indicator", "kinds", "village", "mode")


def read_filter(sent: Any, choices: Choices) -> tuple[Filter, list[DataError]]:  # noqa: ANN401 - from a browser
    """Read what the visitor wants: the map's last word, else the address, else the last filter.

    Parameters
    ----------
    sent
        What the map sent last, or None; anything may stand in it.
    choices
        What may be named.
    """
    if isinstance(sent, dict):
        filter_, problems = parse_filter(sent, choices)
    else:
        given = {name: st.query_params[name] for name in _FROM_URL if name in st.query_params}
        remembered = st.session_state.get(_FILTER)
        if not given and isinstance(remembered, Filter):
            given = remembered.to_plain()
        filter_, problems = parse_filter(given, choices)
    st.session_state[_FILTER] = filter_
    return filter_, problems


def write_filter(filter_: Filter, lang: Lang) -> None:
    """Put the filter into the address, so that the link shows the same picture elsewhere."""
    wanted = filter_.to_query(lang)
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
