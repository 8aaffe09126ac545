"""Undo an entry of the register: void the events of its act, and take members back home."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, or_, select
from sqlalchemy.orm import aliased

from data.access import Action, Viewer
from data.actions.grounds import require_known
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import AlreadyVoided, LaterEntryStands, NotFound, UndoneByCase
from data.homes import get_home
from data.ledger import append_row, supersede, void_event
from data.models import Cause, EventKind, HouseholdComposition, Pairing, RegisterEvent
from data.queries.statuses import list_ever_there, list_live_acts, require_base
from data.refusals import in_each_language, refusals_recorded, require
from data.rules.transitions import KIND_NAMES, VOID_REASONS

Rows = Sequence[Row[*tuple[Any, ...]]]


@dataclass(frozen=True)
class Undoing:
    """Which entry of a household's register is to be undone, why, and against which state.

    Attributes
    ----------
    entry
        The id of the act, or of one of its events.
    reason
        A code of `data.rules.transitions.VOID_REASONS`.
    """

    household: str
    entry: str
    reason: str
    base: str


@dataclass(frozen=True)
class Undone:
    """What became of it."""

    household: str
    kind: EventKind
    persons: int


def void_entry(
    db: Database, viewer: Viewer, undoing: Undoing, *, now: datetime | None = None
) -> Undone:
    """Void all events of one act; after a split or merge, everybody lives where they did before.

    Raises
    ------
    AlreadyVoided
        Somebody did so before, or the entry is a void itself.
    Denied, NotFound
        The viewer's role keeps no register; the entry, or a household that it touched, is missing
        or outside the viewer's scope.
    EntryChanged
        Somebody else entered something since the form was opened.
    LaterEntryStands
        The same members have a later entry that stands.
    ReasonMissing, UnknownValue
        The reason is none.
    UndoneByCase
        An exit that belongs to a case.
    """
    moment = now or datetime.now(UTC)
    with (
        refusals_recorded(db, viewer, Action.KEEP_REGISTER, undoing.household),
        transaction(db) as connection,
    ):
        require(viewer, Action.KEEP_REGISTER)
        home = get_home(connection, viewer, undoing.household)
        require_known("reason", undoing.reason, VOID_REASONS)
        events = _find_act(connection, home.code, undoing.entry)
        require_base(connection, home.code, undoing.base)
        kind, at = EventKind(events[0].kind), events[0].recorded_at
        members = [event.member_id for event in events]
        if any(event.case_id for event in events):
            raise UndoneByCase
        made = _list_stays(connection, members, at) if kind in _MOVES else []
        _require_reach(connection, viewer, undoing.entry, made)
        _require_last(connection, home.code, events)
        for event in reversed(events):
            void_event(
                connection, event.id, recorded_by=viewer.name, reason=undoing.reason,
                recorded_at=moment,
            )  # fmt: skip
        if made:
            _move_back(connection, members, made, moved_at=at, at=moment)
        record(
            connection, viewer, Deed.VOID, target=home.code,
            reason=f"{kind}: {undoing.reason}", rows=len(events), at=now,
        )  # fmt: skip
    return Undone(home.code, kind, len(events))


_MOVES = frozenset({EventKind.SPLIT, EventKind.MERGED})


def _find_act(connection: Connection, household: str, entry: str) -> Rows:
    """Find the standing events of an act that concerns a household.

    What was entered before acts had ids belongs together if it is of one kind, day and instant.
    """
    event, void = RegisterEvent, aliased(RegisterEvent)
    first = connection.execute(
        select(event.kind, event.occurred_on, event.recorded_at, event.act_id, event.voids_event_id)
        .where(
            or_(event.id == entry, event.act_id == entry),
            event.member_id.in_(list_ever_there(household)),
        )
        .limit(1)
    ).one_or_none()
    if first is None:
        raise NotFound(what=entry[:26])
    if first.voids_event_id is not None:
        raise AlreadyVoided
    together = (
        event.act_id == first.act_id
        if first.act_id
        else (event.kind == first.kind)
        & (event.occurred_on == first.occurred_on)
        & (event.recorded_at == first.recorded_at)
        & event.act_id.is_(None)
        & event.member_id.in_(list_ever_there(household))
    )
    events = connection.execute(
        select(
            event.id, event.member_id, event.kind, event.occurred_on, event.recorded_at,
            event.case_id,
        )
        .where(together, ~exists().where(void.voids_event_id == event.id))
        .order_by(event.id)
    ).all()  # fmt: skip
    if not events:
        raise AlreadyVoided
    return events


def _list_stays(connection: Connection, members: Iterable[str], at: datetime) -> Rows:
    """List the stays that a split or merge of that instant made and that stand."""
    home = HouseholdComposition
    return connection.execute(
        select(home.id, home.household_code, home.member_id, home.valid_from).where(
            home.member_id.in_(list(members)),
            home.recorded_at == at,
            home.superseded_at.is_(None),
        )
    ).all()


def _require_reach(connection: Connection, viewer: Viewer, entry: str, made: Rows) -> None:
    """Refuse to move anybody out of, or into, a household that the viewer does not reach."""
    for household in sorted({stay.household_code for stay in made}):
        try:
            get_home(connection, viewer, household)
        except NotFound:
            raise NotFound(what=entry[:26]) from None


def _require_last(connection: Connection, household: str, events: Rows) -> None:
    """Refuse to undo what a later entry of the same members, or of who joined them, stands on."""
    ids = {event.id for event in events}
    first = events[0]
    if first.kind == EventKind.CORRECTED:  # a mark: nothing stands on it, and it on nothing
        return
    members = {event.member_id for event in events}
    if first.kind == EventKind.SPLIT:
        members |= _list_joined(connection, members, first.recorded_at)
    for act in list_live_acts(connection, members):
        is_later = act.recorded_at > first.recorded_at or act.occurred_on > first.occurred_on
        if act.id not in ids and is_later and act.kind != EventKind.CORRECTED:
            raise LaterEntryStands(
                what=household,
                kind=in_each_language(KIND_NAMES[EventKind(act.kind)]),
                day=act.occurred_on.isoformat(),
            )


def _list_joined(connection: Connection, members: Iterable[str], at: datetime) -> set[str]:
    """List who joined the household that a split made: they would stay there alone."""
    home, known = HouseholdComposition, list(members)
    made = select(home.household_code).where(
        home.member_id.in_(known), home.recorded_at == at, home.valid_to.is_(None)
    )
    return set(
        connection.execute(
            select(home.member_id).where(
                home.household_code.in_(made),
                home.member_id.not_in(known),
                home.superseded_at.is_(None),
            )
        ).scalars()
    )


def _move_back(
    connection: Connection,
    members: Iterable[str],
    made: Rows,
    *,
    moved_at: datetime,
    at: datetime,
) -> None:
    """Put the stays of before in the place of those that a split or merge made."""
    home = HouseholdComposition
    for stay in made:
        supersede(connection, home, stay.id, superseded_at=at)
    before = (
        connection.execute(
            select(home.member_id, home.household_code, home.valid_from, home.valid_to).where(
                home.member_id.in_(list(members)), home.superseded_at == moved_at
            )
        )
        .mappings()
        .all()
    )
    for earlier in before:
        append_row(connection, home, **earlier, recorded_at=at)
    for household in sorted({stay.household_code for stay in made}):
        _close_if_deserted(connection, household, at=at)


def _close_if_deserted(connection: Connection, household: str, *, at: datetime) -> None:
    """Let no cause and no pairing stand for a household in which nobody ever lived after all."""
    home = HouseholdComposition
    left = select(home.id).where(home.household_code == household, home.superseded_at.is_(None))
    if connection.execute(left).first() is not None:
        return
    for model in (Cause, Pairing):
        facts = select(model.id).where(
            model.household_code == household, model.superseded_at.is_(None)
        )
        for fact in connection.execute(facts).scalars().all():
            supersede(connection, model, fact, superseded_at=at)
