"""Record a medical bill: its total and what each of the four layers paid of it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from data.access import Action, Viewer
from data.actions.enter_income import MOST_FEN
from data.actions.filing import require_number
from data.actions.grounds import require_day
from data.actions.receipts import void_receipt
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import AmountMissing, BillExceeded, NegativeAmount, NotFound
from data.homes import get_home
from data.ledger import append_row
from data.models import MedicalBill
from data.queries.instants import CHINA
from data.refusals import in_each_language, refusals_recorded, require
from data.rules.medical import LAYER_NAMES, LAYERS
from data.text import mark

_TOTAL: Final = mark("医疗费用")


@dataclass(frozen=True)
class BillEntry:
    """A bill of a member of a household, in 分; what no layer paid is left to the household."""

    household: str
    member_id: str
    billed_on: date
    total_fen: int
    basic_fen: int = 0
    critical_fen: int = 0
    assistance_fen: int = 0
    fund_fen: int = 0

    @property
    def self_fen(self) -> int:
        """What the household pays itself."""
        paid: int = sum(getattr(self, f"{layer}_fen") for layer in LAYERS)
        return self.total_fen - paid


def record_bill(
    db: Database, viewer: Viewer, entry: BillEntry, *, now: datetime | None = None
) -> str:
    """Enter a medical bill; give its id.

    Raises
    ------
    AmountMissing, NegativeAmount
        A bill of nothing; an amount below zero.
    BillExceeded
        The layers together paid more than the bill.
    DayOutOfRange
        It is of the future.
    Denied, NotFound
        The viewer's role keeps no files; the household or the member is missing or outside the
        viewer's scope.
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
        _check(entry, today=moment.astimezone(CHINA).date())
        bill_id = append_row(
            connection, MedicalBill,
            household_code=home.code, member_id=entry.member_id, occurred_on=entry.billed_on,
            total_fen=entry.total_fen, basic_fen=entry.basic_fen, critical_fen=entry.critical_fen,
            assistance_fen=entry.assistance_fen, fund_fen=entry.fund_fen,
            recorded_at=moment, recorded_by=viewer.name,
        )  # fmt: skip
        record(connection, viewer, Deed.ENTRY, target=home.code, reason="bill", rows=1, at=now)
    return bill_id


def void_bill(db: Database, viewer: Viewer, bill_id: str, *, now: datetime | None = None) -> None:
    """Undo a bill that was entered in error, by voiding it.

    Raises
    ------
    AlreadyVoided
        It was undone before.
    Denied, NotFound
        The viewer's role keeps no files; there is none in the viewer's scope.
    """
    void_receipt(db, viewer, MedicalBill, bill_id, name=lambda _bill: "bill", now=now)


def _check(entry: BillEntry, *, today: date) -> None:
    if entry.total_fen < 0:
        raise NegativeAmount(field=in_each_language(_TOTAL))
    if entry.total_fen == 0:
        raise AmountMissing
    require_number(_TOTAL, entry.total_fen, 1, MOST_FEN)
    for layer in LAYERS:
        if getattr(entry, f"{layer}_fen") < 0:
            raise NegativeAmount(field=in_each_language(LAYER_NAMES[layer]))
    if entry.self_fen < 0:
        raise BillExceeded
    require_day(entry.billed_on, None, today)
