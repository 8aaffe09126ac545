"""Entries of the register: what each kind does, what is refused, and what an undo restores."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from data.access import Role, Viewer
from data.actions.enter_event import Entry, enter_event
from data.actions.grounds import Grounds
from data.engine import reading, transaction
from data.errors import (
    AlreadyVoided,
    BadIdNumber,
    BirthYearOutOfRange,
    DayOutOfRange,
    Denied,
    EntryChanged,
    EntryNotPossible,
    ExitNeedsCase,
    HeadMissing,
    IdentityInReason,
    LaterEntryStands,
    NobodyChosen,
    NobodyOnFile,
    NobodyStays,
    NotFound,
    PersonalInReason,
    ReasonMissing,
    SameHousehold,
    SomebodyLeftOut,
    UndoneByCase,
    UnknownValue,
)
from data.ledger import append_event
from data.models import (
    AuditEntry,
    Cause,
    EventKind,
    Household,
    HouseholdComposition,
    Pairing,
    RegisterEvent,
    Status,
)
from data.queries.instants import known, known_before, valid
from data.queries.statuses import fold_statuses, get_register_file, list_standings
from data.vault import open_identities
from tests.unit.data.entering import NOON, Clerk, contents, first_reason, newcomer
from tests.unit.data.folding import counts, fold, register_hash
from tests.unit.data.tiny_world import BING, JIA, identity_row, members_of

DAYS = [date(2015, 12, 31), date(2016, 6, 30), date(2016, 12, 31), date(2017, 2, 28)]
FEB = date(2017, 2, 1)


@pytest.fixture
def clerk(tiny_db):
    return Clerk(tiny_db)


@pytest.fixture
def unwritten(tiny_db):
    """Let nothing at all be written by what a test does."""
    before = contents(tiny_db)
    yield
    after = contents(tiny_db)
    # A refusal may leave its own row in the audit, and nothing else anywhere.
    refused = {"audit_entry", "audit_head"}
    assert {k: v for k, v in after.items() if k not in refused} == {
        k: v for k, v in before.items() if k not in refused
    }
    assert after["audit_entry"] - before["audit_entry"] <= 1


def events_of(db, act_id):
    with reading(db) as connection:
        return connection.execute(
            select(*RegisterEvent.__table__.columns)
            .where(RegisterEvent.act_id == act_id)
            .order_by(RegisterEvent.member_id)
        ).all()


def deeds(db):
    with reading(db) as connection:
        rows = connection.execute(
            select(AuditEntry.deed, AuditEntry.target, AuditEntry.reason, AuditEntry.rows)
        )
        return [tuple(row) for row in rows]


def statuses(db, day, *members):
    with reading(db) as connection:
        return fold_statuses(connection, members, day)


def homes(db, day, known_on=None):
    """Say where everybody lives on a day: a member in two households fails here."""
    home = HouseholdComposition
    with reading(db) as connection:
        rows = connection.execute(
            select(home.member_id, home.household_code).where(
                known(home, known_before(known_on)), valid(home, day)
            )
        ).all()
    assert len({row.member_id for row in rows}) == len(rows)
    return {row.member_id: row.household_code for row in rows}


# ── What each kind does ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kind", "household", "after"),
    [
        (EventKind.PRE_EXIT, "A5", Status.REGISTERED),
        (EventKind.NATURAL_DECREASE, "A5", Status.GONE),
        (EventKind.NATURAL_DECREASE, "A2", Status.GONE),
        (EventKind.REMOVED, "A5", Status.GONE),
        (EventKind.CLOSED, "B1", Status.GONE),
        (EventKind.RELAPSED, "A2", Status.REGISTERED),
        (EventKind.CORRECTED, "A2", Status.EXITED),
    ],
)
def test_an_event_leads_where_its_kind_does(tiny_db, clerk, kind, household, after):
    members = members_of(household)
    done = clerk.enter(household, kind, FEB, detected_on=date(2017, 1, 20))
    assert set(statuses(tiny_db, FEB, *members).values()) == {after}
    events = events_of(tiny_db, done.act_id)
    assert [event.member_id for event in events] == members
    assert {event.kind for event in events} == {kind}
    assert {event.evidence for event in events} == {"村委会证明"}
    assert {event.reason for event in events} == {first_reason(kind)}
    detected = date(2017, 1, 20) if kind == EventKind.RELAPSED else None
    assert {event.detected_on for event in events} == {detected}
    assert done.days == (12 if detected else None)
    assert deeds(tiny_db) == [("entry", household, f"{kind}: {first_reason(kind)}", len(members))]


def test_a_relapse_keeps_the_person_and_the_earlier_exit(tiny_db, clerk):
    clerk.enter("A2", EventKind.RELAPSED, FEB, ["A2-1"], detected_on=date(2017, 1, 2))
    assert statuses(tiny_db, date(2016, 12, 31), "A2-1") == {"A2-1": Status.EXITED}
    assert statuses(tiny_db, FEB, "A2-1", "A2-2") == {
        "A2-1": Status.REGISTERED, "A2-2": Status.EXITED,
    }  # fmt: skip


def test_who_was_removed_may_be_identified_again_or_return(tiny_db, clerk):
    for kind in (EventKind.IDENTIFIED, EventKind.NATURAL_INCREASE):
        clerk.enter("A5", EventKind.REMOVED, date(2016, 8, 1), ["A5-1"])
        done = clerk.enter("A5", kind, FEB, ["A5-1"])
        assert statuses(tiny_db, FEB, "A5-1") == {"A5-1": Status.REGISTERED}
        clerk.undo("A5", done.act_id)
        events = clerk.enter("A5", kind, FEB, ["A5-1"])
        clerk.undo("A5", events.act_id)
        with reading(tiny_db) as connection:
            removed = connection.execute(
                select(RegisterEvent.act_id).where(RegisterEvent.kind == "removed")
            ).scalars()
            last = list(removed)[-1]
        clerk.undo("A5", last)


def test_a_newly_identified_household_is_complete(tiny_db, clerk):
    number = identity_row("A1-1")["id_number"]
    people = (
        newcomer(1960, {"name": "某某某", "id_number": number.lower()}, relation="head"),
        newcomer(2009, relation="grandchild", education="primary", schooling="compulsory"),
    )
    done = clerk.identify(JIA, date(2017, 1, 30), date(2017, 1, 10), *people)
    assert (done.persons, done.days) == (2, 20)
    with reading(tiny_db) as connection:
        home = connection.execute(
            select(Household.village_code, Household.household_type, Household.standard).where(
                Household.code == done.household
            )
        ).one()
        there = list_standings(connection, done.household, FEB)
        cause = connection.execute(
            select(Cause.cause_code, Cause.is_main, Cause.valid_from).where(
                Cause.household_code == done.household
            )
        ).all()
        held = open_identities(connection, [s.member_id for s in there])
    assert tuple(home) == (JIA, "ordinary", "national")
    assert len(done.household) == 13
    assert done.household[0] == "H"
    assert [s.status for s in there] == [Status.REGISTERED] * 2
    assert list(map(tuple, cause)) == [("illness", True, date(2017, 1, 30))]
    texts = sorted((i.texts["name"], i.texts["id_number"]) for i in held.values())
    assert texts == [("", ""), ("某某某", number)]
    assert (
        counts(tiny_db, FEB, prefix=JIA)[0]
        == counts(tiny_db, date(2016, 12, 31), prefix=JIA)[0] + 2
    )
    assert deeds(tiny_db) == [("entry", done.household, "identified: verified", 2)]


def test_a_birth_joins_its_household(tiny_db, clerk):
    done = clerk.join("A4", FEB)
    ((member,),) = [(event.member_id,) for event in events_of(tiny_db, done.act_id)]
    assert homes(tiny_db, FEB)[member] == "A4"
    assert member not in homes(tiny_db, FEB - timedelta(days=1))
    assert fold(tiny_db, FEB).registered.sum() == fold(tiny_db, DAYS[2]).registered.sum() + 1


def test_a_split_moves_members_and_nobody_more(tiny_db, clerk):
    before = counts(tiny_db, FEB)
    done = clerk.split("A6", FEB, "A6-2", "A6-3")
    new = done.new_household
    assert counts(tiny_db, FEB) == before
    lived = homes(tiny_db, FEB)
    assert [lived[m] for m in members_of("A6")] == ["A6", new, new]
    assert homes(tiny_db, FEB - timedelta(days=1))["A6-2"] == "A6"
    assert homes(tiny_db, FEB, known_on=date(2017, 2, 28))["A6-2"] == "A6"
    with reading(tiny_db) as connection:
        causes = connection.execute(
            select(Cause.cause_code, Cause.valid_from).where(Cause.household_code == new)
        ).all()
        paired = connection.execute(
            select(Pairing.official_id).where(Pairing.household_code == new)
        ).all()
        village = connection.execute(
            select(Household.village_code).where(Household.code == new)
        ).scalar_one()
    assert list(map(tuple, causes)) == [("illness", FEB)]
    assert paired == []  # the old household's pairing had ended
    assert village == JIA


def test_a_split_goes_on_with_the_pairings_in_force(tiny_db, clerk):
    new = clerk.split("C1", FEB, "C1-3").new_household
    with reading(tiny_db) as connection:
        rows = connection.execute(
            select(Pairing.household_code, Pairing.official_id, Pairing.valid_from).where(
                Pairing.household_code.in_(["C1", new]), Pairing.valid_to.is_(None)
            )
        ).all()
    assert {tuple(row) for row in rows} == {
        ("C1", "cadre-C", date(2015, 6, 1)), (new, "cadre-C", FEB),
    }  # fmt: skip


def test_a_merge_takes_everybody_along(tiny_db, clerk):
    before = counts(tiny_db, FEB)
    clerk.enter("A5", EventKind.NATURAL_DECREASE, date(2016, 8, 1), ["A5-2"])
    clerk.merge("A5", "A4", FEB)
    lived = homes(tiny_db, FEB)
    assert [lived[m] for m in ("A5-1", "A5-2", "A4-1")] == ["A4"] * 3
    assert counts(tiny_db, FEB) == [before[0] - 1, before[1]]
    assert statuses(tiny_db, FEB, "A5-2") == {"A5-2": Status.GONE}
    with pytest.raises(NobodyOnFile):
        clerk.join("A5", date(2016, 9, 1))


# ── What is refused ─────────────────────────────────────────────────────────────────────────────


def test_an_exit_is_never_entered_here(clerk, unwritten):
    with pytest.raises(ExitNeedsCase):
        clerk.enter("A5", EventKind.EXITED, FEB)


@pytest.mark.parametrize("kind", [EventKind.SPLIT, EventKind.MERGED, EventKind.VOIDED])
def test_a_kind_of_another_use_case_is_refused(tiny_db, clerk, unwritten, kind):
    grounds = Grounds(FEB, "other", "依据")
    with pytest.raises(UnknownValue):
        enter_event(tiny_db, clerk.viewer, Entry("A5", kind, ("A5-1",), grounds, clerk.base("A5")))


@pytest.mark.parametrize(
    ("kind", "household"),
    [
        (EventKind.IDENTIFIED, "A5"), (EventKind.NATURAL_INCREASE, "A5"),
        (EventKind.RELAPSED, "A5"), (EventKind.PRE_EXIT, "A2"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_follow_is_refused(clerk, unwritten, kind, household):
    with pytest.raises(EntryNotPossible) as told:
        clerk.enter(household, kind, FEB)
    assert "2 人" in told.value.sentence("zh-CN")


@pytest.mark.parametrize(
    ("kind", "household", "day"),
    [
        (EventKind.REMOVED, "A2", date(2016, 6, 19)),  # the day before the exit
        (EventKind.REMOVED, "A5", date(2015, 5, 31)),  # before they lived there
        (EventKind.REMOVED, "A5", date(2017, 3, 2)),  # tomorrow
    ],
)
def test_a_day_that_cannot_be_is_refused(clerk, unwritten, kind, household, day):
    with pytest.raises(DayOutOfRange) as told:
        clerk.enter(household, kind, day)
    assert day.isoformat() in told.value.sentence("en")


def test_today_is_chinas(clerk):
    clerk.enter("A5", EventKind.REMOVED, NOON.date())


@pytest.mark.parametrize("detected", [FEB + timedelta(days=1), date(2016, 6, 19)])
def test_a_detection_after_the_entry_or_before_the_exit_is_refused(clerk, unwritten, detected):
    with pytest.raises(DayOutOfRange):
        clerk.enter("A2", EventKind.RELAPSED, FEB, detected_on=detected)


@pytest.mark.parametrize(
    ("grounds", "error"),
    [
        (Grounds(FEB, "", "依据"), ReasonMissing),
        (Grounds(FEB, "no_such_reason", "依据"), UnknownValue),
        (Grounds(FEB, "other", "  "), ReasonMissing),
        (Grounds(FEB, "other", "电话 1380000 0000"), PersonalInReason),
        (Grounds(FEB, "other", "长" * 121), PersonalInReason),
        (Grounds(FEB, "other", "其母丘处厚07的证明"), IdentityInReason),
    ],
)
def test_an_entry_without_reason_and_impersonal_evidence_is_refused(
    tiny_db, clerk, unwritten, grounds, error
):
    assert identity_row("A5-1")["name"] == "丘处厚07"
    wanted = Entry("A5", EventKind.REMOVED, ("A5-1",), grounds, clerk.base("A5"))
    with pytest.raises(error):
        enter_event(tiny_db, clerk.viewer, wanted, now=NOON)


def test_a_relapse_without_its_detection_is_refused(clerk, unwritten):
    with pytest.raises(ReasonMissing) as told:
        clerk.enter("A2", EventKind.RELAPSED, FEB, detected_on=None)
    assert "发现日期" in told.value.sentence("zh-CN")


@pytest.mark.parametrize(("members", "error"), [((), NobodyChosen), (("A4-1",), NotFound)])
def test_nobody_or_somebody_elsewhere_is_refused(tiny_db, clerk, unwritten, members, error):
    grounds = Grounds(FEB, "other", "依据")
    wanted = Entry("A5", EventKind.REMOVED, members, grounds, clerk.base("A5"))
    with pytest.raises(error):
        enter_event(tiny_db, clerk.viewer, wanted, now=NOON)


def test_a_household_closes_as_a_whole(clerk, unwritten):
    with pytest.raises(SomebodyLeftOut):
        clerk.enter("A5", EventKind.CLOSED, FEB, ["A5-1"])


def test_who_joined_later_closes_along(tiny_db, clerk):
    clerk.join("A4", FEB)
    with pytest.raises(SomebodyLeftOut):
        clerk.enter("A4", EventKind.CLOSED, date(2017, 1, 1))
    with pytest.raises(DayOutOfRange):
        clerk.merge("A4", "A5", date(2017, 1, 1))


def test_a_split_leaves_somebody_on_file(clerk, unwritten):
    with pytest.raises(NobodyStays):
        clerk.split("A5", FEB, "A5-1", "A5-2")
    with pytest.raises(DayOutOfRange):
        clerk.split("A5", date(2015, 6, 1), "A5-1")


def test_a_merge_needs_another_household_on_file(clerk):
    with pytest.raises(SameHousehold):
        clerk.merge("A5", "A5", FEB)
    clerk.enter("A4", EventKind.CLOSED, date(2016, 12, 1))
    with pytest.raises(NobodyOnFile):
        clerk.merge("A5", "A4", FEB)
    with pytest.raises(NobodyOnFile):
        clerk.merge("A4", "A5", FEB)
    with pytest.raises(NobodyOnFile):
        clerk.merge("A5", "A4", date(2016, 10, 1))


@pytest.mark.parametrize(
    ("people", "error"),
    [
        ([newcomer(1960)], HeadMissing),
        ([newcomer(1960, relation="head")] * 2, HeadMissing),
        ([newcomer(1830, relation="head")], BirthYearOutOfRange),
        ([newcomer(2018, relation="head")], BirthYearOutOfRange),
        ([newcomer(1960, relation="head", sex="x")], UnknownValue),
        ([newcomer(1960, relation="head", months_away=13)], UnknownValue),
        ([newcomer(1960, relation="head", education="")], ReasonMissing),
        ([newcomer(1960, {"id_number": "12345"}, relation="head")], BadIdNumber),
    ],
)
def test_people_who_cannot_be_are_refused(clerk, unwritten, people, error):
    with pytest.raises(error):
        clerk.identify(JIA, FEB, FEB, *people)


@pytest.mark.parametrize("code", ["990121100299", BING])
def test_a_village_elsewhere_is_like_a_missing_one(tiny_db, unwritten, code):
    district = Clerk(tiny_db, Viewer("jia", Role.DISTRICT, ("990121",)))
    with pytest.raises(NotFound):
        district.identify(code, FEB, FEB)


def test_a_household_elsewhere_is_like_a_missing_one(tiny_db):
    district = Clerk(tiny_db, Viewer("jia", Role.DISTRICT, ("990121",)))
    for act in (
        lambda code: district.enter(code, EventKind.REMOVED, FEB, ["C1-1"]),
        lambda code: district.split(code, FEB, "C1-1"),
        lambda code: district.merge(code, "A5", FEB),
        lambda code: district.join(code, FEB),
        lambda code: district.undo(code, "C1-1"),
    ):
        told = []
        for code in ("C1", "C9"):
            with pytest.raises(NotFound) as error:
                act(code)
            told.append(error.value.sentence("en").replace(code, "…"))
        assert told[0] == told[1]
    with pytest.raises(NotFound):
        district.merge("A5", "C1", FEB)


def test_who_keeps_no_register_is_refused_and_remembered(tiny_db, unwritten):
    helper = Clerk(tiny_db, Viewer("h", Role.HELPER, ("",), official="cadre-A"))
    with pytest.raises(Denied):
        helper.enter("A5", EventKind.REMOVED, FEB)
    assert deeds(tiny_db) == [("refusal", "A5", "keep_register: denied", None)]


def test_the_second_of_two_is_told_of_the_first(tiny_db, clerk):
    opened = clerk.base("A5")
    clerk.enter("A5", EventKind.PRE_EXIT, date(2017, 1, 1))
    other = Clerk(tiny_db, Viewer("second", Role.CLERK, ("",)))
    before = contents(tiny_db)
    with pytest.raises(EntryChanged) as told:
        other.enter("A5", EventKind.REMOVED, FEB, base=opened)
    assert "everybody" in told.value.sentence("zh-CN")
    assert "2017-03-01 12:0" in told.value.sentence("zh-CN")
    assert contents(tiny_db) == before


def test_a_move_is_news_to_both_households(tiny_db, clerk):
    bases = {home: clerk.base(home) for home in ("A4", "A5", "A6")}
    clerk.merge("A5", "A4", FEB)
    assert clerk.base("A4") != bases["A4"]
    assert clerk.base("A5") != bases["A5"]
    assert clerk.base("A6") == bases["A6"]


# ── What an undo restores ───────────────────────────────────────────────────────────────────────


ACTS = {
    "removed": lambda c: c.enter("A5", EventKind.REMOVED, date(2016, 8, 1)),
    "relapsed": lambda c: c.enter("A2", EventKind.RELAPSED, date(2016, 8, 1), ["A2-1"]),
    "pre_exit": lambda c: c.enter("A5", EventKind.PRE_EXIT, date(2016, 8, 1)),
    "corrected": lambda c: c.enter("A5", EventKind.CORRECTED, date(2016, 8, 1)),
    "joined": lambda c: c.join("A4", date(2016, 8, 1)),
    "split": lambda c: c.split("A6", date(2016, 8, 1), "A6-1"),
    "merged": lambda c: c.merge("A5", "A4", date(2016, 8, 1)),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_and_its_undoing_leave_the_register_as_it_was(tiny_db, clerk, name):
    stood, lived = everything(tiny_db), homes(tiny_db, FEB)
    done = ACTS[name](clerk)
    changed = everything(tiny_db), homes(tiny_db, FEB)
    undone = clerk.undo(done.household, done.act_id)
    assert undone.persons == done.persons
    assert everything(tiny_db) == stood
    left = homes(tiny_db, FEB)
    assert {member: left[member] for member in lived} == lived
    assert (changed != (stood, lived)) == (name not in {"pre_exit", "corrected"})
    assert deeds(tiny_db)[-1] == (
        "void",
        done.household,
        f"{done.kind}: entered_by_mistake",
        done.persons,
    )
    # What was known in between stays readable.
    assert everything(tiny_db, known_on=date(2017, 2, 28)) == stood


def everything(db, known_on=None):
    """Give what stands in every household with anybody on file, at all stops."""
    ledger = fold(db, *DAYS, known_on=known_on)
    rows = zip(
        ledger.households["code"], ledger.registered.tolist(), ledger.exited.tolist(),
        ledger.exited_before.tolist(), strict=True,
    )  # fmt: skip
    return {code: counted for code, *counted in rows if any(map(sum, counted))}


def test_a_new_household_is_undone(tiny_db, clerk):
    stood = everything(tiny_db)
    done = clerk.identify(JIA, FEB, FEB)
    assert everything(tiny_db) != stood
    clerk.undo(done.household, done.act_id)
    assert everything(tiny_db) == stood
    (person,) = events_of(tiny_db, done.act_id)
    again = clerk.enter(done.household, EventKind.IDENTIFIED, FEB, [person.member_id])
    assert again.persons == 1


def test_a_split_undone_leaves_nothing_to_the_deserted_household(tiny_db, clerk):
    done = clerk.split("C1", FEB, "C1-3")
    clerk.undo("C1", done.act_id)
    with reading(tiny_db) as connection:
        for model in (Cause, Pairing, HouseholdComposition):
            rows = connection.execute(
                select(model.id).where(
                    model.household_code == done.new_household, model.superseded_at.is_(None)
                )
            ).all()
            assert rows == []


def test_an_undo_is_reached_by_an_event_and_from_either_household(tiny_db, clerk):
    done = clerk.merge("A5", "A4", FEB)
    event = events_of(tiny_db, done.act_id)[1]
    assert clerk.undo("A4", event.id).persons == 2


def test_what_has_no_act_is_undone_with_its_siblings(tiny_db, clerk):
    exit_ = next(
        event for event in _raw(tiny_db) if event.member_id == "A2-1" and event.kind == "exited"
    )
    assert clerk.undo("A2", exit_.id).persons == 2
    assert set(statuses(tiny_db, FEB, "A2-1", "A2-2").values()) == {Status.REGISTERED}


def _raw(db):
    with reading(db) as connection:
        return connection.execute(select(*RegisterEvent.__table__.columns)).all()


def test_what_a_later_entry_stands_on_is_kept(tiny_db, clerk):
    first = next(e for e in _raw(tiny_db) if e.member_id == "A2-1" and e.kind == "identified")
    split = clerk.split("A6", date(2016, 8, 1), "A6-1")
    joined = clerk.join(split.new_household, date(2016, 9, 1))
    before = contents(tiny_db)
    with pytest.raises(LaterEntryStands) as told:
        clerk.undo("A2", first.id)
    assert "脱贫退出" in told.value.sentence("zh-CN")
    assert "2016-06-20" in told.value.sentence("zh-CN")
    with pytest.raises(LaterEntryStands):
        clerk.undo("A6", split.act_id)
    assert contents(tiny_db) == before
    clerk.undo(split.new_household, joined.act_id)


def test_nothing_is_undone_twice_and_no_undoing_is_undone(tiny_db, clerk):
    done = clerk.enter("A5", EventKind.REMOVED, FEB)
    clerk.undo("A5", done.act_id)
    void = next(e for e in _raw(tiny_db) if e.kind == "voided")
    before = contents(tiny_db)
    for entry in (done.act_id, void.id):
        with pytest.raises(AlreadyVoided):
            clerk.undo("A5", entry)
    with pytest.raises(UnknownValue):
        clerk.undo("A5", done.act_id, "no_such_reason")
    with pytest.raises(ReasonMissing):
        clerk.undo("A5", done.act_id, "")
    with pytest.raises(NotFound):
        clerk.undo("A4", done.act_id)
    counted = contents(tiny_db)
    assert {k: v for k, v in counted.items() if not k.startswith("audit")} == {
        k: v for k, v in before.items() if not k.startswith("audit")
    }


def test_an_exit_of_a_case_is_undone_by_its_case(tiny_db, clerk):
    with transaction(tiny_db) as connection:
        connection.exec_driver_sql("DROP TRIGGER register_event_exit_is_approved")
        event = append_event(
            connection, member_id="A5-1", kind=EventKind.EXITED, occurred_on=FEB,
            recorded_by="test", recorded_at=NOON, case_id="some-case",
        )  # fmt: skip
    with pytest.raises(UndoneByCase):
        clerk.undo("A5", event)


def test_a_merge_over_the_border_is_undone_by_who_reaches_both(tiny_db, clerk):
    done = clerk.merge("B2", "C1", FEB)
    before = contents(tiny_db)
    district = Clerk(tiny_db, Viewer("jia", Role.DISTRICT, ("990121",)))
    with pytest.raises(NotFound) as told:
        district.undo("B2", done.act_id)
    assert "C1" not in told.value.sentence("en")
    assert contents(tiny_db)["register_event"] == before["register_event"]
    clerk.undo("B2", done.act_id)


# ── What a form starts from ─────────────────────────────────────────────────────────────────────


def test_a_form_starts_from_masked_members_and_their_statuses(tiny_db, clerk, tiny_office):
    clerk.enter("A6", EventKind.REMOVED, FEB, ["A6-2"])
    file = get_register_file(tiny_db, tiny_office, "A6", as_of=FEB)
    assert list(file.members.columns) == ["id", "relation", "sex", "birth_year", "status"]
    assert list(file.members["status"]) == ["registered", "gone", "registered"]
    assert set(file.members["birth_year"]) == {"50–59"}
    assert (file.village, file.base) == (JIA, clerk.base("A6"))
    early = get_register_file(tiny_db, tiny_office, "A6", as_of=date(2016, 1, 1))
    assert set(early.members["status"]) == {"registered"}
    with pytest.raises(NotFound):
        get_register_file(tiny_db, Viewer("t", Role.TOWN, ("990122100",)), "A6", as_of=FEB)


def test_deaths_may_be_moved_to_another_day_and_undone(tiny_db, clerk):
    start = register_hash(tiny_db, *DAYS)
    first = clerk.enter("A5", EventKind.NATURAL_DECREASE, date(2016, 6, 30))
    assert [counts(tiny_db, day)[0] for day in (DAYS[2], FEB)] == [5, 5]
    clerk.undo("A5", first.act_id, "wrong_day")
    moved = clerk.enter("A5", EventKind.NATURAL_DECREASE, FEB)
    assert [counts(tiny_db, day)[0] for day in (DAYS[2], FEB)] == [7, 5]
    clerk.undo("A5", moved.act_id)
    assert register_hash(tiny_db, *DAYS) == start
