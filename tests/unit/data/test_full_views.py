"""Full views: a right, a reason, a row of the audit, some minutes, and a second person."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from data.access import MASK, Action, Role, Viewer
from data.door import DEMO_VIEWERS
from data.engine import reading, transaction
from data.errors import (
    AlreadyReviewed,
    Denied,
    FullViewOver,
    IdentityInReason,
    NotFound,
    OwnFullView,
    PersonalInReason,
    RuleBroken,
    UnknownValue,
)
from data.full_views import (
    REASONS,
    close_full_view,
    describe_reason,
    list_full_views,
    open_full_view,
    review_full_view,
)
from data.ledger import supersede
from data.models import AuditEntry, FullView, Household, Official, Pairing
from data.queries.people import get_household, list_own_households, read_full_view
from data.settings import load_settings
from data.vault import FIELDS
from tests.unit.data.planted import PLANTED
from tests.unit.data.tiny_world import BING, JIA, identity_row, members_of

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
KNOWS = {Role.OFFICE, Role.DISTRICT, Role.TOWN, Role.TEAM, Role.CLERK, Role.HELPER}
DISTRICT = Viewer("district", Role.DISTRICT, ("990121",), address="10.0.0.7")
ELSEWHERE = Viewer("elsewhere", Role.DISTRICT, ("990122",))
HELPER = Viewer("helper", Role.HELPER, ("",), official="cadre-A")
AUDITOR = Viewer("auditor", Role.AUDITOR, ())


def audit_of(db):
    columns = (AuditEntry.actor, AuditEntry.deed, AuditEntry.target, AuditEntry.result,
               AuditEntry.reason, AuditEntry.rows)  # fmt: skip
    with reading(db) as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(AuditEntry.seq))]


def opened(db, viewer=DISTRICT, household="A3", **given):
    return open_full_view(db, viewer, household, **({"reason": "visit", "now": NOW} | given))


@pytest.mark.row(21)
def test_a_reason_and_a_click_open_everything_for_some_minutes_and_leave_one_row(tiny_db):
    masked = get_household(tiny_db, DISTRICT, "A3")
    assert masked.level == 3
    assert {masked.members[name][0] for name in FIELDS} == {MASK}
    view = opened(tiny_db, note="入户核对")
    assert (view.household, view.village, view.until - NOW) == ("A3", JIA, 10 * MINUTE)
    full = read_full_view(tiny_db, DISTRICT, view.id, now=NOW + 9 * MINUTE)
    assert list(full.members["id"]) == members_of("A3")
    for row in full.members.to_dict("records"):
        wanted = identity_row(row["id"])
        assert {name: row[name] for name in FIELDS} == {name: wanted[name] for name in FIELDS}
        assert row["birth_year"] == 1966
    assert (full.until, full.level) == (view.until, 0)
    assert not any(value in repr(full) for value in PLANTED)
    assert audit_of(tiny_db) == [("district", "full_view", "A3", "done", "visit", 3)]


@pytest.mark.row(21)
def test_when_the_time_is_up_it_opens_nothing(tiny_db, monkeypatch):
    view = opened(tiny_db)
    for late in (10 * MINUTE, timedelta(days=1)):
        with pytest.raises(FullViewOver):
            read_full_view(tiny_db, DISTRICT, view.id, now=NOW + late)
    monkeypatch.setenv("GUATU_FULL_VIEW_MINUTES", "2")

    load_settings.cache_clear()
    assert opened(tiny_db).until - NOW == 2 * MINUTE


def test_it_can_be_closed_before_and_by_its_owner_alone(tiny_db):
    view = opened(tiny_db)
    close_full_view(tiny_db, ELSEWHERE, view.id, now=NOW + MINUTE)
    assert read_full_view(tiny_db, DISTRICT, view.id, now=NOW + 2 * MINUTE).household == "A3"
    close_full_view(tiny_db, DISTRICT, view.id, now=NOW + 3 * MINUTE)
    with pytest.raises(FullViewOver):
        read_full_view(tiny_db, DISTRICT, view.id, now=NOW + 4 * MINUTE)
    close_full_view(tiny_db, DISTRICT, view.id, now=NOW + 5 * MINUTE)
    assert list_full_views(tiny_db, DISTRICT)["until"][0] == NOW + 3 * MINUTE


@pytest.mark.row(3)
def test_another_accounts_view_is_nobodys(tiny_db):
    view = opened(tiny_db)
    others = [
        replace(DISTRICT, name="another"),
        replace(DISTRICT, role=Role.OFFICE),
        ELSEWHERE,
        HELPER,
    ]
    for viewer in others:
        with pytest.raises(FullViewOver):
            read_full_view(tiny_db, viewer, view.id, now=NOW)
    for unknown in ("", "x", "' OR 1=1 --"):
        with pytest.raises(FullViewOver):
            read_full_view(tiny_db, DISTRICT, unknown, now=NOW)


def test_a_view_ends_with_the_right_and_with_the_scope(tiny_db):
    view = opened(tiny_db)
    with pytest.raises(FullViewOver):
        read_full_view(tiny_db, replace(DISTRICT, areas=("990122",)), view.id, now=NOW)
    with pytest.raises(Denied):
        read_full_view(tiny_db, replace(DISTRICT, is_preview=True), view.id, now=NOW)
    own = opened(tiny_db, HELPER)
    read_full_view(tiny_db, HELPER, own.id, now=NOW)
    with transaction(tiny_db) as connection:
        pairing = connection.execute(
            select(Pairing.id).where(Pairing.household_code == "A3")
        ).scalar_one()

        supersede(connection, Pairing, pairing, superseded_at=NOW)
    with pytest.raises(FullViewOver):
        read_full_view(tiny_db, HELPER, own.id, now=NOW)


@pytest.mark.row(3)
@pytest.mark.parametrize("viewer", [ELSEWHERE, HELPER, replace(DISTRICT, areas=("9901",))])
def test_a_household_elsewhere_answers_like_a_missing_one(tiny_db, viewer):
    theirs = "A1" if viewer is ELSEWHERE else "C1"
    answers = []
    for code in (theirs, "Z9"):
        if viewer.areas == ("9901",):
            assert opened(tiny_db, viewer, theirs).household == theirs
            return
        for act in (opened, get_household):
            with pytest.raises(NotFound) as caught:
                act(tiny_db, viewer, code)
            answers.append(caught.value.sentence("zh-CN").replace(code, "CODE"))
    assert len(set(answers)) == 1


@pytest.mark.row(2)
@pytest.mark.parametrize("key", DEMO_VIEWERS)
@pytest.mark.parametrize("is_inside", [True, False])
def test_role_by_scope(writable_demo, viewers, key, is_inside):
    """Who knows households opens those in scope; anybody else is refused alike for each code."""
    viewer = viewers[key]
    with reading(writable_demo) as connection:
        codes = dict(connection.execute(select(Household.code, Household.village_code)).all())
        own = set(connection.execute(
            select(Pairing.household_code).join(Official, Official.id == Pairing.official_id)
            .where(Official.code == viewer.official)).scalars())  # fmt: skip

    def reaches(code):
        if viewer.role is Role.HELPER:
            return code in own
        return any(codes[code].startswith(area) for area in viewer.areas)

    target = next((c for c in sorted(codes) if reaches(c) == is_inside), "H000000000000")
    refused = NotFound if viewer.role in KNOWS else Denied
    if viewer.role in KNOWS and target in codes and is_inside:
        view = opened(writable_demo, viewer, target)
        full = read_full_view(writable_demo, viewer, view.id, now=NOW)
        assert all(number.startswith("990000") for number in full.members["id_number"])
        assert [row[1:4] for row in audit_of(writable_demo)] == [("full_view", target, "done")]
        return
    with pytest.raises(refused):
        opened(writable_demo, viewer, target)
    known = target if target in codes else ""
    assert [row[:4] for row in audit_of(writable_demo)] == [
        (viewer.name, "refusal", known, "refused")
    ]
    assert list_rows(writable_demo) == 0


def list_rows(db):
    with reading(db) as connection:
        return len(connection.execute(select(FullView.id)).all())


@pytest.mark.row(24)
@pytest.mark.parametrize(
    ("viewer", "household", "given", "error", "row"),
    [
        (ELSEWHERE, "A3", {}, NotFound, ("A3", "see_identity: not_found")),
        (AUDITOR, "A3", {}, Denied, ("A3", "see_identity: denied")),
        (AUDITOR, "Z9", {}, Denied, ("", "see_identity: denied")),
        (DISTRICT, PLANTED[0], {}, NotFound, ("", "see_identity: not_found")),
        (DISTRICT, "A3", {"note": "找 " + identity_row("A3-2")["name"]}, IdentityInReason,
         ("A3", "see_identity: identity_in_reason")),
        (DISTRICT, "A3", {"note": "电话13800000001"}, PersonalInReason,
         ("A3", "see_identity: personal_in_reason")),
    ],
)  # fmt: skip
def test_every_refused_attempt_is_one_row_without_what_was_typed(
    tiny_db, viewer, household, given, error, row
):
    with pytest.raises(error):
        opened(tiny_db, viewer, household, **given)
    target, reason = row
    assert audit_of(tiny_db) == [(viewer.name, "refusal", target, "refused", reason, None)]
    assert list_rows(tiny_db) == 0
    assert not any(value in str(audit_of(tiny_db)) for value in PLANTED)


@pytest.mark.parametrize("field", ["name", "id_number", "phone", "address"])
def test_a_note_may_not_say_whom_it_is_about_however_it_is_written(tiny_db, field):
    value = identity_row("A3-2")[field]
    for written in (
        value,
        f"问{value}家",
        " ".join(value),
        value.lower(),
        f"-{value[:3]}.{value[3:]}",
    ):
        with pytest.raises(PersonalInReason) as caught:
            opened(tiny_db, note=written)
        assert value not in caught.value.sentence("zh-CN")
    stranger = identity_row("C1-1")
    if field == "name":
        assert opened(tiny_db, note=stranger[field])


@pytest.mark.parametrize("reason", ["", "because", "visit: x", "入户"])
def test_a_reason_is_one_of_the_list(tiny_db, reason):
    with pytest.raises(UnknownValue):
        opened(tiny_db, reason=reason)
    assert list_rows(tiny_db) == 0
    assert describe_reason("visit", "zh-CN") == REASONS["visit"]
    assert describe_reason("visit: 冬季走访", "zh-CN") == f"{REASONS['visit']}: 冬季走访"
    assert describe_reason("households.csv", "zh-CN") == "households.csv"


@pytest.mark.row(21)
def test_a_second_person_reviews_once_and_never_the_one_who_looked(tiny_db):
    view = opened(tiny_db)
    with pytest.raises(OwnFullView):
        review_full_view(tiny_db, DISTRICT, view.id, verdict="justified")
    other = replace(DISTRICT, name="head")
    with pytest.raises(NotFound):
        review_full_view(tiny_db, ELSEWHERE, view.id, verdict="justified")
    with pytest.raises(Denied):
        review_full_view(tiny_db, replace(other, role=Role.CLERK), view.id, verdict="justified")
    with pytest.raises(UnknownValue):
        review_full_view(tiny_db, other, view.id, verdict="fine")
    with pytest.raises(PersonalInReason):
        review_full_view(tiny_db, other, view.id, verdict="unclear", remark="13800000001")
    assert len(list_full_views(tiny_db, other, is_waiting=True)) == 1
    review_full_view(tiny_db, other, view.id, verdict="unclear", remark="未见走访记录", now=NOW)
    with pytest.raises(AlreadyReviewed):
        review_full_view(tiny_db, AUDITOR, view.id, verdict="justified")
    (row,) = list_full_views(tiny_db, other).to_dict("records")
    assert (row["reviewed_by"], row["reviewed_at"], row["verdict"], row["remark"]) == (
        "head", NOW, "unclear", "未见走访记录",
    )  # fmt: skip
    assert list_full_views(tiny_db, other, is_waiting=True).empty
    done = [row for row in audit_of(tiny_db) if row[3] == "done"]
    assert done[1:] == [("head", "review", "A3", "done", "unclear", None)]
    refusals = [row[4] for row in audit_of(tiny_db) if row[1] == "refusal"]
    assert refusals == [
        f"review_views: {code}"
        for code in ("own_full_view", "not_found", "denied", "personal_in_reason")
    ]


def test_the_database_itself_refuses_a_review_by_the_one_who_looked(tiny_db):
    view = opened(tiny_db)
    with pytest.raises(RuleBroken), transaction(tiny_db) as connection:
        connection.execute(
            FullView.__table__.update()
            .where(FullView.id == view.id)
            .values(reviewed_by="district", reviewed_at=NOW, verdict="justified")
        )


def test_views_are_listed_within_the_reviewers_areas(tiny_db, tiny_office):
    first, second = opened(tiny_db), opened(tiny_db, tiny_office, "C2", now=NOW + MINUTE)
    everywhere = [second.id, first.id]
    assert list(list_full_views(tiny_db, tiny_office)["id"]) == everywhere
    assert list(list_full_views(tiny_db, AUDITOR)["id"]) == everywhere
    assert list(list_full_views(tiny_db, DISTRICT)["id"]) == [first.id]
    assert list(list_full_views(tiny_db, ELSEWHERE)["village_code"]) == [BING]
    assert list(list_full_views(tiny_db, tiny_office, most=1)["id"]) == [second.id]
    for role in set(Role) - {Role.OFFICE, Role.DISTRICT, Role.AUDITOR}:
        with pytest.raises(Denied):
            list_full_views(tiny_db, Viewer("x", role, ("",)))
    assert audit_of(tiny_db)[-1][4] == f"{Action.REVIEW_VIEWS}: denied"


def test_a_helper_sees_the_own_households_of_all_villages_at_once(tiny_db, tiny_office):
    day = datetime(2016, 12, 31, tzinfo=UTC).date()
    own = list_own_households(tiny_db, HELPER, as_of=day)
    assert set(own["household"]) == {"A1", "A2", "A3", "A4", "A5"}  # the pairing of A6 has ended
    assert set(own["village"]) == {JIA}
    assert set(own["cause"]) == {MASK}
    everything = list_own_households(tiny_db, tiny_office, as_of=day)
    assert len(everything) == 12
    assert set(everything["village"]) > {JIA, BING}
    nobody = list_own_households(tiny_db, replace(HELPER, official="cadre-Z"), as_of=day)
    assert list(nobody.columns) == list(own.columns)
    assert nobody.empty
    with pytest.raises(Denied):
        list_own_households(tiny_db, AUDITOR, as_of=day)
