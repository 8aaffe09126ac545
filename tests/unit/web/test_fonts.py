import json
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from web import fonts

DRAWN = "挂图村饕A1，"


def write_font(path: Path) -> None:
    """Write a font whose every glyph is the same box."""
    pen = TTGlyphPen(None)
    for index, point in enumerate([(0, 0), (0, 700), (500, 700), (500, 0)]):
        pen.lineTo(point) if index else pen.moveTo(point)
    pen.closePath()
    box = pen.glyph()
    names = [".notdef", *(f"uni{ord(one):04X}" for one in DRAWN)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(one): f"uni{ord(one):04X}" for one in DRAWN})
    builder.setupGlyf(dict.fromkeys(names, box))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Box", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    path.parent.mkdir(parents=True)
    builder.save(path)


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    source = tmp_path / "node_modules" / "box" / "400Regular" / "Box.ttf"
    write_font(source)
    (source.parents[1] / "package.json").write_text('{"version": "1.0.0"}')
    (source.parents[1] / "LICENSE_FONT").write_text("SIL OFL 1.1")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "leader.py").write_text('"""挂图"""\n', encoding="utf-8")
    monkeypatch.setattr(fonts, "ROOT", tmp_path)
    monkeypatch.setattr(fonts, "FOLDER", tmp_path / "fonts")
    monkeypatch.setattr(fonts, "MANIFEST", tmp_path / "fonts" / "fonts.json")
    monkeypatch.setattr(fonts, "FACES", (fonts.Face("box-400", source),))
    return tmp_path


def characters_of(path: Path) -> set[str]:
    with TTFont(path) as font:
        return set(map(chr, font.getBestCmap()))


def test_gb2312_has_its_known_numbers_of_characters():
    assert len(fonts.gb2312_characters(16, 55)) == 3755
    assert len(fonts.gb2312_characters(56, 87)) == 3008
    assert {"，", "。", "（"} <= fonts.gb2312_characters(1, 3)


def test_the_programs_own_texts_are_in_the_core():
    assert set("挂图合成数据示意位置未脱贫") <= fonts.own_characters()
    assert set("Register 0123456789") <= fonts.own_characters()


def test_before_set_up_there_are_no_fonts(workshop):
    assert fonts.built_fonts() == ()


def test_own_characters_go_to_the_core_and_the_others_to_the_rest(workshop):
    built = fonts.build()
    assert [file.name for file in built] == ["box-400-core.woff2", "box-400-rest.woff2"]
    assert characters_of(workshop / "fonts" / "box-400-core.woff2") == set("挂图A1，")
    assert characters_of(workshop / "fonts" / "box-400-rest.woff2") == set("挂图村饕")
    assert built == fonts.built_fonts()
    assert (workshop / "fonts" / "box-400-LICENSE.txt").read_text() == "SIL OFL 1.1"


def test_a_new_text_renews_the_core_alone(workshop):
    fonts.build()
    before = json.loads(fonts.MANIFEST.read_text())["files"]
    (workshop / "pages" / "village.py").write_text('"""村"""\n', encoding="utf-8")
    core, rest = fonts.build()
    assert "村" in characters_of(workshop / "fonts" / core.name)
    assert core.sha256 != before[core.name]["sha256"]
    assert rest.sha256 == before[rest.name]["sha256"]


def test_the_same_texts_give_the_same_bytes(workshop, capsys):
    first = fonts.build()
    fonts.MANIFEST.unlink()
    fonts.main()
    assert fonts.built_fonts() == first
    assert "box-400-core.woff2" in capsys.readouterr().out


def test_a_cut_font_draws_what_was_asked_and_nothing_else(workshop):
    target = workshop / "cut.woff2"
    fonts.cut(fonts.FACES[0], frozenset("村A"), target)
    assert characters_of(target) == set("村A")
    assert not target.with_suffix(".part").exists()
