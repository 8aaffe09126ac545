"""The filter between the address, the map and the page."""

from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from data.errors import DataError
from data.queries.filters import Choices, Filter, parse_filter
from data.text import Lang

_FILTER: Final = "guatu.filter"
_SENT: Final = "guatu.sent"
_WRITTEN: Final = "guatu.written"
_COMMANDS: Final = "guatu.commands"
_IN_ADDRESS: Final = ("district", "measure", "as_of", "indicator", "kinds", "village", "mode")


@dataclass(frozen=True)
class Wish:
    """What the visitor wants to see.

    Attributes
    ----------
    filter_
        The filter.
    problems
        One failure for each value that was replaced.
    command
        Raised when the map must follow the address, and not the other way round.
    """

    filter_: Filter
    problems: tuple[DataError, ...]
    command: int


def read_filter(sent: Any, choices: Choices) -> Wish:  # noqa: ANN401 - from a browser
    """Read what the visitor wants: the newest of the map's word, the address, the last filter.

    Parameters
    ----------
    sent
        What the map sent last, or None; anything may stand in it.
    choices
        What may be named.
    """
    state = st.session_state
    address: dict[str, Any] = {
        name: st.query_params[name] for name in _IN_ADDRESS if name in st.query_params
    }
    given: dict[str, Any] = address
    if isinstance(sent, dict):
        # The map has spoken since, or nobody has touched the address: then the map's word counts.
        went_back = sent == state.get(_SENT) and address != state.get(_WRITTEN, address)
        state[_COMMANDS] = state.get(_COMMANDS, 1) + went_back
        given = address if went_back else sent
    elif not address and isinstance(state.get(_FILTER), Filter):
        given = state[_FILTER].to_plain()
    filter_, problems = parse_filter(given, choices)
    state[_SENT], state[_FILTER] = sent, filter_
    return Wish(filter_, tuple(problems), state.get(_COMMANDS, 1))


def write_filter(filter_: Filter, lang: Lang) -> None:
    """Put the filter into the address, so that the link shows the same picture elsewhere."""
    wanted = filter_.to_query(lang)
    st.session_state[_WRITTEN] = {k: v for k, v in wanted.items() if k in _IN_ADDRESS}
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
