"""Pages as Streamlit runs them: from the shell, on the demonstration, as any of its roles."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from data import door
from data.engine import Database, open_database
from data.settings import ROOT

SHELL = ROOT / "pages" / "shell.py"
PATIENCE_S = 60


@dataclass
class Visitor:
    """Somebody's session: what is on the screen after each run.

    Attributes
    ----------
    test
        Streamlit's own.
    role
        A key of the demonstration's list; it goes through the one door at each run.
    """

    test: AppTest
    role: str
    patch: pytest.MonkeyPatch = field(repr=False)

    def run(self) -> "Visitor":
        with self.patch.context() as patch:
            patch.setattr(door, "DEFAULT_ROLE", self.role)
            # Streamlit's test has no connection that an address could come from.
            patch.setattr(ContextProxy, "ip_address", property(lambda _self: "127.0.0.1"))
            self.test.run()
        return self

    def send(self, **parts: Any) -> "Visitor":
        """Run as after a filter change on the map: what the browser would send back."""
        shown = self.message()["filter"]
        self.test.session_state["guatu_map"] = {"filter": shown | parts}
        return self.run()

    def go(self, page: str) -> "Visitor":
        """Open a page by the navigation, which leaves the address's parameters behind."""
        self.test.query_params.clear()
        self.test.switch_page(f"{page}.py")
        return self.run()

    def message(self) -> dict[str, Any]:
        """Give what the map is told."""
        (board,) = self.test.get("bidi_component")
        told: dict[str, Any] = json.loads(board.proto.json)
        return told

    def has_map(self) -> bool:
        return len(self.test.get("bidi_component")) > 0

    def html(self) -> str:
        """Give all markup of the page's body: cards, tables, figures, notices."""
        return "\n".join(part.body for part in self.test.get("html") if "g-menu" not in part.body)

    def texts(self) -> str:
        """Give everything that the page says, wherever."""
        said = [self.html(), *(part.value for part in self.test.error)]
        for kind in ("caption", "info", "warning", "subheader"):
            said += [part.value for part in getattr(self.test, kind)]
        said += [frame.value.to_csv() for frame in self.test.dataframe]
        return "\n".join(said)

    def query(self) -> dict[str, str]:
        given = self.test.query_params
        return {key: given[key] if isinstance(given[key], str) else given[key][0] for key in given}

    def errors(self) -> list[str]:
        return [part.value.replace("\\", "") for part in self.test.error]

    def is_clean(self) -> bool:
        return not self.test.exception and not self.test.error


@pytest.fixture
def empty_caches() -> Iterator[None]:
    """Start and end without cached answers: another database may have the same version."""
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture
def visit(
    use_database: Callable[[Path], None], visited_file: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Visitor]:
    """Open a page as a role: `visit("village", role="office", village="…")`."""
    use_database(visited_file)

    def open_page(page: str = "leader", *, role: str = "leader", **query: str) -> Visitor:
        test = AppTest.from_file(SHELL, default_timeout=PATIENCE_S)
        visitor = Visitor(test, role, monkeypatch)
        if page != "leader":
            test.switch_page(f"{page}.py")
        for name, value in query.items():
            test.query_params[name] = value
        return visitor.run()

    return open_page


@pytest.fixture
def db(writable_file, use_database, empty_caches) -> Iterator[Database]:
    """Open a copy of the demonstration that the page writes to as well."""
    use_database(writable_file)
    opened = open_database(f"sqlite:///{writable_file}")
    yield opened
    opened.engine.dispose()


@pytest.fixture
def come(db, monkeypatch, request) -> Callable[..., Visitor]:
    """Open the page that the test's module names (``PAGE``, by default as its ``ROLE``)."""
    page, usual = request.module.PAGE, getattr(request.module, "ROLE", "office")

    def open_page(role: str = usual, **query: str) -> Visitor:
        visitor = Visitor(AppTest.from_file(SHELL, default_timeout=60), role, monkeypatch)
        visitor.test.switch_page(f"{page}.py")
        for name, value in query.items():
            visitor.test.query_params[name] = value
        return visitor.run()

    return open_page
