"""Close a year: freeze who stands where on its last day, as known now; once."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from data.access import Action, Viewer
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import NobodyToClose, YearBeforeOpening, YearClosed, YearNotOver
from data.ledger import append_row, load_rows
from data.models import RegisterClose, RegisterCloseRow
from data.queries.instants import CHINA, OPENING
from data.queries.rolls import hash_roll, read_roll
from data.refusals import refusals_recorded, require


def close_year(db: Database, viewer: Viewer, year: int, *, now: datetime | None = None) -> str:
    """Freeze the register of a year's last day; give the hash of what was frozen.

    A later correction changes what is known of the year, and never what was closed.

    Parameters
    ----------
    year
        From the year of the opening on.
    now
        When; now by default. What is known now is frozen, whatever this says.

    Raises
    ------
    Denied
        The viewer's role closes no year.
    NobodyToClose
        Nobody is on file that day.
    YearBeforeOpening, YearNotOver, YearClosed
        The year cannot be closed, not yet, or not again.
    """
    moment = now or datetime.now(UTC)
    with (
        refusals_recorded(db, viewer, Action.CLOSE_YEAR),
        transaction(db) as connection,
    ):
        require(viewer, Action.CLOSE_YEAR)
        if year < OPENING.year:
            raise YearBeforeOpening(year=year, first=OPENING.year)
        if year >= moment.astimezone(CHINA).year:
            raise YearNotOver(year=year, day=f"{year}-12-31")
        before = connection.execute(
            select(RegisterClose.closed_by, RegisterClose.closed_at).where(
                RegisterClose.year == year
            )
        ).one_or_none()
        if before is not None:
            when = before.closed_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
            raise YearClosed(year=year, who=before.closed_by, when=when)
        last = date(year, 12, 31)
        roll = read_roll(connection, last)
        if not roll:
            raise NobodyToClose(day=last.isoformat())
        frame_hash = hash_roll(tuple(row.values()) for row in roll)
        append_row(
            connection, RegisterClose, year=year, as_of=last, frame_hash=frame_hash,
            rows=len(roll), closed_at=moment, closed_by=viewer.name,
        )  # fmt: skip
        load_rows(connection, RegisterCloseRow, ({"year": year, **row} for row in roll))
        record(
            connection, viewer, Deed.CLOSE,
            target=str(year), reason="year closed", rows=len(roll), at=now,
        )  # fmt: skip
    return frame_hash
