"""Split a household: some members go on as a household of their own; nobody enters or leaves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, select

from data.access import Action, Viewer
from data.actions.enter_event import Entered, append_act
from data.actions.enter_household import make_household
from data.actions.grounds import (
    Grounds,
    check_grounds,
    choose_members,
    require_days,
    require_possible,
)
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import NobodyStays
from data.homes import get_home
from data.ledger import append_row, supersede
from data.models import Cause, EventKind, Household, HouseholdComposition, Pairing
from data.queries.instants import known, known_before, valid
from data.queries.statuses import require_base
from data.refusals import refusals_recorded, require


@dataclass(frozen=True)
class Split:
    """Who leaves a household to form one of their own, and what the form was opened against."""

    household: str
    members: tuple[str, ...]
    grounds: Grounds
    base: str


@dataclass(frozen=True)
class SplitOff(Entered):
    """What became of it: `household` is the old one."""

    new_household: str = ""


def split_household(
    db: Database, viewer: Viewer, split: Split, *, now: datetime | None = None
) -> SplitOff:
    """Let some members go on as a household of their own, in the same village.

    The new household starts with the main cause and the pairings of the old one, which keeps
    everything that it had.

    Raises
    ------
    DayOutOfRange, EntryNotPossible
        The day, or where a member stands, does not allow it.
    Denied, NotFound
        The viewer's role keeps no register; the household or a member is missing or outside the
        viewer's scope.
    EntryChanged
        Somebody else entered something since the form was opened.
    NobodyChosen, NobodyStays
        Nobody goes, or nobody on file stays.
    PersonalInReason, ReasonMissing, UnknownValue
        Reason or evidence cannot be used.
    """
    moment, kind = now or datetime.now(UTC), EventKind.SPLIT
    with (
        refusals_recorded(db, viewer, Action.KEEP_REGISTER, split.household),
        transaction(db) as connection,
    ):
        require(viewer, Action.KEEP_REGISTER)
        home = get_home(connection, viewer, split.household)
        grounds = check_grounds(connection, home, kind, split.grounds, now=moment)
        require_base(connection, home.code, split.base)
        day = grounds.occurred_on
        movers, others = choose_members(connection, home.code, split.members, day, now=moment)
        require_possible(home.code, kind, movers)
        if not any(standing.is_on_file for standing in others):
            raise NobodyStays(what=home.code)
        require_days(movers, grounds, now=moment, has_moved=True)
        code = _found_alike(connection, home.code, home.village, day, at=moment)
        members = [standing.member_id for standing in movers]
        move_members(connection, members, code, day, at=moment)
        act_id = append_act(connection, kind, members, grounds, by=viewer.name, at=moment)
        record(
            connection, viewer, Deed.ENTRY, target=home.code,
            reason=f"{kind}: {grounds.reason}, {code}", rows=len(members), at=now,
        )  # fmt: skip
    return SplitOff(home.code, act_id, kind, len(members), new_household=code)


def _found_alike(
    connection: Connection, household: str, village: str, day: date, *, at: datetime
) -> str:
    """Make a household of the same kind, with the same main cause and pairings from the day on."""
    old = connection.execute(
        select(Household.household_type, Household.standard).where(Household.code == household)
    ).one()
    code = make_household(connection, village, old.household_type, old.standard)
    since = {"household_code": code, "valid_from": day, "recorded_at": at}
    causes = select(Cause.cause_code).where(
        Cause.household_code == household, Cause.is_main, known(Cause, known_before(None)),
        valid(Cause, day),
    )  # fmt: skip
    for cause in connection.execute(causes).scalars().all():
        append_row(connection, Cause, cause_code=cause, is_main=True, **since)
    officials = select(Pairing.official_id).where(
        Pairing.household_code == household, known(Pairing, known_before(None)),
        valid(Pairing, day),
    ).distinct()  # fmt: skip
    for official in connection.execute(officials).scalars().all():
        append_row(connection, Pairing, official_id=official, **since)
    return code


def move_members(
    connection: Connection, members: Iterable[str], household: str, day: date, *, at: datetime
) -> None:
    """Let members live in another household from a day on; what was known before stays readable."""
    home = HouseholdComposition
    for member in members:
        stay = connection.execute(
            select(home.id, home.household_code, home.valid_from, home.valid_to).where(
                home.member_id == member, known(home, known_before(None)), valid(home, day)
            )
        ).one()
        supersede(connection, home, stay.id, superseded_at=at)
        append_row(
            connection, home, member_id=member, household_code=stay.household_code,
            valid_from=stay.valid_from, valid_to=day, recorded_at=at,
        )  # fmt: skip
        append_row(
            connection, home, member_id=member, household_code=household,
            valid_from=day, valid_to=stay.valid_to, recorded_at=at,
        )  # fmt: skip
