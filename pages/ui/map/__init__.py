"""The live map: one packaged component, given a filter and addresses, giving a filter back.

Geometry and values travel by HTTP once a version; what passes here stays under five kilobytes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st
from streamlit.errors import StreamlitAPIException, StreamlitComponentRegistryError

from data.errors import AssetsMissing
from data.queries.filters import Filter
from data.text import Lang

NAME: Final = "streamlit-guatu-map.map"
KEY: Final = "guatu_map"


@dataclass(frozen=True)
class Board:
    """What the map is told in one run.

    Attributes
    ----------
    version
        The version of the viewer's data.
    filter_, lang
        What to show, in which language.
    sentence, notes
        Said above the map.
    command
        Raised when the browser must take over `filter_` instead of keeping its own.
    claim
        Text, address and explanation of a published figure that differs, or None.
    """

    version: str
    filter_: Filter
    lang: Lang
    sentence: str
    command: int = 1
    notes: tuple[str, ...] = ()
    claim: tuple[str, str, str] | None = None

    def to_plain(self) -> dict[str, Any]:
        """Write the message to the browser."""
        query = urlencode(self.filter_.to_query(self.lang))
        claim = self.claim
        return {
            "places_url": f"/layers/{self.lang}/places.json?v={self.version}",
            "values_url": f"/layers/{self.lang}/values.{{measure}}.json?v={self.version}",
            "ver": self.version,
            "seq": self.command,
            "filter": self.filter_.to_plain(),
            "sentence": self.sentence,
            "notes": list(self.notes),
            "claim": None
            if claim is None
            else {"text": claim[0], "href": claim[1], "title": claim[2]},
            "save_url": f"/export/map.html?{query}",
            "view": None,
        }


@cache
def _component() -> Callable[..., Any]:
    try:
        return st.components.v2.component(NAME, js="index.js", css="style.css")
    except (StreamlitAPIException, StreamlitComponentRegistryError) as error:
        raise AssetsMissing(name="pages/ui/map/assets") from error


def sent_filter() -> Any:  # noqa: ANN401 - whatever the browser sent
    """Give what the map sent last in this session, or None."""
    state: Any = st.session_state.get(KEY)
    return state.get("filter") if hasattr(state, "get") else None


def draw_map(board: Board) -> None:
    """Draw the map; a message equal to the last costs the browser nothing."""
    _component()(key=KEY, data=board.to_plain(), default={"filter": None}, on_filter_change=_noted)


def _noted() -> None:
    """Let the run that the browser started read the new state: nothing else is needed."""
