"""The yearly close: what was known stays, whatever is learned later."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from data.access import Role, Viewer
from data.actions.close_year import close_year
from data.engine import reading, transaction
from data.errors import (
    Denied,
    NobodyToClose,
    NotFound,
    RuleBroken,
    YearBeforeOpening,
    YearClosed,
    YearNotOver,
)
from data.ledger import append_row, void_event
from data.models import (
    AuditEntry,
    EventKind,
    HouseholdComposition,
    RegisterClose,
    RegisterCloseRow,
    RegisterEvent,
)
from data.queries.closes import (
    compare_close,
    compare_times,
    list_closes,
    list_late_entries,
    list_recording_days,
)
from data.queries.instants import known_before
from data.queries.rolls import hash_roll
from tests.unit.data.folding import counts
from tests.unit.data.tiny_world import BING, JIA, YI, append

YEAR_END = date(2016, 12, 31)
CLOSED_AT = datetime(2017, 1, 20, 2, tzinfo=UTC)
LEARNED_AT = datetime(2017, 3, 1, 2, tzinfo=UTC)


def rows_of(db, model):
    with reading(db) as connection:
        return connection.execute(select(*model.__table__.columns)).all()


def close(db, viewer, year=2016, *, now=CLOSED_AT):
    return close_year(db, viewer, year, now=now)


def correct(db, member="C4-1"):
    """Learn after the close that somebody did not exit in 2016, and that another did."""
    with transaction(db) as connection:
        wrong = connection.execute(
            select(RegisterEvent.id).where(
                RegisterEvent.member_id == member, RegisterEvent.kind == str(EventKind.EXITED)
            )
        ).scalar_one()
        void_event(connection, wrong, recorded_by="clerk", reason="wrong", recorded_at=LEARNED_AT)
        append(connection, "A4-1", EventKind.EXITED, date(2016, 11, 5), at=LEARNED_AT)


def compared(db, viewer):
    frame = compare_close(db, viewer, 2016)
    return {row.pop("area"): tuple(row.values()) for row in frame.to_dict("records")}


def test_a_close_freezes_everybody_with_a_status(tiny_db, tiny_office):
    frame_hash = close(tiny_db, tiny_office)
    rows = rows_of(tiny_db, RegisterCloseRow)
    assert len(rows) == 23
    standing = {row.member_id: (row.household_code, row.village_code, row.status, row.since)
                for row in rows}  # fmt: skip
    assert standing["A4-1"] == ("A4", JIA, "registered", date(2015, 6, 1))
    assert standing["B1-2"] == ("B1", YI, "exited", date(2016, 9, 15))
    assert standing["C4-1"] == ("C4", BING, "exited", YEAR_END)
    (seen,) = list_closes(tiny_db, tiny_office)
    assert (seen.year, seen.as_of, seen.rows, seen.closed_by) == (2016, YEAR_END, 23, "tiny-office")
    assert (seen.frame_hash, seen.is_intact) == (frame_hash, True)
    assert len(frame_hash) == 64


def test_the_hash_is_of_the_rows_in_any_order_and_of_every_value():
    rows = [("a", 1), ("b", 2)]
    assert hash_roll(rows) == hash_roll(reversed(rows))
    assert hash_roll(rows) != hash_roll([("a", 1), ("b", 3)])
    assert hash_roll(rows) != hash_roll(rows[:1])


def test_a_later_correction_changes_what_is_known_today_not_what_was_closed(tiny_db, tiny_office):
    frame_hash = close(tiny_db, tiny_office)
    before = compared(tiny_db, tiny_office)
    assert before[""] == (7, 7, 16, 16)
    correct(tiny_db)
    after = compared(tiny_db, tiny_office)
    assert after[""] == (7, 7, 16, 16)
    assert after["990121"] == (7, 6, 8, 9)
    assert after["990122"] == after[BING] == (0, 1, 8, 7)
    assert [row[::2] for row in after.values()] == [row[::2] for row in before.values()]
    (seen,) = list_closes(tiny_db, tiny_office)
    assert (seen.frame_hash, seen.is_intact) == (frame_hash, True)


def test_the_entries_after_a_close_explain_the_difference(tiny_db, tiny_office):
    close(tiny_db, tiny_office)
    correct(tiny_db)
    late = list_late_entries(
        tiny_db, tiny_office, YEAR_END, after=CLOSED_AT, until=known_before(None)
    )
    rows = sorted(tuple(row) for row in late.drop(columns="recorded_by").to_numpy())
    day = LEARNED_AT.date()
    assert rows == [
        (day, JIA, "exited", "", date(2016, 11, 5), 1),
        (day, BING, "voided", "exited", YEAR_END, 1),
    ]
    early = list_late_entries(
        tiny_db, tiny_office, date(2016, 11, 30), after=CLOSED_AT, until=known_before(None)
    )
    assert list(early["village"]) == [JIA]


def test_a_year_is_closed_once(tiny_db, tiny_office):
    close(tiny_db, tiny_office)
    with pytest.raises(YearClosed) as told:
        close(tiny_db, tiny_office)
    assert "tiny-office" in told.value.sentence("zh-CN")
    assert "2017-01-20 10:00" in told.value.sentence("en")
    assert len(rows_of(tiny_db, RegisterClose)) == 1
    assert len(rows_of(tiny_db, RegisterCloseRow)) == 23


@pytest.mark.parametrize(
    ("year", "now", "error"),
    [
        (2016, datetime(2016, 12, 31, 15, 59, tzinfo=UTC), YearNotOver),
        (2017, datetime(2017, 6, 1, tzinfo=UTC), YearNotOver),
        (99_999, CLOSED_AT, YearNotOver),
        (2015, CLOSED_AT, YearBeforeOpening),
        (-1, CLOSED_AT, YearBeforeOpening),
    ],
)
def test_no_year_is_closed_before_it_is_over_or_before_the_opening(
    tiny_db, tiny_office, year, now, error
):
    with pytest.raises(error):
        close(tiny_db, tiny_office, year, now=now)
    assert rows_of(tiny_db, RegisterClose) == []


def test_a_year_is_over_by_the_calendar_of_china(tiny_db, tiny_office):
    close(tiny_db, tiny_office, now=datetime(2016, 12, 31, 16, tzinfo=UTC))
    assert len(rows_of(tiny_db, RegisterClose)) == 1


def test_nobody_on_file_is_nothing_to_close(tiny_db, tiny_office):
    with transaction(tiny_db) as connection:
        events = connection.execute(
            select(RegisterEvent.id).where(RegisterEvent.kind == str(EventKind.IDENTIFIED))
        ).scalars()
        exits = connection.execute(
            select(RegisterEvent.id).where(RegisterEvent.kind == str(EventKind.EXITED))
        ).scalars()
        for event in [*events, *exits]:
            void_event(connection, event, recorded_by="clerk", reason="test")
    with pytest.raises(NobodyToClose):
        close(tiny_db, tiny_office)


def test_others_close_nothing_and_leaders_do_not_read_it(tiny_db, tiny_office):
    clerk = Viewer("clerk", Role.CLERK, ("",))
    leader = Viewer("leader", Role.LEADER, ("",))
    with pytest.raises(Denied):
        close(tiny_db, clerk)
    assert rows_of(tiny_db, RegisterClose) == []
    close(tiny_db, tiny_office)
    for ask in (
        lambda: list_closes(tiny_db, leader),
        lambda: compare_close(tiny_db, leader, 2016),
        lambda: compare_times(tiny_db, leader, None, None),
        lambda: list_recording_days(tiny_db, leader),
        lambda: list_late_entries(
            tiny_db, leader, YEAR_END, after=CLOSED_AT, until=known_before(None)
        ),
    ):
        with pytest.raises(Denied):
            ask()


def test_a_close_leaves_one_row_of_the_audit(tiny_db, tiny_office):
    close(tiny_db, tiny_office)
    (entry,) = rows_of(tiny_db, AuditEntry)
    assert (entry.deed, entry.target, entry.rows, entry.actor) == (
        "close", "2016", 23, "tiny-office",
    )  # fmt: skip


def test_who_sees_a_district_compares_that_district(tiny_db, tiny_office):
    close(tiny_db, tiny_office)
    correct(tiny_db)
    district = Viewer("district", Role.DISTRICT, ("990122",))
    assert set(compared(tiny_db, district)) == {"", "990122", BING}
    late = list_late_entries(tiny_db, district, YEAR_END, after=CLOSED_AT, until=known_before(None))
    assert set(late["village"]) == {BING}


def test_what_is_frozen_is_never_changed_added_to_or_removed(tiny_db, tiny_office):
    close(tiny_db, tiny_office)
    for statement in (
        "UPDATE register_close SET frame_hash = 'x'",
        "DELETE FROM register_close",
        "UPDATE register_close_row SET status = 'gone'",
        "DELETE FROM register_close_row WHERE member_id = 'A1-1'",
    ):
        with pytest.raises(RuleBroken), transaction(tiny_db) as connection:
            connection.exec_driver_sql(statement)
    (seen,) = list_closes(tiny_db, tiny_office)
    assert seen.is_intact


def test_a_year_that_is_not_closed_is_not_compared(tiny_db, tiny_office):
    assert list_closes(tiny_db, tiny_office) == []
    with pytest.raises(NotFound):
        compare_close(tiny_db, tiny_office, 2016)


def test_who_moves_after_the_close_stays_where_the_close_saw_them(tiny_db, tiny_office):
    close(tiny_db, tiny_office)
    with transaction(tiny_db) as connection:
        append_row(
            connection, HouseholdComposition, household_code="C4", member_id="A4-1",
            valid_from=date(2017, 2, 1), recorded_at=LEARNED_AT,
        )  # fmt: skip
    frozen = {row.member_id: row.village_code for row in rows_of(tiny_db, RegisterCloseRow)}
    assert frozen["A4-1"] == JIA
    assert compared(tiny_db, tiny_office)[JIA][0] == 6


def test_both_times_at_every_stop_are_the_fold(tiny_db, tiny_office):
    correct(tiny_db)
    times = compare_times(tiny_db, tiny_office, date(2017, 1, 31), None)
    for day in (date(2016, 1, 1), date(2016, 11, 30), YEAR_END, date(2017, 12, 31)):
        for row in times.at(day).to_dict("records"):
            early = counts(tiny_db, day, known_on=date(2017, 1, 31), prefix=row["area"])
            late = counts(tiny_db, day, prefix=row["area"])
            assert [row["remaining"], row["exited"]] == early
            assert [row["remaining_later"], row["exited_later"]] == late
    changes = times.count_changes()
    assert (changes[date(2016, 10, 31)], changes[date(2016, 11, 30)], changes[YEAR_END]) == (
        0,
        1,
        2,
    )


def test_the_demonstrations_corrections_move_villages_and_not_the_city(demo_db, office):
    times = compare_times(demo_db, office, date(2017, 1, 31), None)
    changes = times.count_changes()
    assert changes[YEAR_END] == changes[date(2016, 1, 1)] == 0
    assert max(changes.values()) >= 2
    larger = [i for i, area in enumerate(times.areas) if len(area) <= len("150303")]
    for first, second in (times.remaining, times.exited):
        assert (first[larger] == second[larger]).all()
    days = list_recording_days(demo_db, office)
    assert date(2017, 1, 31) in days
    assert days[-1] in {date(2017, 2, 28), date(2017, 3, 31)}
    assert days == sorted(set(days))
