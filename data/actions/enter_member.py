"""Enter a new member of a household on file: born, married in, moved in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from data.access import Action, Viewer
from data.actions.enter_event import Entered, append_act
from data.actions.enter_household import Newcomer, add_newcomers
from data.actions.grounds import Grounds, check_grounds
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import NobodyOnFile
from data.full_views import require_unnamed
from data.homes import get_home
from data.models import EventKind
from data.queries.instants import CHINA
from data.queries.statuses import list_standings, require_base
from data.refusals import refusals_recorded, require


@dataclass(frozen=True)
class NewMember:
    """Somebody who joins a household, and what the form was opened against."""

    household: str
    newcomer: Newcomer
    grounds: Grounds
    base: str


def enter_member(
    db: Database, viewer: Viewer, wanted: NewMember, *, now: datetime | None = None
) -> Entered:
    """Enter somebody who joins a household on file, as a natural increase.

    Raises
    ------
    BadIdNumber, BadValue
        An identity field cannot hold what was given.
    BirthYearOutOfRange, DayOutOfRange
        A year or day that cannot be.
    Denied, NotFound
        The viewer's role keeps no register; the household is missing or outside the scope.
    EntryChanged
        Somebody else entered something since the form was opened.
    NobodyOnFile
        Nobody in the household is on file that day.
    PersonalInReason, ReasonMissing, UnknownValue
        Reason, evidence or a code cannot be used.
    """
    moment, kind = now or datetime.now(UTC), EventKind.NATURAL_INCREASE
    with (
        refusals_recorded(db, viewer, Action.KEEP_REGISTER, wanted.household),
        transaction(db) as connection,
    ):
        require(viewer, Action.KEEP_REGISTER)
        home = get_home(connection, viewer, wanted.household)
        grounds = check_grounds(connection, home, kind, wanted.grounds, now=moment)
        require_unnamed(wanted.newcomer.identity, grounds.evidence)
        require_base(connection, home.code, wanted.base)
        require_on_file(connection, home.code, grounds.occurred_on, now=moment)
        members = add_newcomers(
            connection, home.code, [wanted.newcomer], grounds, by=viewer.name, at=moment
        )
        act_id = append_act(connection, kind, members, grounds, by=viewer.name, at=moment)
        record(
            connection, viewer, Deed.ENTRY, target=home.code,
            reason=f"{kind}: {grounds.reason}", rows=1, at=now,
        )  # fmt: skip
    return Entered(home.code, act_id, kind, 1)


def require_on_file(connection: Connection, household: str, day: date, *, now: datetime) -> None:
    """Refuse to let anybody join a household of which nobody is on file, that day or today.

    Raises
    ------
    NobodyOnFile
        Nobody is: it is not there yet, or has been closed or merged since.
    """
    for each in (day, now.astimezone(CHINA).date()):
        standings = list_standings(connection, household, each)
        if not any(standing.is_on_file for standing in standings):
            raise NobodyOnFile(what=household, day=each.isoformat())
