"""Settlements: what the data owner signed about published figures; nothing is ever taken away."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, select

from data.models import Reconciliation
from data.queries.instants import known_before
from data.text import mark

OPEN: Final = "open"
EXPLAINED: Final = "explained"
CORRECTED: Final = "corrected"
AGREED: Final = "agreed"
UNKNOWN: Final = "unknown"

STATUS_NAMES: Final = {
    OPEN: mark("未解释"),
    EXPLAINED: mark("已解释"),
    CORRECTED: mark("已更正"),
    AGREED: mark("相符"),
    UNKNOWN: mark("无法计算"),
}


@dataclass(frozen=True)
class Settlement:
    """What the data owner signed about a claim: figures of that moment, reading, note."""

    id: str
    as_of: date
    computed: float
    residual: float
    status: str
    reading: str | None
    note: str
    signed_by: str
    recorded_at: datetime


def list_settlements(
    connection: Connection, claim_id: str, known_on: date | None
) -> tuple[Settlement, ...]:
    """List what was signed about a claim, the newest last."""
    said = Reconciliation
    statement = (
        select(
            said.id, said.as_of, said.computed, said.residual, said.status, said.reading,
            said.note, said.signed_by, said.recorded_at,
        )
        .where(said.claim_id == claim_id, said.recorded_at < known_before(known_on))
        .order_by(said.recorded_at, said.id)
    )  # fmt: skip
    return tuple(Settlement(*row) for row in connection.execute(statement))
