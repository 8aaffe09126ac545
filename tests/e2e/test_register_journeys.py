"""Journeys through the living register: a visit, an exit, a verdict, an entry, a printed file."""

import re
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data.access import Role, Viewer
from data.door import DEMO_VIEWERS
from data.engine import Database, open_database, reading
from data.queries.exit_candidates import Readiness, list_candidates
from data.queries.filters import Filter
from data.queries.instants import CHINA
from data.queries.people import list_own_households
from data.rules.exits import STEP_NAMES, Step
from data.vault import open_identities
from tests.conftest import copy_database
from tests.e2e.board import Board
from tests.e2e.conftest import PHONE
from tests.e2e.servers import Server

CLERK = Viewer("y", Role.CLERK, ("",))
TOWN, VILLAGE = "150303104000", "150303104238"
LINE_YUAN = 3_000
OPENED = Filter().as_of
PLACE = "村委会"
# The parts of a PDF as Chromium writes it.
_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_GLYPH_TABLE = re.compile(rb"/ToUnicode (\d+) 0 R")
_WRITTEN = re.compile(rb"/F(\d+) [\d.]+ Tf|<([0-9A-F]+)>(?=[^\[\]<>]*T[jJ])")
_ROW = re.compile(rb"<(\w+)> <(\w+)>(?: <(\w+)>)?")


@dataclass(frozen=True)
class Desk:
    """A server on a demonstration of its own, to which the journeys write, and its database."""

    server: Server
    db: Database
    file: Path


@pytest.fixture(scope="module")
def desk(
    launch: Callable[..., Server], demo_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    file = copy_database(demo_file, tmp_path_factory.mktemp("register") / "register.db")
    db = open_database(f"sqlite:///{file}")
    yield Desk(launch(file), db, file)
    db.engine.dispose()


@pytest.fixture
def come(visit: Callable[..., Board], desk: Desk) -> Iterator[Callable[..., Board]]:
    """Open a page of the writable server; at the end no page erred and nothing went out."""
    boards: list[Board] = []

    def open_page(path: str, role: str, **options: object) -> Board:
        board = visit(path, role=role, at=desk.server, **options)
        board.wait_at_rest()
        boards.append(board)
        return board

    yield open_page
    for board in boards:
        assert board.offline.console_errors == []
        assert board.offline.refused == []
    assert desk.server.process.poll() is None
    assert "Traceback" not in desk.server.log.read_text(encoding="utf-8")


def find_largest(desk: Desk, area: str) -> str:
    """Find the household with most members in an area, by the first digits of its code."""
    with closing(sqlite3.connect(desk.file)) as db:
        (household,) = db.execute(
            "SELECT h.code FROM household AS h "
            "JOIN household_composition AS c ON c.household_code = h.code "
            "WHERE h.village_code LIKE ? GROUP BY h.code ORDER BY count(*) DESC, h.code LIMIT 1",
            [f"{area}%"],
        ).fetchone()
    return str(household)


def fill_day(page: Page, label: str, day: date) -> None:
    """Type a day into the three parts of a field for one."""
    field = page.get_by_role("group", name=label, exact=True)
    field.get_by_role("spinbutton").first.click()
    page.keyboard.type(day.strftime("%Y%m%d"))
    expect(field).to_have_text(re.compile(day.strftime(r"%Y\D*%m\D*%d")))


def test_a_helper_logs_a_visit_on_a_phone_and_undoes_it(come, desk, pictures):
    helper = DEMO_VIEWERS["helper"][0]
    own = list_own_households(desk.db, helper, as_of=Filter().as_of)["household"].iloc[0]
    board = come(f"/household?household={own}", "helper", viewport=PHONE)
    page = board.page
    blocks = page.locator(".g-block")
    for number, heading in enumerate(("扶持谁", "由谁扶", "怎么扶")):
        expect(blocks.nth(number).locator("h3")).to_have_text(heading)
        box = blocks.nth(number).bounding_box()
        assert box
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= PHONE["height"], heading
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]
    page.screenshot(path=pictures / "household-phone.png")
    page.get_by_role("tab", name="台账与走访").click()
    note = "示例：到户核对冬季取暖"
    rows = page.locator(".g-table tr", has_text=note)
    page.get_by_text("登记走访", exact=True).click()
    page.get_by_label("情况（可不填）").fill(note)
    form = page.get_by_test_id("stForm").filter(has=page.get_by_label("情况（可不填）"))
    form.get_by_role("button", name="登记").click()
    told = page.locator(".st-key-outcome_visit")
    expect(told).to_contain_text("已登记，并记入审计。")
    expect(rows).to_have_count(1)
    assert count_visits(desk.file, note) == 1

    told.get_by_role("button", name="撤销刚才的登记").click()
    expect(told).to_contain_text("已撤销，原记录仍可按“当时所知”查阅。")
    expect(rows).to_have_count(0)
    assert count_visits(desk.file, note) == 2


def count_visits(file: Path, note: str) -> int:
    """Count the rows with a note: an entry is one, its undoing a second."""
    with closing(sqlite3.connect(file)) as db:
        (count,) = db.execute(
            "SELECT count(*) FROM service_event WHERE note = ?", [note]
        ).fetchone()
    return int(count)


def choose(page: Page, label: str, option: str | re.Pattern[str]) -> None:
    """Choose in a list by the keyboard: a click that closes another list opens none."""
    field = page.get_by_role("combobox", name=label, exact=True)
    field.focus()
    field.press("ArrowDown")
    page.get_by_role("option", name=option).first.click()


def test_an_exit_goes_by_page_through_everybody_whom_it_needs(come, desk):
    today = datetime.now(UTC).astimezone(CHINA).date()
    office = come("/exits", "office").page
    office.get_by_text("按文件登记规则参数").click()
    office.get_by_label("元／人·年").fill(str(LINE_YUAN))
    for label, text in (("依据文件", "示例文件"), ("文号", "例字 1 号"), ("页码", "1")):
        office.get_by_label(label, exact=True).fill(text)
    fill_day(office, "生效日期", date(2016, 1, 1))
    office.get_by_role("button", name="登记参数").click()
    expect(office.get_by_text("参数已登记。")).to_be_visible()
    expect(office.locator(".g-card")).to_contain_text("3,000.00 元／人·年")
    expect(office.locator(".g-card")).to_contain_text("例字 1 号")

    household = next(
        one.household
        for one in list_candidates(desk.db, CLERK, TOWN, OPENED)
        if one.readiness is Readiness.READY and one.village == VILLAGE
    )
    town = open_batch(come, household)
    for number, step in enumerate(list(Step)[:6], start=1):
        take(town, step, OPENED + timedelta(days=number))
    expect(town.page.get_by_text("本批目前没有可办的步骤：或待签字，或已办完。")).to_be_visible()

    for role in ("team", "town"):
        sign(come("/exits", role).page)
    leader = come("/exits", "leader").page  # the district has not signed yet
    expect(leader.get_by_text("待您签字：0 批。")).to_be_visible()
    expect(leader.get_by_role("button", name="签字…")).to_have_count(0)
    sign(come("/exits", "district-150303").page)
    leader.reload()
    sign(leader)
    assert list_levels(desk, household) == ["village", "town", "district", "city"]

    town.page.reload()
    for step in (Step.APPROVED, Step.FILED, Step.ENTERED):
        take(town, step, today)
    file = come(f"/household?household={household}&as_of={today}", "town").page
    expect(file.locator(".g-block").first).to_contain_text(f"已脱贫（{today} 起）")


def open_batch(come: Callable[..., Board], household: str) -> Board:
    """Open a batch of one household for its town by page, and then the batch itself."""
    board = come("/exits", "town")
    page: Page = board.page
    page.get_by_text("新建批次（按镇）").click()
    expect(page.get_by_role("button", name="建立批次")).to_be_visible()
    board.wait_at_rest()
    form = page.get_by_test_id("stForm").filter(has=page.get_by_role("button", name="建立批次"))
    form.get_by_role("button", name="Clear all").click()
    chosen = page.get_by_role("combobox", name="本批的户")
    chosen.fill(household)
    page.get_by_role("option", name=household).click()
    chosen.press("Escape")
    form.get_by_role("button", name="建立批次").click()
    expect(page.get_by_text("已立档 1 户。")).to_be_visible()
    board.wait_at_rest()
    choose(page, "打开一个批次", re.compile("巴音陶亥镇"))
    expect(page.get_by_label("地点")).to_be_visible()
    return board


def list_levels(desk: Desk, household: str) -> list[str]:
    """List who signed the household's newest case, in the order of signing."""
    with closing(sqlite3.connect(desk.file)) as db:
        rows = db.execute(
            "SELECT level FROM signature WHERE voids_event_id IS NULL AND case_id = "
            "(SELECT max(id) FROM exit_case WHERE household_code = ?) ORDER BY recorded_at",
            [household],
        ).fetchall()
    return [level for (level,) in rows]


def take(board: Board, step: Step, day: date) -> None:
    """Take a step of the batch that is open."""
    page, name = board.page, STEP_NAMES[step]
    expect(page.get_by_role("combobox", name="办理步骤")).to_have_value(f"{name}（1 户）")
    board.wait_at_rest()
    if step is Step.NOTICED:
        fill_day(page, "公示起", day)
        fill_day(page, "公示期满日（至少七天后，当日起可签字）", day + timedelta(days=7))
    else:
        fill_day(page, "办理日期", day)
    page.get_by_label("地点").fill(PLACE)
    page.get_by_role("button", name="登记该步").click()
    expect(page.get_by_text(f"已登记“{name}”，1 户。")).to_be_visible()


def sign(page: Page) -> None:
    """Sign the one batch that waits for the visitor; then none does."""
    buttons = page.get_by_role("button", name="签字…")
    expect(buttons).to_have_count(1)
    buttons.click()
    page.get_by_role("button", name="确认签字").click()
    expect(page.get_by_text("已签字，记入审计。")).to_be_visible()
    expect(page.get_by_text("待您签字：0 批。")).to_be_visible()


def test_a_residual_is_explained_by_a_signed_note_and_stays(come, pictures):
    page = come("/claims", "office").page
    row = page.locator(".g-table tr", has=page.locator("th", has_text="N4")).first

    def figures_stay(status: str) -> None:
        for cell, text in ((2, "89 人"), (3, "91"), (4, "−2"), (5, status)):
            expect(row.locator("td").nth(cell)).to_have_text(text)

    figures_stay("未解释")
    press = page.get_by_role("button", name="签署结论")
    press.click()
    expect(page.get_by_text("公布数 N4 的差额 −2 不能结案")).to_be_visible()
    figures_stay("未解释")
    note = "示例：两个口径的时点不同，经核对说明"
    page.get_by_label("说明（不写姓名、证件号、电话）").fill(note)
    press.click()
    expect(page.get_by_text("结论已签署并留存。公布数、台账和差额都没有改变。")).to_be_visible()
    figures_stay("已解释")
    expect(page.locator(".g-notice", has_text=note)).to_contain_text("已解释")
    page.screenshot(path=pictures / "settled.png", full_page=True)


def test_a_clerk_enters_a_natural_decrease_and_undoes_it(come, desk, pictures):
    household = find_largest(desk, "150304")
    page = come(f"/household?household={household}", "clerk").page
    page.get_by_role("tab", name="登记事件与时间线").click()
    choose(page, "登记事项", "自然减少")
    page.get_by_role("button", name=re.compile("^3 · ")).click()
    fill_day(page, "发生日期", date(2017, 3, 1))
    choose(page, "原因", "迁出")
    page.get_by_label("依据").fill("迁移证明 12 号")
    page.get_by_role("button", name="提交登记").click()
    said = page.locator(".st-key-register_outcome").first
    expect(said).to_contain_text(f"已登记户 {household} 的“自然减少”，1 人。")
    page.screenshot(path=pictures / "decrease.png")
    said.get_by_role("button", name="撤销这次登记").click()
    expect(
        page.get_by_text(f"已撤销户 {household} 的“自然减少”，1 人，并记入审计。")
    ).to_be_visible()
    row = page.locator(".g-table tr", has_text="迁移证明 12 号")
    expect(row).to_contain_text("已撤销")


def test_a_printed_file_names_nobody(come, desk, pictures):
    household = find_largest(desk, VILLAGE)
    with closing(sqlite3.connect(desk.file)) as db:
        members = [row[0] for row in db.execute("SELECT member_id FROM identity_vault")]
    page = come(f"/household?household={household}&print=1", "team").page
    # Headings come before what Streamlit draws as HTML: a paper has both.
    for expected in ("扶持谁", "由谁扶", "怎么扶", "登记事件与时间线"):
        expect(page.get_by_text(expected).first).to_be_visible()
    expect(page.locator("table").last).to_be_visible()
    body = page.pdf(path=pictures / "household.pdf", format="A4", print_background=True)
    text = read_pdf(body)
    assert "\ufffd" not in text
    for expected in ("合成数据", household, "扶持谁", "由谁扶", "怎么扶", "登记事件与时间线"):
        assert expected in text
    with reading(desk.db) as connection:
        held = open_identities(connection, members)
    secrets = {
        one.texts[name] for one in held.values() for name in ("name", "id_number", "phone")
    } - {""}
    assert len(secrets) > len(members)
    assert [secret for secret in secrets if secret in text] == []


def read_pdf(body: bytes) -> str:
    """Read the text of a PDF that Chromium printed: each font's glyphs by its own table."""
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(body)}
    streams = {number: _inflate(held) for number, held in objects.items()}
    fonts = {
        number: _read_glyphs(streams[int(table[1])])
        for number, held in objects.items()
        if (table := _GLYPH_TABLE.search(held))
    }
    written: list[str] = []
    for stream in streams.values():
        glyphs: dict[int, str] = {}
        for font, codes in _WRITTEN.findall(stream):
            if font:
                glyphs = fonts[int(font)]
            else:
                numbers = bytes.fromhex(codes.decode())
                pairs = zip(numbers[::2], numbers[1::2], strict=True)
                written += [glyphs.get(high << 8 | low, "\ufffd") for high, low in pairs]
    return "".join(written)


def _inflate(held: bytes) -> bytes:
    found = _STREAM.search(held)
    if found is None or b"/Subtype /Image" in held:
        return b""
    return zlib.decompress(found[1]) if b"/FlateDecode" in held else found[1]


def _read_glyphs(table: bytes) -> dict[int, str]:
    """Read which text each glyph of a font stands for."""
    glyphs: dict[int, str] = {}
    body = table.split(b"endcodespacerange")[1]
    for first, second, third in _ROW.findall(body):
        start, last = int(first, 16), int(second if third else first, 16)
        text = bytes.fromhex((third or second).decode()).decode("utf-16-be")
        for step in range(last - start + 1):
            glyphs[start + step] = text[:-1] + chr(ord(text[-1]) + step)
    return glyphs
