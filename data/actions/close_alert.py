"""Close an alert with how it ended and why; undo a closing, which opens the alert again."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, select

from data.access import Action, Viewer
from data.audit import Deed, record, require_impersonal
from data.engine import Database, transaction
from data.errors import AlertClosed, DayOutOfRange, NotFound, ReasonMissing, UnknownValue
from data.full_views import require_nameless
from data.homes import get_home
from data.ledger import append_row, void_row
from data.models import AlertClosing
from data.queries.alerts import find_alert
from data.queries.instants import CHINA, known_before, standing
from data.refusals import in_each_language, refusals_recorded, require
from data.rules.monitoring import OUTCOMES
from data.text import mark

OUTCOME: Final = mark("处置结果")
REASON: Final = mark("处置情况")
UNDO_REASON: Final = mark("撤销原因")


@dataclass(frozen=True)
class Closing:
    """How an alert ended.

    Attributes
    ----------
    outcome
        A code of `data.rules.monitoring.OUTCOMES`.
    reason
        What was done, in words without personal information.
    closed_on
        The day on which the matter was settled.
    """

    alert_id: str
    outcome: str
    reason: str
    closed_on: date


def close_alert(
    db: Database, viewer: Viewer, closing: Closing, *, now: datetime | None = None
) -> str:
    """Close an alert; give the closing's id.

    Raises
    ------
    AlertClosed
        Somebody closed it before.
    DayOutOfRange
        A day before the alert, or in the future.
    Denied, NotFound
        The viewer's role monitors nothing; the alert is missing or outside the viewer's scope.
    PersonalInReason, ReasonMissing, UnknownValue
        Outcome or reason cannot be used.
    """
    moment = now or datetime.now(UTC)
    with refusals_recorded(db, viewer, Action.MONITOR), transaction(db) as connection:
        require(viewer, Action.MONITOR)
        alert = find_alert(connection, viewer, closing.alert_id)
        reason = check_reason(connection, viewer, (alert.household,), closing.reason, REASON)
        _require_outcome(closing.outcome)
        today = moment.astimezone(CHINA).date()
        if not alert.opened_on <= closing.closed_on <= today:
            raise DayOutOfRange(
                day=str(closing.closed_on), first=str(alert.opened_on), last=str(today)
            )
        _require_open(connection, alert.id, alert.household)
        closing_id = append_row(
            connection, AlertClosing, alert_id=alert.id, outcome=closing.outcome, reason=reason,
            occurred_on=closing.closed_on, recorded_at=moment, recorded_by=viewer.name,
        )  # fmt: skip
        record(
            connection, viewer, Deed.CLOSE, target=alert.household,
            reason=f"{alert.rule}: {closing.outcome}", rows=1, at=now,
        )  # fmt: skip
    return closing_id


def reopen_alert(
    db: Database, viewer: Viewer, closing_id: str, reason: str, *, now: datetime | None = None
) -> None:
    """Void a closing: the alert is open again, and the closing stays readable.

    Raises
    ------
    AlreadyVoided
        It was undone before.
    Denied, NotFound
        The viewer's role monitors nothing; the closing is missing or outside the viewer's scope.
    PersonalInReason, ReasonMissing
        The reason cannot be used.
    """
    moment = now or datetime.now(UTC)
    with refusals_recorded(db, viewer, Action.MONITOR), transaction(db) as connection:
        require(viewer, Action.MONITOR)
        alert = _find_closed(connection, viewer, closing_id)
        told = check_reason(connection, viewer, (alert.household,), reason, UNDO_REASON)
        void_row(
            connection, AlertClosing, closing_id,
            recorded_by=viewer.name, reason=told, recorded_at=moment,
        )  # fmt: skip
        record(
            connection, viewer, Deed.VOID, target=alert.household, reason=alert.rule, rows=1,
            at=now,
        )  # fmt: skip


def _find_closed(connection: Connection, viewer: Viewer, closing_id: str) -> Row[*tuple[Any, ...]]:
    """Find the alert of a closing; outside the viewer's scope the answer is as if missing."""
    closed = select(AlertClosing.alert_id).where(AlertClosing.id == closing_id)
    try:
        return find_alert(connection, viewer, str(connection.execute(closed).scalar()))
    except NotFound as error:
        raise NotFound(what=closing_id[:26]) from error


def check_reason(
    connection: Connection,
    viewer: Viewer,
    households: tuple[str, ...],
    reason: str,
    field: str,
) -> str:
    """Give a reason without blanks around it.

    Parameters
    ----------
    households
        Whose names it must not hold.
    field
        The marked label of the field.

    Raises
    ------
    PersonalInReason, ReasonMissing
        It looks personal, names somebody of the households, or is empty.
    """
    told = reason.strip()
    if not told:
        raise ReasonMissing(field=in_each_language(field))
    require_impersonal(told)
    for household in households:
        require_nameless(connection, get_home(connection, viewer, household), told)
    return told


def _require_outcome(outcome: str) -> None:
    label = in_each_language(OUTCOME)
    if not outcome:
        raise ReasonMissing(field=label)
    if outcome not in OUTCOMES:
        raise UnknownValue(field=label, value=outcome[:40], choices=", ".join(OUTCOMES))


def _require_open(connection: Connection, alert_id: str, household: str) -> None:
    former = connection.execute(
        select(AlertClosing.recorded_by, AlertClosing.recorded_at).where(
            AlertClosing.alert_id == alert_id, standing(AlertClosing, known_before(None))
        )
    ).one_or_none()
    if former is not None:
        raise AlertClosed(
            what=household,
            who=former.recorded_by,
            when=former.recorded_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
        )
