"""Merge a household into another: all its members live there from a day on."""

from dataclasses import dataclass
from datetime import UTC, datetime

from data.access import Action, Viewer
from data.actions.enter_event import Entered, append_act
from data.actions.enter_member import require_on_file
from data.actions.grounds import (
    Grounds,
    check_grounds,
    choose_members,
    require_days,
    require_possible,
)
from data.actions.split_household import move_members
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import SameHousehold
from data.full_views import require_nameless
from data.homes import get_home
from data.models import EventKind
from data.queries.statuses import require_base
from data.refusals import refusals_recorded, require


@dataclass(frozen=True)
class Merge:
    """Which household ends in which other, and what the form was opened against."""

    household: str
    into: str
    grounds: Grounds
    base: str


def merge_households(
    db: Database, viewer: Viewer, merge: Merge, *, now: datetime | None = None
) -> Entered:
    """Let all members of a household live in another one of the viewer's scope.

    Who has left the register goes along, so that nobody stays behind in a household that ended.
    Causes, measures and pairings of the old household stay as they were: without anybody on file
    they count nowhere.

    Raises
    ------
    DayOutOfRange, EntryNotPossible
        The day, or where a member stands, does not allow it.
    Denied, NotFound
        The viewer's role keeps no register; a household is missing or outside the scope.
    EntryChanged
        Somebody else entered something since the form was opened.
    NobodyOnFile, SameHousehold
        Nobody of one of the two is on file that day; they are one.
    PersonalInReason, ReasonMissing, UnknownValue
        Reason or evidence cannot be used.
    """
    moment, kind = now or datetime.now(UTC), EventKind.MERGED
    with (
        refusals_recorded(db, viewer, Action.KEEP_REGISTER, merge.household),
        transaction(db) as connection,
    ):
        require(viewer, Action.KEEP_REGISTER)
        home = get_home(connection, viewer, merge.household)
        into = get_home(connection, viewer, merge.into)
        if into.code == home.code:
            raise SameHousehold(what=home.code)
        grounds = check_grounds(connection, home, kind, merge.grounds, now=moment)
        require_nameless(connection, into, grounds.evidence)
        require_base(connection, home.code, merge.base)
        day = grounds.occurred_on
        require_on_file(connection, home.code, day, now=moment)
        require_on_file(connection, into.code, day, now=moment)
        # Whoever joined after that day is named too, and then the day is refused.
        movers, others = choose_members(connection, home.code, home.members, day, now=moment)
        movers += others
        require_possible(home.code, kind, movers)
        require_days(movers, grounds, now=moment, has_moved=True)
        members = [standing.member_id for standing in movers]
        move_members(connection, members, into.code, day, at=moment)
        act_id = append_act(connection, kind, members, grounds, by=viewer.name, at=moment)
        record(
            connection, viewer, Deed.ENTRY, target=home.code,
            reason=f"{kind}: {grounds.reason}", rows=len(members), at=now,
        )  # fmt: skip
    return Entered(home.code, act_id, kind, len(members))
