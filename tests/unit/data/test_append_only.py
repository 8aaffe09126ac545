"""The database itself refuses to change what was recorded, whoever asks."""

import sqlite3
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import StatementError

from data.engine import reading, transaction
from data.errors import DatabaseBusy, DatabaseMissing, RuleBroken
from data.models import EventKind, RegisterEvent
from tests.unit.data.folding import events_of, register_hash
from tests.unit.data.tiny_world import append, recorded

DAY = date(2016, 12, 31)
VERSIONED = {
    "cause": "cause-A1", "division": "990121100201@2014", "household_composition": "home-A1-1",
    "leader_village_link": "link-A", "measure_assignment": "measure-A1", "pairing": "pairing-A1",
    "project_beneficiary": "job-A1", "team_member": "head", "work_team": "team",
}  # fmt: skip


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE register_event SET occurred_on = '2016-01-02'",
        "UPDATE register_event SET kind = 'exited' WHERE member_id = 'A6-1'",
        "UPDATE register_event SET reason = 'harmless'",
        "DELETE FROM register_event",
        "DELETE FROM register_event WHERE member_id = 'A1-1'",
        "INSERT OR REPLACE INTO register_event SELECT * FROM register_event LIMIT 1",
        "UPDATE OR REPLACE register_event SET id = 'x' WHERE member_id = 'A1-1'",
        """
        INSERT OR REPLACE INTO register_event
            (rowid, id, member_id, kind, occurred_on, recorded_at, recorded_by)
        SELECT rowid, 'x', member_id, kind, '2014-01-01', recorded_at, recorded_by
        FROM register_event LIMIT 1
        """,
    ],
)
def test_events_cannot_be_changed_removed_or_replaced(tiny_db, statement):
    before, events = register_hash(tiny_db, DAY), events_of(tiny_db)
    with pytest.raises(RuleBroken), transaction(tiny_db) as connection:
        connection.execute(text(statement))
    assert register_hash(tiny_db, DAY) == before
    assert events_of(tiny_db) == events


def test_events_cannot_be_changed_from_outside_the_program_either(tiny_file):
    outside = sqlite3.connect(tiny_file)
    for statement in ("UPDATE register_event SET kind = 'exited'", "DELETE FROM register_event"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            outside.execute(statement)
    outside.close()


def test_one_refused_row_undoes_the_whole_transaction(tiny_db):
    events = events_of(tiny_db)

    def write_and_remove():
        with transaction(tiny_db) as connection:
            append(connection, "A6-1", EventKind.EXITED, date(2016, 4, 2))
            connection.execute(text("DELETE FROM register_event"))

    with pytest.raises(RuleBroken):
        write_and_remove()
    assert events_of(tiny_db) == events


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("of another member", {"member_id": "A2-1"}),
        ("of an event that does not exist", {"voids_event_id": "none"}),
        ("recorded before the event", {"recorded_at": datetime(2014, 1, 1, tzinfo=UTC)}),
        ("without a target", {"voids_event_id": None}),
        ("under another kind", {"kind": "exited"}),
    ],
)
def test_the_database_refuses_a_void(tiny_db, why, change):
    event = next(e for e in events_of(tiny_db) if e["member_id"] == "A1-1")
    row = {
        "id": "void", "member_id": "A1-1", "kind": "voided", "occurred_on": event["occurred_on"],
        "recorded_at": recorded(date(2017, 1, 1)), "recorded_by": "test",
        "voids_event_id": event["id"],
    }  # fmt: skip
    with pytest.raises(RuleBroken), transaction(tiny_db) as connection:
        connection.execute(insert(RegisterEvent).values(row | change))
    with transaction(tiny_db) as connection:
        connection.execute(insert(RegisterEvent).values(row))
    with pytest.raises(RuleBroken), transaction(tiny_db) as connection:  # and a second one
        connection.execute(insert(RegisterEvent).values(row | {"id": "again"}))
    replacing = insert(RegisterEvent).prefix_with("OR REPLACE").values(row | {"id": "again"})
    with pytest.raises(RuleBroken), transaction(tiny_db) as connection:
        connection.execute(replacing)
    void_of_void = row | {"id": "third", "voids_event_id": "void"}
    with pytest.raises(RuleBroken), transaction(tiny_db) as connection:
        connection.execute(insert(RegisterEvent).values(void_of_void))


@pytest.mark.parametrize(("table", "key"), VERSIONED.items())
def test_a_fact_keeps_its_versions(tiny_db, table, key):
    for statement in (
        f"DELETE FROM {table} WHERE id = '{key}'",  # noqa: S608 - names of this test
        f"UPDATE {table} SET valid_from = '2014-01-02' WHERE id = '{key}'",  # noqa: S608
        f"UPDATE {table} SET superseded_at = NULL WHERE id = '{key}'",  # noqa: S608
        f"UPDATE {table} SET valid_to = '2016-05-05', superseded_at = '2017' WHERE id = '{key}'",  # noqa: S608
        f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = '{key}'",  # noqa: S608
    ):
        with pytest.raises(RuleBroken), transaction(tiny_db) as connection:
            connection.execute(text(statement))
    superseding = f"UPDATE {table} SET superseded_at = '2017-01-01 00:00:00' WHERE id = '{key}'"  # noqa: S608
    with transaction(tiny_db) as connection:
        assert connection.execute(text(superseding)).rowcount == 1
    with pytest.raises(RuleBroken), transaction(tiny_db) as connection:
        connection.execute(text(superseding))


def test_an_event_of_nobody_is_refused(tiny_db):
    with pytest.raises(RuleBroken), transaction(tiny_db) as connection:
        append(connection, "no-such-member", EventKind.EXITED, DAY)


def test_an_instant_needs_a_zone(tiny_db):
    with pytest.raises(StatementError, match="time zone"), transaction(tiny_db) as connection:
        append(connection, "A6-1", EventKind.EXITED, DAY, at=datetime(2017, 1, 1))  # noqa: DTZ001


def test_no_parameter_of_a_failed_statement_is_in_the_error(tiny_db):
    with pytest.raises(RuleBroken) as caught, transaction(tiny_db) as connection:
        append(connection, "somebody-secret", EventKind.EXITED, DAY)
    assert "somebody-secret" not in str(caught.value)
    assert "somebody-secret" not in str(caught.value.__cause__)


def test_a_second_writer_is_told_that_the_database_is_busy(tiny_db, tiny_file):
    other = sqlite3.connect(tiny_file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with reading(tiny_db) as connection:  # readers go on
        connection.execute(text("PRAGMA busy_timeout=10"))
        assert connection.execute(text("SELECT count(*) FROM register_event")).scalar_one() == 39
    with pytest.raises(DatabaseBusy), transaction(tiny_db):
        pass
    other.close()


def test_a_file_that_vanishes_is_missed_and_not_made_anew(tiny_db, tiny_file):
    tiny_db.engine.dispose()
    tiny_file.unlink()
    with pytest.raises(DatabaseMissing), reading(tiny_db):
        pass
    assert not tiny_file.exists()
