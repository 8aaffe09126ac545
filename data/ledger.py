"""The ledger: append an event, void it, supersede a fact; the only code that writes them.

Nothing here changes or removes a row that says something: corrections are new events, and a
versioned fact only learns, once, when it was superseded.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update
from ulid import ULID

from data.errors import AlreadyVoided, NotFound
from data.models import Base, DataVersion, EventKind, RegisterEvent
from data.models.base import EventTimes, VersionTimes

BATCH = 5_000


def new_id() -> str:
    """Make an opaque identifier, derived from nothing that it names."""
    return str(ULID())


def load_rows(connection: Connection, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> int:
    """Append rows of one table in batches of bounded memory; give their number."""
    count = 0
    batch: list[Mapping[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            connection.execute(insert(model), batch)
            count += len(batch)
            batch = []
    if batch:
        connection.execute(insert(model), batch)
    return count + len(batch)


def append_event(  # noqa: PLR0913 - an event has this many facts, all by keyword
    connection: Connection,
    *,
    member_id: str,
    kind: EventKind,
    occurred_on: date,
    recorded_by: str,
    reason: str | None = None,
    recorded_at: datetime | None = None,
    **facts: Any,  # noqa: ANN401 - any column
) -> str:
    """Enter that something happened to a member; give the event's id.

    Parameters
    ----------
    facts
        `detected_on`, `evidence`, `act_id`, `case_id`, as far as known.
    """
    event_id = new_id()
    connection.execute(
        insert(RegisterEvent).values(
            id=event_id,
            member_id=member_id,
            kind=kind,
            occurred_on=occurred_on,
            recorded_at=recorded_at or datetime.now(UTC),
            recorded_by=recorded_by,
            reason=reason,
            **facts,
        )
    )
    raise_version(connection)
    return event_id


def append_row(connection: Connection, model: type[Base], **facts: Any) -> str:  # noqa: ANN401 - any column
    """Enter a row of an event, a record or a versioned fact; give its id.

    Parameters
    ----------
    facts
        The row's columns. `id` and `recorded_at` are made where the table has them and they are
        not given.
    """
    columns = model.__table__.columns
    if "id" in columns:
        facts.setdefault("id", new_id())
    if "recorded_at" in columns:
        facts.setdefault("recorded_at", datetime.now(UTC))
    connection.execute(insert(model).values(**facts))
    raise_version(connection)
    return str(facts.get("id", ""))


def void_row(
    connection: Connection,
    model: type[EventTimes],
    row_id: str,
    *,
    recorded_by: str,
    reason: str,
    recorded_at: datetime | None = None,
) -> str:
    """Void a row of an event table by a row that repeats it and names it; give the new id.

    Raises
    ------
    NotFound
        No such row.
    AlreadyVoided
        It was voided before, or is a void itself.
    """
    columns = model.__table__.columns  # type: ignore[attr-defined]
    row = connection.execute(select(*columns).where(model.id == row_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(what=row_id[:40])
    voided = select(model.id).where(model.voids_event_id == row_id)
    if row["voids_event_id"] is not None or connection.execute(voided).first() is not None:
        raise AlreadyVoided
    facts = dict(row) | {
        "id": new_id(),
        "recorded_at": recorded_at or datetime.now(UTC),
        "recorded_by": recorded_by,
        "reason": reason,
        "voids_event_id": row_id,
    }
    connection.execute(insert(model).values(**facts))
    raise_version(connection)
    return str(facts["id"])


def void_event(
    connection: Connection,
    event_id: str,
    *,
    recorded_by: str,
    reason: str,
    recorded_at: datetime | None = None,
) -> str:
    """Void an event by a new one; the voided event stays readable by what was known when.

    Raises
    ------
    NotFound
        No such event.
    AlreadyVoided
        The event was voided before, or is a voiding event.
    """
    event = connection.execute(
        select(RegisterEvent.member_id, RegisterEvent.kind, RegisterEvent.occurred_on).where(
            RegisterEvent.id == event_id
        )
    ).one_or_none()
    if event is None:
        raise NotFound(what=event_id)
    voided = connection.execute(
        select(RegisterEvent.id).where(RegisterEvent.voids_event_id == event_id)
    ).first()
    if voided is not None or event.kind == EventKind.VOIDED:
        raise AlreadyVoided
    void_id = new_id()
    connection.execute(
        insert(RegisterEvent).values(
            id=void_id,
            member_id=event.member_id,
            kind=EventKind.VOIDED,
            occurred_on=event.occurred_on,
            recorded_at=recorded_at or datetime.now(UTC),
            recorded_by=recorded_by,
            reason=reason,
            voids_event_id=event_id,
        )
    )
    raise_version(connection)
    return void_id


def supersede(
    connection: Connection,
    model: type[VersionTimes],
    fact_id: str,
    *,
    superseded_at: datetime | None = None,
) -> None:
    """Mark a versioned fact as known better from an instant on: its one permitted update.

    Raises
    ------
    NotFound
        No such fact, or superseded before.
    """
    changed = connection.execute(
        update(model)
        .where(model.id == fact_id, model.superseded_at.is_(None))
        .values(superseded_at=superseded_at or datetime.now(UTC))
    )
    if changed.rowcount != 1:
        raise NotFound(what=fact_id)
    raise_version(connection)


def raise_version(connection: Connection, *, at: datetime | None = None) -> int:
    """Increase the data version, which every cache carries in its key; give the new one."""
    now = at or datetime.now(UTC)
    changed = connection.execute(
        update(DataVersion).values(version=DataVersion.version + 1, changed_at=now)
    )
    if changed.rowcount == 0:
        connection.execute(insert(DataVersion).values(id=1, version=1, changed_at=now))
    return int(connection.execute(select(DataVersion.version)).scalar_one())
