"""The leaders' page as a test sees it: what is drawn, what is said, and how one gets there."""

import json
import math
import re
from typing import TYPE_CHECKING, Any

from playwright.sync_api import Locator, Page, expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Offline

KINDS = "greenhouse,pv_park,vineyard,workshop,tourism"
FIGURES = ("on_register", "exited", "remaining", "coverage", "gap")
_STALE = re.compile(r"\bis-stale\b")
_TILE_PX = 256


class Board:
    """A page with the map on it.

    Attributes
    ----------
    page, offline
        The page, and what its browser context noted.
    element
        The board itself; Playwright's CSS looks into its shadow root.
    """

    def __init__(self, page: Page, offline: "Offline") -> None:
        self.page = page
        self.offline = offline
        self.element = page.locator(".guatu-board")

    def part(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    def wait(self, drawn: str | None = None) -> "Board":
        """Wait until `drawn` (or anything) is painted, Python has answered and is at rest."""
        wanted = re.compile(r".") if drawn is None else drawn
        expect(self.element).to_have_attribute("data-drawn", wanted)
        expect(self.part("sentence")).not_to_have_class(_STALE)
        expect(self.part("sentence")).not_to_be_empty()
        self.wait_at_rest()
        return self

    def wait_at_rest(self) -> None:
        """Wait until the page's script runs no more."""
        at_rest = '[data-testid="stApp"][data-test-script-state="notRunning"]'
        expect(self.page.locator(at_rest)).to_be_attached()

    def drawn(self) -> str:
        return self.element.get_attribute("data-drawn") or ""

    def count(self, name: str) -> int:
        """Give how often the map was mounted (`mounts`) or painted (`paints`)."""
        return int(self.element.get_attribute(f"data-{name}") or 0)

    def figure(self, code: str) -> str:
        """Give a figure's number as it is written."""
        return self.part(f"figure-{code}").locator(".guatu-figure-value").inner_text()

    def figures(self) -> dict[str, str]:
        """Give all that the five figures say."""
        return {code: self.part(f"figure-{code}").inner_text() for code in FIGURES}

    def sentence(self) -> str:
        return self.part("sentence").inner_text()

    def rows(self) -> dict[str, str]:
        """Give the table beside the map: code to value as written."""
        rows: dict[str, str] = self.part("ranking").evaluate(
            "table => Object.fromEntries([...table.querySelectorAll('tbody tr')]"
            ".map(row => [row.dataset.code, row.children[2].textContent]))"
        )
        return rows

    def query(self) -> dict[str, str]:
        """Give the address's parameters."""
        pairs: dict[str, str] = self.page.evaluate(
            "Object.fromEntries(new URLSearchParams(location.search))"
        )
        return pairs

    # ---- the map itself --------------------------------------------------------------------

    def view(self) -> dict[str, Any]:
        """Give centre and zoom as the browser tab keeps them, once somebody moved the map."""
        self.page.wait_for_function("sessionStorage.getItem('guatu-map-view')")
        view: dict[str, Any] = json.loads(
            self.page.evaluate("sessionStorage.getItem('guatu-map-view')")
        )
        return view

    def zoom_in(self) -> dict[str, Any]:
        """Zoom in by the button; give the view when the map has come to rest."""
        before = self.page.evaluate("sessionStorage.getItem('guatu-map-view')")
        self.part("zoom-in").click()
        self.page.wait_for_function(
            "before => sessionStorage.getItem('guatu-map-view') !== before", arg=before
        )
        return self.view()

    def places(self) -> dict[str, Any]:
        """Fetch what the board holds of the geography."""
        version = self.element.get_attribute("data-ver")
        lang = self.query()["lang"]
        answer = self.page.request.get(f"/layers/{lang}/places.json?v={version}")
        body: dict[str, Any] = answer.json()
        return body

    def point_of(self, code: str) -> dict[str, float]:
        """Give where on the map's sheet a village is drawn, by web Mercator."""
        view, units = self.view(), self.places()["units"]
        at = units["code"].index(code)
        box = self.part("map").bounding_box()
        assert box
        scale = _TILE_PX * 2 ** view["zoom"]
        x, y = _project(units["lat"][at], units["lon"][at], scale)
        centre_x, centre_y = _project(*view["center"], scale)
        return {"x": box["width"] / 2 + x - centre_x, "y": box["height"] / 2 + y - centre_y}


def _project(lat: float, lon: float, scale: float) -> tuple[float, float]:
    sine = math.sin(math.radians(lat))
    return (
        scale * (lon + 180) / 360,
        scale * (0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)),
    )


def drawn_key(
    *,
    measure: str = "",
    district: str = "",
    as_of: str = "2016-12-31",
    indicator: str = "remaining",
    mode: str = "symbols",
    kinds: str = KINDS,
) -> str:
    """Write what the board says of the picture of a filter."""
    return f"{measure}|{district}|{as_of}|{indicator}|{mode}|{kinds}"
