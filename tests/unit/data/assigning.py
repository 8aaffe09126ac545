"""Gaps, payments and bills of the tiny world as somebody would enter them, for tests of rights."""

from datetime import date

from data.access import Role, Viewer
from data.actions.assign_gap import Assignment, assign_gap, withdraw_gap
from data.actions.record_bill import BillEntry, record_bill, void_bill
from data.actions.record_payment import PaymentEntry, record_payment, void_payment
from data.engine import Database
from data.rules.gaps import GapKind

OPENER = Viewer("opener", Role.OFFICE, ("",))
MAY_DAY = date(2016, 5, 1)
"""Everybody of the tiny world is on the register but A1, and nobody was surveyed."""
NOTHING = "0" * 26


def assign(
    db: Database, viewer: Viewer, household: str, kind: GapKind = GapKind.SURVEY_MISSING
) -> str:
    """Assign a gap of a household to a cadre."""
    wanted = Assignment(kind, household, "cadre-A", date(2016, 6, 1), "补齐", MAY_DAY)
    return assign_gap(db, viewer, wanted)


def withdraw(db: Database, viewer: Viewer, household: str, *, is_there: bool) -> None:
    """Undo what somebody else assigned."""
    task = assign(db, OPENER, household, GapKind.NO_PLAN) if is_there else NOTHING
    withdraw_gap(db, viewer, task)


def pay(db: Database, viewer: Viewer, household: str) -> str:
    """Enter a payment to the household's second member."""
    entry = PaymentEntry(household, f"{household}-2", "R-EDU-4", 2016, 100_000, MAY_DAY)
    return record_payment(db, viewer, entry)


def unpay(db: Database, viewer: Viewer, household: str, *, is_there: bool) -> None:
    """Undo a payment that somebody else entered."""
    void_payment(db, viewer, pay(db, OPENER, household) if is_there else NOTHING)


def bill(db: Database, viewer: Viewer, household: str) -> str:
    """Enter a bill of the household's second member."""
    return record_bill(db, viewer, BillEntry(household, f"{household}-2", MAY_DAY, 100, 50))


def unbill(db: Database, viewer: Viewer, household: str, *, is_there: bool) -> None:
    """Undo a bill that somebody else entered."""
    void_bill(db, viewer, bill(db, OPENER, household) if is_there else NOTHING)
