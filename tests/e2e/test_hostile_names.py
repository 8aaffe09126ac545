"""Names that would be code: in every text field, through every page, shown as written."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count, cycle
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.board import Board
from tests.e2e.conftest import Offline
from tests.e2e.servers import Server

PAYLOADS = (
    "{{7*7191}}",
    "{% raw %}",
    "${window.pwned=1}",
    "`${window.pwned=1}`",
    "<img src=x onerror=window.pwned=1>",
    "![x](http://evil.example/x.png)",
    "</script><script>window.pwned=1</script>",
    "[a](javascript:window.pwned=1)",
    "<b>粗</b> :red[x] $x^2$ **y**",
    "\\\"'><svg onload=window.pwned=1>",
)
EVALUATED = str(7 * 7191)
FIELDS = {
    "division": ("name_zh", "name_en", "position_note"),
    "landmark": ("name_zh", "name_en", "note"),
    "project": ("name_zh", "name_en"),
    "enterprise": ("name_zh", "name_en"),
    "org": ("name_zh", "name_en"),
    "official": ("code",),
    "cause_kind": ("name_zh", "name_en"),
    "measure": ("name_zh", "name_en"),
    "measure_vocabulary": ("name_zh", "name_en"),
    "claim": ("definition_zh", "definition_en", "as_of_text", "note_zh", "note_en", "locator"),
    "source": ("title", "publisher", "note"),
}
DONGXING, ZEYUAN = "150303104238", "150304101008"


@pytest.fixture(scope="module")
def hostile_file(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the demonstration and write a payload, numbered, into every text that people name."""
    file = Path(shutil.copy(demo_file, tmp_path_factory.mktemp("hostile") / "hostile.db"))
    payloads, number = cycle(PAYLOADS), count(1)
    with closing(sqlite3.connect(file)) as db, db:
        for (trigger,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            db.execute(f'DROP TRIGGER "{trigger}"')
        for table, columns in FIELDS.items():
            for (row,) in db.execute(f"SELECT rowid FROM {table}").fetchall():  # noqa: S608 - ours
                texts = [f"{next(payloads)} {next(number)}" for _ in columns]
                pairs = ", ".join(f"{column} = ?" for column in columns)
                db.execute(
                    f"UPDATE {table} SET {pairs} WHERE rowid = ?",  # noqa: S608 - our own names
                    [*texts, row],
                )
        db.execute("UPDATE data_version SET version = version + 1")
    return file


@pytest.fixture(scope="module")
def hostile(launch: Callable[..., Server], hostile_file: Path) -> Server:
    return launch(hostile_file)


def names(file: Path, question: str) -> list[str]:
    with closing(sqlite3.connect(file)) as db:
        return [row[0] for row in db.execute(question)]


@pytest.fixture
def board(visit: Callable[..., Board], hostile: Server) -> Iterator[Board]:
    """Open the hostile server; at the end nothing has run, gone out, or been worked out."""
    board = visit("/claims", at=hostile, role="office")
    dialogs: list[str] = []
    board.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    yield board
    nothing_ran(board)
    assert dialogs == []
    assert hostile.process.poll() is None
    assert "Traceback" not in hostile.log.read_text(encoding="utf-8")


def nothing_ran(board: Board) -> None:
    assert board.page.evaluate("window.pwned") is None
    assert board.offline.refused == []
    assert board.offline.console_errors == []
    assert EVALUATED not in board.page.content()


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_map_and_its_panel(board: Board, hostile_file: Path, lang: str):
    column = "name_zh" if lang == "zh-CN" else "name_en"
    villages = names(
        hostile_file,
        f"SELECT {column} FROM division WHERE kind IN ('village', 'community')",  # noqa: S608
    )
    board.page.goto(f"/?lang={lang}&district=150303&measure=industry")
    board.wait()
    shown = board.part("ranking").evaluate(
        "table => [...table.querySelectorAll('tbody th')].map(cell => cell.textContent)"
    )
    assert shown
    assert set(shown) <= set(villages)
    districts = names(hostile_file, f"SELECT {column} FROM division WHERE kind = 'district'")  # noqa: S608
    labels = [board.part(f"district-{code}").inner_text() for code in ("150302", "150303")]
    assert set(labels) <= set(districts)
    measures = names(hostile_file, f"SELECT {column} FROM measure")  # noqa: S608
    assert any(name in board.sentence() for name in measures)

    row = board.part(f"row-{DONGXING}")
    row.hover()
    expect(board.part("readout")).to_contain_text(row.inner_text())
    row.click()
    board.wait()
    card = board.page.locator(".g-card")
    expect(card.locator("h3")).to_have_text(row.inner_text())
    officials = names(hostile_file, "SELECT code FROM official")
    assert any(code in card.inner_text() for code in officials)
    board.zoom_in()
    board.part("map").hover(position=board.point_of(ZEYUAN))
    (other,) = names(
        hostile_file,
        f"SELECT {column} FROM division WHERE code = '{ZEYUAN}'",  # noqa: S608 - ours
    )
    expect(board.part("readout")).to_contain_text(other)


def test_the_village_page(board: Board, hostile_file: Path):
    board.page.goto(f"/village?village={DONGXING}")
    (name,) = names(
        hostile_file,
        f"SELECT name_zh FROM division WHERE code = '{DONGXING}'",  # noqa: S608 - ours
    )
    expect(board.page.locator(".g-card h3")).to_have_text(name)
    board.wait_at_rest()
    measures = names(hostile_file, "SELECT name_zh FROM measure WHERE vocabulary = 'WH5'")
    card = board.page.locator(".g-card")
    for measure in measures:
        expect(card).to_contain_text(measure)
    causes = names(hostile_file, "SELECT name_zh FROM cause_kind")
    heads = board.page.locator(".g-table tbody th").all_inner_texts()
    assert heads
    assert {head.strip() for head in heads} <= {cause.strip() for cause in causes}
    expect(board.page.get_by_test_id("stDataFrame")).to_be_visible()
    board.page.get_by_role("combobox").first.click()
    options = board.page.get_by_role("option").all_inner_texts()
    assert name in options


def test_the_claims_page(board: Board, hostile_file: Path):
    # One script after another in one page: what an earlier one left behind would show here.
    for lang in ("zh-CN", "en"):
        board.page.goto(f"/claims?lang={lang}")
        board.page.locator(".g-table").wait_for()
        board.wait_at_rest()
        tongue = "zh" if lang == "zh-CN" else "en"
        table = board.page.locator(".g-table")
        for text in names(hostile_file, f"SELECT definition_{tongue} FROM claim"):  # noqa: S608
            expect(table).to_contain_text(text)
        notice = board.page.locator(".g-notice").last
        expect(notice).to_be_visible()
        expect(notice.locator("a, img, b, svg")).to_have_count(0)
        (open_one,) = names(
            hostile_file,
            f"SELECT definition_{tongue} FROM claim WHERE id = 'N4'",  # noqa: S608 - ours
        )
        expect(notice).to_contain_text(open_one)


def test_the_saved_map(
    board: Board,
    context_offline: Callable[..., Offline],
    hostile_file: Path,
    tmp_path: Path,
):
    board.page.goto(f"/?village={DONGXING}")
    board.wait()
    with board.page.expect_download() as download:
        board.part("save-map").click()
    saved = tmp_path / "saved.html"
    download.value.save_as(saved)
    disk = context_offline(offline=True)
    page = disk.new_page()
    page.goto(saved.as_uri())
    page.wait_for_function("document.documentElement.dataset.ready === 'true'")
    text = page.locator("body").inner_text()
    for name in names(
        hostile_file, "SELECT name_zh FROM division WHERE kind IN ('village', 'community')"
    ):
        assert " ".join(name.split()) in " ".join(text.split())
    assert page.evaluate("window.pwned") is None
    assert EVALUATED not in text
    assert disk.refused == []
    assert disk.console_errors == []


def test_bodies_of_layers_are_data(board: Board, hostile_file: Path):
    """What the map fetches is JSON with the names in it, never markup or a page."""
    answer = board.page.request.get("/layers/zh-CN/places.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    villages = names(
        hostile_file, "SELECT name_zh FROM division WHERE kind IN ('village', 'community')"
    )
    assert sorted(answer.json()["units"]["name"]) == sorted(villages)
