"""Accounts: who may be what, where and how long; that nobody is locked out for good."""

import re
from datetime import date, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data import passwords
from data.access import OPERATOR, Role, Viewer, prefix_of
from data.accounts import (
    Rights,
    add_account,
    change_rights,
    disable_account,
    enable_account,
    end_preview,
    end_sessions,
    link_oidc,
    list_accounts,
    reset_account,
    start_preview,
)
from data.engine import reading
from data.errors import (
    BadAccount,
    Denied,
    LastAdministrator,
    NotFound,
    SignInLocked,
    StaleEdit,
    WeakPassword,
    WrongCode,
    WrongCredentials,
)
from data.lockouts import FAILURES_OF_AN_ACCOUNT, FAILURES_OF_AN_ADDRESS
from data.models import Division
from data.queries.places import list_division_names
from data.sessions import find_session
from data.settings import load_settings
from data.sign_ins import check_oidc, choose_password, enrol, note_sign_in, note_sign_out
from tests.unit.data.accounting import GOOD, HERE, NOW, RIGHTS, THERE, Office, cheap_hashes, place

__all__ = ["cheap_hashes", "place"]

OTHER = "cobalt-harvest-window-9"
WRONG = "no-such-password-42"


def administrator(place: Office, name: str = "admin") -> Viewer:
    place.settle(name, Role.ADMIN)
    return Viewer(name, Role.ADMIN, ())


def fail(place: Office, name: str, times: int, address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            place.check(name, WRONG, address)


# ── Who may be what ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(4)
def test_a_fresh_install_has_no_account_and_nobody_gets_in(place: Office):
    assert list_accounts(place.db) == []
    for name in ("admin", "root", "guatu", "operator", "", "-"):
        for password in ("", "admin", "guatu", "password", "123456"):
            with pytest.raises((WrongCredentials, SignInLocked)):
                place.check(name, password, f"192.0.2.{len(name)}{len(password)}")


@pytest.mark.parametrize("role", RIGHTS)
def test_every_role_can_be_given(place: Office, role: Role):
    place.add("person", role)
    (facts,) = list_accounts(place.db)
    assert (facts.name, facts.role, facts.version) == ("person", role, 1)
    assert facts.areas == {
        Role.DISTRICT: ("990121",), Role.CLERK: ("990121",), Role.INSPECTOR: ("990121",),
        Role.TOWN: ("990121100",), Role.TEAM: ("990121100201",), Role.ADMIN: (),
        Role.AUDITOR: (),
    }.get(role, ("",))  # fmt: skip
    assert facts.must_change_password


@pytest.mark.row(2)
@pytest.mark.parametrize(
    ("rights", "why"),
    [
        (Rights(Role.DISTRICT), "needs an area"),
        (Rights(Role.TOWN), "needs an area"),
        (Rights(Role.TEAM), "needs an area"),
        (Rights(Role.CLERK), "needs an area"),
        (Rights(Role.TOWN, ("",)), "needs an area"),
        (Rights(Role.INSPECTOR, expires_on=date(2026, 6, 30)), "needs an area"),
        (Rights(Role.INSPECTOR, ("990121",)), "last day"),
        (Rights(Role.ADMIN, ("990121",)), "have no area"),
        (Rights(Role.AUDITOR, ("990121",)), "have no area"),
        (Rights(Role.ADMIN, expires_on=date(2026, 6, 30)), "no last day"),
        (Rights(Role.HELPER), "needs the code of an official"),
        (Rights(Role.HELPER, official_code="nobody"), "no official"),
        (Rights(Role.OFFICE, official_code="cadre-A"), "no principal"),
        (Rights(Role.PLANNER, official_code="cadre-A"), "no other role"),
        (Rights(Role.TOWN, ("990199",)), "no such division"),
        (Rights(Role.TOWN, ("99012",)), "no such division"),
        (Rights(Role.TOWN, ("9901211002010",)), "no such division"),
        (Rights(Role.TOWN, ("９９０１２１",)), "no such division"),
        (Rights(Role.TOWN, ("99012%",)), "no such division"),
        (Rights(Role.TOWN, ("海南区",)), "no such division"),
    ],
)
def test_rights_that_do_not_go_together_are_refused(place: Office, rights: Rights, why: str):
    with pytest.raises(BadAccount, match=why):
        place.add("person", rights=rights)
    assert list_accounts(place.db) == []


@pytest.mark.row(2)
@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("990121000000", "990121"), ("990121", "990121"), ("990121100000", "990121100"),
        ("990121100201", "990121100201"), ("990100000000", "9901"), ("9901", "9901"),
        ("990000000000", "99"),
    ],
)  # fmt: skip
def test_an_area_is_kept_as_its_leading_digits(place: Office, given: str, stored: str):
    place.add("person", rights=Rights(Role.CLERK, (given,)))
    assert place.account("person").areas == [stored]


def test_every_area_that_can_be_given_can_be_named(place: Office):
    names = list_division_names(place.db, "zh-CN")
    with reading(place.db) as connection:
        codes = connection.execute(select(Division.code)).scalars().all()
    assert set(names) == {prefix_of(code) for code in codes}
    assert names["9901"] == "市"
    assert names["990121100201"] == "990121区 · 990121镇 · 甲村"
    for number, code in enumerate(codes):
        place.add(f"clerk{number}", rights=Rights(Role.CLERK, (code,)))
    assert {account.areas[0] for account in list_accounts(place.db)} == set(names)


@settings(max_examples=60, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(code=st.text(alphabet="0129", min_size=1, max_size=14))
def test_no_code_gives_more_than_its_own_division(place: Office, code: str):
    name = f"p{len(list_accounts(place.db)):03}"
    try:
        place.add(name, rights=Rights(Role.CLERK, (code,)))
    except BadAccount:
        return
    (prefix,) = place.account(name).areas
    assert prefix
    assert code.startswith(prefix)
    assert set(code[len(prefix) :]) <= {"0"}


@pytest.mark.parametrize(
    "name",
    ["", "ab", "Zhang", "1zhang", "zhang san", "张三", "a" * 33, "zhang\n", "-zhang", "z'--"],
)
def test_an_odd_name_is_refused(place: Office, name: str):
    with pytest.raises(BadAccount):
        place.add(name)


def test_a_name_is_taken_once(place: Office):
    place.add("zhang")
    with pytest.raises(BadAccount, match="taken"):
        place.add("zhang")


# ── Who may change accounts, and what that leaves behind ────────────────────────────────────────


@pytest.mark.row(2)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_only_an_administrator_keeps_accounts(place: Office, role: Role):
    place.settle("zhang")
    # What may be seen is the same for the operator's viewer and one of the office: not the rights.
    viewer = Viewer("someone", role, ("",))
    before = len(place.audited())
    deeds = (
        lambda: add_account(place.db, viewer, "new", RIGHTS[Role.OFFICE]),
        lambda: change_rights(place.db, viewer, "zhang", RIGHTS[Role.LEADER]),
        lambda: disable_account(place.db, viewer, "zhang"),
        lambda: enable_account(place.db, viewer, "zhang"),
        lambda: reset_account(place.db, viewer, "zhang"),
        lambda: link_oidc(place.db, viewer, "zhang", "subject"),
        lambda: end_sessions(place.db, viewer, "zhang"),
    )
    for deed in deeds:
        with pytest.raises(Denied):
            deed()
    rows = place.audited()[before:]
    assert rows == [("refusal", "someone", "", "refused", "manage_accounts: denied")] * len(deeds)
    assert [a.name for a in list_accounts(place.db)] == ["zhang"]
    assert place.account("zhang").version == 1


@pytest.mark.row(2)
def test_an_administrator_who_looks_as_another_role_keeps_no_accounts(place: Office):
    place.settle("zhang")
    with pytest.raises(Denied):
        disable_account(place.db, Viewer("admin", Role.ADMIN, (), is_preview=True), "zhang")


@pytest.mark.row(24)
def test_each_change_is_one_row_of_the_audit(place: Office):
    admin = administrator(place)
    before = len(place.audited())
    add_account(place.db, admin, "zhang", RIGHTS[Role.TOWN])
    change_rights(place.db, admin, "zhang", RIGHTS[Role.INSPECTOR])
    disable_account(place.db, admin, "zhang")
    enable_account(place.db, admin, "zhang")
    reset_account(place.db, admin, "zhang")
    link_oidc(place.db, admin, "zhang", "subject")
    end_sessions(place.db, admin, "zhang")
    rows = place.audited()[before:]
    assert {row[:4] for row in rows} == {("right_change", "admin", "zhang", "done")}
    assert [row[4] for row in rows] == [
        "add: town @ 99.01.21.100", "set: inspector @ 99.01.21 until 2026.06.30", "disable",
        "enable", "reset", "oidc", "end sessions",
    ]  # fmt: skip


@pytest.mark.row(29)
def test_the_second_of_two_edits_is_told_of_the_first(place: Office):
    admin, other = administrator(place), Viewer("second", Role.ADMIN, ())
    place.add("zhang", Role.TOWN)
    version = place.account("zhang").version
    place.later(minutes=3)
    rights = Rights(Role.TOWN, ("990122100",))
    change_rights(place.db, admin, "zhang", rights, version=version, now=place.now)
    with pytest.raises(StaleEdit) as caught:
        disable_account(place.db, other, "zhang", version=version, now=place.now)
    told = caught.value.sentence("zh-CN")
    assert "admin 已于 2026-03-02 09:03 改过“zhang”（范围）" in told
    assert place.account("zhang").areas == ["990122100"]
    assert not place.account("zhang").is_disabled
    disable_account(place.db, other, "zhang", version=version + 1, now=place.now)
    assert place.account("zhang").is_disabled


def test_an_unknown_account_is_not_found(place: Office):
    administrator(place)
    for change in (disable_account, enable_account, reset_account, end_sessions):
        with pytest.raises(NotFound):
            change(place.db, OPERATOR, "nobody")


# ── The last administrator ──────────────────────────────────────────────────────────────────────


@pytest.mark.row(6)
def test_the_last_administrator_stays(place: Office):
    admin = administrator(place)
    for change in (
        lambda: disable_account(place.db, admin, "admin"),
        lambda: change_rights(place.db, admin, "admin", RIGHTS[Role.OFFICE]),
    ):
        with pytest.raises(LastAdministrator):
            change()
    assert place.check("admin", GOOD) == "enrolment"


@pytest.mark.row(6)
@pytest.mark.parametrize("state", ["never came in", "disabled", "reset"])
def test_an_administrator_who_cannot_come_in_is_no_other_one(place: Office, state: str):
    administrator(place)
    if state == "never came in":
        place.add("second", Role.ADMIN)
    else:
        administrator(place, "second")
        change = disable_account if state == "disabled" else reset_account
        change(place.db, OPERATOR, "second")
    with pytest.raises(LastAdministrator):
        disable_account(place.db, OPERATOR, "admin")


@pytest.mark.row(6)
def test_one_of_two_administrators_may_go(place: Office):
    administrator(place)
    administrator(place, "second")
    disable_account(place.db, OPERATOR, "admin")
    with pytest.raises(LastAdministrator):
        disable_account(place.db, OPERATOR, "second")
    enable_account(place.db, OPERATOR, "admin")
    disable_account(place.db, OPERATOR, "second")


@pytest.mark.row(6)
def test_the_last_administrator_is_never_locked_out(place: Office):
    """Somebody far away fails for a day; whoever keeps the accounts comes in all the same."""
    administrator(place)
    secret, codes = place.enrol("admin")
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    for hour in range(24):
        fail(place, "admin", FAILURES_OF_AN_ACCOUNT, THERE)
        with pytest.raises(SignInLocked):
            place.check("admin", WRONG, THERE)
        assert place.check("admin", GOOD, HERE) == "second_factor"
        if hour < len(codes):
            assert place.code("admin", codes[hour]) == "open"
        place.later(hours=1)


@pytest.mark.row(6)
def test_where_somebody_fails_under_the_last_administrators_name_it_is_locked(place: Office):
    """From one address nobody can tell the administrator's account from any other."""
    administrator(place)
    place.settle("zhang")
    for name in ("admin", "zhang", "nobody"):
        fail(place, name, FAILURES_OF_AN_ACCOUNT)
        with pytest.raises(SignInLocked):
            place.check(name, GOOD)


# ── First passwords ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(4)
def test_a_first_password_is_good_once(place: Office):
    first = place.add("zhang")
    assert place.check("zhang", first) == "new_password"
    with pytest.raises(WrongCredentials):
        place.check("zhang", first)
    assert place.account("zhang").password_hash is None


@pytest.mark.row(4)
def test_a_first_password_is_good_for_72_hours(place: Office):
    first, later = place.add("zhang"), place.add("wangwu")
    assert place.later(hours=71, minutes=59).check("zhang", first) == "new_password"
    with pytest.raises(WrongCredentials):
        place.later(minutes=1).check("wangwu", later)


@pytest.mark.row(4)
def test_a_first_password_cannot_be_kept(place: Office):
    first = place.add("zhang")
    place.check("zhang", first)
    with pytest.raises(WeakPassword, match="differ from the present one"):
        choose_password(place.db, "zhang", first, address=HERE, now=place.now)
    assert choose_password(place.db, "zhang", GOOD, address=HERE, now=place.now) == "open"
    assert place.check("zhang", GOOD) == "open"


@pytest.mark.row(4)
def test_a_reset_gives_a_new_first_password_and_forgets_the_second_factor(place: Office):
    place.settle("clerk", Role.CLERK)
    _secret, codes = place.enrol("clerk")
    assert place.check("clerk", GOOD) == "second_factor"
    first = reset_account(place.db, OPERATOR, "clerk", now=place.now)
    with pytest.raises(WrongCredentials):
        place.check("clerk", GOOD)
    assert place.check("clerk", first) == "new_password"
    with pytest.raises(WrongCode):
        place.code("clerk", codes[0])


# ── Signing in ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(7)
@pytest.mark.parametrize("role", Role)
def test_administrators_and_clerks_need_a_second_factor(place: Office, role: Role):
    place.settle("person", role)
    needed = role in {Role.ADMIN, Role.CLERK}
    assert place.check("person", GOOD) == ("enrolment" if needed else "open")
    place.enrol("person")
    assert place.check("person", GOOD) == "second_factor"


@pytest.mark.row(6)
@pytest.mark.parametrize("state", ["wrong", "unknown", "disabled", "over", "never set"])
def test_every_failure_gets_the_same_answer(place: Office, state: str):
    place.settle("zhang")
    name, password = "zhang", GOOD
    if state == "wrong":
        password = WRONG
    elif state == "unknown":
        name = "lisi"
    elif state == "disabled":
        disable_account(place.db, OPERATOR, "zhang")
    elif state == "over":
        change_rights(place.db, OPERATOR, "zhang", Rights(Role.OFFICE, expires_on=date(2026, 3, 1)))
    else:
        place.check("zhang", reset_account(place.db, OPERATOR, "zhang", now=place.now))
    with pytest.raises(WrongCredentials) as caught:
        place.check(name, password)
    assert caught.value.facts == {}
    assert str(caught.value) == str(WrongCredentials())


@pytest.mark.row(6)
@pytest.mark.row(24)
def test_a_failure_is_recorded_with_the_accounts_name_only_if_there_is_one(place: Office):
    place.settle("zhang")
    before = len(place.audited())
    fail(place, "zhang", 1)
    fail(place, "lantern-orbit-velvet-73", 1)
    assert place.audited()[before:] == [
        ("sign_in", "zhang", "zhang", "failed", "password"),
        ("sign_in", "-", "", "failed", "password"),
    ]


@pytest.mark.row(6)
@pytest.mark.parametrize("name", ["zhang", "nobody"])
def test_the_sixth_try_is_refused_for_fifteen_minutes(place: Office, name: str):
    administrator(place)
    place.settle("zhang")
    fail(place, name, FAILURES_OF_AN_ACCOUNT)
    for _ in range(3):
        with pytest.raises(SignInLocked):
            place.later(minutes=4).check(name, GOOD, THERE)
    place.later(minutes=2, seconds=59)
    with pytest.raises(SignInLocked):
        place.check(name, GOOD, THERE)
    place.later(seconds=1)
    if name == "zhang":
        assert place.check(name, GOOD, THERE) == "open"
    else:
        fail(place, name, 1)


@pytest.mark.row(6)
def test_tries_at_a_locked_name_lock_nobody_else(place: Office):
    administrator(place)
    for name in ("zhang", "wangwu"):
        place.settle(name)
    fail(place, "zhang", FAILURES_OF_AN_ACCOUNT)
    for _ in range(FAILURES_OF_AN_ADDRESS):
        with pytest.raises(SignInLocked):
            place.check("zhang", WRONG)
    assert place.check("wangwu", GOOD) == "open"


@pytest.mark.row(6)
def test_failures_far_apart_lock_nobody(place: Office):
    administrator(place)
    place.settle("zhang")
    for _ in range(20):
        fail(place, "zhang", 1)
        place.later(minutes=4)
    assert place.check("zhang", GOOD) == "open"


@pytest.mark.row(6)
def test_an_address_that_tries_many_names_is_refused(place: Office):
    administrator(place)
    place.settle("zhang")
    for number in range(FAILURES_OF_AN_ADDRESS):
        fail(place, f"name{number}", 1)
    with pytest.raises(SignInLocked):
        place.check("zhang", GOOD)
    assert place.check("zhang", GOOD, THERE) == "open"
    assert place.later(minutes=15).check("zhang", GOOD) == "open"


@pytest.mark.row(6)
def test_an_account_of_ones_own_does_not_wipe_out_tries_at_others(place: Office):
    administrator(place)
    place.settle("own")
    for _ in range(FAILURES_OF_AN_ADDRESS):
        assert place.check("own", GOOD) == "open"
        fail(place, "own", 1)
        note_sign_in(place.db, "own", address=HERE, means="password")
    with pytest.raises(SignInLocked):
        place.check("own", GOOD)


@pytest.mark.row(6)
def test_a_right_password_alone_does_not_clear_the_count_of_codes(place: Office):
    """Whoever has the password and guesses codes is stopped at the sixth, whatever they do."""
    place.settle("clerk", Role.CLERK)
    administrator(place)
    _secret, codes = place.enrol("clerk")
    for _ in range(FAILURES_OF_AN_ACCOUNT):
        assert place.check("clerk", GOOD) == "second_factor"
        with pytest.raises(WrongCode):
            place.code("clerk", "000000")
    assert place.check("clerk", GOOD) == "second_factor"
    with pytest.raises(SignInLocked):
        place.code("clerk", codes[0])
    assert place.later(minutes=15).code("clerk", codes[0]) == "open"


@pytest.mark.row(6)
def test_an_administrator_unlocks_an_account(place: Office):
    administrator(place)
    place.settle("zhang")
    fail(place, "zhang", FAILURES_OF_AN_ACCOUNT)
    assert [a.name for a in list_accounts(place.db, now=place.now) if a.is_locked] == ["zhang"]
    enable_account(place.db, OPERATOR, "zhang")
    assert place.check("zhang", GOOD) == "open"


@pytest.mark.row(5)
def test_a_hash_of_before_is_made_anew_at_sign_in(place: Office, monkeypatch: pytest.MonkeyPatch):
    place.settle("zhang")
    before = place.account("zhang").password_hash
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=2, memory_cost=128))
    assert place.check("zhang", GOOD) == "open"
    after = place.account("zhang").password_hash
    assert "m=64," in before
    assert "m=128," in after
    assert place.check("zhang", GOOD) == "open"


def test_a_name_is_taken_as_people_type_it(place: Office):
    place.settle("zhang")
    assert place.check(" Zhang ", GOOD) == "open"


@pytest.mark.row(5)
def test_under_the_strict_rules_a_password_lasts_90_days(
    place: Office, monkeypatch: pytest.MonkeyPatch
):
    place.settle("zhang")
    place.later(days=90)
    assert place.check("zhang", GOOD) == "open"
    monkeypatch.setenv("GUATU_PASSWORD_RULES", "dengbao")
    load_settings.cache_clear()
    assert place.check("zhang", GOOD) == "open"
    assert place.later(seconds=1).check("zhang", GOOD) == "new_password"


# ── Codes ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(7)
def test_a_code_and_a_recovery_code_are_good_once(place: Office):
    place.settle("clerk", Role.CLERK)
    secret, codes = place.enrol("clerk")
    totp = pyotp.TOTP(secret)
    with pytest.raises(WrongCode):  # the code that proved the authenticator
        place.code("clerk", totp.at(place.now))
    place.later(minutes=1)
    assert place.code("clerk", totp.at(place.now)) == "open"
    with pytest.raises(WrongCode):
        place.code("clerk", totp.at(place.now))
    with pytest.raises(WrongCode):
        place.code("clerk", totp.at(place.now - timedelta(seconds=30)))
    assert place.code("clerk", codes[3]) == "open"
    with pytest.raises(WrongCode):
        place.code("clerk", codes[3])
    assert len(place.account("clerk").recovery_hashes) == 9


@pytest.mark.row(7)
def test_an_authenticator_must_prove_itself_and_cannot_be_replaced_by_the_way(place: Office):
    place.settle("clerk", Role.CLERK)
    with pytest.raises(WrongCode):
        enrol(place.db, "clerk", "A" * 32, "000000", address=HERE, now=NOW)
    assert place.account("clerk").totp_sealed is None
    place.enrol("clerk")
    with pytest.raises(WrongCode):
        place.enrol("clerk")


# ── Single sign-on ──────────────────────────────────────────────────────────────────────────────


def test_a_person_of_the_provider_is_one_account(place: Office):
    for name in ("zhang", "wangwu"):
        place.settle(name)
    link_oidc(place.db, OPERATOR, "zhang", "subject-1")
    assert check_oidc(place.db, "subject-1", address=HERE, now=place.now) == "zhang"
    with pytest.raises(BadAccount, match="another account"):
        link_oidc(place.db, OPERATOR, "wangwu", "subject-1")
    with pytest.raises(WrongCredentials):
        check_oidc(place.db, "subject-2", address=HERE, now=place.now)
    disable_account(place.db, OPERATOR, "zhang")
    with pytest.raises(WrongCredentials):
        check_oidc(place.db, "subject-1", address=HERE, now=place.now)
    link_oidc(place.db, OPERATOR, "zhang", None)
    link_oidc(place.db, OPERATOR, "wangwu", "subject-1")


# ── Preview, and coming and going ───────────────────────────────────────────────────────────────


@pytest.mark.row(2)
@pytest.mark.row(24)
def test_a_preview_is_recorded_and_comes_to_an_end(place: Office):
    admin = administrator(place)
    token = place.open("admin")
    before = len(place.audited())
    start_preview(place.db, admin, token, Rights(Role.TOWN, ("990121",)))
    viewer = find_session(place.db, token, now=place.now).viewer
    with pytest.raises(Denied):
        start_preview(place.db, viewer, token, Rights(Role.OFFICE))
    end_preview(place.db, viewer, token)
    assert find_session(place.db, token, now=place.now).viewer == admin
    assert place.audited()[before:] == [
        ("view_as", "admin", "990121", "done", "as town"),
        ("refusal", "admin", "", "refused", "view_as: denied"),
        ("view_as", "admin", "town", "done", "end"),
    ]
    for role in (Role.DISTRICT, Role.TOWN, Role.CLERK):
        with pytest.raises(BadAccount):
            start_preview(place.db, admin, token, Rights(role))


@pytest.mark.row(23)
@pytest.mark.parametrize("areas", [("990121100",), ("990121", "990122"), ("990121100201",)])
def test_nobody_chooses_areas_that_could_be_subtracted(place: Office, areas: tuple[str, ...]):
    """Where small cells are hidden, what is hidden is chosen for the city or one district."""
    admin = administrator(place)
    token = place.open("admin")
    for role in (Role.LEADER, Role.PLANNER, Role.DISTRICT, Role.TOWN):
        with pytest.raises(BadAccount):
            start_preview(place.db, admin, token, Rights(role, areas))
    day = place.now.date() + timedelta(days=30)
    for role in (Role.LEADER, Role.PLANNER, Role.INSPECTOR):
        until = day if role is Role.INSPECTOR else None
        with pytest.raises(BadAccount):
            add_account(place.db, admin, "narrow", Rights(role, areas, expires_on=until))


@pytest.mark.row(24)
def test_coming_and_going_is_one_row_each(place: Office):
    place.settle("zhang")
    before = len(place.audited())
    note_sign_in(place.db, "zhang", address=HERE, means="password")
    note_sign_out(place.db, Viewer("zhang", Role.OFFICE, ("",), address=HERE))
    assert place.audited()[before:] == [
        ("sign_in", "zhang", "zhang", "done", "password"),
        ("sign_out", "zhang", "zhang", "done", ""),
    ]
