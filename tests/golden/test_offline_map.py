"""The offline map by structure: elements, classes and words, but no library and no style."""

import os
from html.parser import HTMLParser
from pathlib import Path

import pytest

from geo.offlinemap import draw_offline_map
from tests.unit.geo.offline_sample import sample_map, sample_words

HERE = Path(__file__).parent
SHOWN = ("id", "class", "data-code", "data-sign", "data-class", "data-size", "data-mode")


class Outline(HTMLParser):
    """One line an element, indented by depth, with its text."""

    VOID = frozenset({"meta", "link", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.depth = 0
        self.hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = "".join(f" {key}={value}" for key, value in attrs if key in SHOWN)
        self.lines.append(f"{'  ' * self.depth}{tag}{marks}")
        self.hidden = tag in ("script", "style")
        self.depth += tag not in self.VOID

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.depth -= tag not in self.VOID

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag not in self.VOID
        self.hidden = False

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.hidden:
            self.lines[-1] += f" | {data.strip()}"


@pytest.mark.parametrize("mode", ["symbols", "shade"])
def test_the_sheet_is_built_as_known(mode: str) -> None:
    assets = {"leaflet.js": "", "leaflet.css": ""}
    outline = Outline()
    outline.feed(draw_offline_map(sample_map(mode), words=sample_words(), assets=assets))
    observed = "\n".join(outline.lines) + "\n"
    known = HERE / f"offline_map_{mode}.txt"
    if os.environ.get("GUATU_GOLDEN") == "write":
        known.write_text(observed, encoding="utf-8")
    assert observed == known.read_text(encoding="utf-8")
