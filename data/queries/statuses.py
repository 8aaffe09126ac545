"""Statuses: where each member of a household stands on a day, and what its file rests on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import pandas as pd
from sqlalchemy import Connection, Row, Select, exists, literal, select
from sqlalchemy.orm import aliased

from data.access import Action, Viewer, mask, masking_level
from data.engine import Database, reading
from data.errors import EntryChanged
from data.homes import get_home
from data.models import (
    STATUS_AFTER,
    CauseKind,
    EventKind,
    HouseholdComposition,
    Member,
    RegisterEvent,
    Status,
)
from data.queries.frames import read_frame
from data.queries.instants import CHINA, known, known_before, valid
from data.refusals import require
from data.text import Lang

_ORIGINS: Final = {name: getattr(Member, name) for name in ("id", "relation", "sex", "birth_year")}
_FIRST: Final = ("head", "spouse", "parent", "child")


@dataclass(frozen=True)
class Standing:
    """Where somebody who lives in a household stands on a day.

    Attributes
    ----------
    status
        None for somebody who never was on the register.
    since
        The first day of the member's stay in this household.
    last_on
        The day of the member's last live event, whenever that is; corrections left out. None
        without any.
    """

    member_id: str
    status: Status | None
    since: date
    last_on: date | None

    @property
    def is_on_file(self) -> bool:
        """Whether the person is registered or has exited, and not left the file."""
        return self.status in {Status.REGISTERED, Status.EXITED}


def list_live_acts(
    connection: Connection, members: Iterable[str], *, known_on: date | None = None
) -> Sequence[Row[str, str, str, date, datetime, str | None, str | None]]:
    """List members' events of every kind that stand, in the order in which they count."""
    before, void = known_before(known_on), aliased(RegisterEvent)
    statement = (
        select(
            RegisterEvent.id,
            RegisterEvent.member_id,
            RegisterEvent.kind,
            RegisterEvent.occurred_on,
            RegisterEvent.recorded_at,
            RegisterEvent.act_id,
            RegisterEvent.case_id,
        )
        .where(
            RegisterEvent.member_id.in_(list(members)),
            RegisterEvent.kind != str(EventKind.VOIDED),
            RegisterEvent.recorded_at < before,
            ~exists().where(void.voids_event_id == RegisterEvent.id, void.recorded_at < before),
        )
        .order_by(RegisterEvent.occurred_on, RegisterEvent.recorded_at, RegisterEvent.id)
    )
    return connection.execute(statement).all()


def fold_statuses(
    connection: Connection, members: Iterable[str], day: date, *, known_on: date | None = None
) -> dict[str, Status]:
    """Fold members' live events up to a day; whoever has none by then is left out."""
    statuses: dict[str, Status] = {}
    for event in list_live_acts(connection, members, known_on=known_on):
        after = STATUS_AFTER.get(EventKind(event.kind))
        if after is not None and event.occurred_on <= day:
            statuses[event.member_id] = after
    return statuses


def list_standings(connection: Connection, household: str, day: date) -> list[Standing]:
    """List who lives in a household on a day, and where each of them stands then.

    The caller has found the household within the viewer's scope.
    """
    home = HouseholdComposition
    rows = connection.execute(
        select(home.member_id, home.valid_from)
        .where(home.household_code == household, known(home, known_before(None)), valid(home, day))
        .order_by(home.member_id)
    ).all()
    members = [row.member_id for row in rows]
    statuses = fold_statuses(connection, members, day)
    last = {
        event.member_id: event.occurred_on
        for event in list_live_acts(connection, members)
        if event.kind != EventKind.CORRECTED
    }
    return [
        Standing(
            row.member_id, statuses.get(row.member_id), row.valid_from, last.get(row.member_id)
        )
        for row in rows
    ]


def list_ever_there(household: str) -> Select[str]:
    """Select the members who, as known at any time, lived in a household on any day."""
    home = HouseholdComposition
    return select(home.member_id).where(home.household_code == household).distinct()


def file_base(connection: Connection, household: str) -> str:
    """Name the newest row of a household's register: what a form was opened against."""
    newest = _newest(connection, household)
    return "" if newest is None else str(newest.id)


def require_base(connection: Connection, household: str, base: str) -> None:
    """Refuse to write to a household whose register moved since the form was opened.

    Raises
    ------
    EntryChanged
        Somebody else entered something in the meantime.
    """
    newest = _newest(connection, household)
    if newest is None or newest.id == base:
        return
    raise EntryChanged(
        what=household,
        who=newest.recorded_by,
        when=newest.recorded_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
    )


def _newest(connection: Connection, household: str) -> Row[str, datetime, str] | None:
    """Find the newest event or stay; whoever enters a stay enters events with it."""
    event, home = RegisterEvent, HouseholdComposition
    newest = connection.execute(
        select(event.id, event.recorded_at, event.recorded_by)
        .where(event.member_id.in_(list_ever_there(household)))
        .order_by(event.recorded_at.desc(), event.id.desc())
        .limit(1)
    ).one_or_none()
    by = "" if newest is None else newest.recorded_by
    stay = connection.execute(
        select(home.id, home.recorded_at, literal(by).label("recorded_by"))
        .where(home.household_code == household)
        .order_by(home.recorded_at.desc(), home.id.desc())
        .limit(1)
    ).one_or_none()
    if newest is None or stay is None:
        return newest or stay
    return max(newest, stay, key=lambda row: (row.recorded_at, row.id))


@dataclass(frozen=True)
class RegisterFile:
    """What a form about a household's register starts from.

    Attributes
    ----------
    members
        One row a member who lives there on the day: `id`, `relation`, `sex`, `birth_year` (masked)
        and `status`, empty for somebody who never was on the register.
    base
        The newest row of the register, which a form hands back.
    """

    household: str
    village: str
    members: pd.DataFrame
    base: str


def get_register_file(
    db: Database, viewer: Viewer, household: str, *, as_of: date, ages_on: date | None = None
) -> RegisterFile:
    """Read who lives in a household on a day and where each stands, masked.

    Parameters
    ----------
    ages_on
        The day on which ages are counted; `as_of` by default.

    Raises
    ------
    Denied
        The viewer's role sees no households.
    NotFound
        The household is missing or outside the viewer's scope.
    """
    require(viewer, Action.SEE_HOUSEHOLDS)
    with reading(db) as connection:
        home = get_home(connection, viewer, household)
        standings = {s.member_id: s for s in list_standings(connection, home.code, as_of)}
        rows = read_frame(
            connection, select(*_ORIGINS.values()).where(Member.id.in_(standings)), dtype=object
        )
        base = file_base(connection, home.code)
    place = rows["relation"].map({relation: i for i, relation in enumerate(_FIRST)}).fillna(9)
    rows = (
        rows.assign(place=place)
        .sort_values(["place", "birth_year", "id"])
        .drop(columns="place")
        .reset_index(drop=True)
    )
    masked = mask(rows, _ORIGINS, masking_level(viewer), on=ages_on or as_of)
    masked["status"] = [str(standings[member].status or "") for member in rows["id"]]
    return RegisterFile(home.code, home.village, masked, base)


def list_cause_kinds(db: Database, viewer: Viewer) -> dict[str, Mapping[Lang, str]]:
    """List the causes of poverty to choose from, by code, in the order of the forms.

    Raises
    ------
    Denied
        The viewer's role keeps no register.
    """
    require(viewer, Action.KEEP_REGISTER)
    statement = select(CauseKind.code, CauseKind.name_zh, CauseKind.name_en)
    with reading(db) as connection:
        rows = connection.execute(statement.order_by(CauseKind.position)).all()
    return {row.code: {"zh-CN": row.name_zh, "en": row.name_en} for row in rows}
