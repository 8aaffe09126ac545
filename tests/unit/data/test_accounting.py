"""The accounting identity and the readings of a residual, by numbers on paper."""

from datetime import date

import pytest

from data.models import EventKind
from data.rules.accounting import (
    MEANINGS,
    Account,
    Evidence,
    Flows,
    Reading,
    count_event,
    judge_readings,
    published_by,
    residual_of,
)

OPEN_89 = Account(1515, Flows(exited=1424))


def test_the_identity_adds_every_flow_with_its_sign():
    flows = Flows(identified=1, relapsed=2, natural_increase=4, exited=8, natural_decrease=16,
                  removed=32, closed=64, moved=128)  # fmt: skip
    assert flows.non_exit == 1 + 2 + 4 - 16 - 32 - 64
    assert flows.net == flows.non_exit - 8 + 128
    assert Account(1000, flows).closing == 1000 + flows.net


def test_flows_of_two_periods_add_up():
    added = Flows(exited=3, removed=1) + Flows(exited=2, identified=5)
    assert added == Flows(exited=5, removed=1, identified=5)


def test_without_an_opening_nothing_is_computed_and_the_residual_is_none_not_zero():
    closing = Account(None, Flows(exited=3)).closing
    assert closing is None
    assert residual_of(89, closing) is None
    assert residual_of(89, 91) == -2
    assert residual_of(89, 89) == 0


@pytest.mark.parametrize(
    ("kind", "previous", "changed"),
    [
        (EventKind.IDENTIFIED, None, 1),
        (EventKind.IDENTIFIED, EventKind.IDENTIFIED, 0),
        (EventKind.RELAPSED, EventKind.EXITED, 1),
        (EventKind.EXITED, EventKind.IDENTIFIED, -1),
        (EventKind.EXITED, EventKind.EXITED, 0),
        (EventKind.REMOVED, EventKind.EXITED, 0),
        (EventKind.CLOSED, EventKind.RELAPSED, -1),
        (EventKind.NATURAL_DECREASE, None, 0),
        (EventKind.PRE_EXIT, EventKind.IDENTIFIED, 0),
        (EventKind.SPLIT, EventKind.IDENTIFIED, 0),
        (EventKind.MERGED, EventKind.IDENTIFIED, 0),
    ],
)
def test_an_event_counts_only_if_it_moves_somebody_on_or_off_the_register(kind, previous, changed):
    assert count_event(kind, previous, is_first_counted=False) == changed


def test_beside_a_published_opening_a_first_event_always_counts():
    assert count_event(EventKind.NATURAL_DECREASE, None, is_first_counted=True) == -1
    assert count_event(EventKind.IDENTIFIED, None, is_first_counted=True) == 1
    assert count_event(EventKind.PRE_EXIT, None, is_first_counted=True) == 0
    decreased = EventKind.NATURAL_DECREASE
    assert count_event(decreased, EventKind.REMOVED, is_first_counted=True) == 0


def judge(within=None, after=None, *, claimed=89.0, corrected=False):
    account = Account(1515, Flows(exited=1424) + (within or Flows()))
    return judge_readings(Evidence(claimed, account, after or Flows(), is_corrected=corrected))


def test_nothing_is_supported_by_default():
    assert judge() == frozenset()
    assert judge(claimed=91.0) == frozenset()


def test_two_departures_of_the_year_support_flow():
    assert judge(Flows(natural_decrease=2)) == {Reading.FLOW}
    assert judge(Flows(natural_decrease=3, natural_increase=1)) == {Reading.FLOW}


def test_half_an_explanation_supports_nothing():
    assert judge(Flows(natural_decrease=1)) == frozenset()
    assert judge(Flows(natural_decrease=1), Flows(natural_decrease=2)) == frozenset()
    assert judge(Flows(natural_decrease=3)) == frozenset()


def test_two_departures_before_publication_support_date():
    assert judge(after=Flows(natural_decrease=2)) == {Reading.DATE}
    assert judge(after=Flows(exited=2)) == {Reading.DATE}  # a later count knows exits too
    assert judge(after=Flows(natural_increase=2)) == frozenset()


def test_two_removed_support_cleaning_beside_the_time_they_were_removed():
    assert judge(Flows(removed=2)) == {Reading.FLOW, Reading.CLEANING}
    assert judge(after=Flows(removed=2)) == {Reading.DATE, Reading.CLEANING}
    assert judge(Flows(removed=1, natural_decrease=1)) == {Reading.FLOW}


def test_a_correction_by_the_publisher_supports_misprint():
    assert judge(corrected=True) == {Reading.MISPRINT}
    nothing = Evidence(89, Account(None), Flows(), is_corrected=True)
    assert judge_readings(nothing) == {Reading.MISPRINT}


def test_persons_who_moved_explain_nothing_of_a_flow():
    account = Account(1515, Flows(exited=1424, natural_decrease=1, moved=-1))
    assert account.closing == 89
    assert judge_readings(Evidence(89, account, Flows())) == frozenset()


def test_every_reading_has_its_words():
    assert set(MEANINGS) == set(Reading)
    assert [str(reading) for reading in Reading] == ["A", "B", "C", "D"]
    assert all(meaning.says and meaning.wants for meaning in MEANINGS.values())


@pytest.mark.parametrize(
    ("dated", "day"),
    [
        ("2017", date(2017, 12, 31)),
        ("2016-2017", date(2017, 12, 31)),
        ("2017-04-13", date(2017, 4, 13)),
        ("不详", None),
        ("", None),
    ],
)
def test_the_day_of_publication_is_the_last_that_the_source_allows(dated, day):
    assert published_by(dated) == day
