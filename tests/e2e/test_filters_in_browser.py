"""What a filter change may cost and do: no new map, no moved view, no old answer, few bytes."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.board import FIGURES, Board, drawn_key

HAINAN, WUDA = "150303", "150304"
DONGXING = "150303104238"
BYTES_PER_CHANGE = 5_000


def values_of(measure: str) -> re.Pattern[str]:
    return re.compile(rf"/layers/[^/]+/values\.{measure}\.json")


def size_of(board: Board) -> tuple[float, float]:
    box = board.part("map").bounding_box()
    assert box
    return box["width"], box["height"]


def numbers(board: Board) -> dict[str, str]:
    return {code: board.figure(code) for code in FIGURES}


def two_frames(board: Board) -> None:
    """Let the browser paint what it has to paint."""
    board.page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def test_the_map_is_mounted_once_and_its_view_stays(visit: Callable[..., Board]):
    board = visit().wait()
    view = board.zoom_in()
    board.part("zoom-in").press("ArrowRight")  # the reader moves; filters then must not
    pane = board.page.locator(".leaflet-map-pane")
    moved_to = pane.get_attribute("style")
    size = size_of(board)
    changes: list[tuple[Callable[[], object], dict[str, str]]] = [
        (board.part(f"district-{WUDA}").click, {"district": WUDA}),
        (board.part("mode-shade").click, {"mode": "shade"}),
        (board.part("mode-symbols").click, {"mode": "symbols"}),
        (lambda: board.part("indicator").select_option("coverage"), {"indicator": "coverage"}),
        (lambda: board.part("measure").select_option("health"), {"measure": "health"}),
        (board.part("district-all").click, {"district": ""}),
        (lambda: board.part("date").press("Home"), {"as_of": "2016-01-01"}),
    ]
    wanted: dict[str, str] = {}
    for change, part in changes:
        change()
        wanted |= part
        board.wait(drawn_key(**wanted))
        assert pane.get_attribute("style") == moved_to
        assert board.view() == view
    assert board.count("mounts") == 1
    assert board.count("paints") == 1 + len(changes)
    assert size_of(board) == size
    expect(board.page.locator(".leaflet-map-pane")).to_have_count(1)
    assert board.offline.console_errors == []


def test_unequal_projects_are_drawn_by_kind(visit: Callable[..., Board]):
    board = visit().wait()
    board.part("kinds").click()
    for kind in ("greenhouse", "pv_park", "workshop", "tourism"):
        board.part(f"kind-{kind}").uncheck()
    board.wait(drawn_key(kinds="vineyard"))
    assert board.query()["kinds"] == "vineyard"
    board.part("kind-vineyard").uncheck()
    board.wait(drawn_key(kinds=""))
    assert board.query()["kinds"] == "none"
    board.page.reload()
    board.wait(drawn_key(kinds=""))


def test_the_newest_of_two_quick_changes_wins(visit: Callable[..., Board]):
    board = visit("/claims")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    board.page.route(values_of("industry"), hold)
    board.page.goto("/")
    board.wait()
    before = numbers(board)
    board.part("measure").select_option("industry")
    expect(board.element).to_have_attribute("aria-busy", "true")
    assert board.drawn() == drawn_key()  # what is shown is still true: the older picture
    assert numbers(board) == before
    board.part("measure").select_option("health")
    board.wait(drawn_key(measure="health"))
    expect(board.element).to_have_attribute("aria-busy", "false")
    after = numbers(board)
    assert after != before

    assert held
    for route in held:  # the older answer comes at last
        route.fulfill(json={"never": "drawn"})
    two_frames(board)
    assert board.drawn() == drawn_key(measure="health")
    assert numbers(board) == after
    assert board.query()["measure"] == "health"
    assert board.offline.console_errors == []


@pytest.mark.parametrize(("lang", "said"), [("zh-CN", "数据没有取到"), ("en", "did not arrive")])
def test_a_failed_fetch_is_told_and_tried_again(visit: Callable[..., Board], lang: str, said: str):
    board = visit("/claims")
    board.page.route(values_of("health"), lambda route: route.fulfill(status=503, body="no"))
    board.page.goto(f"/?lang={lang}")
    board.wait()
    board.part("measure").select_option("health")
    notice = board.part("notice")
    expect(notice).to_have_attribute("data-state", "failed")
    expect(notice).to_contain_text(said)
    expect(notice).to_have_attribute("role", "alert")
    # Python's answer makes the board ask once more: that has failed too before we let it through.
    board.wait(drawn_key())
    expect(board.element).to_have_attribute("aria-busy", "false")
    expect(notice).to_be_visible()

    board.page.unroute(values_of("health"))
    board.part("retry").click()
    board.wait(drawn_key(measure="health"))
    expect(notice).to_be_hidden()
    assert all("503" in error for error in board.offline.console_errors)


def test_an_ended_login_asks_for_a_new_one(visit: Callable[..., Board]):
    board = visit("/claims")
    board.page.route(values_of("health"), lambda route: route.fulfill(status=401, body="no"))
    board.page.goto("/")
    board.wait()
    board.part("measure").select_option("health")
    expect(board.part("notice")).to_have_attribute("data-state", "signed_out")
    expect(board.part("sign-in")).to_be_visible()


def test_a_filter_change_is_small_on_the_wire(visit: Callable[..., Board]):
    board = visit().wait()
    changes: dict[str, Callable[[], object]] = {
        drawn_key(district=HAINAN): board.part(f"district-{HAINAN}").click,
        drawn_key(district=HAINAN, measure="health"): lambda: board.part("measure").select_option(
            "health"
        ),
        drawn_key(district=HAINAN, measure="health", as_of="2016-11-30"): lambda: board.part(
            "date"
        ).press("ArrowLeft"),
        drawn_key(district=HAINAN, measure="health", as_of="2016-11-30", mode="shade"): lambda: (
            board.part("mode-shade").click()
        ),
        drawn_key(
            district=HAINAN, measure="health", as_of="2016-11-30", mode="shade", indicator="exited"
        ): lambda: board.part("indicator").select_option("exited"),
    }
    for drawn, change in changes.items():
        board.offline.frames.clear()
        change()
        board.wait(drawn)
        assert 0 < sum(board.offline.frames) <= BYTES_PER_CHANGE, drawn


def test_moving_the_map_tells_the_server_nothing(visit: Callable[..., Board]):
    board = visit().wait()
    board.offline.frames.clear()
    board.zoom_in()
    two_frames(board)
    assert board.offline.frames == []
