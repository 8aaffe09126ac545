"""The page of two times: sliders, differences, and the close of a year."""

from datetime import date

import pytest
from sqlalchemy import select

from data.engine import reading, transaction
from data.ledger import void_event
from data.models import AuditEntry, EventKind, RegisterClose, RegisterEvent

PAGE = "closes"


def closes(db):
    with reading(db) as connection:
        return connection.execute(select(*RegisterClose.__table__.columns)).all()


def press(visitor, *, sure=True):
    box = visitor.test.checkbox(key="closes.sure")
    if sure:
        box.check()
    next(b for b in visitor.test.button if "年度关账" in b.label).click()
    return visitor.run()


def test_corrections_of_2017_move_villages_and_not_the_city(visit):
    page = visit("closes", role="office")
    assert page.is_clean()
    assert "2016年6月30日" in page.texts()
    page.test.select_slider(key="closes.as_of").set_value(date(2016, 6, 30))
    page.test.toggle(key="closes.short").set_value(True)
    page.run()
    assert page.is_clean()
    (table, _entries) = [part.body for part in page.test.get("html") if "<table" in part.body]
    whole, *villages = table.split("<tbody>")[1].split("</tr>")[:-1]
    assert "乌海市" in whole
    assert whole.count(">·</td>") == 2
    assert len(villages) == 2
    assert all("+3" in row and "−3" in row for row in villages)
    assert "撤销“脱贫退出”" in page.html()


def test_with_both_times_alike_nothing_differs(visit):
    page = visit("closes", role="office")
    page.test.select_slider(key="closes.second").set_value(date(2017, 1, 31))
    page.run()
    assert page.is_clean()
    assert "在每个截至日都相同" in page.texts()


def test_before_any_close_it_says_so(visit):
    page = visit("closes", role="clerk")
    assert page.is_clean()
    assert "尚未对任何年度关账" in page.texts()
    assert not page.test.button  # the office alone closes


def test_a_close_wants_to_be_confirmed(db, come):
    page = press(come(), sure=False)
    assert "请先勾选确认" in page.html()
    assert closes(db) == []


def test_a_close_shows_its_hash_and_later_corrections_show_beside_it(db, come):
    page = press(come())
    assert page.is_clean()
    (close,) = closes(db)
    assert page.test.success
    assert close.frame_hash in page.html()
    assert "与冻结时一致" in page.html()
    assert "关账以来没有登记改变该年数字" in page.texts()
    assert not page.test.button  # nothing is left to close
    with transaction(db) as connection:
        exit_ = connection.execute(
            select(RegisterEvent.id)
            .where(RegisterEvent.kind == str(EventKind.EXITED))
            .where(RegisterEvent.id.not_in(
                select(RegisterEvent.voids_event_id).where(RegisterEvent.voids_event_id.is_not(None))
            ))
            .limit(1)
        ).scalar_one()  # fmt: skip
        void_event(connection, exit_, recorded_by="clerk-7", reason="wrong household")
    later = come()
    assert "clerk-7" in later.html()
    assert "92" in later.html()
    assert close.frame_hash in later.html()
    with reading(db) as connection:
        deeds = connection.execute(select(AuditEntry.deed, AuditEntry.target)).all()
    assert ("close", "2016") in [tuple(row) for row in deeds]


@pytest.mark.parametrize("role", ["leader", "planner", "inspector", "helper"])
def test_who_sees_no_small_cells_does_not_come_in(visit, role):
    assert "无权" in visit("closes", role=role).errors()[0]
