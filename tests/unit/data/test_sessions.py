"""Sessions: how long they hold, what ends them, and what is stored of them."""

import sqlite3
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from data.access import OPERATOR, Role, Viewer
from data.accounts import (
    Rights,
    change_rights,
    disable_account,
    enable_account,
    end_sessions,
    reset_account,
    start_preview,
)
from data.door import admit
from data.engine import transaction
from data.errors import SignInRequired
from data.models import Account
from data.sessions import (
    KEPT,
    SESSION_COOKIE,
    Signed,
    advance_session,
    end_session,
    end_sessions_of,
    find_session,
    open_session,
    set_preview,
    touch_session,
)
from data.settings import Settings, load_settings
from data.sign_ins import choose_password
from tests.unit.data.accounting import GOOD, HERE, NOW, Office, cheap_hashes, place

__all__ = ["cheap_hashes", "place"]

IDLE, LONGEST = timedelta(minutes=15), timedelta(hours=8)


@pytest.fixture
def clerk(place: Office) -> Office:
    place.settle("clerk", Role.OFFICE)
    return place


def find(place: Office, token: str) -> Signed | None:
    return find_session(place.db, token, now=place.now)


@pytest.mark.row(8)
def test_a_token_has_at_least_128_bits_and_only_its_hash_is_stored(clerk: Office):
    tokens = {clerk.open("clerk") for _ in range(20)}
    assert len(tokens) == 20
    # URL-safe base64 without padding: six bits a character.
    assert all(len(token) * 6 >= 256 for token in tokens)
    clerk.db.engine.dispose()
    with sqlite3.connect(clerk.db.engine.url.database) as raw:
        stored = "\n".join(raw.iterdump())
    raw.close()
    assert not [token for token in tokens if token in stored]


@pytest.mark.row(8)
def test_a_session_says_who_looks_and_from_where(clerk: Office):
    signed = find(clerk, clerk.open("clerk"))
    assert signed == Signed("clerk", "open", Viewer("clerk", Role.OFFICE, ("",)), NOW, NOW)
    assert (signed.viewer.name, signed.viewer.address) == ("clerk", HERE)


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "' OR 1=1 --", "\x00", "票"])
def test_what_is_no_token_finds_nothing(clerk: Office, token: str):
    clerk.open("clerk")
    assert find(clerk, token) is None


@pytest.mark.row(8)
def test_a_session_ends_when_nobody_uses_it(clerk: Office):
    token = clerk.open("clerk")
    clerk.now += IDLE - timedelta(seconds=1)
    assert find(clerk, token) is not None
    clerk.now += timedelta(seconds=1)
    assert find(clerk, token) is None


@pytest.mark.row(8)
def test_finding_a_session_does_not_prolong_it(clerk: Office):
    token = clerk.open("clerk")
    for _ in range(14):
        assert find(clerk.later(minutes=1), token).seen_at == NOW
    assert find(clerk.later(minutes=1), token) is None


@pytest.mark.row(8)
def test_use_prolongs_a_session_but_not_beyond_its_longest(clerk: Office):
    token = clerk.open("clerk")
    while clerk.now < NOW + LONGEST - timedelta(minutes=10):
        clerk.later(minutes=10)
        touch_session(clerk.db, token, now=clerk.now)
        assert find(clerk, token) is not None
    clerk.now = NOW + LONGEST - timedelta(seconds=1)
    touch_session(clerk.db, token, now=clerk.now)
    assert find(clerk, token) is not None
    clerk.now = NOW + LONGEST
    assert find(clerk, token) is None


@pytest.mark.row(8)
def test_no_use_brings_an_idle_session_back(clerk: Office):
    token = clerk.open("clerk")
    clerk.now += IDLE
    touch_session(clerk.db, token, now=clerk.now)
    assert clerk.session(token).seen_at == NOW
    assert find(clerk, token) is None


def test_use_is_written_at_most_once_a_minute(clerk: Office):
    token = clerk.open("clerk")
    written = set()
    for _ in range(30):
        touch_session(clerk.db, token, now=clerk.later(seconds=10).now)
        written.add(clerk.session(token).seen_at)
    assert sorted(written - {NOW}) == [NOW + timedelta(minutes=m) for m in range(1, 6)]


def test_somebody_busy_is_never_taken_for_idle(clerk: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GUATU_IDLE_MINUTES", "1")
    load_settings.cache_clear()
    token = clerk.open("clerk")
    for _ in range(40):
        touch_session(clerk.db, token, now=clerk.later(seconds=30).now)
        assert find(clerk, token) is not None
    assert find(clerk.later(minutes=1), token) is None


@pytest.mark.row(8)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(gaps=st.lists(st.integers(1, 15) | st.just(14), min_size=1, max_size=45))
def test_a_session_holds_while_no_gap_is_too_long(clerk: Office, gaps: list[int]):
    token = clerk.open("clerk")
    started = last = clerk.now
    holds = True
    for minutes in gaps:
        clerk.later(minutes=minutes)
        holds = holds and clerk.now - last < IDLE and clerk.now - started < LONGEST
        assert (find(clerk, token) is not None) == holds
        touch_session(clerk.db, token, now=clerk.now)
        last = clerk.now


@pytest.mark.row(8)
@pytest.mark.parametrize("stage", ["second_factor", "new_password", "enrolment"])
def test_somebody_half_way_is_not_let_in_and_has_ten_minutes(clerk: Office, stage: str):
    token = clerk.open("clerk", stage=stage)
    assert find(clerk, token).stage == stage
    assert find(clerk.later(minutes=9, seconds=59), token) is not None
    assert find(clerk.later(seconds=1), token) is None


@pytest.mark.row(8)
def test_each_stage_has_a_token_of_its_own(clerk: Office):
    first = clerk.open("clerk", stage="new_password")
    second = clerk.advance(first, "enrolment")
    third = clerk.advance(second, "open")
    assert len({first, second, third}) == 3
    assert find(clerk, first) is None
    assert find(clerk, second) is None
    assert find(clerk, third).stage == "open"
    for old in (first, second):
        with pytest.raises(SignInRequired):
            clerk.advance(old)


@pytest.mark.row(8)
def test_a_session_that_is_over_does_not_advance(clerk: Office):
    token = clerk.open("clerk", stage="second_factor")
    clerk.later(minutes=10)
    with pytest.raises(SignInRequired):
        clerk.advance(token)
    disabled = clerk.open("clerk", stage="second_factor")
    disable_account(clerk.db, OPERATOR, "clerk", now=clerk.now)
    with pytest.raises(SignInRequired):
        clerk.advance(disabled)


@pytest.mark.row(8)
def test_no_token_survives_a_sign_in(clerk: Office):
    planted = clerk.open("clerk")
    fresh = clerk.open("clerk", replacing=planted)
    assert find(clerk, planted) is None
    assert clerk.session(planted).ended_why == "replaced"
    assert find(clerk, fresh) is not None


@pytest.mark.row(8)
def test_signing_out_ends_one_session_and_keeps_the_first_reason(clerk: Office):
    here, elsewhere = clerk.open("clerk"), clerk.open("clerk")
    end_session(clerk.db, here, "sign_out", now=clerk.now)
    end_session(clerk.db, here, "again", now=clerk.later(minutes=1).now)
    assert find(clerk, here) is None
    assert (clerk.session(here).ended_why, clerk.session(here).ended_at) == ("sign_out", NOW)
    assert find(clerk, elsewhere) is not None


@pytest.mark.row(8)
@pytest.mark.parametrize(
    "change",
    [
        lambda p: disable_account(p.db, OPERATOR, "clerk", now=p.now),
        lambda p: reset_account(p.db, OPERATOR, "clerk", now=p.now),
        lambda p: end_sessions(p.db, OPERATOR, "clerk"),
        lambda p: change_rights(p.db, OPERATOR, "clerk", Rights(Role.LEADER), now=p.now),
        lambda p: change_rights(p.db, OPERATOR, "clerk", Rights(Role.OFFICE, ("990121",))),
        lambda p: choose_password(p.db, "clerk", "cobalt-harvest-window-9", address=HERE),
    ],
    ids=["disabled", "reset", "ended", "other role", "other areas", "new password"],
)
def test_what_an_account_loses_ends_every_session_of_it(clerk: Office, change):
    clerk.settle("other")
    tokens = [clerk.open("clerk"), clerk.open("clerk", stage="second_factor")]
    kept = clerk.open("other")
    assert all(find(clerk, token) for token in tokens)
    change(clerk)
    assert not any(find(clerk, token) for token in tokens)
    assert find(clerk, kept) is not None


@pytest.mark.row(8)
def test_a_disabled_account_has_no_session_whoever_disabled_it(clerk: Office):
    token = clerk.open("clerk")
    with transaction(clerk.db) as connection:
        connection.execute(update(Account).values(is_disabled=True))
    assert find(clerk, token) is None


@pytest.mark.row(8)
def test_an_account_enabled_again_does_not_revive_its_sessions(clerk: Office):
    token = clerk.open("clerk")
    disable_account(clerk.db, OPERATOR, "clerk", now=clerk.now)
    enable_account(clerk.db, OPERATOR, "clerk", now=clerk.now)
    assert find(clerk, token) is None


@pytest.mark.row(8)
def test_a_new_password_keeps_the_session_it_was_chosen_in(clerk: Office):
    own, other = clerk.open("clerk"), clerk.open("clerk")
    choose_password(
        clerk.db, "clerk", "cobalt-harvest-window-9", address=HERE, token=own, now=clerk.now
    )
    assert find(clerk, own) is not None
    assert find(clerk, other) is None


@pytest.mark.row(8)
def test_the_last_day_of_an_account_is_a_day_in_china(clerk: Office):
    rights = Rights(Role.INSPECTOR, ("990121",), expires_on=date(2026, 3, 2))
    clerk.check("inspector", clerk.add("inspector", rights=rights))
    choose_password(clerk.db, "inspector", GOOD, address=HERE, now=clerk.now)
    clerk.now = NOW.replace(hour=15, minute=59)  # 23:59 in China
    token = clerk.open("inspector")
    assert find(clerk, token) is not None
    clerk.later(minutes=1)
    assert find(clerk, token) is None


def test_ended_sessions_are_forgotten_after_thirty_days(clerk: Office):
    ended, idle = clerk.open("clerk"), clerk.open("clerk")
    end_session(clerk.db, ended, "sign_out", now=clerk.now)
    clerk.now += KEPT
    clerk.open("clerk")
    assert clerk.session(ended) is not None
    clerk.later(seconds=1)
    clerk.open("clerk")
    assert clerk.session(ended) is None
    assert clerk.session(idle) is None
    assert timedelta(days=30) == KEPT


def test_ending_counts_what_was_open(clerk: Office):
    for _ in range(3):
        clerk.open("clerk")
    with transaction(clerk.db) as connection:
        assert end_sessions_of(connection, "clerk", "test", now=clerk.now) == 3
        assert end_sessions_of(connection, "clerk", "test", now=clerk.now) == 0


@pytest.mark.row(2)
def test_a_preview_is_the_role_looked_as_and_ends_with_the_session_intact(clerk: Office):
    clerk.settle("admin", Role.ADMIN)
    token = clerk.open("admin")
    start_preview(clerk.db, find(clerk, token).viewer, token, Rights(Role.TOWN, ("990121",)))
    viewer = find(clerk, token).viewer
    assert viewer == Viewer("x", Role.TOWN, ("990121",), is_preview=True)
    assert (viewer.name, find(clerk, token).account) == ("admin", "admin")
    with transaction(clerk.db) as connection:
        set_preview(connection, token, None)
    assert find(clerk, token).viewer == Viewer("x", Role.ADMIN, ())


@pytest.mark.row(1)
@pytest.mark.row(8)
def test_the_door_lets_in_who_has_everything_behind_them(
    clerk: Office, tiny_file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GUATU_DATABASE_URL", f"sqlite:///{tiny_file}")
    load_settings.cache_clear()
    production = Settings(mode="production")
    token = open_session(clerk.db, "clerk", means="password", stage="open", address=HERE)
    assert admit(production, {SESSION_COOKIE: token}).name == "clerk"
    with pytest.raises(SignInRequired):
        admit(production, {})
    with pytest.raises(SignInRequired):
        admit(production, {"guatu_demo_role": "office"})
    half = open_session(clerk.db, "clerk", means="password", stage="enrolment", address=HERE)
    with pytest.raises(SignInRequired):
        admit(production, {SESSION_COOKIE: half})
    fresh = advance_session(clerk.db, half, "open")
    assert admit(production, {SESSION_COOKIE: fresh}).role is Role.OFFICE
