"""Both sizes: on a phone the five figures and the map stand on the first screen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.board import FIGURES, Board
from tests.e2e.conftest import DESK, PHONE

DONGXING = "150303104238"
SIZES = {"desk": DESK, "phone": PHONE}
PAGES = {
    "leader": "/",
    "leader-village": "/?village=150303104238&district=150303",
    "leader-shade": "/?mode=shade&indicator=on_register&as_of=2016-06-30",
    "village": "/village?village=150303104238",
    "claims": "/claims",
    "leader-en": "/?lang=en",
}


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def options_of(size: str) -> dict[str, object]:
    return {"viewport": SIZES[size], "has_touch": size == "phone"}


def test_no_page_scrolls_sideways(visit: Callable[..., Board], size: str, pictures: Path):
    board = visit("/claims", **options_of(size))
    too_wide = {}
    for name, path in PAGES.items():
        board.page.goto(path)
        if name.startswith("leader"):
            board.wait()
        board.page.locator(".g-card, .g-table").first.wait_for()
        board.wait_at_rest()
        board.page.screenshot(path=pictures / f"{name}-{size}.png")
        main = board.page.get_by_test_id("stMain")
        too_wide[name] = max(
            main.evaluate("main => main.scrollWidth - main.clientWidth"),
            board.page.evaluate("document.documentElement.scrollWidth - innerWidth"),
        )
    # Half a pixel may be rounded to one.
    assert {name: wide for name, wide in too_wide.items() if wide > 1} == {}


def test_figures_and_map_stand_on_the_first_screen(visit: Callable[..., Board], size: str):
    room = SIZES[size]
    board = visit("/claims", **options_of(size))
    misplaced = {}
    for path in ("/", "/?lang=en", "/?district=150303&measure=education", f"/?village={DONGXING}"):
        board.page.goto(path)
        board.wait()
        for part in (*(f"figure-{code}" for code in FIGURES), "map"):
            expect(board.part(part)).to_be_visible()
            box = board.part(part).bounding_box()
            assert box
            right, bottom = box["x"] + box["width"], box["y"] + box["height"]
            if min(box["x"], box["y"]) < 0 or right > room["width"] or bottom > room["height"]:
                misplaced[path, part] = box
        sheet = board.page.locator(".guatu-sheet").bounding_box()
        assert sheet
        assert sheet["x"] + sheet["width"] <= room["width"]  # its frame is whole
        assert sheet["height"] >= 0.4 * room["height"]
        for code in FIGURES:  # no figure runs out of its column
            figure = board.part(f"figure-{code}")
            over = figure.evaluate("box => box.scrollWidth - box.clientWidth")
            if over > 1:
                misplaced[path, f"inside {code}"] = over
    assert misplaced == {}


def test_turning_the_screen_keeps_one_map(visit: Callable[..., Board]):
    board = visit(viewport=PHONE).wait()
    board.page.set_viewport_size({"width": 844, "height": 390})
    board.wait()
    board.page.set_viewport_size(DESK)
    board.wait()
    assert board.count("mounts") == 1
    box = board.part("map").bounding_box()
    canvas = board.page.locator("canvas.leaflet-zoom-animated").first.bounding_box()
    assert box
    assert canvas
    assert canvas["width"] >= box["width"]
