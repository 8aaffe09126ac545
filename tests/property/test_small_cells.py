"""Whatever the register, no small cell follows from what is shown."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.queries.intervals import Reader
from tests.unit.data.publishing import EXACT, LEADER, figures_of, publish, small_world
from tests.unit.data.test_small_cells import differences, is_small, small_behind

pytestmark = pytest.mark.row(23)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), villages=st.integers(1, 9))
def test_no_count_of_one_to_four_households_can_be_found_out(seed, villages):
    ledger = small_world(np.random.default_rng(seed), villages=villages)
    stops = list(range(len(ledger.stops)))
    told = publish(figures_of(ledger, LEADER), stops, exits_stand=False)
    truth = publish(figures_of(ledger, EXACT), stops)
    reader = Reader(told)
    small = [key for key in reader.hidden if value_of(truth, key) <= 4]
    seen = reader.intervals(small).items()
    for key in [key for key, (low, high) in seen if high - low < 1 - 1e-6]:
        low, high = reader.interval(key)
        assert high - low >= 1 - 1e-6, (key, low, high)


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), villages=st.integers(1, 12))
def test_no_two_figures_differ_by_one_to_four_households(seed, villages):
    ledger = small_world(np.random.default_rng(seed), villages=villages)
    figures = figures_of(ledger, LEADER)
    for rate in ("coverage", "reach", "places"):
        assert small_behind(figures[""], of=rate) == 0, rate
    for name, whole, part in differences(figures):
        both = (whole >= 0) & (part >= 0)
        assert not is_small(np.abs(whole - part)[both].astype(int)).any(), name


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), villages=st.integers(1, 9))
def test_nothing_is_said_that_is_not_so(seed, villages):
    """What is shown is exact, a true zero is shown, and "<5" stands only where it is true."""
    ledger = small_world(np.random.default_rng(seed), villages=villages)
    seen, exact = figures_of(ledger, LEADER), figures_of(ledger, EXACT)
    for measure, parts in exact.items():
        for part, told in zip(parts, seen[measure], strict=True):
            for kind, counts in part.households.items():
                shown = told.households[kind]
                assert (shown[shown >= 0] == counts[shown >= 0]).all()
                assert (shown[counts == 0] == 0).all()
                assert (counts[shown == -1] < 5).all()


def value_of(publication, key):
    measure, kind, group, stop = key
    return publication.households[measure][kind][publication.groups.index(group), stop]
