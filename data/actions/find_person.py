"""Find a person by an ID number: by its keyed index, within scope, counted and recorded."""

from dataclasses import dataclass
from datetime import datetime

from data.access import Action, Viewer
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import PersonNotFound
from data.homes import find_home
from data.quotas import SEARCHES_PER_DAY, require_quota
from data.refusals import refusals_recorded, require
from data.vault import find_by_id_number, read_id_number


@dataclass(frozen=True)
class FoundPerson:
    """Where somebody was found: codes only."""

    household: str
    village: str
    member_id: str


def find_person(
    db: Database, viewer: Viewer, id_number: str, *, now: datetime | None = None
) -> FoundPerson:
    """Find the household of whoever has an ID number.

    Raises
    ------
    BadIdNumber
        The text is no ID number; nothing was searched.
    Denied
        The viewer's role does not search.
    PersonNotFound
        Nobody has it, or only somebody outside the viewer's scope: the answer is the same.
    SearchesUsedUp
        The account has searched often enough today.
    """
    with (
        refusals_recorded(db, viewer, Action.FIND_PERSON),
        transaction(db) as connection,
    ):
        require(viewer, Action.FIND_PERSON)
        number = read_id_number(id_number)
        require_quota(connection, viewer, Deed.SEARCH, most=SEARCHES_PER_DAY, now=now)
        found = [
            (member, home)
            for member in find_by_id_number(connection, number)
            if (home := find_home(connection, viewer, member)) is not None
        ]
        record(connection, viewer, Deed.SEARCH, rows=len(found), at=now)
    if not found:
        raise PersonNotFound
    member_id, home = found[0]
    return FoundPerson(household=home.code, village=home.village, member_id=member_id)
