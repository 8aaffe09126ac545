"""Flows: the accounts of an area over a period, from events, or from claims where none stand."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from data.access import Viewer, prefix_of, reaches, scope_households
from data.models import Claim, EventKind, Household, HouseholdComposition, RegisterEvent
from data.queries.filters import Filter
from data.queries.instants import OPENING, known, known_before, valid
from data.queries.register import live_events
from data.rules.accounting import SIGNS, Account, Flows, count_event

EVENTS: Final = "events"
CLAIMS: Final = "claims"
REMAINING: Final = "remaining_persons"
EXITED: Final = "exited_persons_in_year"

_ENTERS: Final = [str(kind) for kind, sign in SIGNS.items() if sign > 0]


def base_of(connection: Connection) -> str | None:
    """Tell what the opening balance rests on.

    Events, where anybody was on the register by the opening; else the published figures about the
    opening, if there are any.
    """
    live = live_events(known_before(None)).subquery()
    entered = select(live.c.id).where(live.c.kind.in_(_ENTERS), live.c.occurred_on <= OPENING)
    if connection.execute(entered.limit(1)).first() is not None:
        return EVENTS
    return CLAIMS if _claimed_openings(connection) else None


def _claimed_openings(connection: Connection) -> list[tuple[str, float]]:
    statement = select(Claim.scope_code, Claim.value).where(
        Claim.superseded_at.is_(None), Claim.computed_by == REMAINING, Claim.as_of == OPENING
    )
    return [(str(scope), float(value)) for scope, value in connection.execute(statement)]


def read_account(
    connection: Connection,
    viewer: Viewer,
    district: str,
    as_of: date,
    *,
    known_on: date | None = None,
) -> Account:
    """Read the account of an area from the opening to a day, by all events that stand.

    Parameters
    ----------
    district
        Leading digits of a division code; ``""`` is all that the viewer sees.
    as_of
        The closing day; events of that day count.
    known_on
        Leave out what was recorded after this day; by default nothing.
    """
    before = known_before(known_on)
    opening = _count_opening(connection, viewer, district, before)
    return Account(opening, read_flows(connection, viewer, district, OPENING, as_of, before=before))


def _count_opening(connection: Connection, viewer: Viewer, district: str, before: datetime) -> int:
    last = last_events(OPENING, before, among=_ever_here(viewer, district)).subquery()
    home = HouseholdComposition
    statement = (
        select(func.count(last.c.member_id.distinct()))
        .select_from(last)
        .join(home, and_(home.member_id == last.c.member_id, known(home, before)))
        .join(Household, Household.code == home.household_code)
        .where(last.c.kind.in_(_ENTERS), valid(home, OPENING))
    )
    return int(connection.execute(_narrow(statement, viewer, district)).scalar_one())


def last_events(
    day: date, before: datetime, *, among: ColumnElement[bool] | None = None
) -> Select[Any]:
    """Select each person's last event that carries status: `member_id`, `kind`, `occurred_on`.

    Parameters
    ----------
    day
        The last day on which it may have happened.
    before
        The instant before which something counts as known.
    among
        Which events are looked at; all by default.
    """
    events = live_events(before)
    live = (events if among is None else events.where(among)).subquery()
    order = (live.c.occurred_on.desc(), live.c.recorded_at.desc(), live.c.id.desc())
    rank = func.row_number().over(partition_by=live.c.member_id, order_by=order)
    ranked = (
        select(live.c.member_id, live.c.kind, live.c.occurred_on, rank.label("rank"))
        .where(live.c.occurred_on <= day)
        .subquery()
    )
    columns = (ranked.c.member_id, ranked.c.kind, ranked.c.occurred_on)
    return select(*columns).where(ranked.c.rank == 1)


def _ever_here(viewer: Viewer, district: str) -> ColumnElement[bool]:
    """Say in SQL that an event is about somebody who ever lived in the area."""
    here = select(HouseholdComposition.member_id).join(
        Household, Household.code == HouseholdComposition.household_code
    )
    clause: ColumnElement[bool] = RegisterEvent.member_id.in_(_narrow(here, viewer, district))
    return clause


def _narrow(statement: Any, viewer: Viewer, district: str) -> Any:  # noqa: ANN401 - any Select
    """Limit a statement about households to the viewer's and to an area."""
    return Filter(district=district).narrow(
        scope_households(statement, viewer), Household.village_code
    )


def read_flows(  # noqa: PLR0913 - an area, a period and a day of knowledge
    connection: Connection,
    viewer: Viewer,
    district: str,
    after: date,
    until: date,
    *,
    before: datetime,
    is_first_counted: bool = False,
) -> Flows:
    """Count what came onto the register of an area and left it, by the day it happened.

    Parameters
    ----------
    after, until
        The period: events later than the first day, up to the last.
    before
        The instant before which something counts as known.
    is_first_counted
        As in `count_event`; nothing is known of moves then.
    """
    counts = dict.fromkeys((str(kind) for kind in SIGNS), 0)
    for row in connection.execute(
        _narrow(_events_at_home(viewer, district, after, until, before), viewer, district)
    ):
        previous = None if row.previous is None else EventKind(row.previous)
        kind = EventKind(row.kind)
        changed = count_event(kind, previous, is_first_counted=is_first_counted)
        counts[str(kind)] += row.persons if changed else 0
    flows = Flows(**counts)
    if is_first_counted:
        return flows
    return replace(flows, moved=_count_moved(connection, viewer, district, (after, until), before))


def _events_at_home(
    viewer: Viewer, district: str, after: date, until: date, before: datetime
) -> Select[Any]:
    """Count events by kind and the kind before, where the person lived on the day."""
    live = live_events(before).where(_ever_here(viewer, district)).subquery()
    order = (live.c.occurred_on, live.c.recorded_at, live.c.id)
    previous = func.lag(live.c.kind).over(partition_by=live.c.member_id, order_by=order)
    ordered = select(
        live.c.member_id, live.c.kind, live.c.occurred_on, previous.label("previous")
    ).subquery()
    home, day = HouseholdComposition, ordered.c.occurred_on
    return (
        select(ordered.c.kind, ordered.c.previous, func.count().label("persons"))
        .select_from(ordered)
        .join(home, and_(home.member_id == ordered.c.member_id, known(home, before)))
        .join(Household, Household.code == home.household_code)
        .where(
            day > after,
            day <= until,
            home.valid_from <= day,
            or_(home.valid_to.is_(None), home.valid_to > day),
        )
        .group_by(ordered.c.kind, ordered.c.previous)
    )


def _count_moved(
    connection: Connection,
    viewer: Viewer,
    district: str,
    period: tuple[date, date],
    before: datetime,
) -> int:
    """Count registered persons who moved in, less those who moved out.

    A stay begins, or is over, at the start of its day: the events of that day come after.
    """
    home, live = HouseholdComposition, live_events(before).subquery()
    moved = 0
    for day, sign in ((home.valid_from, 1), (home.valid_to, -1)):
        last = (
            select(live.c.kind)
            .where(live.c.member_id == home.member_id, live.c.occurred_on < day)
            .order_by(live.c.occurred_on.desc(), live.c.recorded_at.desc(), live.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        statement = (
            select(func.count())
            .select_from(home)
            .join(Household, Household.code == home.household_code)
            .where(known(home, before), day > period[0], day <= period[1], last.in_(_ENTERS))
        )
        persons = connection.execute(_narrow(statement, viewer, district)).scalar_one()
        moved += sign * int(persons)
    return moved


def read_claimed_account(
    connection: Connection,
    viewer: Viewer,
    district: str,
    as_of: date,
    *,
    known_on: date | None = None,
) -> tuple[str, Account] | None:
    """Read the account of a whole whose opening and exits are published figures.

    Events add to them; exits that events tell of, in the time whose exits were published, are
    part of that figure.

    Returns
    -------
    tuple
        Leading digits of the whole that the figures are about, which holds the area, and its
        account; None where they are missing, end only after the day, or lie beyond the viewer.
    """
    openings = {prefix_of(code): value for code, value in _claimed_openings(connection)}
    whole = next((area for area in openings if district.startswith(area)), None)
    if whole is None or not reaches(viewer, whole):
        return None
    published = _claimed_exits(connection, whole, as_of)
    if as_of > OPENING and not published:
        return None
    last = max(published, default=OPENING)
    early, late = (
        read_flows(
            connection, viewer, whole, first, until,
            before=known_before(known_on), is_first_counted=True,
        )
        for first, until in ((OPENING, last), (last, as_of))
    )  # fmt: skip
    early = replace(early, exited=int(sum(published.values())))
    return whole, Account(int(openings[whole]), early + late)


def _claimed_exits(connection: Connection, whole: str, as_of: date) -> dict[date, float]:
    statement = select(Claim.as_of, Claim.value, Claim.scope_code).where(
        Claim.superseded_at.is_(None),
        Claim.computed_by == EXITED,
        Claim.as_of > OPENING,
        Claim.as_of <= as_of,
    )
    rows = connection.execute(statement).all()
    return {row.as_of: float(row.value) for row in rows if prefix_of(row.scope_code) == whole}
