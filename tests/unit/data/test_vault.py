"""The vault: sealed under a key of one's own, found by index, opened nowhere else."""

import base64
import os
import sqlite3
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import insert, select, text, update

from data import cli, migrations
from data.access import OPERATOR
from data.accounts import Account
from data.actions.rotate_keys import rotate_keys
from data.engine import compact, open_database, reading, transaction
from data.errors import BadIdNumber, BadValue, SealBroken, WrongDataKey
from data.keyring import make_purpose_keys, purpose_key
from data.keys import key_id, load_keys
from data.migrations import migrate
from data.models import AuditEntry, IdentityVault, Member, SealedKey
from data.queries.people import get_household
from data.sealing import unseal
from data.second_factors import open_secret, seal_secret
from data.shared import shared_database
from data.vault import (
    FIELDS,
    change_identity,
    count_person_keys,
    find_by_id_number,
    new_person_key,
    open_identities,
    read_id_number,
    read_value,
    require_right_key,
    reseal_person_keys,
)
from tests.conftest import forget_process_state
from tests.unit.data.planted import IDENTITIES, PLANTED, SECRET, files_of, found_in, vacuum_copy
from tests.unit.data.tiny_world import build_tiny_world, identity_row

HERE = datetime(2026, 11, 1, tzinfo=UTC)


def fresh_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


@pytest.fixture
def set_keys(monkeypatch):
    """Set the operator's data keys, the present one and the former one."""

    def set_(data="", former=""):
        for name, value in (("GUATU_DATA_KEY", data), ("GUATU_DATA_KEY_FORMER", former)):
            monkeypatch.setenv(name, value)
        forget_process_state()

    return set_


@pytest.fixture
def own_world(tmp_path, set_keys):
    """Make the tiny world under a data key of its own."""
    key = fresh_key()
    set_keys(key)
    db = open_database(f"sqlite:///{tmp_path / 'own.db'}", create=True)
    build_tiny_world(db)
    yield db, key
    db.engine.dispose()


@pytest.mark.row(22)
def test_no_planted_value_stands_in_the_file_its_log_or_a_copy(tiny_db, tiny_file):
    assert len(PLANTED) == 92
    with transaction(tiny_db) as connection:  # something fresh in the write-ahead log
        held = open_identities(connection, ["A1-1"])["A1-1"]
        assert change_identity(connection, held, {"name": "新名字甲"}, by="x", at=HERE)
    paths = files_of(tiny_file)
    assert [path.suffix for path in paths] == [".db", ".db-shm", ".db-wal"]
    assert paths[2].stat().st_size > 0
    assert found_in([*paths, vacuum_copy(tiny_file)], [*PLANTED, "新名字甲"]) == []
    plain = tiny_file.with_name("plain")
    plain.write_text("…" + PLANTED[-1] + PLANTED[5], encoding="utf-8")
    assert len(found_in([plain], PLANTED)) == 2  # the search itself finds what is there


@pytest.mark.row(22)
def test_no_generated_identity_stands_in_the_demonstrations_file(demo_db, demo_file):
    with reading(demo_db) as connection:
        members = connection.execute(select(IdentityVault.member_id)).scalars().all()
        opened = open_identities(connection, members[::40])
    values = [i.texts[name] for i in opened.values() for name in SECRET]
    assert len(values) > 100
    assert all(values)
    assert found_in([demo_file], values) == []


def test_what_was_sealed_is_opened_again_by_its_key(tiny_db):
    with reading(tiny_db) as connection:
        opened = open_identities(connection, ["A3-2", "C4-1", "nobody"])
    assert set(opened) == {"A3-2", "C4-1"}
    for member, identity in opened.items():
        wanted = identity_row(member)
        assert identity.texts == {name: wanted[name] for name in FIELDS}
        assert wanted["name"] not in repr(identity)


@pytest.mark.row(22)
@pytest.mark.parametrize("change", ["row", "column", "cut", "flipped", "other_key", "prefix"])
def test_a_sealed_value_that_was_moved_or_changed_does_not_open(tiny_db, change):
    with transaction(tiny_db) as connection:
        rows = {
            row.member_id: row
            for row in connection.execute(
                select(IdentityVault.__table__).where(IdentityVault.member_id.in_(["A2-1", "A2-2"]))
            )
        }
        mine, other = rows["A2-1"], rows["A2-2"]
        values = {
            "row": {"name": other.name, "key": other.key, "phone": other.phone},
            "column": {"name": mine.address},
            "cut": {"name": mine.name[:-4]},
            "flipped": {"name": mine.name[:-1] + ("A" if mine.name[-1] != "A" else "B")},
            "other_key": {"name": other.name},
            "prefix": {"name": "S9" + mine.name[2:]},
        }[change]
        connection.execute(
            update(IdentityVault).where(IdentityVault.member_id == "A2-1").values(values)
        )
    with (
        reading(tiny_db) as connection,
        pytest.raises(WrongDataKey if change == "row" else SealBroken) as caught,
    ):
        open_identities(connection, ["A2-1"])
    assert not any(value in str(caught.value) for value in PLANTED)


@pytest.mark.row(22)
def test_a_seals_length_does_not_tell_who_is_ill(tiny_db):
    with transaction(tiny_db) as connection:
        lengths = set()
        for code in ("healthy", "chronic", "severe", "disabled"):
            held = open_identities(connection, ["A1-1"])["A1-1"]
            change_identity(connection, held, {"health": code}, by="x", at=HERE)
            row = connection.execute(
                select(IdentityVault.health, IdentityVault.is_disabled, IdentityVault.name).where(
                    IdentityVault.member_id == "A1-1"
                )
            ).one()
            lengths |= {len(row.health), len(row.is_disabled), len(row.name)}
    assert len(lengths) == 1


def test_the_same_text_of_two_people_is_sealed_differently(tiny_db):
    with reading(tiny_db) as connection:
        sealed = connection.execute(select(IdentityVault.health)).scalars().all()
    assert len(set(sealed)) == len(sealed) == len(IDENTITIES)


def test_keys_of_people_follow_from_the_seed_in_a_demonstration_alone(set_keys):
    keys = load_keys()
    assert keys.is_demo
    assert new_person_key(keys, "A") == new_person_key(keys, "A") != new_person_key(keys, "B")
    set_keys(fresh_key())
    assert new_person_key(load_keys(), "A") != new_person_key(load_keys(), "A")


@pytest.mark.row(22)
def test_the_index_is_keyed_and_finds_a_number_however_it_is_typed(tiny_db):
    row = identity_row("B1-2")
    number = row["id_number"]
    wide = number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"})
    with reading(tiny_db) as connection:
        for typed in (number, number.lower(), f" {number[:6]} {number[6:14]}-{number[14:]}", wide):
            assert find_by_id_number(connection, typed) == ["B1-2"]
        assert find_by_id_number(connection, "110101199001011234") == []
        held = connection.execute(
            select(IdentityVault.id_number_index).where(IdentityVault.member_id == "B1-2")
        ).scalar_one()
        key = purpose_key(connection, load_keys(), "index")
    assert len(held) == 64
    for guess in (number, f"id_number\x1f{number}"):
        assert sha256(guess.encode()).hexdigest() != held  # what a stranger would try
    assert len(key) == 32


@pytest.mark.parametrize(
    "typed", ["", "12", "张三", "99000019660101000Y", "x' OR 1=1 --", "%" * 18]
)
def test_what_is_no_id_number_is_not_searched(typed):
    with pytest.raises(BadIdNumber):
        read_id_number(typed)


@pytest.mark.parametrize(
    ("name", "text_", "wanted"),
    [
        ("name", "  欧阳　明 ", "欧阳　明"), ("phone", "", ""), ("phone", "0473-20", "0473-20"),
        ("id_number", "99000019660101000x", "99000019660101000X"), ("id_number", "", ""),
        ("health", "severe", "severe"), ("is_orphan", "yes", "yes"),
        ("name", "", BadValue), ("name", "a\x00b", BadValue), ("name", "a\nb", BadValue),
        ("name", "a" * 61, BadValue), ("address", "\u202ea", BadValue), ("health", "ill", BadValue),
        ("is_tekun", "", BadValue), ("id_number", "123", BadIdNumber),
    ],
)  # fmt: skip
def test_a_typed_value_is_read_or_refused(name, text_, wanted):
    if isinstance(wanted, str):
        assert read_value(name, text_) == wanted
        return
    with pytest.raises(wanted) as caught:
        read_value(name, text_)
    assert text_ == "" or text_ not in caught.value.sentence("zh-CN")


@pytest.mark.row(22)
def test_another_data_key_is_refused_and_opens_nothing(own_world, set_keys, monkeypatch):
    db, key = own_world
    require_right_key(db)
    monkeypatch.setenv("GUATU_DATABASE_URL", str(db.engine.url))
    for wrong in (fresh_key(), ""):
        set_keys(wrong)
        with pytest.raises(WrongDataKey) as caught:
            require_right_key(db)
        assert key not in str(caught.value)
        with reading(db) as connection, pytest.raises(WrongDataKey):
            open_identities(connection, ["A1-1"])
        with pytest.raises(WrongDataKey):
            shared_database()
        with pytest.raises(WrongDataKey):
            cli._ready_database()
    set_keys(key)
    assert shared_database().name == "own.db"


@pytest.mark.row(22)
def test_after_a_rotation_the_old_key_opens_nothing(own_world, set_keys):
    db, old = own_world
    with transaction(db) as connection:
        connection.execute(
            insert(Account).values(
                name="a", role="clerk", areas=[""], is_disabled=False, must_change_password=False,
                former_hashes=[], recovery_hashes=[], version=1, changed_at=HERE, changed_by="x",
                totp_sealed=seal_secret(load_keys(), "a", "SECRET32"),
            )
        )  # fmt: skip
        sealed_before = connection.execute(select(IdentityVault.key)).scalars().all()
        sealed_before += connection.execute(select(SealedKey.sealed)).scalars().all()
    new = fresh_key()
    set_keys(new, former=old)
    steps = []
    done = rotate_keys(db, OPERATOR, advanced=steps.append)
    assert (done.purposes, done.persons, done.second_factors) == (2, len(IDENTITIES), 1)
    assert steps == [len(IDENTITIES)]
    assert done.is_swept
    assert found_in(files_of(Path(db.engine.url.database)), sealed_before) == []
    old_key = base64.b64decode(old)
    set_keys(new)
    with reading(db) as connection:
        assert count_person_keys(connection) == {key_id(base64.b64decode(new)): len(IDENTITIES)}
        assert (
            open_identities(connection, ["A1-1"])["A1-1"].texts["name"]
            == (identity_row("A1-1")["name"])
        )
        assert find_by_id_number(connection, identity_row("C3-1")["id_number"]) == ["C3-1"]
        account = connection.execute(select(Account.totp_sealed)).scalar_one()
        assert open_secret(load_keys(), "a", account) == "SECRET32"
        for member, sealed in connection.execute(
            select(IdentityVault.member_id, IdentityVault.key)
        ):
            with pytest.raises(SealBroken):
                unseal(old_key, sealed, "identity_vault", "key", member)
        rows = connection.execute(select(AuditEntry.deed, AuditEntry.rows)).all()
    assert rows == [("key_rotation", 2 + len(IDENTITIES) + 1)]
    set_keys(old)
    with pytest.raises(WrongDataKey):
        require_right_key(db)
    set_keys(new, former=old)
    again = rotate_keys(db, OPERATOR)
    assert (again.purposes, again.persons, again.second_factors) == (0, 0, 0)
    with reading(db) as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_entry")).scalar_one() == 1


def test_a_rotation_broken_off_is_as_if_it_had_not_begun(own_world, set_keys):
    db, old = own_world
    set_keys(fresh_key(), former=old)

    def break_off(_count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate_keys(db, OPERATOR, advanced=break_off)
    set_keys(old)
    require_right_key(db)
    with reading(db) as connection:
        assert set(count_person_keys(connection)) == {load_keys().data_key_id}


def test_a_rotation_without_the_former_key_writes_nothing(own_world, set_keys):
    db, old = own_world
    set_keys(fresh_key(), former=fresh_key())
    with pytest.raises(WrongDataKey):
        rotate_keys(db, OPERATOR)
    set_keys(old)
    require_right_key(db)


def test_a_rotation_goes_through_all_batches(own_world, set_keys, monkeypatch):
    db, old = own_world
    monkeypatch.setattr("data.vault._BATCH", 5)
    set_keys(fresh_key(), former=old)
    steps = []
    with transaction(db) as connection:
        assert reseal_person_keys(connection, load_keys(), steps.append) == len(IDENTITIES)
        assert set(count_person_keys(connection)) == {load_keys().data_key_id}
    assert steps == [5, 10, 15, 20, 23]


@pytest.mark.row(22)
def test_what_an_older_database_holds_in_plain_is_sealed_when_it_is_migrated(tmp_path):
    path = tmp_path / "older.db"
    db = open_database(f"sqlite:///{path}", create=True)
    config = migrations._config()
    with transaction(db) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        make_purpose_keys(connection, load_keys())
        for i, row in enumerate(IDENTITIES):
            connection.execute(
                text(
                    "INSERT INTO member VALUES (:m, 'female', 1966, 'head', 'primary', 'none',"
                    " 'severe', 'lost', 0, 0, 1, 1, 0, 1, 0, :odd)"
                ),
                {"m": row["member_id"], "odd": i % 2},
            )
            connection.execute(
                text("INSERT INTO identity_vault VALUES (:m, :name, :id_number, :phone)"),
                {"m": row["member_id"], **{k: row[k] for k in ("name", "id_number", "phone")}},
            )
    assert found_in(files_of(path), PLANTED) != []
    migrate(db)
    assert compact(db)
    assert found_in([*files_of(path), vacuum_copy(path)], PLANTED) == []
    with reading(db) as connection:
        opened = open_identities(connection, [row["member_id"] for row in IDENTITIES])
        for i, row in enumerate(IDENTITIES):
            texts = opened[row["member_id"]].texts
            assert {k: texts[k] for k in ("name", "id_number", "phone")} == {
                k: row[k] for k in ("name", "id_number", "phone")
            }
            assert (texts["health"], texts["labour"], texts["address"]) == ("severe", "lost", "")
            assert texts["is_tekun"] == "yes"
            assert texts["is_disabled"] == ("yes" if i % 2 else "no")
        assert find_by_id_number(connection, IDENTITIES[3]["id_number"]) == ["A3-1"]
        held = {column.name for column in Member.__table__.columns}
        assert not held & {"health", "labour", "is_disabled", "is_tekun", "is_orphan"}
        stored = connection.execute(text("SELECT * FROM member")).keys()
        assert set(stored) == held
    db.engine.dispose()


def test_sealed_identities_are_never_written_back_in_plain(tiny_db):
    config = migrations._config()
    with transaction(tiny_db) as connection:
        config.attributes["connection"] = connection
        with pytest.raises(RuntimeError, match="not written back"):
            command.downgrade(config, "0003")
        connection.rollback()


def test_a_file_in_use_is_not_said_to_be_swept(tiny_db, tiny_file, tiny_office):
    reader = sqlite3.connect(tiny_file)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM member").fetchone()
    with transaction(tiny_db) as connection:
        held = open_identities(connection, ["A1-1"])["A1-1"]
        change_identity(connection, held, {"phone": ""}, by="x", at=HERE)
    tiny_db.engine.dispose()
    assert not compact(tiny_db)
    reader.close()
    assert compact(tiny_db)
    assert get_household(tiny_db, tiny_office, "A1").versions == {"A1-1": 2}
