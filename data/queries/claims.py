"""Claims: published figures beside what the ledger computes, with the open residual."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from sqlalchemy import Connection, func, select

from data.access import Action, Viewer, can, prefix_of, reaches, suppress
from data.engine import Database, reading
from data.models import Claim, Household, LeaderVillageLink, Pairing, ProjectUnit, Source
from data.queries.disclosed import read_disclosed
from data.queries.filters import Filter
from data.queries.flows import (
    EVENTS,
    EXITED,
    REMAINING,
    base_of,
    read_claimed_account,
)
from data.queries.frames import read_frame
from data.queries.instants import OPENING, known_before
from data.queries.projects import count_greenhouses
from data.queries.register import count_exits, live_events, read_ledger
from data.queries.responsibility import count_linked_villages, count_officials
from geo.classify import SUPPRESSED

OTHER_DEFINITION: Final = "other_definition"
OUT_OF_SCOPE: Final = "out_of_scope"
NO_BASE: Final = "no_base"
HIDDEN: Final = "hidden"


@dataclass(frozen=True)
class ClaimFigure:
    """A published figure and the ledger's own.

    `computed` and `residual` (claimed − computed) are None where nothing can be compared; `why`
    then says why: another definition, a scope the viewer does not see, a ledger without such
    facts, or a small cell. `base` says what it rests on: events, or other claims;
    `computed_by` which figure of the ledger it is held against.
    """

    id: str
    metric: str
    value: float
    unit: str
    as_of: date
    as_of_text: str
    scope: str
    definition_zh: str
    definition_en: str
    source: str
    note_zh: str | None
    note_en: str | None
    computed: float | None
    residual: float | None
    why: str | None
    base: str = EVENTS
    computed_by: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether a residual stands unexplained."""
        return bool(self.residual)


def list_claims(db: Database, viewer: Viewer, *, known_on: date | None = None) -> list[ClaimFigure]:
    """List all claims with what the ledger computes for the day and scope of each.

    A claim is a public statement about its own day: all that stand are listed, whatever the day
    of knowledge; `known_on` moves what the ledger computes.
    """
    statement = (
        select(*Claim.__table__.columns, Source.title)
        .join(Source, Source.id == Claim.source_id)
        .where(Claim.superseded_at.is_(None))
        .order_by(Claim.position)
    )
    with reading(db) as connection:
        rows = read_frame(connection, statement, dtype=object)
    return [_figure(db, viewer, row, known_on) for row in rows.to_dict("records")]


def find_open_claim(claims: Sequence[ClaimFigure], filter_: Filter) -> ClaimFigure | None:
    """Find the claim about the filter's day and place that the ledger's events do not confirm."""
    if filter_.measure:
        return None
    return next(
        (
            claim
            for claim in claims
            if claim.is_open
            and claim.base == EVENTS
            and claim.as_of == filter_.as_of
            and filter_.district in {"", prefix_of(claim.scope)}
        ),
        None,
    )


def _figure(
    db: Database, viewer: Viewer, row: Mapping[Hashable, object], known_on: date | None
) -> ClaimFigure:
    as_of = row["as_of"]
    if not isinstance(as_of, date):
        msg = "a claim's as_of is a date"
        raise TypeError(msg)
    filter_ = Filter(district=prefix_of(str(row["scope_code"])), as_of=as_of)
    metric = _text(row["computed_by"])
    base = _base(db) if metric in {REMAINING, EXITED} else EVENTS
    if base == EVENTS:
        computed, why = _compute(db, viewer, metric, filter_, known_on)
    else:
        computed, why = _add_up(db, viewer, metric, filter_, known_on)
    value = float(str(row["value"]))
    return ClaimFigure(
        id=str(row["id"]),
        metric=str(row["metric"]),
        value=value,
        unit=str(row["unit"]),
        as_of=as_of,
        as_of_text=str(row["as_of_text"]),
        scope=str(row["scope_code"]),
        definition_zh=str(row["definition_zh"]),
        definition_en=str(row["definition_en"]),
        source=str(row["title"]),
        note_zh=_text(row["note_zh"]),
        note_en=_text(row["note_en"]),
        computed=computed,
        residual=None if computed is None else value - computed,
        why=why,
        base=base or EVENTS,
        computed_by=metric,
    )


def _base(db: Database) -> str | None:
    with reading(db) as connection:
        return base_of(connection)


def _add_up(
    db: Database, viewer: Viewer, metric: str | None, filter_: Filter, known_on: date | None
) -> tuple[float | None, str | None]:
    """Add events to published figures, where no events tell who was there at the opening."""
    if not reaches(viewer, filter_.district):
        return None, OUT_OF_SCOPE
    if metric != REMAINING or filter_.as_of <= OPENING:
        return None, NO_BASE
    with reading(db) as connection:
        found = read_claimed_account(
            connection, viewer, filter_.district, filter_.as_of, known_on=known_on
        )
        has_events = connection.execute(live_events(known_before(None)).limit(1)).first()
    if found is None or found[1].closing is None:
        return None, NO_BASE
    # Beside published figures every event stands out: who sees no small cells sees none of them.
    if has_events is not None and not can(viewer, Action.SEE_SMALL_CELLS):
        return None, HIDDEN
    return float(found[1].closing), None


def _text(value: object) -> str | None:
    """Give a text; None where the frame has a missing one."""
    return value if isinstance(value, str) else None


def _compute(
    db: Database, viewer: Viewer, metric: str | None, filter_: Filter, known_on: date | None
) -> tuple[float | None, str | None]:
    """Compute a metric from the ledger, or say why it cannot be."""
    if metric is None:
        return None, OTHER_DEFINITION
    if not reaches(viewer, filter_.district):
        return None, OUT_OF_SCOPE
    with reading(db) as connection:
        if not _has_base(connection, metric):
            return None, NO_BASE
        if metric in {REMAINING, EXITED}:
            persons = _persons(connection, viewer, metric, filter_, known_on)
            is_told = persons != SUPPRESSED and _is_on_the_map(db, viewer, filter_, known_on)
            return (persons, None) if is_told else (None, HIDDEN)
    return float(_count_others(db, viewer, metric, filter_, known_on)), None


def _is_on_the_map(db: Database, viewer: Viewer, filter_: Filter, known_on: date | None) -> bool:
    """Tell whether the map shows the count too: what it holds back is not told here either."""
    if can(viewer, Action.SEE_SMALL_CELLS) or known_on is not None:
        return True
    cells = read_disclosed(db, viewer).cells.at(filter_.as_of)
    area = filter_.district if filter_.district in cells.groups else ""
    return not cells.of("", "status", [area]).any()


def _count_others(
    db: Database, viewer: Viewer, metric: str, filter_: Filter, known_on: date | None
) -> int:
    if metric == "villages_linked":
        return count_linked_villages(db, filter_.as_of, known_on=known_on)
    if metric == "greenhouse_units":
        return count_greenhouses(db)
    return int(count_officials(db, viewer, filter_, known_on=known_on)[metric][""])


def _has_base(connection: Connection, metric: str) -> bool:
    """Tell whether the ledger holds any fact of the kind: an empty one computes nothing, not 0."""
    base = {
        "leaders": LeaderVillageLink,
        "villages_linked": LeaderVillageLink,
        "cadres": Pairing,
        "greenhouse_units": ProjectUnit,
    }.get(metric, Household)
    return bool(connection.execute(select(func.count()).select_from(base)).scalar_one())


def _persons(
    connection: Connection, viewer: Viewer, metric: str, filter_: Filter, known_on: date | None
) -> float:
    ledger = read_ledger(connection, viewer, filter_, [filter_.as_of], known_on=known_on)
    if metric == REMAINING:
        persons, households = ledger.registered.sum(), (ledger.registered > 0).sum()
    else:
        persons = count_exits(connection, viewer, filter_, known_on=known_on)
        households = (ledger.exited > 0).sum()
    return float(suppress(np.array([float(persons)]), np.array([int(households)]), viewer)[0])
