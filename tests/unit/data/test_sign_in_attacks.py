"""Signing in under attack: many tries at once, a change in between, a clock that tells names."""

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, select
from sqlalchemy.exc import SQLAlchemyError

from data import passwords, sign_ins
from data.access import OPERATOR, Role
from data.accounts import (
    Rights,
    disable_account,
    end_preview,
    list_accounts,
    reset_account,
    start_preview,
)
from data.engine import Database, reading
from data.errors import BadAccount, SignInLocked, SignInRequired, WrongCode, WrongCredentials
from data.lockouts import FAILURES_OF_AN_ACCOUNT, FAILURES_OF_AN_ADDRESS
from data.models import SignInFailure
from data.sessions import end_session, find_session
from data.sign_ins import choose_password
from geo.errors import AppError
from tests.unit.data.accounting import GOOD, HERE, RIGHTS, Office, cheap_hashes, place

__all__ = ["cheap_hashes", "place"]

OTHER = "copper-willow-harbour-58"
AT_ONCE = 24


def outcome(deed: Callable[[], object]) -> str:
    try:
        deed()
    except AppError as error:
        return error.code
    return "in"


def all_at_once(deeds: list[Callable[[], object]]) -> list[str]:
    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(outcome, deeds))


# ── Many at once ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(6)
@pytest.mark.parametrize("name", ["zhang", "nobody"])
def test_tries_at_the_same_moment_get_no_more_answers_than_tries_in_a_row(place: Office, name: str):
    place.settle("chief", Role.ADMIN)
    place.settle("zhang")
    tries = [lambda i=i: place.check(name, f"wrong {i}", f"192.0.2.{i}") for i in range(AT_ONCE)]
    found = all_at_once(tries)
    assert found.count(WrongCredentials.code) == FAILURES_OF_AN_ACCOUNT
    assert found.count(SignInLocked.code) == AT_ONCE - FAILURES_OF_AN_ACCOUNT
    assert len([row for row in place.audited() if row[3] == "failed"]) == AT_ONCE


@pytest.mark.row(6)
def test_many_names_at_the_same_moment_from_one_address_are_limited_too(place: Office):
    tries = [lambda i=i: place.check(f"name{i}", "wrong") for i in range(AT_ONCE + 8)]
    found = all_at_once(tries)
    assert found.count(WrongCredentials.code) == FAILURES_OF_AN_ADDRESS


@pytest.mark.row(7)
def test_codes_at_the_same_moment_are_limited_and_a_right_one_is_good_once(place: Office):
    place.settle("zhang", Role.CLERK)
    secret, _codes = place.enrol("zhang")
    place.later(minutes=1)
    right = pyotp.TOTP(secret).at(place.now)
    assert sorted(all_at_once([lambda: place.code("zhang", right)] * 4)) == [
        "in", *[WrongCode.code] * 3,
    ]  # fmt: skip
    found = all_at_once([lambda: place.code("zhang", "abcdef")] * AT_ONCE)
    assert found.count(WrongCode.code) == FAILURES_OF_AN_ACCOUNT - 3
    place.later(minutes=1)
    assert outcome(lambda: place.code("zhang", pyotp.TOTP(secret).at(place.now))) == (
        SignInLocked.code
    )


@pytest.mark.row(4)
def test_a_first_password_at_the_same_moment_lets_one_in(place: Office):
    first = place.add("zhang")
    found = all_at_once([lambda: place.check("zhang", first)] * 4)
    assert sorted(found) == ["in", *[WrongCredentials.code] * 3]


@pytest.mark.row(6)
def test_an_ipv6_visitor_is_counted_by_the_network(place: Office):
    for i in range(FAILURES_OF_AN_ADDRESS):
        with pytest.raises(WrongCredentials):
            place.check(f"name{i}", "wrong", f"2001:db8:1:2:{i:x}::{i:x}")
    with pytest.raises(SignInLocked):
        place.check("another", "wrong", "2001:db8:1:2:ffff::1")
    with pytest.raises(WrongCredentials):
        place.check("another", "wrong", "2001:db8:1:3::1")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("cli", "cli"), ("", ""),
        ("2001:DB8::1", "2001:db8::/64"), ("fe80::1%eth0", "fe80::/64"), ("::1", "::/64"),
        ("testclient", "testclient"),
    ],
)  # fmt: skip
def test_by_what_an_address_is_counted(place: Office, address: str, counted: str):
    with pytest.raises(WrongCredentials):
        place.check("nobody", "wrong", address)
    with reading(place.db) as connection:
        assert connection.execute(select(SignInFailure.address)).scalar_one() == counted


# ── Something changes in between ────────────────────────────────────────────────────────────────


@contextmanager
def just_before(patch: pytest.MonkeyPatch, module, name: str, deed: Callable[[], object]):
    """Let something happen once, between the reading of an account and what a step writes."""
    step, done = getattr(module, name), []

    def meanwhile(*args, **more):
        if not done:
            done.append(True)
            deed()
        return step(*args, **more)

    with patch.context() as inner:
        inner.setattr(module, name, meanwhile)
        yield
    assert done


@pytest.mark.row(8)
def test_a_reset_is_not_undone_by_a_password_that_was_being_chosen(
    place: Office, monkeypatch: pytest.MonkeyPatch
):
    place.settle("zhang")
    given = []

    def reset() -> None:
        given.append(reset_account(place.db, OPERATOR, "zhang", now=place.now))

    with (
        just_before(monkeypatch, sign_ins, "require_strong", reset),
        pytest.raises(SignInRequired),
    ):
        choose_password(place.db, "zhang", OTHER, address=HERE, now=place.now)
    with pytest.raises(WrongCredentials):
        place.check("zhang", OTHER)
    assert place.check("zhang", given[0]) == "new_password"


@pytest.mark.row(8)
@pytest.mark.parametrize("deed", ["reset", "disable", "another password"])
def test_what_is_changed_while_a_password_is_checked_counts(
    place: Office, monkeypatch: pytest.MonkeyPatch, deed: str
):
    place.settle("zhang")
    change = {
        "reset": lambda: reset_account(place.db, OPERATOR, "zhang", now=place.now),
        "disable": lambda: disable_account(place.db, OPERATOR, "zhang", now=place.now),
        "another password": lambda: choose_password(
            place.db, "zhang", OTHER, address=HERE, now=place.now
        ),
    }[deed]
    with (
        just_before(monkeypatch, sign_ins, "_is_usable", change),
        pytest.raises(WrongCredentials),
    ):
        place.check("zhang", GOOD)


@pytest.mark.row(8)
def test_a_password_is_not_chosen_in_an_account_that_was_just_disabled(
    place: Office, monkeypatch: pytest.MonkeyPatch
):
    place.settle("zhang")
    with (
        just_before(monkeypatch, sign_ins, "require_strong",
                    lambda: disable_account(place.db, OPERATOR, "zhang")),
        pytest.raises(SignInRequired),
    ):  # fmt: skip
        choose_password(place.db, "zhang", OTHER, address=HERE, now=place.now)
    assert [row[4] for row in place.audited()].count("password") == 1


@pytest.mark.row(5)
def test_a_hash_made_anew_does_not_bring_an_old_password_back(
    place: Office, monkeypatch: pytest.MonkeyPatch
):
    place.settle("zhang")
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=2, memory_cost=64))

    def change() -> None:
        choose_password(place.db, "zhang", OTHER, address=HERE, now=place.now)

    with just_before(monkeypatch, sign_ins, "needs_rehash", change):
        assert place.check("zhang", GOOD) == "open"
    with pytest.raises(WrongCredentials):
        place.check("zhang", GOOD)
    assert place.check("zhang", OTHER) == "open"


# ── What an answer gives away ───────────────────────────────────────────────────────────────────


@pytest.mark.row(6)
@pytest.mark.slow
def test_a_name_that_is_not_there_takes_as_long_as_one_that_is(
    place: Office, monkeypatch: pytest.MonkeyPatch
):
    """Medians of the processor's time, with hashes dear enough to tell a missing one by far."""
    dear = PasswordHasher(time_cost=8, memory_cost=16_384, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", dear)
    passwords._nobodys.cache_clear()
    place.settle("chief", Role.ADMIN)
    place.settle("known")
    place.settle("gone")
    disable_account(place.db, OPERATOR, "gone", now=place.now)
    without_a_hash: list[float] = []
    took: dict[str, list[float]] = {"known": [], "gone": [], "nobody": [], "chief": []}
    for _ in range(7):
        place.later(minutes=31)  # no lock, which answers at once
        for name, times in took.items():
            start = time.thread_time()
            with pytest.raises(WrongCredentials):
                place.check(name, "wrong")
            times.append(time.thread_time() - start)
        start = time.thread_time()
        assert list_accounts(place.db)
        without_a_hash.append(time.thread_time() - start)
    medians = {name: statistics.median(times) for name, times in took.items()}
    assert min(medians.values()) > 3 * statistics.median(without_a_hash)
    assert max(medians.values()) < 2 * min(medians.values()), medians


@pytest.mark.row(6)
def test_a_name_that_is_not_there_asks_the_database_the_same(place: Office):
    place.settle("chief", Role.ADMIN)
    place.settle("known")
    place.settle("gone")
    disable_account(place.db, OPERATOR, "gone", now=place.now)
    seen = []
    for number, name in enumerate(("known", "gone", "nobody")):
        for attempt in range(FAILURES_OF_AN_ACCOUNT + 1):
            with statements(place.db) as said:
                assert outcome(partial(place.check, name, "wrong", f"192.0.{number}.1")) != "in"
            seen.append((attempt, tuple(said)))
    assert len(set(seen)) == FAILURES_OF_AN_ACCOUNT + 1
    assert len({said for _, said in seen}) == 2


@pytest.mark.row(6)
def test_the_first_try_of_a_process_hashes_as_often_whoever_it_is(
    place: Office, monkeypatch: pytest.MonkeyPatch
):
    place.settle("known")
    counted = []

    class Counting(PasswordHasher):
        def hash(self, *args, **more):
            counted.append("hash")
            return super().hash(*args, **more)

        def verify(self, *args, **more):
            counted.append("verify")
            return super().verify(*args, **more)

    monkeypatch.setattr(passwords, "_HASHER", Counting(time_cost=1, memory_cost=64))
    seen = []
    for name in ("known", "nobody"):
        passwords._nobodys.cache_clear()
        counted.clear()
        assert outcome(lambda name=name: place.check(name, "wrong")) == WrongCredentials.code
        seen.append(list(counted))
    assert seen[0] == seen[1] == ["hash", "verify"]


@pytest.mark.row(24)
def test_the_command_line_is_nobody_elses_name(place: Office):
    with pytest.raises(BadAccount):
        place.add(OPERATOR.name)


# ── Sessions ────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def statements(db: Database) -> Iterator[list[str]]:
    """Collect what is said to the database."""
    said: list[str] = []

    def hear(_connection, _cursor, statement, *_more) -> None:
        said.append(statement.split(maxsplit=1)[0].upper())

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)


@pytest.mark.row(8)
def test_a_session_is_found_by_one_select_and_nothing_is_written(place: Office):
    place.settle("zhang")
    token = place.open("zhang")
    with statements(place.db) as said:
        assert find_session(place.db, token, now=place.now)
        assert find_session(place.db, "made up", now=place.now) is None
    assert [word for word in said if word != "BEGIN"] == ["SELECT", "SELECT"]
    assert place.session(token).seen_at == place.now


@pytest.mark.row(8)
def test_only_what_could_be_used_counts_as_open(place: Office):
    place.settle("zhang")
    open_at_once = [place.open("zhang") for _ in range(4)]
    place.open("zhang", stage="second_factor")
    assert sessions(place) == 4
    end_session(place.db, open_at_once[0], "sign_out", now=place.now)
    assert sessions(place) == 3
    place.later(minutes=10)
    newest = place.open("zhang")
    assert sessions(place) == 4
    place.later(minutes=5)
    assert sessions(place) == 1
    assert find_session(place.db, newest, now=place.now)
    assert not any(find_session(place.db, token, now=place.now) for token in open_at_once)
    place.later(minutes=10)
    assert sessions(place) == 0


def sessions(place: Office) -> int:
    (account,) = list_accounts(place.db, now=place.now)
    return account.sessions


@pytest.mark.row(2)
def test_a_preview_without_a_session_is_none_and_is_not_recorded_as_one(place: Office):
    place.now = datetime.now(UTC)
    place.settle("chief", Role.ADMIN)
    token = place.open("chief")
    chief = find_session(place.db, token, now=place.now).viewer
    end_session(place.db, token, "sign_out")
    before = place.audited()
    for lost in (token, "", "made up"):
        with pytest.raises(SignInRequired):
            start_preview(place.db, chief, lost, Rights(Role.LEADER))
        with pytest.raises(SignInRequired):
            end_preview(place.db, chief, lost)
    assert not [row for row in place.audited()[len(before) :] if row[0] == "view_as"]


@pytest.mark.row(15)
@pytest.mark.parametrize("text", ["' OR '1'='1", "zhang'--", "%", "_hang", "zhang\x00", "\ud800"])
def test_what_is_typed_is_never_part_of_a_statement(place: Office, text: str):
    place.settle("zhang")
    for deed in (
        lambda: place.check(text, GOOD),
        lambda: place.check("zhang", text),
        lambda: find_session(place.db, text.encode("utf-8", "replace").decode()) or _refuse(),
    ):
        try:
            assert outcome(deed) == WrongCredentials.code
        except UnicodeEncodeError:
            assert "\ud800" in text  # half a character: the page never hands one on
        except SQLAlchemyError:
            pytest.fail("the database was asked something odd")


def _refuse() -> None:
    raise WrongCredentials


@pytest.mark.row(4)
@pytest.mark.parametrize("role", Role)
def test_a_first_password_is_over_after_three_days_for_every_role(place: Office, role: Role):
    rights = RIGHTS[role]
    first = place.add("zhang", rights=rights)
    assert timedelta(hours=72) == passwords.FIRST_HOLDS
    place.later(hours=72)
    with pytest.raises(WrongCredentials):
        place.check("zhang", first)
    place.now -= timedelta(seconds=1)
    assert place.check("zhang", first) == "new_password"
