"""The offline map: whole, alone, the same again, and no word through folium."""

import html
import re
from collections.abc import Mapping
from dataclasses import replace

import folium
import pytest

from geo import offlinemap
from geo.errors import BadLayer, MissingAsset
from geo.offlinemap import draw_offline_map
from geo.offlinemap.inline import as_script, as_style, inline_assets
from tests.unit.geo.offline_sample import CODES, sample_map, sample_words

LIBRARIES = {
    "leaflet.js": "/* https://example.org */ var L = {};\n//# sourceMappingURL=leaflet.js.map",
    "leaflet.css": ".a{background:url(images/layers.png)}.b{behavior:url(#default#VML)}",
}
HOSTILE = [
    "{{7*7}}",
    "{% for x in y %}",
    "{#",
    "${alert(1)}",
    "`${alert(1)}`",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "</style><b>",
    '"><svg onload=alert(1)>',
    "guatu-policy",
    "</head></html>",
]


def draw(mode: str = "symbols", text: str = "", assets: Mapping[str, str] = LIBRARIES) -> str:
    return draw_offline_map(sample_map(mode), words=sample_words(text), assets=assets)


@pytest.mark.parametrize("mode", ["symbols", "shade"])
def test_the_same_map_gives_the_same_bytes(mode: str) -> None:
    assert draw(mode) == draw(mode)


def test_nothing_is_fetched() -> None:
    page = draw()
    addresses = set(re.findall(r"https?://[\w.]+", page))
    assert addresses == {"http://www.w3.org"}  # a name of SVG, not a place
    assert not re.search(r"<(script|link|img|iframe)\b[^>]*\b(src|href)=", page)
    assert "sourceMappingURL" not in page
    assert "url(images" not in page
    assert """content="default-src 'none'; script-src 'sha256-""" in page


def test_a_phone_may_enlarge_the_page() -> None:
    page = draw()
    assert page.count('name="viewport"') == 1
    assert "user-scalable" not in page


def test_only_leaflet_is_asked_of_folium() -> None:
    assert "jquery" not in draw()
    assert "bootstrap" not in draw()


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_library_that_is_not_there_is_an_error(name: str) -> None:
    assets = {other: text for other, text in LIBRARIES.items() if other != name}
    with pytest.raises(MissingAsset, match=name):
        draw(assets=assets)


@pytest.mark.parametrize("reference", ['<img src="x.png">', '<iframe src="x">', "<script src='x'>"])
def test_any_other_reference_is_an_error(reference: str) -> None:
    with pytest.raises(MissingAsset):
        inline_assets(f"<html><head></head><body>{reference}</body></html>", LIBRARIES)


def test_library_text_cannot_end_its_element() -> None:
    script = as_script('a = "</script><!-- </SCRIPT>"')
    assert re.findall(r"</?script", script, re.IGNORECASE) == ["<script", "</script"]
    assert "<!--" not in script
    style = as_style("a{content:'</style>'}b{background:url(#x)}")
    assert style.count("</style") == 1
    assert "url(#x)" in style


def test_library_text_is_not_a_template() -> None:
    page = draw(assets=LIBRARIES | {"leaflet.js": "var L = '{{7*7}} {% \\\\1 \\g<0>';"})
    assert "'{{7*7}} {% \\\\1 \\g<0>'" in page


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("mode", ["symbols", "shade"])
def test_hostile_words_stay_words(text: str, mode: str) -> None:
    page, plain = draw(mode, text), draw(mode)
    kinds = r"<[a-z!/][a-z0-9]*"
    assert re.findall(kinds, page) == re.findall(kinds, plain)
    shown = html.unescape(
        re.sub(r"<script>.*?</script>|<style>.*?</style>", "", page, flags=re.DOTALL)
    )
    places = shown.count(text) - html.unescape(plain).count(text)
    assert places > 60
    policy = re.compile(r'Content-Security-Policy" content="([^"]*)"')
    assert policy.findall(page) == policy.findall(plain)


def test_folium_is_given_no_word(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    render = folium.Figure.render

    def listen(figure: folium.Figure, **options: object) -> str:
        seen.append(render(figure, **options))
        return seen[-1]

    monkeypatch.setattr(folium.Figure, "render", listen)
    draw(text="秘密")
    assert len(seen) == 1
    assert not re.search("[^\x00-\x7f]", seen[0])


def test_a_layer_without_a_picture_is_an_error() -> None:
    frozen = sample_map()
    strange = replace(frozen.spec.layers[-1], id="tracks")
    spec = replace(frozen.spec, layers=(*frozen.spec.layers, strange))
    with pytest.raises(BadLayer, match="tracks"):
        draw_offline_map(replace(frozen, spec=spec), words=sample_words(), assets=LIBRARIES)


def test_layers_and_their_signs_may_be_absent() -> None:
    frozen = sample_map()
    bare = replace(frozen, spec=replace(frozen.spec, layers=()), without_position=0)
    page = draw_offline_map(bare, words=sample_words(), assets=LIBRARIES)
    assert 'data-sign="town"' not in page
    assert "没有位置" not in page
    assert "没有位置：</" not in page


def test_the_legend_counts_every_class_and_what_has_no_place() -> None:
    page = draw()
    counts = re.findall(r'data-class="(.)"></i><span>[^<]*</span><b class="count">(\d+)', page)
    assert dict(counts) == dict.fromkeys("01234zsw", "1") | {"n": "2"}
    assert "没有位置： 1" in page
    assert "不适用" not in page  # it does not occur
    shaded = draw("shade")
    assert re.findall(r'<li><i data-sign="area" data-class="(.)"', shaded) == ["3", "z", "s"]


def test_a_missing_label_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="label"):
        replace(sample_words(), class_labels=("1", "2"))
    with pytest.raises(ValueError, match="row"):
        replace(sample_words(), rows=((CODES[0], "x"),))


def test_a_changed_folium_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offlinemap, "MAP_ID", "other")
    with pytest.raises(RuntimeError, match="not built as expected"):
        offlinemap.lay_out("<html></html>", map_id="x", frozen=sample_map(), words=sample_words())
