"""Record what a look-back found about records: verified, corrected or removed; or withdraw it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import pandas as pd
from sqlalchemy import Connection, select

from data.access import Action, Viewer, scope_households
from data.actions.close_alert import UNDO_REASON, check_reason
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import (
    CorrectionMissing,
    DayOutOfRange,
    EntryChanged,
    NotFound,
    OneRecordEach,
    ReasonMissing,
    RemovalMissing,
    UnknownValue,
)
from data.ledger import append_row, void_row
from data.models import Household, LookbackCampaign, LookbackOutcome
from data.queries.instants import CHINA
from data.queries.lookbacks import (
    OUTCOMES,
    PENDING,
    Freeze,
    read_items,
    was_corrected,
    was_removed,
)
from data.refusals import in_each_language, refusals_recorded, require
from data.text import mark

OUTCOME: Final = mark("核查结果")
REASON: Final = mark("核查情况")


@dataclass(frozen=True)
class Finding:
    """What was found about records of a look-back.

    Attributes
    ----------
    bases
        The households, and for each the outcome that the form was opened against: its id, empty
        while the record was pending.
    outcome
        ``verified``, ``corrected`` or ``removed``; the latter two for one household at a time.
    reason
        How it was verified, in words without personal information.
    found_on
        The day.
    """

    campaign_id: str
    bases: Mapping[str, str]
    outcome: str
    reason: str
    found_on: date


def record_lookback(
    db: Database, viewer: Viewer, finding: Finding, *, now: datetime | None = None
) -> int:
    """Enter an outcome for each of the households; give their number.

    A former outcome of a household is voided in the same transaction: one stands, always.

    Raises
    ------
    CorrectionMissing, RemovalMissing
        Nothing was corrected, or not everybody removed, since the freeze.
    DayOutOfRange
        A day before the freeze, or in the future.
    Denied, NotFound
        The viewer's role monitors nothing; a household is no record of the look-back or lies
        outside the viewer's scope.
    EntryChanged
        Somebody else entered an outcome since the form was opened; nothing was written.
    OneRecordEach
        Several households, and another outcome than verified.
    PersonalInReason, ReasonMissing, UnknownValue
        Outcome or reason cannot be used; no household was chosen.
    """
    moment = now or datetime.now(UTC)
    codes = sorted(finding.bases)
    target = codes[0] if len(codes) == 1 else ""
    with refusals_recorded(db, viewer, Action.MONITOR, target), transaction(db) as connection:
        require(viewer, Action.MONITOR)
        _require_outcome(finding)
        items = _read_all(connection, viewer, finding.campaign_id, codes)
        reason = check_reason(connection, viewer, tuple(codes), finding.reason, REASON)
        freeze = _read_freeze(connection, finding.campaign_id)
        today = moment.astimezone(CHINA).date()
        if not freeze.on <= finding.found_on <= today:
            raise DayOutOfRange(day=str(finding.found_on), first=str(freeze.on), last=str(today))
        _require_same(items, finding.bases)
        _require_grounds(connection, finding.outcome, codes[0], freeze)
        for household, former in finding.bases.items():
            if former:
                void_row(
                    connection, LookbackOutcome, former,
                    recorded_by=viewer.name, reason=reason, recorded_at=moment,
                )  # fmt: skip
            append_row(
                connection, LookbackOutcome, campaign_id=finding.campaign_id,
                household_code=household, outcome=finding.outcome, reason=reason,
                occurred_on=finding.found_on, recorded_at=moment, recorded_by=viewer.name,
            )  # fmt: skip
        record(
            connection, viewer, Deed.ENTRY, target=target, reason=finding.outcome,
            rows=len(codes), at=now,
        )  # fmt: skip
    return len(codes)


def withdraw_lookback(
    db: Database, viewer: Viewer, outcome_id: str, reason: str, *, now: datetime | None = None
) -> None:
    """Void an outcome: the record is pending again.

    Raises
    ------
    AlreadyVoided
        It was withdrawn or replaced before.
    Denied, NotFound
        The viewer's role monitors nothing; the outcome is missing or outside the viewer's scope.
    PersonalInReason, ReasonMissing
        The reason cannot be used.
    """
    moment = now or datetime.now(UTC)
    with refusals_recorded(db, viewer, Action.MONITOR), transaction(db) as connection:
        require(viewer, Action.MONITOR)
        household = _find_household(connection, viewer, outcome_id)
        told = check_reason(connection, viewer, (household,), reason, UNDO_REASON)
        void_row(
            connection, LookbackOutcome, outcome_id,
            recorded_by=viewer.name, reason=told, recorded_at=moment,
        )  # fmt: skip
        record(connection, viewer, Deed.VOID, target=household, reason="look_back", rows=1, at=now)


def _find_household(connection: Connection, viewer: Viewer, outcome_id: str) -> str:
    """Find whose outcome it is, if that household is in scope: else the answer is the same."""
    statement = (
        select(LookbackOutcome.household_code)
        .join(Household, Household.code == LookbackOutcome.household_code)
        .where(LookbackOutcome.id == outcome_id)
    )
    household = connection.execute(scope_households(statement, viewer)).scalar()
    if household is None:
        raise NotFound(what=outcome_id[:26])
    return str(household)


def _require_outcome(finding: Finding) -> None:
    label = in_each_language(OUTCOME)
    if not finding.outcome:
        raise ReasonMissing(field=label)
    if finding.outcome not in OUTCOMES:
        raise UnknownValue(field=label, value=finding.outcome[:40], choices=", ".join(OUTCOMES))
    if not finding.bases:
        raise ReasonMissing(field=in_each_language(mark("户")))
    if len(finding.bases) > 1 and finding.outcome != "verified":
        raise OneRecordEach


def _read_all(
    connection: Connection, viewer: Viewer, campaign_id: str, codes: list[str]
) -> pd.DataFrame:
    items = read_items(connection, viewer, campaign_id, codes)
    absent = set(codes) - set(items["household"])
    if absent:
        raise NotFound(what=min(absent)[:40])
    return items


def _read_freeze(connection: Connection, campaign_id: str) -> Freeze:
    campaign = connection.execute(
        select(LookbackCampaign.frozen_on, LookbackCampaign.recorded_at).where(
            LookbackCampaign.id == campaign_id
        )
    ).one()
    return Freeze(campaign.frozen_on, campaign.recorded_at)


def _require_same(items: pd.DataFrame, bases: Mapping[str, str]) -> None:
    """Refuse an outcome for a record whose outcome moved since the form was opened."""
    moved = items[items["outcome_id"] != items["household"].map(bases)]
    if moved.empty:
        return
    first = moved.iloc[0]
    # Withdrawn in the meantime: nobody's outcome stands that could be named.
    is_pending = first["outcome"] == PENDING
    raise EntryChanged(
        what=first["household"],
        who="–" if is_pending else first["found_by"],
        when="–" if is_pending else _in_china(first["found_at"]),
    )


def _require_grounds(connection: Connection, outcome: str, household: str, freeze: Freeze) -> None:
    when = _in_china(freeze.at)
    if outcome == "corrected" and not was_corrected(connection, household, freeze):
        raise CorrectionMissing(what=household, when=when)
    if outcome == "removed" and not was_removed(connection, household, freeze):
        raise RemovalMissing(what=household, when=when)


def _in_china(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
