"""The exit procedure: nine steps, a notice, four signatures; no step skipped, nothing half-done."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select

from data.access import OPERATOR, Role, Viewer
from data.actions.open_exits import Opening, open_exits
from data.actions.set_parameter import set_parameter
from data.actions.sign_exits import Signing, sign_exits
from data.actions.take_exit_step import StepTaken, take_exit_step
from data.actions.void_exit_entry import Voiding, void_exit_entry
from data.engine import reading, transaction
from data.errors import (
    CaseOutdated,
    DayOutOfRange,
    Denied,
    DistrictMissing,
    EntryChanged,
    IdentityInReason,
    LaterEntryStands,
    LineNotSet,
    NewerCaseStands,
    NoHouseholdChosen,
    NoOfficial,
    NotFound,
    NothingToSign,
    NothingToUndo,
    NoticeRunning,
    NoticeTooShort,
    NotPrincipal,
    NotReadyToExit,
    OtherTown,
    OtherUnit,
    OutOfTurn,
    ParameterOutOfRange,
    PersonalInReason,
    ReasonMissing,
    RuleBroken,
    SignatureMissing,
    SignedTwice,
    StepOutOfOrder,
    TermOver,
    UnknownValue,
)
from data.ledger import append_event, append_row, void_row
from data.models import (
    AuditEntry,
    EventKind,
    ExitBatch,
    ExitCase,
    ExitStep,
    IncomeStatement,
    RegisterEvent,
    RuleParameter,
    Signature,
    Status,
)
from data.queries.exit_batches import COMPLETE, get_batch, list_batches
from data.queries.exit_candidates import Readiness, list_candidates
from data.queries.exit_files import base_of, get_case
from data.queries.exit_problems import find_exit_problems
from data.queries.parameters import INCOME_LINE, WINDOW, find_criterion
from data.queries.signatures import list_to_sign
from data.queries.statuses import fold_statuses, list_live_acts
from data.rules.exits import GENESIS, Step, hash_signature
from geo.classify import SUPPRESSED, WITHHELD
from tests.unit.data.exiting import (
    CLERK,
    LINE,
    LOOSE,
    OFFICE,
    OPENED,
    TOWN,
    Procedure,
    add_incomes,
    add_official,
    add_post,
    add_principals,
    count_audit,
    noon,
    prepare_exits,
    signer,
    state_income,
)
from tests.unit.data.tiny_world import append, members_of


@pytest.fixture
def procedure(tiny_db) -> Procedure:
    prepare_exits(tiny_db)
    return Procedure(tiny_db)


def problems(db) -> list[str]:
    with reading(db) as connection:
        return find_exit_problems(connection)


def rows_of(db, *models) -> list[int]:
    with reading(db) as connection:
        return [
            connection.execute(select(func.count()).select_from(model)).scalar_one()
            for model in models
        ]


def statuses(db, household: str, day: date) -> set[Status]:
    with reading(db) as connection:
        return set(fold_statuses(connection, members_of(household), day).values())


# ── The whole way ───────────────────────────────────────────────────────────────────────────────


def test_a_batch_goes_all_the_way_and_ends_in_the_register(procedure):
    db = procedure.db
    procedure.ready("A5", "A6").sign_all()
    procedure.later().step(Step.APPROVED)
    approved_on = procedure.day
    procedure.later().step(Step.FILED)
    assert statuses(db, "A6", procedure.day) == {Status.REGISTERED}
    assert procedure.later(20).step(Step.ENTERED) == 2
    assert statuses(db, "A6", approved_on) == {Status.EXITED}
    assert statuses(db, "A6", approved_on - timedelta(days=1)) == {Status.REGISTERED}
    with reading(db) as connection:
        acts = list_live_acts(connection, members_of("A6"))
    mine = [act for act in acts if act.case_id == procedure.cases("A6")[0].id]
    assert [act.kind for act in mine] == [EventKind.PRE_EXIT] * 3 + [EventKind.EXITED] * 3
    assert len({act.act_id for act in mine}) == 2
    assert problems(db) == LOOSE
    found = get_case(db, CLERK, procedure.cases("A6")[0].id)
    assert [one.level for one in found.signers] == ["village", "town", "district", "city"]
    assert all(one.is_verified for one in found.signers)
    assert found.district_code == "990121000000"
    assert set(found.members["birth_year"]) == {"50–59"}


def test_each_write_leaves_one_row_of_the_audit_and_each_refusal_none_or_one(procedure):
    db = procedure.db
    before = count_audit(db)
    procedure.open("A4", "A5", "A6")
    procedure.steps(Step.SELECTED, Step.NOTICED).wait_for_notice().sign_all()
    procedure.step(Step.APPROVED)
    procedure.undo("A5", Step.NOTICED)
    assert count_audit(db) == before + 1 + 6 + 4 + 1 + 1
    with reading(db) as connection:
        audit = connection.execute(
            select(AuditEntry.deed, AuditEntry.rows, AuditEntry.target, AuditEntry.reason)
            .order_by(AuditEntry.seq)
            .offset(before)
        ).all()
    assert tuple(audit[0]) == ("entry", 3, TOWN, "exits opened")
    assert tuple(audit[1]) == ("entry", 3, TOWN, "exit step 1")
    assert tuple(audit[7]) == ("signature", 3, TOWN, "village")
    assert tuple(audit[-1]) == ("void", 6, "A5", "exit step 6: wrong_entry")
    with pytest.raises(StepOutOfOrder):
        procedure.step(Step.ENTERED)
    assert count_audit(db) == before + 13
    with pytest.raises(Denied):
        replace(procedure, by=OPERATOR).step(Step.FILED)
    assert count_audit(db) == before + 14


# ── Opening ─────────────────────────────────────────────────────────────────────────────────────


def test_without_a_line_nothing_is_judged_and_no_case_opened(tiny_db):
    add_principals(tiny_db)
    add_incomes(tiny_db)
    listed = list_candidates(tiny_db, CLERK, TOWN, OPENED)
    assert {one.household for one in listed} == {"A4", "A5", "A6", "B2"}
    assert {one.readiness for one in listed} == {Readiness.LINE_NOT_SET}
    with pytest.raises(LineNotSet) as told:
        Procedure(tiny_db).open("A4")
    assert "规则参数" in told.value.sentence("zh-CN")
    assert rows_of(tiny_db, ExitBatch, ExitCase) == [0, 0]


def test_a_batch_opens_whole_or_not_at_all(procedure):
    db = procedure.db
    with transaction(db) as connection:
        held = connection.execute(
            select(IncomeStatement.id, IncomeStatement.months).where(
                IncomeStatement.household_code.in_(["A5"])
            )
        ).all()
        for row in held:
            if row.months == 6:
                void_row(connection, IncomeStatement, row.id, recorded_by="t", reason="t")
        state_income(connection, "A6", 2016, 9, 299_999)
    found = {one.household: one.readiness for one in list_candidates(db, CLERK, TOWN, OPENED)}
    assert found == {
        "A4": Readiness.READY, "A5": Readiness.STATEMENTS_MISSING, "A6": Readiness.BELOW_LINE,
        "B2": Readiness.READY,
    }  # fmt: skip
    with pytest.raises(NotReadyToExit) as told:
        procedure.open("A4", "A5", "A6")
    assert "A5, A6" in str(told.value)
    assert rows_of(db, ExitBatch, ExitCase) == [0, 0]
    assert len(procedure.open("A4", "B2").cases) == 2
    with pytest.raises(NotReadyToExit):
        procedure.open("A4")  # its case is under way


def test_a_batch_is_of_one_town_and_has_its_district(procedure):
    with pytest.raises(OtherTown):
        procedure.open("A4", "C1")
    with pytest.raises(NotReadyToExit):
        procedure.open("A1")  # has exited
    with pytest.raises(NoHouseholdChosen):
        procedure.open()
    with pytest.raises(DayOutOfRange):
        open_exits(procedure.db, CLERK, Opening(TOWN, ("A4",), OPENED), now=noon(date(2017, 1, 4)))
    with pytest.raises(DistrictMissing):
        procedure.open("A4", town="990121100201")
    procedure.open("A4")
    assert get_batch(procedure.db, CLERK, procedure.batch).district_code == "990121000000"
    with pytest.raises(RuleBroken), transaction(procedure.db) as connection:
        connection.execute(
            insert(ExitBatch).values(
                id="b", town_code=TOWN, district_code=None, name="", opened_on=OPENED,
                recorded_at=noon(OPENED), recorded_by="t",
            )
        )  # fmt: skip


# ── The order ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("done", range(6))
def test_no_step_is_skipped_or_done_twice(procedure, done):
    procedure.open("A4")
    if done:
        procedure.steps(Step.SELECTED, Step(done))
    before = rows_of(procedure.db, ExitStep, RegisterEvent)
    for step in Step:
        if step != done + 1:
            with pytest.raises(StepOutOfOrder):
                procedure.step(step)
    assert rows_of(procedure.db, ExitStep, RegisterEvent) == before
    assert procedure.step(Step(done + 1)) == 1


def test_days_follow_each_other_and_are_not_of_the_future(procedure):
    procedure.open("A4")
    with pytest.raises(DayOutOfRange):
        procedure.step(Step.SELECTED, done_on=OPENED - timedelta(days=1))
    with pytest.raises(DayOutOfRange):
        procedure.step(Step.SELECTED, done_on=OPENED + timedelta(days=1))
    procedure.later(3).step(Step.SELECTED)
    with pytest.raises(DayOutOfRange):
        procedure.later().step(Step.REVIEWED, done_on=OPENED + timedelta(days=2))


def test_a_notice_stands_for_seven_days(procedure):
    procedure.open("A4")
    procedure.steps(Step.SELECTED, Step.AGREED)
    put_up = procedure.day
    with pytest.raises(NoticeTooShort):
        procedure.step(Step.NOTICED, notice_until=put_up + timedelta(days=6))
    procedure.step(Step.NOTICED, notice_until=put_up + timedelta(days=7))
    procedure.day = put_up + timedelta(days=6)
    with pytest.raises(NoticeRunning):
        procedure.sign("village-JIA")
    with pytest.raises(NoticeRunning):
        procedure.step(Step.APPROVED)
    assert procedure.later().sign("village-JIA") == 1


def test_a_batch_step_is_taken_by_all_or_none(procedure):
    procedure.open("A4", "A5")
    procedure.later().step(Step.SELECTED, "A4")
    before = rows_of(procedure.db, ExitStep)
    with pytest.raises(StepOutOfOrder) as told:
        procedure.later().step(Step.REVIEWED)
    assert "A5" in str(told.value)
    assert rows_of(procedure.db, ExitStep) == before
    with pytest.raises(NoHouseholdChosen):
        procedure.step(Step.REVIEWED, cases=())
    with pytest.raises(NotFound):
        procedure.step(Step.REVIEWED, cases=("no such case",))


def test_texts_name_a_place_and_nobody(procedure):
    procedure.open("A4")
    with pytest.raises(ReasonMissing):
        procedure.step(Step.SELECTED, place=" ")
    with pytest.raises(PersonalInReason):
        procedure.step(Step.SELECTED, note="电话 13800001234")
    with pytest.raises(IdentityInReason):
        procedure.step(Step.SELECTED, note="丘处厚06 到场")
    assert rows_of(procedure.db, ExitStep) == [0]


def test_the_second_of_two_clerks_is_told_of_the_first(procedure):
    procedure.open("A4", "A5")
    seen = base_of(procedure.cases())
    procedure.later().step(Step.SELECTED)
    with pytest.raises(EntryChanged) as told:
        procedure.step(Step.REVIEWED, base=seen)
    assert CLERK.name in str(told.value)
    stale = replace(procedure, db=procedure.db)
    (case,) = stale.cases("A4")
    procedure.later().step(Step.REVIEWED, "A5")  # another household's form is not disturbed
    assert procedure.step(Step.REVIEWED, "A4", base=base_of([case])) == 1


# ── Signatures ──────────────────────────────────────────────────────────────────────────────────


def test_signatures_are_given_in_their_order_on_the_day_itself(procedure):
    procedure.ready("A4")
    for code in ("town", "secretary", "governor", "mayor"):
        with pytest.raises(OutOfTurn):
            procedure.sign(code)
    procedure.later(2).sign("village-JIA")
    (signature,) = procedure.cases()[0].state.signatures
    assert (signature.signed_on, signature.previous_hash) == (procedure.day, GENESIS)
    for code in ("secretary", "mayor"):
        with pytest.raises(OutOfTurn):
            procedure.sign(code)
    with pytest.raises(SignedTwice):
        procedure.sign("village-JIA")


@pytest.mark.parametrize("missing", range(4))
def test_nothing_is_approved_before_all_four_have_signed(procedure, missing):
    procedure.ready("A4")
    for code in ("village-JIA", "town", "secretary", "mayor")[:missing]:
        procedure.sign(code)
    with pytest.raises(SignatureMissing):
        procedure.later().step(Step.APPROVED)
    assert procedure.cases()[0].state.day_of(Step.APPROVED) is None


def test_a_level_and_a_person_sign_once(procedure):
    with transaction(procedure.db) as connection:
        add_post(connection, "town", "org-990121000000")  # heads the town and the district
    procedure.ready("A4").sign("village-JIA")
    procedure.sign("town")
    with pytest.raises(SignedTwice):
        procedure.sign("town")  # the same person for the district
    procedure.sign("governor")
    with pytest.raises(SignedTwice):
        procedure.sign("secretary")  # the district's second principal
    assert procedure.sign("mayor") == 1


def test_only_the_principal_in_office_that_day_signs(procedure):
    db = procedure.db
    procedure.ready("A4")
    with transaction(db) as connection:
        org = "org-990121100201"
        for code in ("deputy", "former", "coming", "nobody"):
            add_official(connection, code, "village")
        add_post(connection, "deputy", org, is_principal=False)
        add_post(connection, "former", org, until=procedure.day)  # ended yesterday
        add_post(connection, "coming", org, valid_from=procedure.day + timedelta(days=1))
    for code, error in (
        ("deputy", NotPrincipal), ("former", TermOver), ("coming", TermOver),
        ("nobody", OtherUnit), ("village-YI", OtherUnit), ("stranger", NoOfficial),
    ):  # fmt: skip
        viewer = Viewer("x", Role.OFFICE, ("",), official=code)
        with pytest.raises(error):
            sign_exits(db, viewer, Signing(procedure.batch, ""), now=procedure.now)
    with pytest.raises(NoOfficial):
        sign_exits(db, OFFICE, Signing(procedure.batch, ""), now=procedure.now)
    with pytest.raises(NotFound):  # outside the account's areas
        sign_exits(db, signer("village-BING"), Signing(procedure.batch, ""), now=procedure.now)
    assert rows_of(db, Signature) == [0]
    yesterday = replace(procedure, day=procedure.day + timedelta(days=1))
    assert yesterday.sign("coming") == 1


def test_a_term_that_ends_tomorrow_still_signs(procedure):
    procedure.ready("A4")
    with transaction(procedure.db) as connection:
        add_official(connection, "last-day", "village")
        add_post(
            connection, "last-day", "org-990121100201", until=procedure.day + timedelta(days=1)
        )
    viewer = Viewer("x", Role.TEAM, ("990121100201",), official="last-day")
    signing = Signing(procedure.batch, procedure.digest("last-day"))
    assert sign_exits(procedure.db, viewer, signing, now=procedure.now) == 1


def test_nothing_is_signed_that_the_screen_did_not_show(procedure):
    procedure.ready("A4", "A5")
    seen = procedure.digest("village-JIA")
    procedure.undo("A5", Step.NOTICED)
    procedure.step(Step.NOTICED, "A5")
    procedure.later(7)
    with pytest.raises(EntryChanged):
        procedure.sign("village-JIA", digest=seen)
    assert rows_of(procedure.db, Signature) == [0]
    assert procedure.sign("village-JIA") == 2


def test_a_change_in_the_household_stops_the_case(procedure):
    procedure.ready("A5")
    with transaction(procedure.db) as connection:
        append(connection, "A5-2", EventKind.NATURAL_DECREASE, procedure.day)
    with pytest.raises(CaseOutdated):
        procedure.later().sign("village-JIA")
    procedure.undo("A5", Step.SELECTED)
    procedure.open("A5")
    assert procedure.cases()[0].members == ("A5-1",)


def test_a_voided_statement_stops_the_case(procedure):
    procedure.ready("A5").sign_all()
    with transaction(procedure.db) as connection:
        held = procedure.cases()[0].statement_ids[0]
        void_row(connection, IncomeStatement, held, recorded_by="t", reason="t")
    with pytest.raises(CaseOutdated):
        procedure.later().step(Step.APPROVED)


# ── Undoing ─────────────────────────────────────────────────────────────────────────────────────


def test_an_edit_after_a_signature_voids_that_and_the_later_ones(procedure):
    procedure.ready("A4").sign_all()
    first = procedure.cases()[0].state.signatures
    undone = procedure.undo("A4", Step.AGREED)
    assert [s.level for s in undone.signatures] == ["city", "district", "town", "village"]
    assert [int(s.done.step) for s in undone.steps] == [6, 5]
    state = procedure.cases()[0].state
    assert (state.next_step, state.signatures) == (Step.AGREED, ())
    procedure.later().step(Step.AGREED, place="农户家中")
    procedure.step(Step.NOTICED)
    with pytest.raises(NoticeRunning):
        procedure.sign("village-JIA")
    procedure.wait_for_notice().sign("village-JIA")
    again = procedure.cases()[0].state.signatures[0]
    assert again.content_hash != first[0].content_hash


def test_undoing_one_signature_leaves_those_before(procedure):
    procedure.ready("A4").sign_all()
    procedure.step(Step.APPROVED)
    undone = procedure.undo("A4", "district")
    assert [int(s.done.step) for s in undone.steps] == [7]
    assert [s.level for s in undone.signatures] == ["city", "district"]
    assert procedure.sign("governor") == 1
    assert procedure.sign("mayor") == 1
    with pytest.raises(NothingToUndo):
        procedure.undo("A4", Step.APPROVED)


def test_undoing_an_entered_exit_restores_the_register(procedure):
    db = procedure.db
    procedure.open("A6")
    with reading(db) as connection:
        before = [e.id for e in list_live_acts(connection, members_of("A6"))]
    procedure.steps(Step.SELECTED, Step.NOTICED).wait_for_notice().sign_all()
    procedure.steps(Step.APPROVED, Step.ENTERED)
    assert statuses(db, "A6", procedure.day) == {Status.EXITED}
    undone = procedure.later().undo("A6", Step.SELECTED)
    assert [int(s.done.step) for s in undone.steps] == [9, 8, 7, 6, 5, 4, 3, 2, 1]
    assert statuses(db, "A6", procedure.day) == {Status.REGISTERED}
    with reading(db) as connection:
        assert [e.id for e in list_live_acts(connection, members_of("A6"))] == before
    assert problems(db) == LOOSE
    assert procedure.cases()[0].state.is_withdrawn


def test_an_exit_with_a_later_event_is_not_undone(procedure):
    procedure.ready("A6").sign_all().steps(Step.APPROVED, Step.ENTERED)
    with transaction(procedure.db) as connection:
        append(connection, "A6-1", EventKind.RELAPSED, procedure.day)
    before = rows_of(procedure.db, ExitStep, Signature, RegisterEvent)
    with pytest.raises(LaterEntryStands):
        procedure.later(3).undo("A6", Step.ENTERED)
    assert rows_of(procedure.db, ExitStep, Signature, RegisterEvent) == before


def test_a_withdrawn_case_gives_way_to_a_newer_one(procedure):
    procedure.open("A4")
    old = procedure.batch
    procedure.steps(Step.SELECTED, Step.REVIEWED).undo("A4", Step.SELECTED)
    procedure.later().open("A4")
    with pytest.raises(NewerCaseStands):
        replace(procedure, batch=old).step(Step.SELECTED)
    assert procedure.step(Step.SELECTED) == 1


def test_an_undo_has_a_reason_of_the_list_and_a_fresh_form(procedure):
    procedure.open("A4")
    procedure.steps(Step.SELECTED, Step.REVIEWED)
    (case,) = procedure.cases()
    good = Voiding(procedure.batch, case.id, Step.REVIEWED, "wrong_day", base_of([case]))
    with pytest.raises(UnknownValue):
        void_exit_entry(procedure.db, CLERK, replace(good, reason="because"), now=procedure.now)
    with pytest.raises(EntryChanged):
        void_exit_entry(procedure.db, CLERK, replace(good, base=""), now=procedure.now)
    assert void_exit_entry(procedure.db, CLERK, good, now=procedure.now).rows == 1


# ── The database refuses by itself ──────────────────────────────────────────────────────────────


def raw_step(db, case: str, step: int, day: date, **facts) -> None:
    with transaction(db) as connection:
        append_row(
            connection, ExitStep, case_id=case, step=step, place="x", note="", is_dated=True,
            is_sealed=True, occurred_on=day, recorded_by="t",
            **({"notice_until": day + timedelta(days=7)} if step == 6 else {}) | facts,
        )  # fmt: skip


def raw_signature(db, case, code, level, day, previous, **facts) -> str:
    content = case.state.content_hash
    given = {
        "case_id": case.id, "level": level, "official_id": code, "post_id": f"post-{code}",
        "content_hash": content, "previous_hash": previous, "occurred_on": day,
        "hash": hash_signature(case.id, level, code, day, content, previous), "recorded_by": "t",
    }  # fmt: skip
    with transaction(db) as connection:
        append_row(connection, Signature, **(given | facts))
    return str(given["hash"])


def test_the_database_refuses_a_skipped_step_a_short_notice_and_an_unsigned_approval(procedure):
    db = procedure.db
    procedure.open("A4")
    (case,) = procedure.cases()
    for step in range(2, 10):
        with pytest.raises(RuleBroken):
            raw_step(db, case.id, step, OPENED)
    procedure.steps(Step.SELECTED, Step.AGREED)
    day = procedure.day
    with pytest.raises(RuleBroken):
        raw_step(db, case.id, 6, day, notice_until=day + timedelta(days=6))
    procedure.step(Step.NOTICED)
    with pytest.raises(RuleBroken):
        raw_step(db, case.id, 7, day + timedelta(days=30))
    with pytest.raises(RuleBroken), transaction(db) as connection:
        append_event(
            connection, member_id="A4-1", kind=EventKind.EXITED, occurred_on=day,
            recorded_by="t", case_id=case.id,
        )  # fmt: skip


def test_the_database_refuses_signatures_out_of_turn_twice_or_early(procedure):
    db = procedure.db
    procedure.ready("A4")
    (case,) = procedure.cases()
    day = procedure.day
    post = {"post_id": "post-village-JIA-org-990121100201-None"}
    town = {"post_id": "post-town-org-990121100000-None"}
    with pytest.raises(RuleBroken):
        raw_signature(db, case, "village-JIA", "village", day - timedelta(days=1), GENESIS, **post)
    with pytest.raises(RuleBroken):
        raw_signature(db, case, "town", "town", day, GENESIS, **town)
    first = raw_signature(db, case, "village-JIA", "village", day, GENESIS, **post)
    for code, level, facts in (("town", "village", town), ("village-JIA", "town", post)):
        with pytest.raises(RuleBroken):
            raw_signature(db, case, code, level, day, first, **facts)
    raw_signature(db, case, "town", "town", day, first, **town)
    assert problems(db) == LOOSE


def test_what_slips_past_the_use_cases_is_found(procedure):
    db = procedure.db
    procedure.ready("A4")
    (case,) = procedure.cases()
    with transaction(db) as connection:
        add_official(connection, "deputy", "village")
        deputy = add_post(connection, "deputy", "org-990121100201", is_principal=False)
        old = add_post(connection, "town", "org-990121100000", until=procedure.day)
    first = raw_signature(db, case, "deputy", "village", procedure.day, GENESIS, post_id=deputy)
    raw_signature(
        db, case, "town", "town", procedure.day, first, post_id=old, content_hash="0" * 64,
        hash="1" * 64,
    )  # fmt: skip
    assert problems(db) == [
        *LOOSE,
        "A4: the signature of town level does not cover the case",
        "A4: whoever signed at village level was no principal that day",
        "A4: whoever signed at town level was no principal that day",
    ]


# ── What is listed, and for whom ────────────────────────────────────────────────────────────────


def test_what_waits_for_a_signature_is_listed_by_due_date_until_it_is_signed(procedure):
    db = procedure.db
    procedure.ready("A4")
    early, due = procedure.batch, procedure.day + timedelta(days=7)
    second = Procedure(db, day=procedure.day)
    second.ready("A5", "A6")
    today = second.day
    jia = signer("village-JIA")
    waiting = list_to_sign(db, jia, today)
    assert [(one.batch_id, one.due_on, one.households) for one in waiting] == [
        (early, due, 1.0), (second.batch, today + timedelta(days=7), 2.0),
    ]  # fmt: skip
    for code in ("town", "secretary", "mayor", "village-YI"):
        assert list_to_sign(db, signer(code), today) == []
    assert list_to_sign(db, OFFICE, today) == []
    second.sign("village-JIA")
    assert [one.batch_id for one in list_to_sign(db, jia, today)] == [early]
    assert [one.batch_id for one in list_to_sign(db, signer("town"), today)] == [second.batch]
    with pytest.raises(Denied):
        list_to_sign(db, CLERK, today)


def test_a_leader_sees_no_small_count_and_no_household(procedure):
    db = procedure.db
    procedure.ready("A4", "A5", "A6").sign("village-JIA")
    procedure.sign("town")
    procedure.sign("governor")
    mayor = signer("mayor")
    (waiting,) = list_to_sign(db, mayor, procedure.day)
    assert waiting.households == WITHHELD
    (progress,) = list_batches(db, mayor, procedure.day)
    assert progress.households == SUPPRESSED
    assert progress.waiting[Step.APPROVED] == WITHHELD
    assert {progress.waiting[key] for key in progress.waiting if key != Step.APPROVED} == {0.0}
    for look in (
        lambda: get_batch(db, mayor, procedure.batch),
        lambda: get_case(db, mayor, procedure.cases()[0].id),
    ):
        with pytest.raises(Denied):
            look()
    assert procedure.sign("mayor") == 3
    (clerks,) = list_batches(db, CLERK, procedure.day)
    assert (clerks.households, clerks.waiting[Step.APPROVED]) == (3.0, 3.0)
    assert clerks.to_sign == {"village": 0, "town": 0, "district": 0, "city": 0}


def test_batches_end_at_the_viewers_areas(procedure):
    db = procedure.db
    procedure.ready("A4", "B2")
    yi = signer("village-YI")
    assert [case.household for case in get_batch(db, yi, procedure.batch).cases] == ["B2"]
    with pytest.raises(NotFound):
        get_batch(db, signer("village-BING"), procedure.batch)
    assert list_batches(db, signer("village-BING"), procedure.day) == []
    (case,) = procedure.cases("A4")
    with pytest.raises(NotFound):
        get_case(db, yi, case.id)
    step = StepTaken(procedure.batch, (case.id,), Step.APPROVED, procedure.day, "x", "")
    with pytest.raises(NotFound):
        take_exit_step(db, yi, step, now=procedure.now)


def test_a_complete_batch_leaves_the_list(procedure):
    procedure.ready("A4").sign_all().steps(Step.APPROVED, Step.ENTERED)
    assert list_batches(procedure.db, CLERK, procedure.day) == []
    (done,) = list_batches(procedure.db, CLERK, procedure.day, is_complete=True)
    assert done.waiting[COMPLETE] == 1.0


# ── Parameters ──────────────────────────────────────────────────────────────────────────────────


def criterion(db, day, known_on=None):
    with reading(db) as connection:
        found = find_criterion(connection, day, known_on=known_on)
    return found.line_fen, found.quarters


def test_a_parameter_holds_from_its_day_until_the_next(tiny_db):
    assert criterion(tiny_db, OPENED) == (None, 4)
    set_parameter(tiny_db, OFFICE, LINE, now=noon(OPENED))
    later = replace(LINE, value=320_000, valid_from=date(2017, 1, 1))
    set_parameter(tiny_db, OFFICE, later, now=noon(date(2017, 2, 1)))
    window = replace(LINE, code=WINDOW, value=6)
    set_parameter(tiny_db, OFFICE, window, now=noon(date(2017, 2, 1)))
    assert criterion(tiny_db, date(2015, 12, 31)) == (None, 4)
    assert criterion(tiny_db, date(2016, 12, 31)) == (300_000, 6)
    assert criterion(tiny_db, date(2017, 1, 1)) == (320_000, 6)
    assert criterion(tiny_db, date(2017, 1, 1), known_on=date(2017, 1, 20)) == (300_000, 4)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"value": 0}, ParameterOutOfRange),
        ({"code": WINDOW, "value": 1}, ParameterOutOfRange),
        ({"code": WINDOW, "value": 13}, ParameterOutOfRange),
        ({"code": "other"}, UnknownValue),
        ({"document_title": " "}, ReasonMissing),
        ({"document_number": ""}, ReasonMissing),
        ({"document_page": ""}, ReasonMissing),
        ({"document_title": "13800001234"}, PersonalInReason),
        ({"document_on": date(2017, 1, 6)}, DayOutOfRange),
    ],
)
def test_a_parameter_needs_its_document_and_a_possible_value(tiny_db, facts, error):
    with pytest.raises(error):
        set_parameter(tiny_db, OFFICE, replace(LINE, **facts), now=noon(OPENED))
    assert rows_of(tiny_db, RuleParameter) == [0]
    with pytest.raises(Denied):
        set_parameter(tiny_db, CLERK, LINE, now=noon(OPENED))


def test_the_line_of_the_opening_day_is_the_cases(procedure):
    procedure.open("A4")
    (case,) = procedure.cases()
    assert (case.state.facts["line_fen"], case.state.facts["window_quarters"]) == (300_000, 4)
    assert INCOME_LINE == "income_line_fen"
    with pytest.raises(NothingToSign):
        procedure.sign("village-JIA")
