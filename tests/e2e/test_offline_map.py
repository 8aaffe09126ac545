"""The offline map as people open it: from a disk, without a network, on a desk and on a phone."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from geo.offlinemap import draw_offline_map
from tests.unit.geo.offline_sample import CODES, ROOT, sample_map, sample_words

pytestmark = pytest.mark.e2e

LEAFLET = ROOT / "node_modules" / "leaflet" / "dist"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
HOSTILE = [
    "{{7*7}}",
    "{% for x in y %}",
    "${window.hit=1}",
    "`${window.hit=1}`",
    '<img src=x onerror="window.hit=1">',
    "</script><script>window.hit=1</script>",
    "</style><svg onload=window.hit=1>",
    "\"' onclick='window.hit=1",
    "\\x3cscript\\x3ewindow.hit=1",
    "\u2028window.hit=1;\u2029",
]


def read_libraries() -> dict[str, str]:
    names = ("leaflet.js", "leaflet.css")
    return {name: (LEAFLET / name).read_text(encoding="utf-8") for name in names}


@contextmanager
def opened(
    browser: Browser, folder: Path, *, size: dict[str, int], mode: str = "symbols", text: str = ""
) -> Iterator[Page]:
    """Open the sample map from a file without a network; any complaint or request fails."""
    file = folder / "map.html"
    page_text = draw_offline_map(
        sample_map(mode), words=sample_words(text), assets=read_libraries()
    )
    file.write_text(page_text, encoding="utf-8")
    context = browser.new_context(viewport=size, offline=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda request: complaints.append(request.url))
    try:
        page.goto(file.as_uri())
        page.wait_for_function("document.documentElement.dataset.ready === 'true'")
        yield page
        assert complaints == [file.as_uri()]
    finally:
        context.close()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("mode", ["symbols", "shade"])
def test_the_map_draws_from_a_disk(
    browser: Browser, tmp_path: Path, size: dict[str, int], mode: str
) -> None:
    with opened(browser, tmp_path, size=size, mode=mode) as page:
        assert page.locator(".mark-unit .sign").count() == len(CODES)
        assert page.locator("path.district").count() == 3
        assert page.locator(".mark-project .glyph").count() == 2
        assert page.locator(".leaflet-control-scale-line").inner_text().endswith("km")
        assert page.locator(".degree").count() >= 3
        plate = page.locator(".neatline").bounding_box()
        assert plate is not None
        assert plate["width"] > 300
        assert plate["y"] + plate["height"] <= size["height"]
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"]


def test_the_three_states_do_not_look_alike(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, size=DESK) as page:
        zero, none, hidden = (
            page.locator(f".mark-unit .disc.class-{code}").first for code in ("z", "n", "s")
        )
        look = "(node, name) => getComputedStyle(node)[name]"
        assert zero.evaluate(look, "fill") == "rgb(255, 255, 255)"
        assert zero.locator("xpath=..").locator(".centre").count() == 1
        assert zero.evaluate(look, "strokeDasharray") == "none"
        assert none.evaluate(look, "strokeDasharray") != "none"
        assert none.locator("xpath=..").locator(".strike").count() == 1
        assert "hatch" in hidden.evaluate(look, "fill")
        assert hidden.locator("xpath=..").locator(".mark").text_content() == "<5"
        colors = {
            page.locator(f".mark-unit .disc.class-{number}").first.evaluate(look, "fill")
            for number in range(5)
        }
        assert len(colors) == 5


def test_shaded_districts_show_the_states_too(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, size=DESK, mode="shade") as page:
        fills = [
            page.locator(f"path.district-{code}").evaluate("node => getComputedStyle(node).fill")
            for code in ("150302", "150303", "150304")
        ]
        assert "dots" in fills[0]
        assert fills[1] == "rgb(169, 74, 38)"
        assert "hatch" in fills[2]


def test_names_are_on_the_map_and_do_not_cover_each_other(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, size=DESK) as page:
        names = page.locator(".label.units:visible")
        assert set(names.all_inner_texts()) == {f"名{code}" for code in CODES}
        boxes = [box for box in (name.bounding_box() for name in names.all()) if box]
        assert len(boxes) == len(CODES)
        for at, one in enumerate(boxes):
            for other in boxes[at + 1 :]:
                apart_x = abs(one["x"] - other["x"]) >= min(one["width"], other["width"]) - 1
                apart_y = abs(one["y"] - other["y"]) >= min(one["height"], other["height"]) - 1
                assert apart_x or apart_y


def test_map_and_table_choose_each_other(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, size=DESK) as page:
        assert page.locator("path.accuracy").count() == 0
        page.locator("tbody button").nth(2).click()
        assert page.locator(".mark-unit.chosen").get_attribute("aria-label") == f"名{CODES[2]}"
        assert page.locator("path.accuracy").count() == 1
        page.locator(".mark-unit").nth(5).focus()
        page.keyboard.press("Enter")
        assert page.locator("tbody tr.chosen").get_attribute("data-code") == CODES[5]
        assert page.locator("#picked").inner_text().startswith(f"名{CODES[5]}")


def test_a_closer_view_shows_how_uncertain_each_place_is(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, size=DESK) as page:
        page.evaluate("guatu_map.setZoom(12.5, {animate: false})")
        page.wait_for_function(
            f"document.querySelectorAll('path.accuracy').length === {len(CODES)}"
        )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_shown_as_written(browser: Browser, tmp_path: Path, text: str) -> None:
    shown = text.replace("\u2028", " ").replace("\u2029", " ")
    with opened(browser, tmp_path, size=DESK, text=text) as page:
        assert page.title().rstrip() == f"挂图{shown}".rstrip()
        assert page.locator("h1").text_content() == f"挂图{shown}"
        assert page.locator(".mark").first.text_content() == f"<5{shown}"
        assert page.locator(".district-name").first.text_content() == f"名150302{shown}"
        page.locator("tbody button").first.click()
        assert page.locator("#picked b").text_content() == f"名{CODES[0]}{shown}"
        page.mouse.move(700, 450)
        page.wait_for_timeout(50)
        assert page.evaluate("window.hit") is None
        assert page.locator("img, iframe").count() == 0


def test_it_prints_whole_on_one_sheet(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, tmp_path, size=PHONE) as page:
        page.evaluate("guatu_map.setZoom(13, {animate: false})")
        sheet = page.pdf(prefer_css_page_size=True, print_background=True)
        assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
        assert page.evaluate("guatu_map.getZoom()") == 13
        assert page.evaluate("document.documentElement.className") == ""
