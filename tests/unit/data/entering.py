"""Entering as the forms do: acts with their grounds, on the register as it stands at the moment."""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy import func, select, text

from data.access import Viewer
from data.actions.enter_event import Entered, Entry, enter_event
from data.actions.enter_household import Newcomer, NewHousehold, enter_household
from data.actions.enter_member import NewMember, enter_member
from data.actions.grounds import Grounds
from data.actions.merge_households import Merge, merge_households
from data.actions.split_household import Split, SplitOff, split_household
from data.actions.void_entry import Undoing, Undone, void_entry
from data.engine import Database, reading
from data.models import Base, DataVersion, EventKind
from data.queries.statuses import file_base, list_live_acts
from data.rules.transitions import REASONS
from tests.unit.data.folding import EVERYBODY
from tests.unit.data.tiny_world import members_of

NOON = datetime(2017, 3, 1, 4, tzinfo=UTC)
"""When entries are made here: noon in China, 2017-03-01, a millisecond apart."""
_TICKS = count(1)


class Clerk:
    """Somebody who enters one thing after the other, each a moment later."""

    def __init__(self, db: Database, viewer: Viewer = EVERYBODY) -> None:
        self.db, self.viewer = db, viewer

    def now(self) -> datetime:
        return NOON + timedelta(milliseconds=next(_TICKS))

    def base(self, household: str) -> str:
        with reading(self.db) as connection:
            return file_base(connection, household)

    def enter(self, household: str, kind: EventKind, day: date, members=None, **more) -> Entered:
        detected = more.pop("detected_on", day)
        grounds = Grounds(day, first_reason(kind), "村委会证明", detected)
        wanted = Entry(
            household, kind, tuple(members or members_of(household)), grounds,
            more.pop("base", None) or self.base(household),
        )  # fmt: skip
        return enter_event(self.db, self.viewer, wanted, now=self.now())

    def split(self, household: str, day: date, *members: str) -> SplitOff:
        grounds = Grounds(day, "living_apart", "分户申请")
        wanted = Split(household, members, grounds, self.base(household))
        return split_household(self.db, self.viewer, wanted, now=self.now())

    def merge(self, household: str, into: str, day: date) -> Entered:
        grounds = Grounds(day, "living_together", "并户申请")
        wanted = Merge(household, into, grounds, self.base(household))
        return merge_households(self.db, self.viewer, wanted, now=self.now())

    def join(self, household: str, day: date, **facts) -> Entered:
        grounds = Grounds(day, "birth", "出生证明")
        wanted = NewMember(household, newcomer(day.year, **facts), grounds, self.base(household))
        return enter_member(self.db, self.viewer, wanted, now=self.now())

    def identify(self, village: str, day: date, detected_on: date, *people: Newcomer) -> Entered:
        grounds = Grounds(day, "verified", "民主评议记录", detected_on)
        wanted = NewHousehold(
            village, "ordinary", "national", "illness",
            people or (newcomer(1960, relation="head"),), grounds,
        )  # fmt: skip
        return enter_household(self.db, self.viewer, wanted, now=self.now())

    def undo(self, household: str, entry: str, reason: str = "entered_by_mistake") -> Undone:
        wanted = Undoing(household, entry, reason, self.base(household))
        return void_entry(self.db, self.viewer, wanted, now=self.now())

    def correct(self, household: str, member: str) -> Entered:
        return self.enter(household, EventKind.CORRECTED, NOON.date(), [member])

    def merge_away(self, household: str) -> Entered:
        return self.merge(household, "A4", NOON.date())

    def undo_last(self, household: str, member: str) -> Undone:
        with reading(self.db) as connection:
            acts = list_live_acts(connection, [member])
        last = max(acts, key=lambda act: act.recorded_at, default=None)
        return self.undo(household, last.id if last else "none")


def first_reason(kind: EventKind) -> str:
    return next(iter(REASONS.get(kind, {"": ""})))


def newcomer(year: int, identity: dict[str, str] | None = None, **facts: object) -> Newcomer:
    """Give somebody with what a form asks for at least."""
    plain = {"sex": "female", "relation": "child", "education": "none", "schooling": "none"}
    return Newcomer(plain | {"birth_year": year} | facts, identity or {})


def contents(db: Database) -> dict[str, int]:
    """Count the rows of every table, with the data version: what nothing half-written changes."""
    with reading(db) as connection:
        counts = {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608
            for name in Base.metadata.tables
        }
        version = connection.execute(select(func.max(DataVersion.version))).scalar_one()
    return counts | {"version": version}
