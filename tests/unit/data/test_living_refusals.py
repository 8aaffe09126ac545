"""What an entry must not hold, and who may not take back what stands."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from data.access import Role, Viewer
from data.actions.enter_household import Newcomer, NewHousehold, enter_household
from data.actions.enter_member import NewMember, enter_member
from data.actions.grounds import Grounds, require_day
from data.actions.void_exit_entry import Voiding, void_exit_entry
from data.actions.void_file_entry import FileVoid, void_file_entry
from data.audit import require_impersonal
from data.engine import reading, transaction
from data.errors import (
    CaseOutdated,
    DayOutOfRange,
    IdentityInReason,
    PersonalInReason,
    RuleBroken,
    SignedAbove,
    SignedTwice,
    StatementInUse,
    UnknownValue,
)
from data.ledger import append_event, void_row
from data.models import EventKind, IncomeStatement
from data.queries.exit_batches import list_batches
from data.queries.exit_files import base_of
from data.queries.exit_problems import find_exit_problems
from data.rules.exits import Step
from geo.classify import SUPPRESSED, WITHHELD
from tests.unit.data.entering import NOON, Clerk, newcomer
from tests.unit.data.exiting import LOOSE, STILL_THERE, Procedure, noon, prepare_exits, signer
from tests.unit.data.folding import EVERYBODY
from tests.unit.data.tiny_world import JIA

NAMED = "欧阳文静"
SAYS = "欧阳文静患病，经村核实"
DAY = date(2016, 12, 1)
TEAM = Viewer("team", Role.TEAM, (JIA,))
TOWN = Viewer("town", Role.TOWN, ("990121100",))
MAYOR = Viewer("mayor", Role.LEADER, ("",), official="mayor")


@pytest.fixture
def procedure(tiny_db) -> Procedure:
    prepare_exits(tiny_db)
    return Procedure(tiny_db)


def test_evidence_names_no_newcomer(tiny_db):
    person = newcomer(1960, {"name": NAMED}, relation="head")
    grounds = Grounds(DAY, "verified", SAYS, DAY)
    wanted = NewHousehold(JIA, "ordinary", "national", "illness", (person,), grounds)
    with pytest.raises(IdentityInReason):
        enter_household(tiny_db, EVERYBODY, wanted, now=NOON)
    assert enter_household(
        tiny_db, EVERYBODY, replace(wanted, grounds=replace(grounds, evidence="经村核实")), now=NOON
    )
    clerk = Clerk(tiny_db)
    joins = NewMember("A3", Newcomer(person.facts | {"relation": "child"}, person.identity),
                      Grounds(DAY, "birth", SAYS), clerk.base("A3"))  # fmt: skip
    with pytest.raises(IdentityInReason):
        enter_member(tiny_db, EVERYBODY, joins, now=NOON)


@pytest.mark.parametrize(
    "text", ["电话 138.0013.8000", "138 0013 8000", "138_0013_8000", "1380013800"]
)
def test_a_telephone_number_is_one_however_it_is_written(text):
    with pytest.raises(PersonalInReason):
        require_impersonal(text)


@pytest.mark.parametrize("text", ["2016.12.31 核实", "第 12 号第 3 页", "3 人、2 亩"])
def test_dates_and_counts_are_no_numbers_of_people(text):
    require_impersonal(text)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(2013, 12, 31), date(2017, 3, 2)])
def test_no_entry_is_older_than_the_registers_or_in_the_future(day):
    with pytest.raises(DayOutOfRange):
        require_day(day, None, date(2017, 3, 1))


def test_what_an_approved_exit_rests_on_is_not_taken_away(procedure):
    procedure.ready("A4").sign_all()
    db = procedure.db
    with reading(db) as connection:
        statement = connection.execute(
            select(IncomeStatement.id).where(IncomeStatement.household_code == "A4")
        ).scalars().first()  # fmt: skip

    def void():
        wanted = FileVoid("A4", "income", statement, "wrong_day")
        void_file_entry(db, TEAM, wanted, now=procedure.now)

    procedure.later().step(Step.APPROVED)
    with pytest.raises(StatementInUse):
        void()
    with transaction(db) as connection:  # as nobody could by an action
        void_row(connection, IncomeStatement, statement, recorded_by="x", reason="x")
    with reading(db) as connection:
        assert find_exit_problems(connection) == [
            *LOOSE, "A4: approved on an income statement that was voided",
        ]  # fmt: skip


def test_what_a_level_signed_is_undone_by_that_level_or_above(procedure):
    procedure.ready("A4").sign("village-JIA")

    def undo(viewer: Viewer, target):
        (case,) = procedure.cases("A4")
        wanted = Voiding(procedure.batch, case.id, target, "wrong_entry", base_of([case]))
        return void_exit_entry(procedure.db, viewer, wanted, now=procedure.now)

    assert undo(TEAM, "village").rows == 1
    procedure.sign("village-JIA")
    procedure.sign("town")
    for target in (Step.SELECTED, "village", "town"):
        with pytest.raises(SignedAbove):
            undo(TEAM, target)
    with pytest.raises(UnknownValue):
        undo(TOWN, "nowhere")
    assert undo(TOWN, "village").rows == 2
    assert [signature for case in procedure.cases() for signature in case.state.signatures] == []


def test_a_notice_has_an_end_that_can_be(procedure):
    procedure.open("A4")
    procedure.steps(Step.SELECTED, Step.AGREED)
    for until in (date(9999, 12, 31), procedure.day + timedelta(days=400)):
        with pytest.raises(DayOutOfRange):
            procedure.step(Step.NOTICED, notice_until=until)
    with pytest.raises(DayOutOfRange):
        procedure.step(Step.NOTICED, done_on=date(9999, 12, 31))


def test_who_sees_no_household_is_refused_without_its_code(procedure):
    procedure.ready("A4").sign_all()
    with pytest.raises(SignedTwice) as caught:
        procedure.sign("mayor", digest="x")
    assert "A4" not in caught.value.sentence("zh-CN") + caught.value.sentence("en")


def test_a_case_that_moved_is_named_by_its_town_to_a_leader(procedure):
    procedure.ready("A4")
    for code in ("village-JIA", "town", "secretary"):
        procedure.sign(code)
    digest = procedure.digest("mayor")
    with transaction(procedure.db) as connection:
        append_event(connection, member_id="A4-1", kind=EventKind.REMOVED,
                     occurred_on=procedure.day, recorded_by="x", reason="x")  # fmt: skip
    with pytest.raises(CaseOutdated) as caught:
        procedure.sign("mayor", digest=digest)
    assert "A4" not in caught.value.sentence("zh-CN") + caught.value.sentence("en")


def test_a_leader_cannot_tell_who_was_withdrawn(procedure):
    procedure.open(*STILL_THERE)
    procedure.later().step(Step.SELECTED, *STILL_THERE)
    procedure.undo("A4", Step.SELECTED)
    (seen,) = list_batches(procedure.db, MAYOR, today=procedure.day)
    shown = {value for value in seen.waiting.values() if value > 0}
    assert seen.households == SUPPRESSED
    assert shown == set()
    assert set(seen.waiting.values()) <= {0.0, SUPPRESSED, WITHHELD}


def test_an_exit_of_a_case_is_its_members_and_of_its_day(procedure):
    procedure.ready("A4").sign_all().later()
    procedure.step(Step.APPROVED)
    procedure.step(Step.FILED)
    (case,) = procedure.cases("A4")
    approved = case.state.day_of(Step.APPROVED)
    for member, day in (("A6-1", approved), ("A4-1", approved - timedelta(days=1))):
        with pytest.raises(RuleBroken), transaction(procedure.db) as connection:
            append_event(connection, member_id=member, kind=EventKind.EXITED, occurred_on=day,
                         recorded_by="x", recorded_at=noon(approved), case_id=case.id)  # fmt: skip
    assert signer("mayor").role is Role.LEADER
