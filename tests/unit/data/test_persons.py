"""One person's rights: found, shown, corrected, erased, and nothing of them left anywhere."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from data.access import Action, Role, Viewer
from data.actions.correct_person import Correction, correct_person
from data.actions.erase_person import ERASURE_REASONS, Erasure, erase_person
from data.actions.export_households import export_households
from data.actions.find_person import find_person
from data.audit import Deed
from data.engine import reading, transaction
from data.errors import (
    BadIdNumber,
    BadValue,
    Denied,
    NotConfirmed,
    NotFound,
    NothingChanged,
    PersonErased,
    PersonNotFound,
    SearchesUsedUp,
    StaleEdit,
    UnknownValue,
)
from data.full_views import open_full_view
from data.models import IdentityVault
from data.queries.filters import Filter
from data.queries.people import get_household, list_households, read_full_view
from data.queries.places import get_dataset
from data.queries.register import read_ledger
from data.quotas import SEARCHES_PER_DAY, count_today
from data.vault import FIELDS, open_identities
from tests.unit.data.planted import PLANTED, files_of, found_in, vacuum_copy
from tests.unit.data.test_full_views import AUDITOR, DISTRICT, ELSEWHERE, HELPER, audit_of
from tests.unit.data.tiny_world import JIA, identity_row

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
CLERK = Viewer("clerk", Role.CLERK, ("9901",))
OFFICE = Viewer("office", Role.OFFICE, ("",))
KNOWN = identity_row("A3-2")["id_number"]
DAY = date(2016, 12, 31)


def correction(member="A3-2", version=1, **changes):
    return Correction(member, version, changes)


def texts_of(db, member):
    with reading(db) as connection:
        held = open_identities(connection, [member]).get(member)
    return None if held is None else dict(held.texts)


# ── find ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(22)
@pytest.mark.row(24)
def test_a_person_is_found_by_id_number_and_the_number_is_recorded_nowhere(tiny_db, tiny_file):
    found = find_person(tiny_db, DISTRICT, f" {KNOWN.lower()} ")
    assert (found.household, found.village, found.member_id) == ("A3", JIA, "A3-2")
    assert audit_of(tiny_db) == [("district", "search", "", "done", "", 1)]
    assert found_in(files_of(tiny_file), [KNOWN]) == []
    assert KNOWN not in repr(found)


@pytest.mark.row(3)
def test_a_person_elsewhere_is_answered_like_nobody(tiny_db):
    answers = set()
    for viewer, number in (
        (ELSEWHERE, KNOWN), (DISTRICT, identity_row("C1-1")["id_number"]),
        (DISTRICT, "110101199001011234"),
    ):  # fmt: skip
        with pytest.raises(PersonNotFound) as caught:
            find_person(tiny_db, viewer, number)
        answers.add((caught.value.sentence("zh-CN"), caught.value.sentence("en")))
        assert number not in str(caught.value)
    assert len(answers) == 1
    rows = [row for row in audit_of(tiny_db) if row[1] == "search"]
    assert [row[5] for row in rows] == [0, 0, 0]


@pytest.mark.row(2)
@pytest.mark.parametrize("role", Role)
def test_only_some_roles_search(tiny_db, role):
    viewer = Viewer("x", role, ("",), official="cadre-A")
    if role in {Role.OFFICE, Role.DISTRICT, Role.TOWN, Role.CLERK}:
        assert find_person(tiny_db, viewer, KNOWN).household == "A3"
        return
    for number in (KNOWN, "110101199001011234", "12"):
        with pytest.raises(Denied):
            find_person(tiny_db, viewer, number)
    assert {row[1:5] for row in audit_of(tiny_db)} == {
        ("refusal", "", "refused", f"{Action.FIND_PERSON}: denied")
    }


def test_searches_are_counted_by_account_and_day(tiny_db):
    with pytest.raises(BadIdNumber):
        find_person(tiny_db, DISTRICT, "12", now=NOW)
    for _ in range(SEARCHES_PER_DAY - 1):
        find_person(tiny_db, DISTRICT, KNOWN, now=NOW)
    with pytest.raises(PersonNotFound):
        find_person(tiny_db, DISTRICT, "110101199001011234", now=NOW)
    for late in (timedelta(), timedelta(hours=11, minutes=59)):
        with pytest.raises(SearchesUsedUp) as caught:
            find_person(tiny_db, DISTRICT, KNOWN, now=NOW + late)
        assert caught.value.status == 429
        assert "50" in caught.value.sentence("zh-CN")
    find_person(tiny_db, CLERK, KNOWN, now=NOW)
    find_person(tiny_db, DISTRICT, KNOWN, now=NOW + timedelta(hours=12))  # midnight in China
    assert audit_of(tiny_db)[-3][4] == "find_person: searches_used_up"


# ── correct ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.row(30)
def test_a_correction_writes_what_changed_and_its_row_names_fields_only(tiny_db, tiny_file):
    changes = {"name": "丘处机", "phone": "10000009999", "health": "severe", "labour": "lost"}
    done = correct_person(tiny_db, CLERK, correction(**changes), now=NOW)
    assert (done.household, done.version, done.fields) == ("A3", 2, ("name", "phone", "health"))
    wanted = {name: identity_row("A3-2")[name] for name in FIELDS} | changes
    assert texts_of(tiny_db, "A3-2") == wanted
    assert audit_of(tiny_db) == [("clerk", "edit", "A3", "done", "name, phone, health", 1)]
    assert found_in(files_of(tiny_file), ["丘处机", "10000009999"]) == []
    number = correct_person(tiny_db, CLERK, correction(version=2, id_number="11010119900101123x"))
    assert find_person(tiny_db, CLERK, "11010119900101123X").member_id == "A3-2"
    with pytest.raises(PersonNotFound):
        find_person(tiny_db, CLERK, KNOWN)
    assert number.version == 3
    correct_person(tiny_db, CLERK, correction(version=3, phone="", id_number=""))
    assert texts_of(tiny_db, "A3-2")["phone"] == ""


@pytest.mark.row(29)
def test_the_second_of_two_edits_is_told_who_when_and_which_fields(tiny_db):
    correct_person(tiny_db, CLERK, correction(name="丘处机", phone="10000009999"), now=NOW)
    before = texts_of(tiny_db, "A3-2")
    with pytest.raises(StaleEdit) as caught:
        correct_person(tiny_db, OFFICE, correction(address="新址一号"))
    zh, en = caught.value.sentence("zh-CN"), caught.value.sentence("en")
    for part in ("clerk", "2026-11-24 12:00", "A3", "姓名", "电话"):
        assert part in zh
    assert "clerk" in en
    for value in (*PLANTED, "丘处机", "10000009999", "新址一号"):
        assert value not in zh + en
    assert texts_of(tiny_db, "A3-2") == before
    assert [row[1] for row in audit_of(tiny_db)] == ["edit"]
    done = correct_person(tiny_db, OFFICE, correction(version=2, address="新址一号"))
    assert done.version == 3
    assert texts_of(tiny_db, "A3-2") == before | {"address": "新址一号"}


@pytest.mark.row(29)
def test_of_many_edits_at_once_each_is_kept_or_told(tiny_db):
    kept, told = [], []

    def edit(number):
        for _ in range(10):
            version = get_household(tiny_db, OFFICE, "A3").versions["A3-2"]
            change = correction(version=version, phone=f"100{number}{len(kept):07d}{version:03d}")
            try:
                kept.append(correct_person(tiny_db, OFFICE, change).version)
            except StaleEdit as error:
                told.append(error)

    threads = [threading.Thread(target=edit, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) + len(told) == 40
    assert sorted(kept) == list(range(2, len(kept) + 2))
    assert get_household(tiny_db, OFFICE, "A3").versions["A3-2"] == len(kept) + 1


@pytest.mark.parametrize(
    ("viewer", "change", "error"),
    [
        (CLERK, correction(), NothingChanged), (CLERK, correction(name="丘处厚04"), NothingChanged),
        (CLERK, correction(name=""), BadValue), (CLERK, correction(health="x"), BadValue),
        (CLERK, correction(id_number="1"), BadIdNumber),
        (CLERK, correction("nobody", name="x"), NotFound),
        (ELSEWHERE, correction(name="x"), NotFound), (AUDITOR, correction(name="x"), Denied),
        (HELPER, correction(name="x"), Denied),
        (Viewer("t", Role.TEAM, (JIA,)), correction(name="x"), Denied),
    ],
)  # fmt: skip
def test_what_is_no_correction_changes_nothing(tiny_db, viewer, change, error):
    before = texts_of(tiny_db, "A3-2")
    assert before["name"] == "丘处厚04"
    with pytest.raises(error):
        correct_person(tiny_db, viewer, change)
    assert texts_of(tiny_db, "A3-2") == before
    assert {row[3] for row in audit_of(tiny_db)} <= {"refused"}


# ── erase ───────────────────────────────────────────────────────────────────────────────────────


def erasure(member="A3-2", reason="subject_request", confirmation="A3"):
    return Erasure(member, reason, confirmation)


@pytest.mark.row(30)
def test_after_an_erasure_nothing_of_the_person_is_found_and_the_counts_stand(tiny_db, tiny_file):
    wanted = identity_row("A3-2")
    with reading(tiny_db) as connection:
        row = connection.execute(
            select(IdentityVault.__table__).where(IdentityVault.member_id == "A3-2")
        ).one()
        ledger = read_ledger(connection, OFFICE, Filter(), [DAY])
    traces = [wanted[name] for name in ("name", "id_number", "phone", "address")]
    traces += [row.key, row.id_number_index, row.phone_index, *(getattr(row, n) for n in FIELDS)]
    assert len(found_in(files_of(tiny_file), traces)) == 3 + len(FIELDS)  # the sealed ones
    view = open_full_view(tiny_db, OFFICE, "A3", reason="subject_request")
    correct_person(tiny_db, CLERK, correction(phone="10000007777"))
    version = get_dataset(tiny_db).version
    done = erase_person(tiny_db, OFFICE, erasure())
    assert (done.household, done.is_swept) == ("A3", True)
    exported = export_households(tiny_db, OFFICE, JIA, as_of=DAY, lang="zh-CN").content
    (tiny_file.parent / (tiny_file.name + "-export.csv")).write_bytes(exported)
    paths = [*files_of(tiny_file), vacuum_copy(tiny_file)]
    assert len(paths) >= 3
    assert found_in(paths, [*traces, "10000007777"]) == []
    full = read_full_view(tiny_db, OFFICE, view.id)
    assert list(full.members["is_erased"]) == [False, True, False]
    assert set(full.members.loc[1, list(FIELDS)]) == {"***"}
    assert "A3-2" not in full.versions
    assert texts_of(tiny_db, "A3-2") is None
    with pytest.raises(PersonNotFound):
        find_person(tiny_db, OFFICE, KNOWN)
    with reading(tiny_db) as connection:
        after = read_ledger(connection, OFFICE, Filter(), [DAY])
    assert (after.exited == ledger.exited).all()
    assert (after.registered == ledger.registered).all()
    listed = list_households(tiny_db, OFFICE, JIA, as_of=DAY).set_index("household")
    assert listed.loc["A3", "persons"] == 3
    assert get_dataset(tiny_db).version == version + 1
    erased = [row for row in audit_of(tiny_db) if row[1] == "erasure"]
    assert erased == [("office", "erasure", "A3", "done", "subject_request", 1)]
    for again in (
        lambda: erase_person(tiny_db, OFFICE, erasure()),
        lambda: correct_person(tiny_db, OFFICE, correction(version=2, name="x")),
    ):
        with pytest.raises(PersonErased):
            again()


@pytest.mark.parametrize(
    ("viewer", "wish", "error"),
    [
        (OFFICE, erasure(confirmation="A2"), NotConfirmed),
        (OFFICE, erasure(confirmation=""), NotConfirmed),
        (OFFICE, erasure(reason="because"), UnknownValue),
        (OFFICE, erasure("nobody"), NotFound),
        (Viewer("x", Role.OFFICE, ("990122",)), erasure(), NotFound),
        (DISTRICT, erasure(), Denied), (CLERK, erasure(), Denied), (AUDITOR, erasure(), Denied),
    ],
)  # fmt: skip
def test_what_is_not_confirmed_or_not_allowed_erases_nobody(tiny_db, viewer, wish, error):
    before = texts_of(tiny_db, "A3-2")
    with pytest.raises(error):
        erase_person(tiny_db, viewer, wish)
    assert texts_of(tiny_db, "A3-2") == before
    assert "subject_request" in ERASURE_REASONS


def test_refusals_and_deeds_are_counted_apart(tiny_db):
    with pytest.raises(Denied):
        find_person(tiny_db, HELPER, KNOWN, now=NOW)
    find_person(tiny_db, CLERK, KNOWN, now=NOW)
    with transaction(tiny_db) as connection:
        assert count_today(connection, CLERK, Deed.SEARCH, now=NOW) == 1
        assert count_today(connection, HELPER, Deed.SEARCH, now=NOW) == 0
