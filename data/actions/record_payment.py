"""Record a payment: what a member of a household received under a rule for a year."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import Connection, select

from data.access import Action, Viewer
from data.actions.enter_income import MOST_FEN
from data.actions.filing import require_number
from data.actions.receipts import void_receipt
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import (
    AmountMissing,
    DayOutOfRange,
    NegativeAmount,
    NotFound,
    RulePending,
    UnknownValue,
)
from data.homes import get_home
from data.ledger import append_row
from data.models import Payment, SubsidyRule
from data.queries.instants import CHINA
from data.refusals import in_each_language, refusals_recorded, require
from data.text import mark

_AMOUNT, _RULE, _YEAR = mark("发放金额"), mark("规则"), mark("年度")
_FIRST_YEAR: Final = 2014
"""The register of poor households begins with this year."""


@dataclass(frozen=True)
class PaymentEntry:
    """What was paid to whom.

    Attributes
    ----------
    household, member_id
        Who received it.
    rule
        The code of a rule in force.
    year
        The year it is for.
    amount_fen
        More than zero, in 分.
    paid_on
        The day on which it was paid.
    """

    household: str
    member_id: str
    rule: str
    year: int
    amount_fen: int
    paid_on: date


def record_payment(
    db: Database, viewer: Viewer, entry: PaymentEntry, *, now: datetime | None = None
) -> str:
    """Enter a payment; give its id.

    Raises
    ------
    AmountMissing, NegativeAmount
        It is nothing, or below zero.
    DayOutOfRange
        Paid in the future, or before the year it is for.
    Denied, NotFound
        The viewer's role keeps no files; the household or the member is missing or outside the
        viewer's scope.
    RulePending
        The rule has no document yet and computes nothing.
    UnknownValue
        There is no such rule; the year is before the register's first.
    """
    moment = now or datetime.now(UTC)
    with (
        refusals_recorded(db, viewer, Action.KEEP_FILES, entry.household),
        transaction(db) as connection,
    ):
        require(viewer, Action.KEEP_FILES)
        home = get_home(connection, viewer, entry.household)
        if entry.member_id not in home.members:
            raise NotFound(what=entry.member_id[:26])
        _check(connection, entry, today=moment.astimezone(CHINA).date())
        payment_id = append_row(
            connection, Payment,
            household_code=home.code, member_id=entry.member_id, rule_code=entry.rule,
            year=entry.year, amount_fen=entry.amount_fen, occurred_on=entry.paid_on,
            recorded_at=moment, recorded_by=viewer.name,
        )  # fmt: skip
        record(
            connection, viewer, Deed.ENTRY,
            target=home.code, reason=f"payment: {entry.rule}", rows=1, at=now,
        )  # fmt: skip
    return payment_id


def void_payment(
    db: Database, viewer: Viewer, payment_id: str, *, now: datetime | None = None
) -> None:
    """Undo a payment that was entered in error, by voiding it.

    Raises
    ------
    AlreadyVoided
        It was undone before.
    Denied, NotFound
        The viewer's role keeps no files; there is none in the viewer's scope.
    """
    void_receipt(
        db,
        viewer,
        Payment,
        payment_id,
        name=lambda payment: f"payment: {payment.rule_code}",
        now=now,
    )


def _check(connection: Connection, entry: PaymentEntry, *, today: date) -> None:
    if entry.amount_fen < 0:
        raise NegativeAmount(field=in_each_language(_AMOUNT))
    if entry.amount_fen == 0:
        raise AmountMissing
    require_number(_AMOUNT, entry.amount_fen, 1, MOST_FEN)
    states = {
        str(code): str(state)
        for code, state in connection.execute(select(SubsidyRule.code, SubsidyRule.state))
    }
    if entry.rule not in states:
        raise UnknownValue(
            field=in_each_language(_RULE), value=entry.rule[:40], choices=", ".join(states)
        )
    if states[entry.rule] != "in_force":
        raise RulePending(rule=entry.rule)
    if not _FIRST_YEAR <= entry.year <= today.year:
        raise UnknownValue(
            field=in_each_language(_YEAR), value=entry.year, choices=f"{_FIRST_YEAR}–{today.year}"
        )
    first = date(entry.year, 1, 1)
    if not first <= entry.paid_on <= today:
        raise DayOutOfRange(
            day=entry.paid_on.isoformat(), first=first.isoformat(), last=today.isoformat()
        )
