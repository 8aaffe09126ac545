"""The address is the picture: copied it shows the same, mistyped it says so."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.board import Board, drawn_key

DONGXING = "150303104238"
CHINESE = re.compile(r"[\u3400-\u9fff\uff01-\uff5e\u3000-\u303f]+")
# Codes of officials are data, written the same in every language; so is the switch back. The
# claims' eighth column cites sources by their titles, which have no translation.
CODES = re.compile(r"(领导|干部|负责人) \d+|中文")


@pytest.mark.parametrize(
    "link",
    [
        f"/?district=150303&measure=education&as_of=2016-07-31&village={DONGXING}&mode=shade",
        "/?as_of=2016-04-30&indicator=reach&kinds=greenhouse,vineyard",
        "/?measure=NAT5.schooling&as_of=2017-12-31&kinds=none&lang=en",
    ],
)
def test_a_copied_link_shows_the_same_picture(visit: Callable[..., Board], link: str):
    first = visit(link).wait()
    second = visit(first.page.url, is_alone=True).wait(first.drawn())
    assert second.page.url == first.page.url
    assert second.figures() == first.figures()
    assert second.rows() == first.rows()
    assert second.sentence() == first.sentence()
    card = ".g-card"
    assert second.page.locator(card).inner_text() == first.page.locator(card).inner_text()


def test_clicks_write_the_link_that_shows_them(visit: Callable[..., Board]):
    board = visit().wait()
    board.part("district-150303").click()
    board.part("indicator").select_option("coverage")
    board.part("measure").select_option("social")
    drawn = drawn_key(district="150303", indicator="coverage", measure="social")
    board.wait(drawn)  # the table is sorted anew: only then is its row where it stays
    board.part(f"row-{DONGXING}").click()
    expect(board.page.locator(".g-card h3")).to_have_text("东兴村")
    copy = visit(board.page.url, is_alone=True).wait(drawn)
    assert copy.figures() == board.figures()
    assert copy.rows() == board.rows()
    expect(copy.page.locator(".g-card h3")).to_have_text("东兴村")


def test_bad_values_are_said_and_the_nearest_view_is_shown(visit: Callable[..., Board]):
    board = visit(
        "/?district=999999&measure=gold&as_of=yesterday&village=150303999999"
        "&indicator=luck&kinds=mine&mode=3d"
    ).wait(drawn_key())
    for said in (
        "“district”的取值“999999”不存在",
        "“measure”的取值“gold”不存在",
        "“yesterday”不是有效日期",
        "没有找到“150303999999”",
        "“indicator”的取值“luck”不存在",
        "“kinds”的取值“mine”不存在",
        "“mode”的取值“3d”不存在",
    ):
        expect(board.part("notes")).to_contain_text(said)
    assert board.query() == {"as_of": "2016-12-31", "lang": "zh-CN"}
    for wanted, shown in (("2016-05-10", "2016-05-31"), ("2031-01-01", "2017-12-31")):
        board.page.goto(f"/?as_of={wanted}")
        board.wait(drawn_key(as_of=shown))
        expect(board.part("notes")).to_contain_text(f"现显示 {shown}")
        assert board.query()["as_of"] == shown
    assert board.offline.console_errors == []


def test_hostile_values_are_shown_as_written(visit: Callable[..., Board]):
    value = "<img src=x onerror=window.pwned=1>"
    board = visit(f"/?district={value}").wait(drawn_key())
    expect(board.part("notes")).to_contain_text(value)
    value = "![x](http://evil.example/x.png)"
    board.page.goto(f"/village?village={value}")
    notice = board.page.get_by_role("alert").first
    expect(notice).to_contain_text(value)
    expect(notice.locator("img, a")).to_have_count(0)
    assert board.page.evaluate("window.pwned") is None
    assert board.offline.refused == []
    assert board.offline.console_errors == []


def shown_text(board: Board) -> str:
    """Give every text of the page: what is read, and what a pointer or a reader would be told."""
    return str(
        board.page.evaluate(
            """() => {
              const said = [];
              const read = (root) => {
                for (const node of root.querySelectorAll('*')) {
                  if (['STYLE', 'SCRIPT', 'NOSCRIPT'].includes(node.tagName)) continue;
                  if (node.closest('.g-table tr > :nth-child(8)')) continue;
                  for (const child of node.childNodes)
                    if (child.nodeType === Node.TEXT_NODE) said.push(child.textContent);
                  for (const name of ['title', 'aria-label', 'placeholder', 'aria-valuetext'])
                    if (node.hasAttribute(name)) said.push(node.getAttribute(name));
                  if (node.shadowRoot) read(node.shadowRoot);
                }
              };
              read(document.body);
              return said.join('\\n');
            }"""
        )
    )


def test_english_is_english(visit: Callable[..., Board]):
    board = visit("/claims?lang=en", locale="en-GB")
    found = {}
    for path in (
        "/claims?lang=en",
        f"/?lang=en&village={DONGXING}",
        "/?lang=en&measure=NAT5.relocation&district=999999&mode=shade&as_of=2017-12-31",
        f"/village?lang=en&village={DONGXING}&as_of=1999-01-01",
    ):
        board.page.goto(path)
        if path.startswith("/?"):
            board.wait()
        expect(board.page.get_by_test_id("stTopNavLink").first).to_contain_text("Wall chart")
        board.page.locator(".g-card, .g-table").first.wait_for()
        board.wait_at_rest()
        found[path] = CHINESE.findall(CODES.sub("", shown_text(board)))
    assert not any(found.values()), found
    assert board.offline.console_errors == []


def test_the_language_switch_keeps_the_picture(visit: Callable[..., Board]):
    board = visit("/?district=150303&as_of=2016-08-31").wait()
    before = {code: board.figure(code) for code in ("on_register", "exited", "remaining")}
    board.page.get_by_text("角色与语言").click()
    board.page.get_by_role("radio", name="English").click()
    expect(board.part("sentence")).to_contain_text("31 August 2016")
    board.wait(drawn_key(district="150303", as_of="2016-08-31"))
    assert board.query()["lang"] == "en"
    assert {code: board.figure(code) for code in before} == before
    expect(board.part("district-150303")).to_have_text("Hainan District")
