"""Each role at the screen: its own villages and no others, also beside another role's tab."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.board import Board

DONGXING, YIKESHU = "150303104238", "150303104236"


def choose_role(board: Board, label: str) -> None:
    board.page.get_by_text("角色与语言").click()
    board.page.get_by_role("link", name=label).click()


def test_the_menu_changes_the_role(visit: Callable[..., Board]):
    board = visit(is_alone=True).wait()
    assert len(board.rows()) == 19
    choose_role(board, "东兴村驻村工作队")
    expect(board.page.locator(".g-strip")).to_contain_text("驻村工作队")
    board.wait()
    assert list(board.rows()) == [DONGXING]
    assert board.figure("on_register") == board.figure("on_register").replace("<", "")
    board.page.goto(f"/?village={YIKESHU}")
    expect(board.part("notes")).to_contain_text(f"没有找到“{YIKESHU}”")
    board.page.goto(f"/village?village={DONGXING}")
    expect(board.page.get_by_text("姓名、证件号和电话不在此列表中")).to_be_visible()
    expect(board.page.get_by_test_id("stDataFrame")).to_be_visible()

    choose_role(board, "审计（不看登记册）")
    expect(board.page.get_by_role("heading", name="审计记录")).to_be_visible()
    board.page.goto("/claims")
    expect(board.page.get_by_test_id("stAlert")).to_contain_text("您的角色“审计”无权查看汇总数据")
    expect(board.page.locator(".guatu-board")).to_have_count(0)
    assert board.page.request.get("/layers/zh-CN/values.all.json").status == 403
    assert board.page.request.get("/export/map.html").status == 403
    assert board.offline.console_errors == []
    assert board.offline.refused == []


def test_two_roles_at_once_do_not_mix(visit: Callable[..., Board]):
    """The same question from a leader and from an office, in turn: small cells stay apart."""
    question = "/?district=150303&as_of=2016-12-31"
    leader, office = visit(question).wait(), visit(question, role="office").wait()
    seen = {"leader": leader.rows(), "office": office.rows()}
    hidden = [code for code, value in seen["leader"].items() if value == "<5"]
    assert hidden
    assert "<5" not in seen["office"].values()
    assert [seen["office"][code] for code in hidden] != ["<5"] * len(hidden)
    for board, name in ((office, "office"), (leader, "leader")):
        board.part("measure").select_option("health")
        board.wait()
        board.part("measure").select_option("")
        board.wait()
        assert board.rows() == seen[name]
    panel = {}
    for board, name in ((office, "office"), (leader, "leader")):
        board.part(f"row-{hidden[0]}").click()
        board.wait()
        panel[name] = board.page.locator(".g-card").inner_text()
    assert "<5" in panel["leader"]
    assert "<5" not in panel["office"]


def test_a_second_tab_shares_the_role_and_keeps_its_own_filter(visit: Callable[..., Board]):
    first = visit("/?district=150303").wait()
    page = first.offline.new_page()
    page.goto("/?district=150304")
    second = Board(page, first.offline).wait()
    first.part("indicator").select_option("exited")
    first.wait()
    assert second.query()["district"] == "150304"
    assert second.query().get("indicator") is None
    assert first.query()["district"] == "150303"
    assert first.query()["indicator"] == "exited"
