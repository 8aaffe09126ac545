"""Receipts: what payments and bills share; a wrong one is voided, whoever entered it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from data.access import Action, Viewer, scope_households
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import NotFound
from data.ledger import void_row
from data.models import Household, MedicalBill, Payment
from data.refusals import refusals_recorded, require

UNDONE: Final = "entered_in_error"


def void_receipt(
    db: Database,
    viewer: Viewer,
    model: type[MedicalBill] | type[Payment],
    receipt_id: str,
    *,
    name: Callable[[Any], str],
    now: datetime | None = None,
) -> None:
    """Undo a payment or a bill that was entered in error, by voiding it.

    Parameters
    ----------
    name
        What the audit calls a row of the table.

    Raises
    ------
    AlreadyVoided
        It was undone before.
    Denied, NotFound
        The viewer's role keeps no files; there is none in the viewer's scope.
    """
    with (
        refusals_recorded(db, viewer, Action.KEEP_FILES),
        transaction(db) as connection,
    ):
        require(viewer, Action.KEEP_FILES)
        statement = (
            select(*model.__table__.columns)
            .join(Household, Household.code == model.household_code)
            .where(model.id == receipt_id)
        )
        receipt = connection.execute(scope_households(statement, viewer)).one_or_none()
        if receipt is None:
            raise NotFound(what=receipt_id[:26])
        void_row(
            connection, model, receipt_id,
            recorded_by=viewer.name, reason=UNDONE, recorded_at=now,
        )  # fmt: skip
        record(
            connection, viewer, Deed.VOID,
            target=receipt.household_code, reason=name(receipt), rows=1, at=now,
        )  # fmt: skip
