"""Enter a register event of a household's members: one act, one reason, one evidence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection

from data.access import Action, Viewer
from data.actions.grounds import (
    Grounds,
    check_grounds,
    choose_members,
    days_of,
    require_days,
    require_known,
    require_possible,
)
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import ExitNeedsCase, SomebodyLeftOut
from data.homes import get_home
from data.ledger import append_event, new_id
from data.models import EventKind
from data.queries.instants import CHINA
from data.queries.statuses import list_standings, require_base
from data.refusals import refusals_recorded, require

ENTERABLE: Final = (
    EventKind.RELAPSED,
    EventKind.PRE_EXIT,
    EventKind.NATURAL_INCREASE,
    EventKind.NATURAL_DECREASE,
    EventKind.REMOVED,
    EventKind.CLOSED,
    EventKind.IDENTIFIED,
    EventKind.CORRECTED,
)
"""Kinds that are entered for members who are there; the others have use cases of their own."""


@dataclass(frozen=True)
class Entry:
    """What somebody wants to enter: what happened to whom, and what the form was opened against."""

    household: str
    kind: EventKind
    members: tuple[str, ...]
    grounds: Grounds
    base: str


@dataclass(frozen=True)
class Entered:
    """What became of it.

    Attributes
    ----------
    days
        Days from detection to inclusion, of newly identified and relapsed persons alone.
    """

    household: str
    act_id: str
    kind: EventKind
    persons: int
    days: int | None = None


def enter_event(
    db: Database, viewer: Viewer, entry: Entry, *, now: datetime | None = None
) -> Entered:
    """Enter that something happened to some or all members of a household.

    Raises
    ------
    DayOutOfRange
        A day in the future, before what it rests on, or detection after inclusion.
    Denied, NotFound
        The viewer's role keeps no register; the household or a member is missing or outside the
        viewer's scope.
    EntryChanged
        Somebody else entered something since the form was opened.
    EntryNotPossible
        A member does not stand where such an event may follow.
    ExitNeedsCase
        An exit, which only the ninth step of its procedure enters.
    NobodyChosen, SomebodyLeftOut
        No member; not all of them where the household closes.
    PersonalInReason, ReasonMissing, UnknownValue
        Reason or evidence cannot be used.
    """
    moment = now or datetime.now(UTC)
    with (
        refusals_recorded(db, viewer, Action.KEEP_REGISTER, entry.household),
        transaction(db) as connection,
    ):
        require(viewer, Action.KEEP_REGISTER)
        home = get_home(connection, viewer, entry.household)
        kind = _require_enterable(entry.kind)
        grounds = check_grounds(connection, home, kind, entry.grounds, now=moment)
        require_base(connection, home.code, entry.base)
        chosen, others = choose_members(
            connection, home.code, entry.members, grounds.occurred_on, now=moment
        )
        if kind == EventKind.CLOSED:
            later = list_standings(connection, home.code, moment.astimezone(CHINA).date())
            left = {s.member_id for s in (*others, *later) if s.is_on_file} - set(entry.members)
            if left:
                raise SomebodyLeftOut(what=home.code)
        require_possible(home.code, kind, chosen)
        require_days(chosen, grounds, now=moment)
        act_id = append_act(connection, kind, entry.members, grounds, by=viewer.name, at=moment)
        record(
            connection, viewer, Deed.ENTRY, target=home.code,
            reason=f"{kind}: {grounds.reason}", rows=len(chosen), at=now,
        )  # fmt: skip
    return Entered(home.code, act_id, kind, len(chosen), days_of(grounds))


def _require_enterable(kind: EventKind) -> EventKind:
    if kind == EventKind.EXITED:
        raise ExitNeedsCase
    require_known("kind", kind, ENTERABLE)
    return kind


def append_act(
    connection: Connection,
    kind: EventKind,
    members: Iterable[str],
    grounds: Grounds,
    *,
    by: str,
    at: datetime,
) -> str:
    """Append one event a member under one act; give the act's id."""
    act_id = new_id()
    for member in sorted(set(members)):
        append_event(
            connection,
            member_id=member,
            kind=kind,
            occurred_on=grounds.occurred_on,
            recorded_by=by,
            recorded_at=at,
            reason=grounds.reason,
            evidence=grounds.evidence,
            detected_on=grounds.detected_on,
            act_id=act_id,
        )
    return act_id
