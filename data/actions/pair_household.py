"""Pair a cadre with a household from a day on, and end a pairing."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from data.access import Action, Viewer
from data.actions.filing import filing, holds_post
from data.audit import Deed
from data.engine import Database
from data.errors import NoPostThatDay, NotFound, NothingChanged, PairingStands
from data.models import Official, Pairing
from data.rules.files import do_overlap


@dataclass(frozen=True)
class PairingEntry:
    """A pairing that somebody wants to enter.

    Attributes
    ----------
    official
        The cadre's code.
    """

    household: str
    official: str
    since: date
    base: str


@dataclass(frozen=True)
class PairingEnd:
    """A pairing that ends: `on` is the first day without it."""

    household: str
    pairing: str
    on: date
    base: str


def pair_household(
    db: Database, viewer: Viewer, pairing: PairingEntry, *, now: datetime | None = None
) -> str:
    """Enter that a cadre answers for a household from a day on; give the pairing's id.

    Raises
    ------
    DayOutOfRange
        The day lies in the future.
    Denied, NotFound
        The viewer's role keeps no files; the household is missing or outside the scope, or there
        is no such cadre.
    EntryChanged
        Somebody else changed the household's pairings since the form was opened.
    NoPostThatDay
        The cadre holds no post on that day.
    PairingStands
        The two are paired on that day or later.
    """
    with filing(db, viewer, Action.KEEP_FILES, pairing.household, now=now) as entry:
        official_id = entry.connection.execute(
            select(Official.id).where(
                Official.code == pairing.official.strip(), Official.role == "cadre"
            )
        ).scalar_one_or_none()
        if official_id is None:
            raise NotFound(what=pairing.official[:40])
        entry.require_day(pairing.since)
        entry.require_base(Pairing, pairing.base)
        for row in entry.list_versions(Pairing):
            span = (row["valid_from"], row["valid_to"])
            if row["official_id"] == official_id and do_overlap(span, (pairing.since, None)):
                raise PairingStands(
                    official=pairing.official, what=entry.home.code,
                    since=row["valid_from"].isoformat(),
                )  # fmt: skip
        if not holds_post(entry.connection, official_id, pairing.since):
            raise NoPostThatDay(official=pairing.official, day=pairing.since.isoformat())
        made = entry.append(
            Pairing, official_id=official_id, valid_from=pairing.since, valid_to=None
        )
        entry.record(Deed.ENTRY, "pairing")
    return made


def end_pairing(
    db: Database, viewer: Viewer, end: PairingEnd, *, now: datetime | None = None
) -> None:
    """Enter that a pairing is over from a day on; what held before stays readable.

    Raises
    ------
    DayOutOfRange
        The day lies before the pairing, or in the future.
    Denied, NotFound
        The viewer's role keeps no files; household or pairing is missing or outside the scope.
    EntryChanged
        Somebody else changed the household's pairings since the form was opened.
    NothingChanged
        The pairing has ended already.
    """
    with filing(db, viewer, Action.KEEP_FILES, end.household, now=now) as entry:
        row = entry.find_version(Pairing, end.pairing)
        entry.require_base(Pairing, end.base)
        entry.require_day(end.on, row["valid_from"])
        if row["valid_to"] is not None:
            raise NothingChanged
        entry.end_version(Pairing, row, end.on)
        entry.record(Deed.EDIT, "pairing: ended")
