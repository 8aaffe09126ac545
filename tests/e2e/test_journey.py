"""A leader at the map, with the network cut: every figure is the ledger's, nothing is fetched."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.board import Board, drawn_key
from tests.e2e.conftest import DESK, PHONE, Offline
from tests.e2e.servers import Server
from web.wording import MAP_TEXTS

HAINAN, WUDA, HAIBOWAN = "150303", "150304", "150302"
DONGXING = "150303104238"


def test_a_leader_filters_and_moves_through_time(visit: Callable[..., Board]):
    board = visit().wait(drawn_key())
    assert {code: board.figure(code) for code in ("on_register", "exited", "remaining")} == {
        "on_register": "1,515",
        "exited": "1,424",
        "remaining": "91",
    }
    assert board.figure("coverage") == "100"
    assert "无缺口" in board.figures()["gap"]
    assert all("2016-12-31" in said for said in board.figures().values())
    assert all(MAP_TEXTS["figure_source"] in said for said in board.figures().values())
    expect(board.part("claim")).to_have_text("≠ 公布数 89（−2）")
    expect(board.part("synthetic")).to_have_text("合成数据")

    for district, left in ((HAIBOWAN, "0"), (WUDA, "0"), (HAINAN, "91")):
        board.part(f"district-{district}").click()
        board.wait(drawn_key(district=district))
        assert board.figure("remaining") == left

    board.part("measure").select_option("industry")
    board.wait(drawn_key(district=HAINAN, measure="industry"))
    assert "产业扶持" in board.sentence()
    expect(board.part("claim")).to_be_hidden()

    board.part("date").press("ArrowLeft")
    board.wait(drawn_key(district=HAINAN, measure="industry", as_of="2016-11-30"))
    expect(board.part("date-label")).to_have_text("2016年11月30日")
    assert "截至2016年11月30日" in board.sentence()
    assert board.query() == {
        "district": HAINAN,
        "measure": "industry",
        "as_of": "2016-11-30",
        "lang": "zh-CN",
    }
    assert board.count("mounts") == 1
    assert board.offline.refused == []
    assert board.offline.console_errors == []


def test_play_and_pause(visit: Callable[..., Board]):
    board = visit("/?as_of=2016-03-31").wait(drawn_key(as_of="2016-03-31"))
    board.part("play").click()
    expect(board.element).to_have_attribute("data-drawn", drawn_key(as_of="2016-05-31"))
    board.part("play").click()
    expect(board.part("play")).to_have_attribute("aria-label", "播放")
    board.wait()
    # Python hears where the playing ended, not every step on the way.
    stopped_at = board.query()["as_of"]
    assert board.drawn() == drawn_key(as_of=stopped_at)
    assert stopped_at >= "2016-05-31"
    assert board.count("mounts") == 1


def test_every_figure_is_the_ledgers(visit: Callable[..., Board], server: Server):
    # The office sees small cells, as the command line does.
    board = visit("/claims", role="office")
    for as_of, district, measure in (
        ("2016-12-31", "", ""),
        ("2016-06-30", HAINAN, "industry"),
        ("2017-06-30", WUDA, ""),
    ):
        asked = [f"--as-of={as_of}", f"--district={district}", f"--measure={measure}", "--json"]
        summary = json.loads(server.run_data("summary", *asked))
        board.page.goto(f"/?as_of={as_of}&district={district}&measure={measure}")
        board.wait(drawn_key(as_of=as_of, district=district, measure=measure))
        assert board.figure("remaining") == f"{summary['persons']:,}"
        assert board.figure("exited") == f"{summary['exited']:,}"
        assert board.figure("on_register") == f"{summary['persons'] + summary['exited']:,}"
        assert f"{summary['households']:,} 户" in board.figures()["remaining"]
        coverage = re.sub(r"[^\d.]", "", board.figure("coverage"))
        if summary["coverage"] is None:
            assert coverage == ""
        else:
            assert float(coverage) == pytest.approx(100 * summary["coverage"], abs=0.05)
        assert board.rows() == {r["code"]: f"{r['persons']:,}" for r in summary["by_village"]}


def test_a_village_is_chosen_by_its_row_and_by_the_map(visit: Callable[..., Board]):
    board = visit().wait()
    board.part(f"row-{DONGXING}").press("Enter")
    board.wait()
    chosen = board.page.locator(f'tr[data-code="{DONGXING}"]')
    expect(chosen).to_have_class(re.compile("is-selected"))
    card = board.page.locator(".g-card")
    expect(card.locator("h3")).to_have_text("东兴村")
    expect(card).to_contain_text("12 人 / 5 户")
    for heading in ("责任人", "措施（户）", "项目", "记录与位置"):
        expect(card.get_by_text(heading, exact=True)).to_be_visible()
    assert board.query()["village"] == DONGXING
    expect(board.part("readout")).to_contain_text("东兴村")

    board.part("clear-selection").click()
    board.wait()
    expect(card.locator("h3")).to_have_text("乌海市")
    assert "village" not in board.query()

    board.zoom_in()
    board.part("map").click(position=board.point_of("150304101008"))
    board.wait()
    assert board.query()["village"] == "150304101008"
    expect(card.locator("h3")).to_have_text("泽园社区")
    expect(board.part("row-150304101008")).to_have_attribute("aria-pressed", "true")
    assert board.count("mounts") == 1


def test_from_the_map_to_the_village_page_and_back_the_filter_stays(visit: Callable[..., Board]):
    chosen = f"/?district={HAINAN}&measure=industry&as_of=2016-09-30&village={DONGXING}"
    drawn = drawn_key(district=HAINAN, measure="industry", as_of="2016-09-30")
    board = visit(chosen).wait(drawn)
    before = board.figures()
    board.page.get_by_role("link", name="打开一村一图").click()
    expect(board.page.get_by_text("人口变化")).to_be_visible()
    assert board.query() == {"village": DONGXING, "as_of": "2016-09-30", "lang": "zh-CN"}
    expect(board.page.locator(".g-card h3")).to_have_text("东兴村")
    # A canvas or SVG that Vega drew: the chart is there, without leaving the machine.
    expect(
        board.page.locator(".stVegaLiteChart canvas, .stVegaLiteChart svg").first
    ).to_be_visible()

    board.page.get_by_test_id("stTopNavLink").first.click()
    board.wait(drawn)
    assert board.figures() == before
    assert board.query()["village"] == DONGXING
    assert board.offline.console_errors == []
    assert board.offline.refused == []


def test_the_differing_figure_leads_to_the_claim(visit: Callable[..., Board]):
    board = visit("/?district=150303").wait()
    board.part("claim").click()
    expect(board.page.get_by_text("公布数与台账对照")).to_be_visible()
    expect(board.page.locator(".g-notice").last).to_contain_text(
        "公布 89 人，台账按事件折算为 91 人，未解释差额 −2"
    )
    row = board.page.locator(".g-table tr", has_text="N4")
    expect(row.locator("td").nth(5)).to_have_text("未解释")
    assert board.query() == {"lang": "zh-CN"}


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_saved_map_opens_from_the_disk(
    visit: Callable[..., Board],
    context_offline: Callable[..., Offline],
    tmp_path: Path,
    size: dict[str, int],
    pictures: Path,
):
    drawn = drawn_key(district=HAINAN, as_of="2016-10-31", indicator="exited")
    board = visit(
        f"/?district={HAINAN}&as_of=2016-10-31&indicator=exited", role="office", viewport=size
    ).wait(drawn)
    with board.page.expect_download() as download:
        board.part("save-map").click()
    assert download.value.suggested_filename == "guatu-2016-10-31-150303-exited.html"
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)

    figures = [board.figure(code) for code in ("on_register", "exited", "remaining", "coverage")]
    rows, sentence = board.rows(), board.sentence()
    disk = context_offline(offline=True, viewport=size)
    page = disk.new_page()
    page.goto(saved.as_uri())
    page.wait_for_function("document.documentElement.dataset.ready === 'true'")
    text = page.locator("body").inner_text()
    assert sentence in text
    assert all(figure in text for figure in figures)
    assert all(value in text for value in rows.values())
    assert "合成数据" in text
    page.screenshot(path=pictures / f"saved-{size['width']}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert disk.refused == []
    assert disk.console_errors == []
