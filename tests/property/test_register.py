"""The register's invariants, whatever happens to whom and whenever it is learned."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from data.engine import Database, open_database
from data.ledger import void_event
from data.models import EventKind
from data.queries.filters import Filter
from data.queries.register import Ledger, read_ledger
from tests.unit.data.folding import EVERYBODY, counts_in, events_on, naive_counts
from tests.unit.data.tiny_world import SIZES, VILLAGES, append, members_of, recorded

HOMES = {member: key for key in SIZES for member in members_of(key)}
KINDS = [kind for kind in EventKind if kind != EventKind.VOIDED]
DAYS = st.dates(date(2015, 11, 1), date(2017, 6, 30))
ASKED = st.lists(DAYS, min_size=1, max_size=3, unique=True).map(sorted)
KNOWN = st.none() | DAYS


@dataclass(frozen=True)
class Happening:
    """An event to enter: of whom, what, when, and after how many days it is learned."""

    member: str
    kind: EventKind
    day: date
    learned_after: int

    def enter(self, connection: Connection) -> str:
        at = recorded(self.day, after_days=self.learned_after)
        return append(connection, self.member, self.kind, self.day, at=at)

    def void(self, connection: Connection, event: str, *, after_days: int) -> None:
        at = recorded(self.day, after_days=self.learned_after + after_days)
        void_event(connection, event, recorded_by="test", reason="test", recorded_at=at)


HAPPENINGS = st.builds(
    Happening,
    member=st.sampled_from(["A4-1", "A5-1", "A5-2", "B2-1", "C1-1", "C1-2"]),
    kind=st.sampled_from(KINDS),
    day=DAYS,
    learned_after=st.integers(0, 200),
)


@pytest.fixture(scope="module")
def tiny(tiny_template) -> Iterator[Database]:
    db = open_database(f"sqlite:///{tiny_template}")
    yield db
    db.engine.dispose()


@contextmanager
def undone(db: Database) -> Iterator[Connection]:
    """Write to a database in a transaction that leaves nothing behind."""
    with db.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        yield connection
        connection.rollback()


def fold(connection: Connection, days: list[date], known_on: date | None) -> Ledger:
    return read_ledger(connection, EVERYBODY, Filter(), days, known_on=known_on)


def picture(connection: Connection, days: list[date], known_on: date | None) -> list[object]:
    ledger = fold(connection, days, known_on)
    return [counts_in(ledger, i) for i in range(len(days))]


@given(happenings=st.lists(HAPPENINGS, max_size=8), voided=st.sets(st.integers(0, 7)),
       days=ASKED, known_on=KNOWN)  # fmt: skip
@settings(max_examples=40)
def test_the_fold_equals_a_plain_fold_person_by_person(tiny, happenings, voided, days, known_on):
    with undone(tiny) as connection:
        for i, happening in enumerate(happenings):
            event = happening.enter(connection)
            if i in voided:
                happening.void(connection, event, after_days=i * 30)
        ledger, events = fold(connection, days, known_on), events_on(connection)
        for i, day in enumerate(days):
            assert counts_in(ledger, i) == naive_counts(events, HOMES, day, known_on=known_on)


@given(before=st.lists(HAPPENINGS, max_size=3), happening=HAPPENINGS,
       later=st.integers(0, 100), days=ASKED, known_on=KNOWN)  # fmt: skip
@settings(max_examples=30)
def test_an_event_and_its_voiding_change_nothing_once_both_are_known(
    tiny, before, happening, later, days, known_on
):
    learned = happening.day + timedelta(days=happening.learned_after)
    undone_on = learned + timedelta(days=later)
    with undone(tiny) as connection:
        for each in before:
            each.enter(connection)
        now, then = (picture(connection, days, k) for k in (None, known_on))
        event = happening.enter(connection)
        happening.void(connection, event, after_days=later)
        assert picture(connection, days, None) == now
        if known_on is None or known_on >= undone_on or known_on < learned:
            assert picture(connection, days, known_on) == then


@given(happenings=st.lists(HAPPENINGS, min_size=2, max_size=5, unique_by=lambda h: h.member),
       days=ASKED, known_on=KNOWN, data=st.data())  # fmt: skip
@settings(max_examples=25)
def test_the_order_of_entering_independent_events_does_not_matter(
    tiny, happenings, days, known_on, data
):
    shuffled = data.draw(st.permutations(happenings))
    pictures = []
    for order in (happenings, shuffled):
        with undone(tiny) as connection:
            for happening in order:
                happening.enter(connection)
            pictures.append(picture(connection, days, known_on))
    assert pictures[0] == pictures[1]


@given(happenings=st.lists(HAPPENINGS, max_size=6), days=ASKED, known_on=DAYS)
@settings(max_examples=25)
def test_what_is_learned_later_does_not_change_what_was_known(tiny, happenings, days, known_on):
    with undone(tiny) as connection:
        for happening in happenings:
            if happening.day + timedelta(days=happening.learned_after) <= known_on:
                happening.enter(connection)
        then = picture(connection, days, known_on)
        for happening in happenings:
            if happening.day + timedelta(days=happening.learned_after) > known_on:
                happening.enter(connection)
        assert picture(connection, days, known_on) == then


@given(happenings=st.lists(HAPPENINGS, max_size=6), days=ASKED, known_on=KNOWN)
@settings(max_examples=25)
def test_totals_add_up_over_villages_and_nobody_is_counted_twice(tiny, happenings, days, known_on):
    with undone(tiny) as connection:
        for happening in happenings:
            happening.enter(connection)
        whole = fold(connection, days, known_on)
        parts = [
            read_ledger(connection, EVERYBODY, Filter(district=code), days, known_on=known_on)
            for code in VILLAGES.values()
        ]
    for name in ("registered", "exited", "exited_before"):
        total = getattr(whole, name).sum(axis=0)
        assert total.tolist() == sum(getattr(part, name).sum(axis=0) for part in parts).tolist()
    standing = whole.registered + whole.exited + whole.exited_before
    sizes = [SIZES[code] for code in whole.households["code"]]
    assert (standing <= [[size] for size in sizes]).all()
    assert (standing >= 0).all()
