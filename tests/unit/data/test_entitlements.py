"""Entitlements: the truth tables of the rules, what lists may say, payments and their refusals."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from data.access import MASK, Role, Viewer
from data.actions.record_bill import BillEntry, record_bill, void_bill
from data.actions.record_payment import PaymentEntry, record_payment, void_payment
from data.engine import reading, transaction
from data.errors import (
    AlreadyVoided,
    AmountMissing,
    BillExceeded,
    DayOutOfRange,
    Denied,
    NegativeAmount,
    NotFound,
    ParametersMissing,
    RulePending,
    UnknownValue,
)
from data.full_views import open_full_view
from data.ledger import append_row
from data.models import AuditEntry, Enrolment, MedicalBill, Payment
from data.queries.entitlements import list_entitlements, list_rules
from data.queries.gaps import list_gaps
from data.rules.entitlements import (
    INSURANCE_TERMS,
    RULE_SENTENCES,
    RULES,
    InsuranceTerms,
    Person,
    State,
    apply_rules,
    boarding_support,
    contribution_support,
    preschool_support,
    reimburse,
    self_paid,
)
from data.rules.gaps import GapKind

DAY = date(2016, 12, 31)
NOW = datetime(2017, 1, 5, 4, tzinfo=UTC)


def child(**facts):
    """Give somebody in a public kindergarten of 600 yuan a year, about whom all else is no."""
    usual = {
        "is_registered": False, "stage": "kindergarten", "school_kind": "public",
        "fee_fen": 60_000, "is_orphan": False, "is_disabled": False, "is_tekun": False,
    }  # fmt: skip
    return Person(**(usual | facts))


@pytest.mark.parametrize(
    ("facts", "state", "amount"),
    [
        ({"is_orphan": True}, State.DUE, 30_000),
        ({"is_disabled": True}, State.DUE, 30_000),
        ({"is_registered": True}, State.DUE, 30_000),
        ({"is_registered": True, "school_kind": "inclusive"}, State.DUE, 30_000),
        ({"is_registered": True, "school_kind": "private"}, State.NOT_DUE, None),
        ({}, State.NOT_DUE, None),
        ({"is_registered": True, "stage": "compulsory"}, State.NOT_DUE, None),
        ({"is_registered": True, "fee_fen": None}, State.UNKNOWN, None),
        ({"is_orphan": None}, State.UNKNOWN, None),
        ({"is_registered": True, "is_orphan": None, "is_disabled": None}, State.DUE, 30_000),
        ({"is_registered": True, "fee_fen": 60_001}, State.DUE, 30_000),
        ({"is_registered": True, "fee_fen": 1}, State.DUE, 0),
        ({"is_registered": True, "fee_fen": 0}, State.DUE, 0),
    ],
)
def test_half_of_the_preschool_fee(facts, state, amount):
    found = preschool_support(child(**facts))
    assert (found.state, found.amount_fen) == (state, amount)


@pytest.mark.parametrize("stage", ["compulsory", "high", "college", "kindergarten", ""])
@pytest.mark.parametrize("is_registered", [True, False])
@pytest.mark.parametrize("is_boarding", [True, False])
@pytest.mark.parametrize("counts_high_school", [True, False])
def test_boarding_support(stage, is_registered, is_boarding, counts_high_school):
    person = Person(is_registered=is_registered, stage=stage, is_boarding=is_boarding)
    found = boarding_support(person, counts_high_school=counts_high_school)
    is_due = is_registered and is_boarding and (
        stage == "compulsory" or (stage == "high" and counts_high_school)
    )  # fmt: skip
    assert found.amount_fen == (100_000 if is_due else None)


def test_packages_of_which_only_the_name_is_known_compute_nothing():
    pupil = Person(is_registered=True, stage="compulsory", is_tekun=True)
    senior = Person(is_registered=True, stage="high", is_tekun=False)
    assert RULES["R-EDU-2"](pupil).state is State.PENDING
    assert RULES["R-EDU-3"](senior).state is State.PENDING
    assert RULES["R-EDU-3"](pupil).state is State.NOT_DUE
    assert RULES["R-HEA-1"](pupil).state is State.PENDING
    # Extreme hardship is something else than being on the register.
    assert RULES["R-HEA-1"](senior).state is State.NOT_DUE
    assert RULES["R-HEA-1"](Person(is_registered=True)).state is State.UNKNOWN
    pending = [e for e in apply_rules(pupil) if e.state is State.PENDING]
    assert {e.rule for e in pending} == {"R-EDU-2", "R-HEA-1", "R-HEA-3"}
    assert all(e.amount_fen is None for e in pending)


def test_the_own_contribution_is_paid_in_full_in_extreme_hardship_alone():
    tekun = Person(is_registered=False, is_tekun=True, contribution_fen=15_000)
    assert contribution_support(tekun).amount_fen == 15_000
    assert self_paid(tekun) == 0
    other = Person(is_registered=True, is_tekun=False, contribution_fen=15_000)
    assert contribution_support(other).state is State.NOT_DUE
    assert self_paid(other) == 15_000
    unknown = Person(is_registered=True, is_tekun=True)
    assert contribution_support(unknown).lacks == ("contribution_fen",)
    assert self_paid(unknown) is None
    assert self_paid(Person(is_registered=True, contribution_fen=15_000)) is None


@pytest.mark.parametrize("missing", INSURANCE_TERMS)
def test_insurance_without_its_parameters_is_refused_not_assumed(missing):
    known = {"year": 2016, "hospital_level": "county", "deductible_fen": 30_000, "ratio": 7_500}
    assert reimburse(100_000, InsuranceTerms(**known)) == 52_500
    assert reimburse(30_000, InsuranceTerms(**known)) == 0
    with pytest.raises(ParametersMissing, match="R-HEA-3"):
        reimburse(100_000, InsuranceTerms(**(known | {missing: None})))


# ── In the ledger ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def pupils(tiny_db):
    """Send A4-1 to board, A5-1 to a public kindergarten, B2-1 to a private one, B1-1 exited."""
    with transaction(tiny_db) as connection:
        for member, stage, kind, boards, fee in (
            ("A4-1", "compulsory", "public", True, None),
            ("A5-1", "kindergarten", "public", False, 60_000),
            ("B2-1", "kindergarten", "private", False, 60_000),
            ("B1-1", "compulsory", "public", True, None),
        ):
            append_row(
                connection, Enrolment,
                household_code=member[:2], member_id=member, stage=stage, school_kind=kind,
                is_boarding=boards, fee_fen=fee, valid_from=date(2015, 9, 1), valid_to=None,
                superseded_at=None,
            )  # fmt: skip
    return tiny_db


def unreceived(db, viewer, day=DAY):
    found = list_gaps(db, viewer, as_of=day, kinds=[GapKind.UNRECEIVED])
    return dict(zip(found["subject"], found["rules"], strict=True))


def pay(member="A4-1", rule="R-EDU-4", amount=100_000, **facts):
    day = date(2016, 11, 3)
    usual = {"household": member[:2], "year": 2016, "paid_on": day}
    return PaymentEntry(member_id=member, rule=rule, amount_fen=amount, **(usual | facts))


def test_what_is_due_and_not_paid_is_a_gap_until_all_of_it_is_paid(pupils, tiny_office):
    assert unreceived(pupils, tiny_office) == {"A4": "R-EDU-4", "A5": "R-EDU-1"}
    part = record_payment(pupils, tiny_office, pay(amount=99_999), now=NOW)
    assert set(unreceived(pupils, tiny_office)) == {"A4", "A5"}
    record_payment(pupils, tiny_office, pay(amount=1), now=NOW)
    assert set(unreceived(pupils, tiny_office)) == {"A5"}
    # Before it was paid it was open; what is for another year pays nothing of this one.
    assert "A4" in unreceived(pupils, tiny_office, date(2016, 11, 2))
    record_payment(pupils, tiny_office, pay("A5-1", "R-EDU-1", 30_000, year=2015), now=NOW)
    assert set(unreceived(pupils, tiny_office)) == {"A5"}
    void_payment(pupils, tiny_office, part, now=NOW)
    assert set(unreceived(pupils, tiny_office)) == {"A4", "A5"}


def test_the_first_day_and_no_amount_in_a_list(pupils, tiny_office):
    found = list_gaps(pupils, tiny_office, as_of=DAY, kinds=[GapKind.UNRECEIVED])
    assert set(found["since"]) == {date(2016, 1, 1)}
    assert not [name for name in found.columns if "fen" in name or "amount" in name]


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        (pay(amount=0), AmountMissing),
        (pay(amount=-1), NegativeAmount),
        (pay(rule="R-EDU-2"), RulePending),
        (pay(rule="R-HEA-4"), RulePending),
        (pay(rule="R-XXX-9"), UnknownValue),
        (pay(year=2013), UnknownValue),
        (pay(paid_on=date(2015, 12, 31)), DayOutOfRange),
        (pay(paid_on=date(2017, 1, 6)), DayOutOfRange),
        (pay("A4-1", household="A5"), NotFound),
        (pay("A9-1"), NotFound),
    ],
)
def test_a_payment_that_cannot_be_is_refused_and_nothing_is_written(
    pupils, tiny_office, entry, error
):
    with pytest.raises(error) as caught:
        record_payment(pupils, tiny_office, entry, now=NOW)
    assert caught.value.sentence("zh-CN")
    assert caught.value.sentence("en")
    assert count(pupils, Payment) == 0


def test_who_keeps_no_files_enters_no_payment_and_no_bill(pupils):
    for role in (Role.HELPER, Role.LEADER, Role.AUDITOR):
        viewer = Viewer("somebody", role, ("",), official="cadre-A")
        with pytest.raises(Denied):
            record_payment(pupils, viewer, pay(), now=NOW)
        with pytest.raises(Denied):
            record_bill(pupils, viewer, bill(), now=NOW)
    elsewhere = Viewer("somebody", Role.CLERK, ("990122",))
    for write, entry in ((record_payment, pay()), (record_bill, bill())):
        with pytest.raises(NotFound):
            write(pupils, elsewhere, entry, now=NOW)


def bill(**facts):
    usual = {
        "household": "A4", "member_id": "A4-1", "billed_on": date(2016, 10, 9),
        "total_fen": 1_000_000, "basic_fen": 500_000, "critical_fen": 200_000,
        "assistance_fen": 100_000, "fund_fen": 150_000,
    }  # fmt: skip
    return BillEntry(**(usual | facts))


def test_a_bill_leaves_to_the_household_what_no_layer_paid(pupils, tiny_office):
    assert bill().self_fen == 50_000
    whole = bill(fund_fen=200_000)
    assert whole.self_fen == 0
    written = record_bill(pupils, tiny_office, whole, now=NOW)
    void_bill(pupils, tiny_office, written, now=NOW)
    with pytest.raises(AlreadyVoided):
        void_bill(pupils, tiny_office, written, now=NOW)
    with pytest.raises(NotFound):
        void_bill(pupils, Viewer("x", Role.CLERK, ("990122",)), written, now=NOW)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"fund_fen": 200_001}, BillExceeded),
        ({"basic_fen": -1}, NegativeAmount),
        ({"total_fen": -1}, NegativeAmount),
        ({"total_fen": 0}, AmountMissing),
        ({"billed_on": date(2017, 1, 6)}, DayOutOfRange),
        ({"member_id": "A5-1"}, NotFound),
    ],
)
def test_a_bill_that_cannot_be_is_refused_and_nothing_is_written(pupils, tiny_office, facts, error):
    with pytest.raises(error):
        record_bill(pupils, tiny_office, bill(**facts), now=NOW)
    assert count(pupils, MedicalBill) == 0


def test_each_entry_leaves_one_row_in_the_audit_without_an_amount(pupils, tiny_office):
    payment = record_payment(pupils, tiny_office, pay(), now=NOW)
    record_bill(pupils, tiny_office, bill(), now=NOW)
    void_payment(pupils, tiny_office, payment, now=NOW)
    with reading(pupils) as connection:
        rows = connection.execute(
            select(AuditEntry.deed, AuditEntry.target, AuditEntry.reason).order_by(AuditEntry.seq)
        ).all()
    assert [tuple(row) for row in rows] == [
        ("entry", "A4", "payment: R-EDU-4"),
        ("entry", "A4", "bill"),
        ("void", "A4", "payment: R-EDU-4"),
    ]


def test_a_household_shows_states_and_amounts_in_a_full_view_alone(pupils, tiny_office):
    masked = list_entitlements(pupils, tiny_office, "A4", as_of=DAY)
    shown = masked.rows.set_index("rule")
    assert shown.loc["R-EDU-4", "state"] == "due"
    assert shown.loc["R-HEA-2", "state"] == "unknown"
    assert set(masked.rows["due"]) | set(masked.rows["paid"]) | set(masked.rows["open"]) == {MASK}
    record_payment(pupils, tiny_office, pay(amount=40_000), now=NOW)
    view = open_full_view(pupils, tiny_office, "A4", reason="visit")
    full = list_entitlements(pupils, tiny_office, "A4", as_of=DAY, view_id=view.id)
    shown = full.rows.set_index("rule")
    assert tuple(shown.loc["R-EDU-4", ["due", "paid", "open"]]) == (100_000, 40_000, 60_000)
    # Sealed: everybody of the tiny world is in extreme hardship; the contribution is not known.
    assert shown.loc["R-HEA-2", "lacks"] == ("contribution_fen",)
    assert shown.loc["R-HEA-1", "state"] == "pending_document"
    assert shown.loc["R-HEA-1", "due"] is None


def test_whether_high_school_counts_is_a_parameter(pupils, tiny_office):
    with transaction(pupils) as connection:
        append_row(
            connection, Enrolment,
            household_code="A6", member_id="A6-1", stage="high", school_kind="public",
            is_boarding=True, fee_fen=None, valid_from=date(2015, 9, 1), valid_to=None,
            superseded_at=None,
        )  # fmt: skip
    for counts, state in ((False, None), (True, "due")):
        found = list_entitlements(
            pupils, tiny_office, "A6", as_of=DAY, counts_high_school=counts
        ).rows
        states = dict(zip(found["rule"], found["state"], strict=True))
        assert states.get("R-EDU-4") == state


def test_every_rule_of_the_list_is_quoted_and_says_where_it_stands(tiny_db):
    rules = list_rules(tiny_db)
    assert list(rules["code"]) == [*RULES, "R-HEA-4"] == list(RULE_SENTENCES)
    in_force = set(rules["code"][rules["state"] == "in_force"])
    assert in_force == {"R-EDU-1", "R-EDU-4", "R-HEA-2"}


def count(db, model):
    with reading(db) as connection:
        return connection.execute(select(func.count()).select_from(model)).scalar_one()
