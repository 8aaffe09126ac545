"""Export a batch's public notice: codes, persons and days, counted and recorded like any list."""

from dataclasses import dataclass
from datetime import date, datetime

from data.access import Action, Viewer
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import NoticeNotUp
from data.queries.exit_batches import find_batch
from data.quotas import require_quota
from data.refusals import refusals_recorded, require
from data.rules.exits import Step
from data.settings import load_settings


@dataclass(frozen=True)
class NoticeRow:
    """A household on a notice: its pseudonym and how many exit, no name and no cause."""

    village: str
    household: str
    persons: int


@dataclass(frozen=True)
class Notice:
    """What hangs on the board: whose exits, from when until when.

    Attributes
    ----------
    put_up_on, until
        The first day, and the first on which all of it has stood long enough.
    """

    name: str
    town_code: str
    district_code: str
    put_up_on: date
    until: date
    rows: tuple[NoticeRow, ...]


def export_notice(
    db: Database, viewer: Viewer, batch: str, *, now: datetime | None = None
) -> Notice:
    """Give the notice of a batch, as far as its households are in the viewer's scope.

    Raises
    ------
    Denied, NotFound
        The viewer's role exports no households; the batch is missing or out of scope.
    ExportsUsedUp
        The account has made as many exports today as the settings allow.
    NoticeNotUp
        None of its cases has come to the notice.
    """
    with (
        refusals_recorded(db, viewer, Action.EXPORT_HOUSEHOLDS),
        transaction(db) as connection,
    ):
        require(viewer, Action.EXPORT_HOUSEHOLDS)
        found = find_batch(connection, viewer, batch)
        noticed = [case for case in found.cases if case.state.notice_until is not None]
        if not noticed:
            raise NoticeNotUp
        most = load_settings().exports_per_day
        require_quota(connection, viewer, Deed.EXPORT, most=most, now=now)
        record(
            connection, viewer, Deed.EXPORT,
            target=found.town_code, reason="notice.html", rows=len(noticed), at=now,
        )  # fmt: skip
    days = [day for case in noticed if (day := case.state.day_of(Step.NOTICED)) is not None]
    ends = [case.state.notice_until for case in noticed if case.state.notice_until is not None]
    rows = sorted(
        (NoticeRow(case.village, case.household, len(case.members)) for case in noticed),
        key=lambda row: (row.village, row.household),
    )
    return Notice(
        found.name, found.town_code, found.district_code, min(days), max(ends), tuple(rows)
    )
