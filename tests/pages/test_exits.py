"""The exit page: what waits for whom, a town's batch step by step, and nothing unseen is signed."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.access import Role, Viewer
from data.actions.open_exits import Opening, open_exits
from data.actions.set_parameter import Setting, set_parameter
from data.actions.take_exit_step import StepTaken, take_exit_step
from data.door import DEMO_VIEWERS
from data.engine import open_database, reading
from data.queries.exit_candidates import Readiness, list_candidates
from data.queries.exit_files import base_of, load_cases
from data.queries.parameters import INCOME_LINE
from data.queries.signatures import list_to_sign
from data.rules.exits import Step
from tests.conftest import copy_database
from tests.pages.conftest import SHELL, Visitor

OFFICE = Viewer("x", Role.OFFICE, ("",))
CLERK = Viewer("y", Role.CLERK, ("",))
TOWN, VILLAGE = "150303104000", "150303104238"
OPENED = date(2017, 1, 5)
LINE = Setting(INCOME_LINE, 100_000, date(2016, 1, 1), "示例文件", "例字 1 号", OPENED, "1")
PRINCIPALS = {"team": VILLAGE, "town": "150303104", "leader": "1503"}


def load(db, batch):
    with reading(db) as connection:
        return load_cases(connection, OFFICE, batches=[batch])


def take(db, batch, step: Step, day: date, cases=None):
    chosen = load(db, batch) if cases is None else cases
    taken = StepTaken(
        batch, tuple(case.id for case in chosen), step, day, "村委会", base_of(chosen)
    )
    take_exit_step(db, CLERK, taken)


@pytest.fixture(scope="module")
def prepared(demo_file: Path, tmp_path_factory) -> tuple[Path, str]:
    """Prepare a village's batch whose notice is over; give the file and the batch."""
    path = copy_database(demo_file, tmp_path_factory.mktemp("exits") / "exits.db")
    db = open_database(f"sqlite:///{path}")
    set_parameter(db, OFFICE, LINE)
    ready = [
        one.household
        for one in list_candidates(db, CLERK, TOWN, OPENED)
        if one.readiness is Readiness.READY and one.village == VILLAGE
    ][:3]
    batch = open_exits(db, CLERK, Opening(TOWN, tuple(ready), OPENED)).batch_id
    for number, step in enumerate(list(Step)[:6], start=1):
        take(db, batch, step, OPENED + timedelta(days=number))
    db.engine.dispose()
    return path, batch


@pytest.fixture
def here(prepared, tmp_path, use_database, empty_caches):
    path = copy_database(prepared[0], tmp_path / "here.db")
    use_database(path)
    db = open_database(f"sqlite:///{path}")
    yield db
    db.engine.dispose()


@pytest.fixture
def seats(demo_file, monkeypatch):
    """Let some of the demonstration's roles be the principals of their units."""
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(demo_file) as connection:
        for key, unit in PRINCIPALS.items():
            (code,) = connection.execute(
                "SELECT o.code FROM official AS o JOIN post AS p ON p.official_id = o.id "
                "JOIN org AS g ON g.id = p.org_id WHERE p.is_principal AND g.division_code = ?",
                [unit.ljust(12, "0")],
            ).fetchone()
            viewer, label = DEMO_VIEWERS[key]
            monkeypatch.setitem(DEMO_VIEWERS, key, (replace(viewer, official=code), label))
    connection.close()


@pytest.fixture
def come(here, seats, monkeypatch):
    def open_page(role: str, **query: str) -> Visitor:
        visitor = Visitor(AppTest.from_file(SHELL, default_timeout=60), role, monkeypatch)
        visitor.test.switch_page("exits.py")
        for name, value in query.items():
            visitor.test.query_params[name] = value
        return visitor.run()

    return open_page


def button(visitor: Visitor, label: str):
    return next(b for b in visitor.test.button if b.label == label)


def press(visitor: Visitor, label: str) -> Visitor:
    button(visitor, label).click()
    return visitor.run()


def told(visitor: Visitor) -> list[str]:
    return [part.value.replace("\\", "") for part in visitor.test.success]


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize("role", ["leader", "office", "district-150302", "town", "team", "clerk"])
def test_the_page_opens_for_everybody_whom_it_concerns(here, come, prepared, role, lang):
    visitor = come(role, lang=lang)
    assert visitor.is_clean()
    codes = [
        case.household for case in load(open_database(f"sqlite:///{prepared[0]}"), prepared[1])
    ]
    if role == "leader":
        assert not [code for code in codes if code in visitor.texts()]
        assert "&lt;5" in visitor.html()
        assert not [box for box in visitor.test.selectbox if "批次" in box.label]


def test_without_a_line_the_page_says_so_and_opens_nothing(visit):
    visitor = visit("exits", role="clerk")
    assert "收入线未设定（待附文件）" in visitor.html()
    assert "没有办理中的批次。" in [part.value for part in visitor.test.info]
    visitor.test.toggle(key="exits.opening").set_value(True)
    visitor.run()
    visitor.test.selectbox(key="exits.town").set_value(TOWN)
    visitor.run()
    assert "不判断：收入线未设定" in visitor.html()
    assert not [b for b in visitor.test.button if b.label == "建立批次"]


def test_what_is_signed_leaves_the_list_and_moves_to_the_next_level(here, come, prepared):
    town = come("town")
    assert "待您签字：0 批。" in [part.value for part in town.test.caption]
    team = come("team")
    assert button(team, "确认签字")
    press(team, "确认签字")
    assert told(team) == ["已签字，记入审计。"]
    assert "待您签字：0 批。" in [part.value for part in team.test.caption]
    assert {len(case.state.signatures) for case in load(here, prepared[1])} == {1}
    assert button(town.run(), "确认签字")
    assert "待您签字：0 批。" in [part.value for part in come("leader").test.caption]


def test_nothing_is_signed_that_changed_after_the_screen_was_drawn(here, come, prepared):
    team = come("team")
    other = come("team")
    press(other, "确认签字")
    press(team, "确认签字")
    assert any("没有写入任何内容" in text for text in team.errors())
    assert {len(case.state.signatures) for case in load(here, prepared[1])} == {1}


def test_a_town_takes_a_step_for_its_batch_and_can_leave_some_out(here, come, prepared):
    cases = load(here, prepared[1])
    fresh = [
        one.household
        for one in list_candidates(here, CLERK, TOWN, OPENED)
        if one.readiness is Readiness.READY
    ][:3]
    batch = open_exits(here, CLERK, Opening(TOWN, tuple(fresh), OPENED)).batch_id
    town = come("town", batch=batch)
    key = f"exits.form.{batch}.1"
    town.test.multiselect(key=f"{key}.out").set_value([fresh[0]])
    press(town, "登记该步")
    assert any("请填写“地点”" in text for text in town.errors())
    town.test.text_input(key=f"{key}.place").set_value("村委会")
    press(town, "登记该步")
    assert told(town) == ["已登记“初选”，2 户。"]
    assert sorted(case.state.next_step for case in load(here, batch)) == [1, 2, 2]
    assert len(load(here, prepared[1])) == len(cases)


def test_a_case_shows_nine_steps_four_signatures_and_what_an_undo_takes_along(here, come, prepared):
    (case, *_others) = load(here, prepared[1])
    press(come("team"), "确认签字")
    clerk = come("clerk", batch=prepared[1], case=case.id)
    assert clerk.is_clean()
    body = clerk.html()
    for number, name in ((1, "初选"), (6, "公示"), (9, "录入")):
        assert f"{number} {name}" in body
    assert "与内容相符" in body
    assert "2017-01-11 → 2017-01-18" in body
    clerk.test.selectbox(key=f"exits.undo.{case.id}.target").set_value(Step.AGREED)
    clerk.run()
    said = [part.value.replace("\\", "") for part in clerk.test.caption]
    assert "将一并作废：村级签字、6 公示、5 农户签字。" in said
    press(clerk, "确认撤销")
    assert told(clerk) == ["已撤销。"]
    (undone,) = [one for one in load(here, prepared[1]) if one.id == case.id]
    assert undone.state.next_step is Step.AGREED
    assert undone.state.signatures == ()


def test_the_office_sets_the_line_by_its_document(visit, writable_file, use_database, monkeypatch):
    use_database(writable_file)
    visitor = visit("exits", role="office")
    use_database(writable_file)
    visitor.run()
    key = f"exits.set.{INCOME_LINE}"
    visitor.test.number_input(key=f"{key}.value").set_value(2855.35)
    press(visitor, "登记参数")
    assert any("请填写“依据文件”" in text for text in visitor.errors())
    for field, text in (("title", "示例文件"), ("number", "例字 1 号"), ("page", "2")):
        visitor.test.text_input(key=f"{key}.{field}").set_value(text)
    press(visitor, "登记参数")
    assert told(visitor) == ["参数已登记。"]
    assert "2,855.35" in visitor.html()
    assert "例字 1 号" in visitor.html()


def test_a_batch_elsewhere_is_like_a_missing_one(here, come, prepared):
    shown = []
    for code in (prepared[1], "01ARZ3NDEKTSV4RRFFQ69G5FAV"):
        visitor = come("district-150302", batch=code)
        assert "该批次不在您的范围内，或已不存在。" in [part.value for part in visitor.test.info]
        shown.append(visitor.texts().replace(code, "CODE"))
    assert shown[0] == shown[1]


def test_a_signature_waits_for_nobody_who_is_no_principal(here):
    assert list_to_sign(here, DEMO_VIEWERS["office"][0], date(2017, 2, 1)) == []
