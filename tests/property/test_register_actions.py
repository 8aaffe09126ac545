"""Whatever is entered and undone, and however much of it is refused: the register stays sound."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data import checking
from data.engine import Database, open_database, reading
from data.models import EventKind, HouseholdComposition
from data.queries.instants import known, known_before, valid
from geo.errors import AppError
from tests.unit.data.entering import NOON, Clerk
from tests.unit.data.folding import events_of, fold
from tests.unit.data.tiny_world import JIA, SIZES

OPENING, CLOSING = date(2015, 12, 31), date(2017, 2, 28)
STOPS = [OPENING, date(2016, 6, 30), date(2016, 12, 31), CLOSING]
HOUSEHOLDS = ["A2", "A4", "A5", "A6", "B2"]
DAYS = st.dates(date(2016, 5, 1), CLOSING)
KINDS = [kind for kind in EventKind if kind != EventKind.VOIDED]

ACTS = st.one_of(
    st.tuples(st.just("enter"), st.sampled_from(HOUSEHOLDS), st.sampled_from(KINDS), DAYS,
              st.sets(st.integers(0, 3), max_size=3)),
    st.tuples(st.just("split"), st.sampled_from(HOUSEHOLDS), DAYS,
              st.sets(st.integers(0, 3), min_size=1, max_size=2)),
    st.tuples(st.just("merge"), st.sampled_from(HOUSEHOLDS), st.sampled_from(HOUSEHOLDS), DAYS),
    st.tuples(st.just("join"), st.sampled_from(HOUSEHOLDS), DAYS),
    st.tuples(st.just("identify"), DAYS, st.integers(0, 30)),
    st.tuples(st.just("undo"), st.integers(0, 9)),
)  # fmt: skip


@contextmanager
def copied(template: Path) -> Iterator[Database]:
    """Open a copy that one example writes to."""
    with TemporaryDirectory() as folder:
        db = open_database(f"sqlite:///{shutil.copy(template, folder)}")
        yield db
        db.engine.dispose()


def living(db: Database, household: str) -> list[str]:
    """List who lives there now, in the order of their ids."""
    home = HouseholdComposition
    with reading(db) as connection:
        return list(
            connection.execute(
                select(home.member_id)
                .where(home.household_code == household, home.valid_to.is_(None),
                       home.superseded_at.is_(None))
                .order_by(home.member_id)
            ).scalars()
        )  # fmt: skip


class Player:
    """Somebody who tries acts, valid or not, and remembers what was entered."""

    def __init__(self, db: Database) -> None:
        self.db, self.clerk = db, Clerk(db)
        self.done: list[tuple[str, str]] = []

    def play(self, act: tuple) -> bool:
        """Try an act; tell whether it was entered. No other failure than an expected one passes."""
        name, *facts = act
        try:
            getattr(self, name)(*facts)
        except AppError:
            return False
        return True

    def pick(self, household: str, places: set[int]) -> list[str]:
        there = living(self.db, household) or ["nobody"]
        return sorted({there[place % len(there)] for place in places}) or there

    def enter(self, household: str, kind: EventKind, day: date, places: set[int]) -> None:
        who = self.pick(household, places)
        done = self.clerk.enter(household, kind, day, who, detected_on=day)
        self.done.append((household, done.act_id))

    def split(self, household: str, day: date, places: set[int]) -> None:
        done = self.clerk.split(household, day, *self.pick(household, places))
        self.done.append((household, done.act_id))

    def merge(self, household: str, into: str, day: date) -> None:
        self.done.append((household, self.clerk.merge(household, into, day).act_id))

    def join(self, household: str, day: date) -> None:
        self.done.append((household, self.clerk.join(household, day).act_id))

    def identify(self, day: date, waited: int) -> None:
        done = self.clerk.identify(JIA, day, day - timedelta(days=waited))
        assert done.days == waited
        self.done.append((done.household, done.act_id))

    def undo(self, place: int) -> None:
        household, act = self.done[place % len(self.done)] if self.done else ("A2", "none")
        self.clerk.undo(household, act)


def picture(db: Database, known_on: date | None = None) -> dict[str, object]:
    """Give what stands in each household with anybody on file, at all stops."""
    ledger = fold(db, *STOPS, known_on=known_on)
    rows = zip(
        ledger.households["code"], ledger.registered.tolist(), ledger.exited.tolist(), strict=True
    )
    return {code: counted for code, *counted in rows if any(map(sum, counted))}


def flows(db: Database) -> Counter[str]:
    """Count, event by event, what entered and left the register between opening and closing."""
    events = events_of(db)
    voided = {event["voids_event_id"] for event in events}
    live = sorted(
        (e for e in events if e["id"] not in voided and e["kind"] != "voided"),
        key=lambda e: (e["occurred_on"], e["recorded_at"]),
    )
    registered: set[str] = set()
    counted: Counter[str] = Counter()
    for event in live:
        kind, member = event["kind"], event["member_id"]
        was_on = member in registered
        if kind in {"identified", "relapsed", "natural_increase"}:
            registered.add(member)
        elif kind in {"exited", "natural_decrease", "removed", "closed"}:
            registered.discard(member)
        if OPENING < event["occurred_on"] <= CLOSING and was_on != (member in registered):
            counted[kind] += 1
    return counted


@given(acts=st.lists(ACTS, max_size=9))
@settings(max_examples=20)
def test_no_sequence_of_entries_breaks_the_register(tiny_template, acts):
    with copied(tiny_template) as db:
        player = Player(db)
        exits = sum(event["kind"] == "exited" for event in events_of(db))
        stood = picture(db)
        after = fold(db, *STOPS)
        for act in acts:
            before, was_entered = after, player.play(act)
            after = fold(db, *STOPS)
            if not was_entered or act[0] in {"split", "merge"}:
                assert (
                    after.registered.sum(axis=0).tolist() == before.registered.sum(axis=0).tolist()
                )
                assert after.exited.sum(axis=0).tolist() == before.exited.sum(axis=0).tolist()
        with reading(db) as connection:
            findings = [*checking._structure(connection), *checking._folds(connection)]
            homes = [
                Counter(
                    connection.execute(
                        select(HouseholdComposition.member_id).where(
                            known(HouseholdComposition, known_before(at)),
                            valid(HouseholdComposition, day),
                        )
                    ).scalars()
                )
                for day in STOPS
                for at in (None, date(2017, 2, 28), NOON.date())
            ]
        # The tiny world has no first responsible persons; nothing else may be wrong.
        assert [f for f in findings if not f.holds and "responsible" not in f.rule] == []
        assert all(count == 1 for lived in homes for count in lived.values())
        assert sum(event["kind"] == "exited" for event in events_of(db)) == exits
        ledger, moved = fold(db, OPENING, CLOSING), flows(db)
        opening, closing = ledger.registered.sum(axis=0).tolist()
        entered = moved["identified"] + moved["relapsed"] + moved["natural_increase"]
        left = moved["exited"] + moved["natural_decrease"] + moved["removed"] + moved["closed"]
        assert closing == opening + entered - left
        # What was known before any of it was entered stays readable.
        assert picture(db, known_on=date(2017, 2, 28)) == stood


@given(before=st.lists(ACTS, max_size=3), act=ACTS.filter(lambda act: act[0] != "undo"))
@settings(max_examples=15)
def test_an_entry_and_its_undoing_restore_what_stood(tiny_template, before, act):
    with copied(tiny_template) as db:
        player = Player(db)
        for each in before:
            player.play(each)
        stood = picture(db)
        if player.play(act):
            household, entry = player.done[-1]
            player.clerk.undo(household, entry)
        assert picture(db) == stood


ALONE = st.tuples(
    st.sampled_from(["A4", "A5", "A6", "A2", "B2"]),
    st.sampled_from(["pre_exit", "natural_decrease", "removed", "relapsed", "corrected"]),
    DAYS,
)


@given(data=st.data(), acts=st.lists(ALONE, min_size=2, max_size=4, unique_by=lambda a: a[0]))
@settings(max_examples=8)
def test_the_order_of_entries_of_different_people_does_not_matter(tiny_template, data, acts):
    shuffled = data.draw(st.permutations(acts))
    pictures = []
    for order in (acts, shuffled):
        with copied(tiny_template) as db:
            player = Player(db)
            for household, kind, day in order:
                player.play(("enter", household, EventKind(kind), day, set()))
            pictures.append(picture(db))
    assert pictures[0] == pictures[1]
    assert set(pictures[0]) <= set(SIZES)
