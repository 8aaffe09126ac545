"""The register: what stands in it on any day, as known on any other, counted by hand."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from data.access import Role, Viewer
from data.engine import reading, transaction
from data.errors import AlreadyVoided, NotFound
from data.ledger import load_rows, supersede, void_event
from data.models import (
    EventKind,
    Household,
    HouseholdComposition,
    Pairing,
    RegisterEvent,
)
from data.queries.filters import Filter
from data.queries.instants import monthly_stops
from data.queries.places import get_dataset
from data.queries.register import count_exits
from tests.unit.data.folding import (
    counts,
    counts_in,
    events_of,
    fold,
    naive_counts,
    register_hash,
)
from tests.unit.data.tiny_world import (
    BING,
    JIA,
    SIZES,
    UNPAIRED_FROM,
    YI,
    append,
    household_row,
    members_of,
    recorded,
    versioned,
)

YEAR_END = date(2016, 12, 31)
HOMES = {member: key for key in SIZES for member in members_of(key)}
STOPS = monthly_stops()


def exit_event(db, member):
    with reading(db) as connection:
        return connection.execute(
            select(RegisterEvent.id).where(
                RegisterEvent.member_id == member, RegisterEvent.kind == EventKind.EXITED
            )
        ).scalar_one()


@pytest.mark.parametrize(
    ("day", "registered", "exited"),
    [
        (date(2015, 5, 31), 0, 0),
        (date(2015, 6, 1), 23, 0),
        (date(2016, 3, 9), 23, 0),
        (date(2016, 3, 10), 22, 1),
        (date(2016, 5, 31), 19, 4),
        (date(2016, 6, 29), 17, 6),
        (date(2016, 6, 30), 14, 9),
        (date(2016, 12, 30), 9, 14),
        (date(2016, 12, 31), 7, 16),
        (date(2017, 12, 31), 7, 16),
    ],
)
def test_the_fold_equals_counts_made_by_hand(tiny_db, day, registered, exited):
    assert counts(tiny_db, day) == [registered, exited]


@pytest.mark.parametrize(
    ("prefix", "registered", "exited"),
    [(JIA, 6, 6), (YI, 1, 2), (BING, 0, 8), ("990121", 7, 8), ("990122", 0, 8), ("99", 7, 16)],
)
def test_places_have_their_own_counts(tiny_db, prefix, registered, exited):
    assert counts(tiny_db, YEAR_END, prefix=prefix) == [registered, exited]


def test_an_event_counts_on_its_own_day(tiny_db):
    assert counts(tiny_db, date(2016, 12, 30), prefix=BING) == [2, 6]
    assert counts(tiny_db, date(2016, 12, 31), prefix=BING) == [0, 8]


def test_the_quick_fold_equals_the_plain_one_at_every_stop(tiny_db):
    ledger, events = fold(tiny_db, *STOPS), events_of(tiny_db)
    for i, stop in enumerate(STOPS):
        assert counts_in(ledger, i) == naive_counts(events, HOMES, stop)


def test_several_days_folded_at_once_equal_each_day_folded_alone(tiny_db):
    at_once = fold(tiny_db, *STOPS)
    for i, stop in enumerate(STOPS):
        alone = fold(tiny_db, stop)
        assert (at_once.registered[:, i] == alone.registered[:, 0]).all()
        assert (at_once.exited[:, i] == alone.exited[:, 0]).all()
        assert (at_once.paired[:, i] == alone.paired[:, 0]).all()
        assert (at_once.places[:, i] == alone.places[:, 0]).all()


def test_an_event_and_its_voiding_restore_counts_and_hash(tiny_db):
    before = register_hash(tiny_db, *STOPS)
    with transaction(tiny_db) as connection:
        event = append(connection, "A6-1", EventKind.NATURAL_DECREASE, date(2016, 4, 2))
    assert counts(tiny_db, YEAR_END) == [6, 16]
    assert register_hash(tiny_db, *STOPS) != before
    with transaction(tiny_db) as connection:
        void_event(connection, event, recorded_by="test", reason="entered by mistake")
    assert counts(tiny_db, YEAR_END) == [7, 16]
    assert register_hash(tiny_db, *STOPS) == before


def test_voiding_an_exit_puts_the_person_back_and_what_was_known_stays(tiny_db):
    with transaction(tiny_db) as connection:
        void_event(
            connection, exit_event(tiny_db, "A1-1"), recorded_by="test", reason="wrong person",
            recorded_at=recorded(date(2017, 2, 1)),
        )  # fmt: skip
    assert counts(tiny_db, YEAR_END) == [8, 15]
    assert counts(tiny_db, YEAR_END, known_on=date(2017, 1, 31)) == [7, 16]
    assert counts(tiny_db, YEAR_END, known_on=date(2017, 2, 3)) == [8, 15]


def test_what_was_not_yet_recorded_was_not_yet_known(tiny_db):
    # A1 exited on 03-10; the clerk entered it on 03-12.
    day = date(2016, 3, 31)
    assert counts(tiny_db, day, known_on=date(2016, 3, 11)) == [23, 0]
    assert counts(tiny_db, day, known_on=date(2016, 3, 12)) == [22, 1]


def test_the_day_of_knowing_ends_at_midnight_in_china(tiny_db):
    late = datetime(2016, 4, 1, 15, 59, tzinfo=UTC)  # 23:59 of 1 April in China
    with transaction(tiny_db) as connection:
        append(connection, "A6-1", EventKind.EXITED, date(2016, 3, 20), at=late)
        append(connection, "A6-2", EventKind.EXITED, date(2016, 3, 20), at=late.replace(hour=16))
    day = date(2016, 3, 31)
    assert counts(tiny_db, day, known_on=date(2016, 3, 31)) == [22, 1]
    assert counts(tiny_db, day, known_on=date(2016, 4, 1)) == [21, 2]
    assert counts(tiny_db, day, known_on=date(2016, 4, 2)) == [20, 3]


def test_a_moved_event_is_a_void_and_a_new_one(tiny_db):
    with transaction(tiny_db) as connection:
        void_event(connection, exit_event(tiny_db, "A1-1"), recorded_by="t", reason="wrong day")
        append(connection, "A1-1", EventKind.EXITED, date(2016, 11, 11))
    assert counts(tiny_db, date(2016, 10, 31), prefix=JIA) == [7, 5]
    assert counts(tiny_db, date(2016, 11, 11), prefix=JIA) == [6, 6]


def test_a_relapsed_person_is_on_the_register_again_and_the_exit_stays_readable(tiny_db):
    with transaction(tiny_db) as connection:
        append(connection, "A2-1", EventKind.RELAPSED, date(2016, 10, 1))
    assert counts(tiny_db, date(2016, 9, 30), prefix=JIA) == [6, 6]
    assert counts(tiny_db, date(2016, 10, 1), prefix=JIA) == [7, 5]
    assert exit_event(tiny_db, "A2-1")


def test_pre_exit_and_other_marks_change_nothing(tiny_db):
    before = register_hash(tiny_db, *STOPS)
    with transaction(tiny_db) as connection:
        for kind in (EventKind.PRE_EXIT, EventKind.SPLIT, EventKind.MERGED, EventKind.CORRECTED):
            append(connection, "A6-1", kind, date(2016, 4, 2))
    assert register_hash(tiny_db, *STOPS) == before


@pytest.mark.parametrize("kind", [EventKind.NATURAL_DECREASE, EventKind.REMOVED, EventKind.CLOSED])
def test_whoever_leaves_the_register_without_an_exit_is_counted_nowhere(tiny_db, kind):
    with transaction(tiny_db) as connection:
        append(connection, "A6-1", kind, date(2016, 4, 2))
    assert counts(tiny_db, date(2016, 4, 1), prefix=JIA) == [11, 1]
    assert counts(tiny_db, date(2016, 4, 2), prefix=JIA) == [10, 1]


def test_a_natural_increase_adds_a_person(tiny_db):
    with transaction(tiny_db) as connection:
        append(connection, "A6-1", EventKind.NATURAL_DECREASE, date(2016, 1, 10))
        append(connection, "A6-1", EventKind.NATURAL_INCREASE, date(2016, 5, 10))
    assert counts(tiny_db, date(2016, 2, 1), prefix=JIA) == [11, 0]
    assert counts(tiny_db, date(2016, 5, 10), prefix=JIA) == [12 - 1, 1]


def test_exits_before_the_opening_are_kept_apart(tiny_db):
    with transaction(tiny_db) as connection:
        append(connection, "A4-1", EventKind.EXITED, date(2015, 12, 31))
    ledger = fold(tiny_db, date(2016, 1, 1))
    assert int(ledger.registered.sum()) == 22
    assert int(ledger.exited.sum()) == 0
    assert int(ledger.exited_before.sum()) == 1


def test_of_two_events_on_one_day_the_one_recorded_later_counts(tiny_db):
    day = date(2016, 4, 2)
    with transaction(tiny_db) as connection:
        append(connection, "A6-1", EventKind.RELAPSED, day, at=recorded(day, after_days=9))
        append(connection, "A6-1", EventKind.EXITED, day, at=recorded(day, after_days=2))
    assert counts(tiny_db, day, prefix=JIA) == [11, 1]
    assert counts(tiny_db, day, prefix=JIA, known_on=date(2016, 4, 5)) == [10, 2]


@pytest.mark.parametrize("reading_of", ["B", "A"])
def test_the_open_residual_could_be_closed_by_dated_events_and_opened_again(tiny_db, reading_of):
    """Steps T2 to T4: two natural decreases, moved to the next year, then voided."""
    day = date(2016, 6, 10) if reading_of == "B" else date(2017, 2, 10)
    before = register_hash(tiny_db, *STOPS)
    with transaction(tiny_db) as connection:
        events = [append(connection, m, EventKind.NATURAL_DECREASE, day) for m in ("A6-1", "A6-2")]
    assert counts(tiny_db, YEAR_END)[0] == (5 if reading_of == "B" else 7)
    assert counts(tiny_db, date(2017, 3, 1))[0] == 5
    with transaction(tiny_db) as connection:
        for event in events:
            void_event(connection, event, recorded_by="test", reason="exercise over")
    assert register_hash(tiny_db, *STOPS) == before


def test_a_split_moves_persons_and_keeps_the_totals(tiny_db):
    moved_on = date(2016, 9, 1)
    with transaction(tiny_db) as connection:
        load_rows(connection, Household, [household_row("A7", JIA)])
        supersede(connection, HouseholdComposition, "home-A6-3", superseded_at=recorded(moved_on))
        old = versioned("home-A6-3-old", until=moved_on) | {
            "member_id": "A6-3", "household_code": "A6", "recorded_at": recorded(moved_on),
        }  # fmt: skip
        new = versioned("home-A7", moved_on) | {"member_id": "A6-3", "household_code": "A7"}
        load_rows(connection, HouseholdComposition, [old, new])
        append(connection, "A6-3", EventKind.SPLIT, moved_on)

    def persons(household, day, known_on=None):
        ledger = fold(tiny_db, day, known_on=known_on)
        return int(ledger.registered[ledger.households["code"] == household].sum())

    eve = date(2016, 8, 31)
    assert [persons("A6", eve), persons("A7", eve)] == [3, 0]
    assert [persons("A6", moved_on), persons("A7", moved_on)] == [2, 1]
    known = date(2016, 9, 2)  # recorded on the third
    assert [persons("A6", moved_on, known), persons("A7", moved_on, known)] == [3, 0]
    assert counts(tiny_db, moved_on, prefix=JIA) == [6, 6]
    assert counts(tiny_db, YEAR_END) == [7, 16]


def test_moving_to_another_village_moves_the_persons_count_with_them(tiny_db):
    moved_on = date(2016, 9, 1)
    with transaction(tiny_db) as connection:
        load_rows(connection, Household, [household_row("B3", YI)])
        supersede(connection, HouseholdComposition, "home-A4-1", superseded_at=recorded(moved_on))
        old = versioned("home-A4-old", until=moved_on) | {
            "member_id": "A4-1", "household_code": "A4", "recorded_at": recorded(moved_on),
        }  # fmt: skip
        new = versioned("home-B3", moved_on) | {"member_id": "A4-1", "household_code": "B3"}
        load_rows(connection, HouseholdComposition, [old, new])
    assert [counts(tiny_db, date(2016, 8, 31), prefix=p)[0] for p in (JIA, YI)] == [6, 3]
    assert [counts(tiny_db, moved_on, prefix=p)[0] for p in (JIA, YI)] == [5, 4]


def test_spans_of_facts_are_half_open(tiny_db):
    ledger = fold(tiny_db, UNPAIRED_FROM.replace(day=1, month=6), date(2016, 6, 30), UNPAIRED_FROM)
    row = list(ledger.households["code"]).index("A6")
    assert ledger.paired[row].tolist() == [True, True, False]


def test_a_superseded_fact_is_known_before_and_not_after(tiny_db):
    with transaction(tiny_db) as connection:
        supersede(connection, Pairing, "pairing-A4", superseded_at=recorded(date(2017, 2, 1)))
    row = list(fold(tiny_db, YEAR_END).households["code"]).index("A4")
    assert not fold(tiny_db, YEAR_END).paired[row, 0]
    assert fold(tiny_db, YEAR_END, known_on=date(2017, 2, 1)).paired[row, 0]
    assert not fold(tiny_db, YEAR_END, known_on=date(2017, 2, 3)).paired[row, 0]


def test_a_fact_can_be_superseded_once_only(tiny_db):
    with transaction(tiny_db) as connection:
        supersede(connection, Pairing, "pairing-A4")
    with pytest.raises(NotFound), transaction(tiny_db) as connection:
        supersede(connection, Pairing, "pairing-A4")
    with pytest.raises(NotFound), transaction(tiny_db) as connection:
        supersede(connection, Pairing, "no-such-fact")


def test_a_voided_event_cannot_be_voided_again_nor_a_void_be_voided(tiny_db):
    event = exit_event(tiny_db, "A1-1")
    with transaction(tiny_db) as connection:
        void = void_event(connection, event, recorded_by="test", reason="once")
    for target in (event, void):
        with pytest.raises(AlreadyVoided), transaction(tiny_db) as connection:
            void_event(connection, target, recorded_by="test", reason="twice")
    with pytest.raises(NotFound), transaction(tiny_db) as connection:
        void_event(connection, "no-such-event", recorded_by="test", reason="none")


def test_a_measure_filter_counts_only_households_with_that_measure(tiny_db):
    industry = fold(tiny_db, date(2016, 1, 1), filter_=Filter(measure="industry"))
    held = {
        c for c, m in zip(industry.households["code"], industry.measured[:, 0], strict=True) if m
    }
    assert held == {"A3", "A4", "A6", "B1", "B2"}


def test_a_district_filter_leaves_other_households_out_in_sql(tiny_db):
    ledger = fold(tiny_db, YEAR_END, filter_=Filter(district="990122"))
    assert set(ledger.households["village"]) == {BING}


def test_a_viewer_without_areas_gets_nothing(tiny_db):
    ledger = fold(tiny_db, YEAR_END, viewer=Viewer("nobody", Role.OFFICE, ()))
    assert len(ledger.households) == 0
    assert ledger.registered.shape == (0, 1)


def test_exits_of_the_year_count_persons_once_and_leave_voids_out(tiny_db):
    with transaction(tiny_db) as connection:
        append(connection, "A2-1", EventKind.RELAPSED, date(2016, 10, 1))
        append(connection, "A2-1", EventKind.EXITED, date(2016, 11, 1))
        void_event(connection, exit_event(tiny_db, "A1-1"), recorded_by="t", reason="wrong")
    with reading(tiny_db) as connection:
        everybody = Viewer("all", Role.OFFICE, ("",))
        assert count_exits(connection, everybody, Filter(as_of=YEAR_END)) == 15
        assert count_exits(connection, everybody, Filter(as_of=date(2016, 6, 30))) == 8
        assert count_exits(connection, everybody, Filter(as_of=date(2017, 6, 30))) == 0


def test_each_write_raises_the_data_version(tiny_db):
    before = get_dataset(tiny_db).version
    with transaction(tiny_db) as connection:
        event = append(connection, "A6-1", EventKind.PRE_EXIT, date(2016, 4, 2))
    with transaction(tiny_db) as connection:
        void_event(connection, event, recorded_by="test", reason="mistake")
    with transaction(tiny_db) as connection:
        supersede(connection, Pairing, "pairing-A4")
    assert get_dataset(tiny_db).version == before + 3
