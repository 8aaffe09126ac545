"""Databases that are missing, empty, damaged or somebody else's: each is said, none is touched."""

import sqlite3

import pytest
from alembic import command
from sqlalchemy import text

from data import migrations
from data.checking import check_ledger
from data.engine import check_integrity, open_database, reading, transaction
from data.errors import (
    DatabaseDamaged,
    DatabaseMissing,
    DatabaseOutdated,
    DataError,
    SettingsRefused,
)
from data.migrations import current_revision, latest_revision, migrate, require_current
from data.models import EventKind
from data.shared import shared_database
from tests.unit.data.tiny_world import EXITS, append


def opened(path):
    db = open_database(f"sqlite:///{path}")
    require_current(db)
    return db


def foreign(path, revision=None):
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE cookery (recipe TEXT)")
    if revision:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
    connection.commit()
    connection.close()


def test_a_missing_file_is_missed_and_not_made(tmp_path):
    path = tmp_path / "none.db"
    with pytest.raises(DatabaseMissing) as caught:
        opened(path)
    assert not path.exists()
    assert "none.db" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "error"),
    [("empty", DatabaseMissing), ("foreign", DatabaseMissing), ("garbage", DatabaseDamaged),
     ("truncated", DatabaseDamaged), ("directory", DataError), ("newer", DatabaseOutdated)],
)  # fmt: skip
def test_a_file_that_is_no_ledger_is_said_to_be_none(tmp_path, demo_file, kind, error):
    path = tmp_path / "some.db"
    if kind == "empty":
        path.touch()
    elif kind == "foreign":
        foreign(path)
    elif kind == "newer":
        foreign(path, "9999")
    elif kind == "garbage":
        path.write_bytes(b"PK\x03\x04 this is a workbook, not a database" * 200)
    elif kind == "truncated":
        path.write_bytes(demo_file.read_bytes()[:8192])
    else:
        path.mkdir()
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(error) as caught:
        opened(path)
    assert caught.value.status == 503
    assert {"newer": "9999"}.get(kind, "some.db") in caught.value.sentence("zh-CN")
    assert str(tmp_path) not in caught.value.sentence("zh-CN")
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_ledger_damaged_inside_is_noticed(tmp_path, demo_file):
    path = tmp_path / "damaged.db"
    content = bytearray(demo_file.read_bytes())
    content[40_000 : len(content) - 40_000] = b"\xff" * (len(content) - 80_000)
    path.write_bytes(content)
    db = open_database(f"sqlite:///{path}")
    with pytest.raises(DatabaseDamaged), reading(db) as connection:
        connection.execute(text("SELECT sum(length(reason)) FROM register_event")).all()


def test_migrating_a_schema_from_the_future_is_refused(tmp_path):
    path = tmp_path / "newer.db"
    foreign(path, "9999")
    with pytest.raises(DatabaseOutdated) as caught:
        migrate(open_database(f"sqlite:///{path}"))
    assert caught.value.facts == {"found": "9999", "wanted": latest_revision()}


def test_migrating_twice_changes_nothing(tiny_db, tiny_file):
    assert current_revision(tiny_db) == latest_revision()
    before = sqlite3.connect(tiny_file).execute("SELECT sql FROM sqlite_master").fetchall()
    migrate(tiny_db)
    assert sqlite3.connect(tiny_file).execute("SELECT sql FROM sqlite_master").fetchall() == before


@pytest.mark.parametrize(
    "url", ["postgresql://u:secret@host/db", "nonsense", "sqlite://", "sqlite:///:memory:", ""]
)
def test_an_address_that_names_no_file_is_refused_without_its_password(url):
    with pytest.raises(SettingsRefused) as caught:
        open_database(url)
    assert "secret" not in caught.value.sentence("en") + caught.value.sentence("zh-CN")


def test_a_repaired_database_shows_at_once(use_database, tmp_path, demo_file):
    path = tmp_path / "late.db"
    use_database(path)
    with pytest.raises(DatabaseMissing):
        shared_database()
    path.write_bytes(demo_file.read_bytes())
    assert shared_database() is shared_database()


def test_a_transaction_leaves_nothing_behind_when_it_fails(tiny_db):
    def fail_after_writing():
        with transaction(tiny_db) as connection:
            append(connection, "A6-1", EventKind.EXITED, EXITS["A1"])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_writing()
    with reading(tiny_db) as connection:
        assert connection.execute(text("SELECT count(*) FROM register_event")).scalar_one() == 39


def test_readers_see_one_state_while_somebody_writes(tiny_db):
    count = text("SELECT count(*) FROM register_event")
    with reading(tiny_db) as reader:
        before = reader.execute(count).scalar_one()
        with transaction(tiny_db) as writer:
            append(writer, "A6-1", EventKind.PRE_EXIT, EXITS["A1"])
        assert reader.execute(count).scalar_one() == before
    with reading(tiny_db) as reader:
        assert reader.execute(count).scalar_one() == before + 1


def test_the_demonstration_passes_every_check(demo_db):
    findings = check_ledger(demo_db)
    assert [finding.rule for finding in findings if not finding.holds] == []
    assert len(findings) >= 15
    assert check_integrity(demo_db) == []
    residual = next(finding for finding in findings if "N4" in finding.rule)
    assert "open" in residual.detail


def test_the_check_finds_what_does_not_hold(writable_demo, writable_file):
    outside = sqlite3.connect(writable_file)
    outside.execute("DROP TRIGGER register_event_is_append_only_delete")
    outside.execute("DELETE FROM register_event WHERE rowid = 1")
    columns = "valid_from, valid_to, recorded_at, superseded_at, household_code, member_id"
    outside.execute(
        f"INSERT INTO household_composition (id, {columns}) "  # noqa: S608 - names of this test
        f"SELECT 'twice', {columns} FROM household_composition LIMIT 1"
    )
    outside.commit()
    outside.close()
    broken = {finding.rule: finding.detail for finding in check_ledger(writable_demo)
              if not finding.holds}  # fmt: skip
    assert "append_only_delete" in broken["events and audit are append-only in the database"]
    assert broken["each member in one household on any day"] == "1 in several"
    assert any(rule.startswith("demonstration: ") for rule in broken)


def test_a_ledger_that_people_went_on_with_is_not_held_to_the_totals_it_began_with(writable_demo):
    with transaction(writable_demo) as connection:
        member = connection.execute(
            text("SELECT member_id FROM register_event WHERE kind = 'exited' LIMIT 1")
        ).scalar_one()
        append(connection, member, EventKind.RELAPSED, EXITS["C4"])
    findings = check_ledger(writable_demo)
    assert all(finding.holds for finding in findings)
    assert not any(finding.rule.startswith("demonstration: ") for finding in findings)


def test_rows_without_what_they_refer_to_are_found(writable_demo, writable_file):
    outside = sqlite3.connect(writable_file)
    outside.execute(
        "INSERT INTO full_view (id, account, role, household_code, village_code, reason, note,"
        " opened_at, until) VALUES ('v', 'a', 'office', 'nobody', 'x', 'visit', '', '2016', '2016')"
    )
    outside.commit()
    outside.close()
    assert any("full_view" in problem for problem in check_integrity(writable_demo))


def test_a_file_put_in_the_place_of_another_is_seen_at_the_next_question(
    tiny_db, tiny_file, demo_file
):
    with reading(tiny_db) as connection:
        assert connection.execute(text("SELECT count(*) FROM village")).scalar_one() == 3
    other = tiny_file.with_name("other.db")
    other.write_bytes(demo_file.read_bytes())
    for suffix in ("-wal", "-shm"):
        tiny_file.with_name(tiny_file.name + suffix).unlink(missing_ok=True)
    other.replace(tiny_file)
    with reading(tiny_db) as connection:
        assert connection.execute(text("SELECT count(*) FROM village")).scalar_one() == 19


def test_the_schema_can_be_taken_back_and_made_again(tmp_path):
    db = open_database(f"sqlite:///{tmp_path / 'turn.db'}", create=True)
    migrate(db)
    tables = text("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    with reading(db) as connection:
        made = connection.execute(tables).scalars().all()
    assert len(made) > 30
    config = migrations._config()
    with transaction(db) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert current_revision(db) is None
    with reading(db) as connection:
        assert connection.execute(tables).scalars().all() == ["alembic_version"]
    migrate(db)
    with reading(db) as connection:
        assert connection.execute(tables).scalars().all() == made
    db.engine.dispose()
