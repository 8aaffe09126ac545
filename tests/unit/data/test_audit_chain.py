"""The audit's chain: whatever is done to it from outside is found, said, and not mended."""

import json
import logging
import multiprocessing
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from data import cli
from data.access import OPERATOR, Role, Viewer
from data.actions.prune_audit import prune_audit
from data.audit import KEPT_LONGER, Deed, record
from data.chain import GENESIS, hash_of, read_line, sign_end, write_line
from data.checking import check_ledger
from data.engine import Database, open_database, reading, transaction
from data.errors import ChainBroken, PersonalInReason, RuleBroken
from data.keyring import make_purpose_keys, purpose_key
from data.keys import load_keys
from data.models import AuditEntry
from data.queries.audit_chain import PROBLEMS, verify_chain
from data.settings import load_settings
from web.logs import redact

CLERK = Viewer("clerk-1", Role.CLERK, ("",), address="10.0.0.7")
TRIGGERS = (
    "audit_entry_is_append_only_update", "audit_entry_is_kept", "audit_entry_is_never_replaced",
    "audit_head_is_never_replaced", "audit_head_never_goes_back", "audit_head_stays",
)  # fmt: skip
NOW = datetime.now(UTC)


def append(db: Database, count: int = 1, deed: Deed = Deed.SIGN_IN, **facts) -> None:
    for _ in range(count):
        with transaction(db) as connection:
            record(connection, CLERK, deed, target="clerk-1", **facts)


def rows_of(db: Database) -> list:
    with reading(db) as connection:
        return list(connection.execute(select(AuditEntry).order_by(AuditEntry.seq)).mappings())


def tamper(file: Path, *statements: str) -> None:
    """Do what somebody with the file and without the key can do, the triggers dropped."""
    with sqlite3.connect(file) as connection:
        for name in TRIGGERS:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


@pytest.fixture
def chain_db(tiny_db: Database) -> Database:
    """A chain of nine rows."""
    append(tiny_db, 9)
    return tiny_db


@pytest.fixture
def at_tiny(monkeypatch, tiny_file):
    """Let the command line work on the tiny world."""
    monkeypatch.setenv("GUATU_DATABASE_URL", f"sqlite:///{tiny_file}")
    load_settings.cache_clear()


def found(db: Database, **options) -> tuple[str, int]:
    report = verify_chain(db, **options)
    return report.problem, report.at


@pytest.mark.row(24)
def test_a_row_says_who_when_from_where_what_and_how_it_ended(tiny_db):
    before = datetime.now(UTC)
    with transaction(tiny_db) as connection:
        number = record(
            connection, CLERK, Deed.EXPORT, target="990121100201", result="refused",
            reason="a code", rows=7,
        )  # fmt: skip
    (row,) = rows_of(tiny_db)
    assert row["seq"] == number == 1
    assert before <= row["at"] <= datetime.now(UTC)
    assert row["at"].utcoffset() == timedelta(0)
    said = {name: row[name] for name in ("actor", "role", "address", "deed", "target", "result",
                                         "reason", "rows", "previous_hash")}  # fmt: skip
    assert said == {
        "actor": "clerk-1", "role": "clerk", "address": "10.0.0.7", "deed": "export",
        "target": "990121100201", "result": "refused", "reason": "a code", "rows": 7,
        "previous_hash": GENESIS,
    }  # fmt: skip


@pytest.mark.row(24)
@pytest.mark.parametrize(
    "reason",
    ["15030219000101001X", "13900000000", "1390 000 0000", "卡 6222 0000 0000 0000", "长" * 121],
)
def test_nothing_personal_gets_into_a_row(tiny_db, reason):
    with pytest.raises(PersonalInReason), transaction(tiny_db) as connection:
        record(connection, CLERK, Deed.EDIT, reason=reason)
    with pytest.raises(ValueError, match="is a code"), transaction(tiny_db) as connection:
        record(connection, CLERK, Deed.EDIT, target="150302190001010010")
    assert rows_of(tiny_db) == []


@pytest.mark.row(25)
def test_a_chain_that_nobody_touched_holds(chain_db):
    report = verify_chain(chain_db)
    assert report.holds
    assert (report.checked, report.first, report.last, report.kept) == (9, 1, 9, 0)
    assert [row["seq"] for row in rows_of(chain_db)] == list(range(1, 10))


@pytest.mark.row(25)
def test_an_empty_chain_holds_and_its_ends_are_signed_from_the_start(tiny_db, tiny_file):
    assert verify_chain(tiny_db).holds
    tamper(tiny_file, "DELETE FROM audit_head")
    assert found(tiny_db) == ("head_forged", 0)


@pytest.mark.row(25)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'x'",
        "UPDATE audit_entry SET seq = 100 WHERE seq = 9",
        "UPDATE OR REPLACE audit_entry SET seq = 1 WHERE seq = 9",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE seq = 1",
        "DELETE FROM audit_entry WHERE seq = 9",
        "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 5",
        (
            "INSERT INTO audit_entry SELECT 0, at, actor, role, address, deed, target, result,"
            " reason, rows, previous_hash, hash FROM audit_entry WHERE seq = 5"
        ),
        "UPDATE audit_head SET seq = 3 WHERE name = 'last'",
        "UPDATE audit_head SET hash = 'x' WHERE name = 'last'",
        "UPDATE audit_head SET name = 'kept' WHERE name = 'last'",
        "DELETE FROM audit_head",
        "INSERT OR REPLACE INTO audit_head SELECT * FROM audit_head WHERE name = 'last'",
    ],
)
def test_the_database_refuses_to_change_remove_or_replace(chain_db, tiny_file, statement):
    before = rows_of(chain_db)
    with pytest.raises(RuleBroken), transaction(chain_db) as connection:
        connection.execute(text(statement))
    outside = sqlite3.connect(tiny_file)
    with pytest.raises(sqlite3.IntegrityError, match="audit_"):
        outside.execute(statement)
    outside.close()
    assert rows_of(chain_db) == before
    assert verify_chain(chain_db).holds


SHIFT_DOWN = "UPDATE audit_entry SET seq = seq - 1 WHERE seq > 5"
SHIFT_UP = (
    "UPDATE audit_entry SET seq = -seq - 1 WHERE seq >= 5",
    "UPDATE audit_entry SET seq = -seq WHERE seq < 0",
)
COPY = (
    "INSERT INTO audit_entry SELECT {seq}, at, 'innocent', role, address, deed, target, result,"
    " reason, rows, {previous}, '" + "a" * 64 + "' FROM audit_entry WHERE seq = 4"
)


@pytest.mark.row(25)
@pytest.mark.parametrize(
    ("statements", "problem", "at"),
    [
        (["UPDATE audit_entry SET actor = 'innocent' WHERE seq = 5"], "changed", 5),
        (["UPDATE audit_entry SET at = '2001-01-01 00:00:00.000000' WHERE seq = 5"], "changed", 5),
        (["UPDATE audit_entry SET rows = 0 WHERE seq = 5"], "changed", 5),
        (["UPDATE audit_entry SET result = 'failed' WHERE seq = 1"], "changed", 1),
        (["UPDATE audit_entry SET hash = 'x' WHERE seq = 9"], "changed", 9),
        (["UPDATE audit_entry SET previous_hash = 'x' WHERE seq = 5"], "changed", 5),
        (["DELETE FROM audit_entry WHERE seq = 5"], "removed", 5),
        (["DELETE FROM audit_entry WHERE seq = 5", SHIFT_DOWN], "removed", 5),
        (["DELETE FROM audit_entry WHERE seq IN (1, 2)"], "cut_at_front", 1),
        (["DELETE FROM audit_entry WHERE seq > 7"], "cut_at_end", 8),
        (["DELETE FROM audit_entry"], "cut_at_end", 1),
        (["DELETE FROM audit_entry", "DELETE FROM audit_head"], "head_forged", 0),
        ([COPY.format(seq=10, previous="hash")], "inserted", 10),
        ([*SHIFT_UP, COPY.format(seq=5, previous="hash")], "inserted", 5),
        ([COPY.format(seq=0, previous="hash")], "changed", 0),
        (["UPDATE audit_entry SET seq = 99 WHERE seq = 5", ("UPDATE audit_entry SET seq = 5"
          " WHERE seq = 6"), "UPDATE audit_entry SET seq = 6 WHERE seq = 99"], "reordered", 5),
        (["UPDATE audit_head SET seq = 7 WHERE name = 'last'"], "head_forged", 7),
        (["DELETE FROM audit_entry WHERE seq > 7", ("UPDATE audit_head SET seq = 7, hash ="
          " (SELECT hash FROM audit_entry WHERE seq = 7) WHERE name = 'last'")], "head_forged", 7),
        (["DELETE FROM audit_entry WHERE seq < 3", ("UPDATE audit_head SET seq = 3, hash ="
          " (SELECT previous_hash FROM audit_entry WHERE seq = 3) WHERE name = 'first'")],
         "head_forged", 3),
        (["UPDATE audit_head SET seq = 1 WHERE name = 'kept'"], "head_forged", 1),
    ],
)  # fmt: skip
def test_tampering_is_found_and_named(chain_db, tiny_file, statements, problem, at):
    tamper(tiny_file, *statements)
    assert found(chain_db) == (problem, at)
    # … and the program's own next row neither mends it nor hides it.
    append(chain_db)
    assert not verify_chain(chain_db).holds


@pytest.mark.row(25)
def test_every_way_to_be_broken_has_a_sentence():
    assert all("{at}" in text or key == "head_forged" for key, text in PROBLEMS.items())


@pytest.mark.row(25)
def test_after_a_cut_at_the_end_the_next_row_does_not_take_the_missing_ones_place(
    chain_db, tiny_file, caplog
):
    tamper(tiny_file, "DELETE FROM audit_entry WHERE seq > 7")
    with caplog.at_level(logging.CRITICAL, "guatu.audit"):
        append(chain_db, 2)
    assert [row["seq"] for row in rows_of(chain_db)] == [*range(1, 8), 10, 11]
    assert found(chain_db) == ("removed", 8)
    assert "does not end where it was signed" in caplog.text


@pytest.mark.row(25)
def test_who_rewrites_everything_without_the_key_is_found(chain_db, tiny_file):
    """The strongest forgery that the file alone allows: a whole chain under another key."""
    rows, previous = [dict(row) for row in rows_of(chain_db)], GENESIS
    key = b"k" * 32
    tamper(tiny_file)
    with sqlite3.connect(tiny_file) as connection:
        for row in rows:
            row |= {"actor": "innocent", "previous_hash": previous}
            previous = hash_of(key, row)
            connection.execute(
                "UPDATE audit_entry SET actor = ?, previous_hash = ?, hash = ? WHERE seq = ?",
                (row["actor"], row["previous_hash"], previous, row["seq"]),
            )
        connection.execute(
            "UPDATE audit_head SET hash = ?, signature = ? WHERE name = 'last'",
            (previous, sign_end(key, "last", 9, previous)),
        )
    connection.close()
    assert found(chain_db) == ("head_forged", 9)


# ── A copy elsewhere ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def copied(tiny_db, tmp_path, monkeypatch) -> Path:
    """Write each row's line into a file, as for a log shipper."""
    file = tmp_path / "audit.log"
    monkeypatch.setenv("GUATU_AUDIT_LOG", str(file))
    load_settings.cache_clear()
    return file


@pytest.mark.row(25)
def test_a_rolled_back_database_is_found_by_the_lines_elsewhere(tiny_db, tiny_file, copied):
    append(tiny_db, 4)
    tiny_db.engine.dispose()
    backup = tiny_file.read_bytes()
    append(tiny_db, 3)
    lines = copied.read_text().splitlines()
    assert len(lines) == 7
    report = verify_chain(tiny_db, copy=lines)
    assert report.holds
    assert report.compared == 7
    tiny_db.engine.dispose()
    tiny_file.write_bytes(backup)
    assert verify_chain(tiny_db).holds  # by itself an older database is sound
    assert found(tiny_db, copy=lines) == ("differs", 5)
    monitored = ["noise", *(f"<134>Nov 24 host guatu: INFO {line}" for line in lines)]
    append(tiny_db, 5)  # other rows take the numbers
    assert found(tiny_db, copy=monitored) == ("differs", 5)


@pytest.mark.row(25)
def test_a_line_names_nobody_and_survives_the_blanking_of_logs(tiny_db, copied, caplog):
    with caplog.at_level(logging.INFO, "guatu.audit"):
        append(tiny_db, 20)
    assert copied.stat().st_mode & 0o777 == 0o600
    lines = copied.read_text().splitlines()
    assert [r.getMessage() for r in caplog.records if r.name == "guatu.audit"] == lines
    for line, row in zip(lines, rows_of(tiny_db), strict=True):
        assert read_line(redact(line)) == read_line(line)
        assert read_line(line).hash == row["hash"]
        assert "clerk-1" not in line
        assert "10.0.0.7" not in line
        assert line == write_line(row)


@pytest.mark.row(25)
def test_what_is_rolled_back_leaves_no_line(tiny_db, copied):

    def record_and_fail():
        with transaction(tiny_db) as connection:
            record(connection, CLERK, Deed.EDIT)
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        record_and_fail()
    assert not copied.exists()
    append(tiny_db)
    assert len(copied.read_text().splitlines()) == 1


def test_a_full_log_disk_does_not_undo_what_was_done(tiny_db, copied, caplog):
    copied.mkdir()
    append(tiny_db)
    assert len(rows_of(tiny_db)) == 1
    assert "GUATU_AUDIT_LOG" in caplog.text


# ── Several at once ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(25)
@pytest.mark.row(29)
def test_eight_threads_make_one_chain(tiny_db):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: append(tiny_db, 25), range(8)))
    assert [row["seq"] for row in rows_of(tiny_db)] == list(range(1, 201))
    assert verify_chain(tiny_db).checked == 200
    assert verify_chain(tiny_db).holds


def append_in_process(url: str) -> None:
    db = open_database(url)
    append(db, 25)
    db.engine.dispose()


@pytest.mark.row(25)
def test_several_processes_make_one_chain(tiny_db, tiny_file):
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.map(append_in_process, [f"sqlite:///{tiny_file}"] * 4)
    assert [row["seq"] for row in rows_of(tiny_db)] == list(range(1, 101))
    assert verify_chain(tiny_db).holds


@pytest.mark.slow
def test_a_long_chain_is_walked_in_little_memory(tiny_db):
    with transaction(tiny_db) as connection:
        for _ in range(5_000):
            record(connection, CLERK, Deed.SIGN_IN)
    seen = []
    report = verify_chain(tiny_db, advanced=lambda done, total: seen.append((done, total)))
    assert report.checked == 5_000
    assert seen == [(n * 1_000, 5_000) for n in range(1, 6)]


# ── Keeping ─────────────────────────────────────────────────────────────────────────────────────


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture
def half_a_year(monkeypatch):
    monkeypatch.setenv("GUATU_AUDIT_DAYS", "183")
    load_settings.cache_clear()


@pytest.mark.row(25)
def test_only_what_is_over_its_time_goes_and_the_chain_still_holds(tiny_db, half_a_year):
    for days in (1_200, 400, 200):
        append(tiny_db, 2, at=days_ago(days))
        append(tiny_db, 1, Deed.FULL_VIEW, at=days_ago(days))
    append(tiny_db, 2, at=days_ago(182))
    done = prune_audit(tiny_db, OPERATOR)
    # Of the nine old rows two are about personal data and younger than three years.
    assert (done.removed, done.kept, done.first) == (7, 2, 10)
    rows = rows_of(tiny_db)
    assert [(row["seq"], row["deed"]) for row in rows] == [
        (6, "full_view"), (9, "full_view"), (10, "sign_in"), (11, "sign_in"), (12, "retention"),
    ]  # fmt: skip
    assert (rows[-1]["actor"], rows[-1]["target"], rows[-1]["rows"]) == ("operator", "10", 7)
    report = verify_chain(tiny_db)
    assert report.holds
    assert (report.checked, report.first, report.last, report.kept) == (3, 10, 12, 2)
    append(tiny_db)
    assert verify_chain(tiny_db).holds
    again = prune_audit(tiny_db, OPERATOR)
    assert again.removed == 0
    assert len(rows_of(tiny_db)) == 6  # no row about nothing done


@pytest.mark.row(25)
@pytest.mark.parametrize("deed", sorted(KEPT_LONGER))
def test_acts_on_personal_data_stay_three_years_whatever_the_setting(tiny_db, half_a_year, deed):
    append(tiny_db, 1, deed, at=days_ago(1_096))
    append(tiny_db, 1, deed, at=days_ago(1_094))
    append(tiny_db)
    assert prune_audit(tiny_db, OPERATOR).removed == 1
    assert [row["seq"] for row in rows_of(tiny_db)] == [2, 3, 4]
    later = NOW + timedelta(
        days=3
    )  # by the program's clock its time is over, not by the database's
    with pytest.raises(RuleBroken):
        prune_audit(tiny_db, OPERATOR, now=later)
    assert verify_chain(tiny_db).holds


@pytest.mark.row(25)
def test_no_setting_and_no_clock_cuts_below_half_a_year(tiny_db, monkeypatch, half_a_year):
    append(tiny_db, 3, at=days_ago(182))
    append(tiny_db)
    assert prune_audit(tiny_db, OPERATOR).removed == 0
    with pytest.raises(RuleBroken):
        prune_audit(tiny_db, OPERATOR, now=NOW + timedelta(days=10_000))
    assert len(rows_of(tiny_db)) == 4
    monkeypatch.setenv("GUATU_AUDIT_DAYS", "182")
    load_settings.cache_clear()
    with pytest.raises(Exception, match="GUATU_AUDIT_DAYS"):
        load_settings()


@pytest.mark.row(25)
def test_the_last_row_always_stays(tiny_db, half_a_year):
    append(tiny_db, 3, at=days_ago(300))
    done = prune_audit(tiny_db, OPERATOR)
    assert (done.removed, done.first) == (2, 3)
    assert verify_chain(tiny_db).holds


@pytest.mark.row(25)
@pytest.mark.parametrize(
    ("statement", "problem", "at"),
    [
        ("DELETE FROM audit_entry WHERE seq = 2", "kept_changed", 4),
        ("UPDATE audit_entry SET actor = 'innocent' WHERE seq = 2", "changed", 2),
        ("UPDATE audit_entry SET seq = 3 WHERE seq = 2", "changed", 3),
        ("DELETE FROM audit_entry WHERE seq = 4", "cut_at_front", 4),
    ],
)
def test_tampering_beyond_the_cut_is_found(tiny_db, tiny_file, half_a_year, statement, problem, at):
    append(tiny_db, 1, at=days_ago(300))
    append(tiny_db, 1, Deed.ERASURE, at=days_ago(300))
    append(tiny_db, 1, at=days_ago(300))
    append(tiny_db, 2)
    assert prune_audit(tiny_db, OPERATOR).kept == 1
    tamper(tiny_file, statement)
    assert found(tiny_db) == (problem, at)


@pytest.mark.row(25)
def test_a_broken_chain_is_evidence_and_stays_as_it_is(tiny_db, tiny_file, half_a_year):
    append(tiny_db, 3, at=days_ago(300))
    append(tiny_db)
    tamper(tiny_file, "UPDATE audit_entry SET actor = 'innocent' WHERE seq = 2")
    with pytest.raises(ChainBroken) as caught:
        prune_audit(tiny_db, OPERATOR)
    assert "第 2 条" in caught.value.sentence("zh-CN")
    assert len(rows_of(tiny_db)) == 4


# ── On the command line, and in the general check ───────────────────────────────────────────────


@pytest.mark.row(25)
def test_the_command_says_where_and_how(chain_db, tiny_file, at_tiny, tmp_path):
    run = CliRunner().invoke(cli.app, ["audit", "verify", "--json"])
    said = json.loads(run.stdout)
    assert (run.exit_code, said["holds"], said["checked"], said["problem"]) == (0, True, 9, "")
    log = tmp_path / "copy.log"
    log.write_text(f"{write_line(rows_of(chain_db)[3])}\n")
    run = CliRunner().invoke(cli.app, ["audit", "verify", "--against", str(log)])
    assert run.exit_code == 0
    assert "compared 1" in run.stdout
    tamper(tiny_file, "DELETE FROM audit_entry WHERE seq = 4")
    run = CliRunner().invoke(cli.app, ["audit", "verify", "--json"])
    said = json.loads(run.stdout)
    assert (run.exit_code, said["holds"], said["problem"], said["at"]) == (1, False, "removed", 4)
    assert "第 4 条被删除" in said["zh"]
    run = CliRunner().invoke(cli.app, ["audit", "verify"])
    assert run.exit_code == 1
    assert "第 4 条被删除" in run.stdout


def test_the_command_clears(tiny_db, at_tiny, half_a_year):
    append(tiny_db, 3, at=days_ago(300))
    append(tiny_db)
    run = CliRunner().invoke(cli.app, ["audit", "prune"])
    assert run.exit_code == 0
    assert "removed 3" in run.stdout
    assert verify_chain(tiny_db).holds


@pytest.mark.row(25)
def test_the_general_check_tells_of_a_gap_and_of_missing_triggers(writable_demo, writable_file):
    append(writable_demo, 3)

    def finding(part: str):
        return next(f for f in check_ledger(writable_demo) if part in f.rule)

    assert finding("audit is one unbroken chain").holds
    assert finding("append-only").holds
    tamper(writable_file, "DELETE FROM audit_entry WHERE seq = 2")
    assert "removed" in finding("audit is one unbroken chain").detail
    assert not finding("append-only").holds


def test_another_key_is_noticed_not_taken_for_tampering(tiny_db, tiny_file):
    append(tiny_db)
    with reading(tiny_db) as connection:
        key = purpose_key(connection, load_keys(), "audit")
    tamper(tiny_file, "DELETE FROM sealed_key WHERE purpose = 'audit'")
    with transaction(tiny_db) as connection:
        make_purpose_keys(connection, load_keys())
    with reading(tiny_db) as connection:
        # A demonstration's key follows from its own: the same again, and the ends stay signed.
        assert purpose_key(connection, load_keys(), "audit") == key
    assert verify_chain(tiny_db).holds
