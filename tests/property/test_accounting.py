"""The accounting identity against the fold, whatever happens to whom and whoever moves."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.access import Role, Viewer
from data.engine import open_database
from data.ledger import append_row, supersede
from data.models import HouseholdComposition
from data.queries.flows import read_account
from data.queries.instants import OPENING, monthly_stops
from data.rules.accounting import Account, Evidence, Flows, judge_readings
from tests.property.test_register import HAPPENINGS, HOMES, KNOWN, fold, undone
from tests.unit.data.tiny_world import IDENTIFIED, VILLAGES, recorded

EVERYBODY = Viewer("everybody", Role.OFFICE, ("",))
AREAS = ["", "990121", "990122", *VILLAGES.values()]
MOVES = st.lists(
    st.tuples(st.sampled_from(["A4-1", "A5-1", "C1-1", "B2-1"]), st.sampled_from(["A1", "C4"]),
              st.dates(date(2016, 1, 2), date(2017, 6, 30))),
    max_size=2, unique_by=lambda move: move[0],
)  # fmt: skip
COUNTS = st.integers(0, 4)
FLOWS = st.builds(Flows, natural_decrease=COUNTS, removed=COUNTS, natural_increase=COUNTS,
                  exited=COUNTS)  # fmt: skip


@pytest.fixture(scope="module")
def tiny(tiny_template):
    db = open_database(f"sqlite:///{tiny_template}")
    yield db
    db.engine.dispose()


def move(connection, member: str, household: str, day: date) -> None:
    """Let somebody live elsewhere from a day on, as a split or a merge does."""
    at = recorded(day)
    supersede(connection, HouseholdComposition, f"home-{member}", superseded_at=at)
    for code, first, after in ((HOMES[member], IDENTIFIED, day), (household, day, None)):
        append_row(
            connection, HouseholdComposition, household_code=code, member_id=member,
            valid_from=first, valid_to=after, recorded_at=at,
        )  # fmt: skip


@given(happenings=st.lists(HAPPENINGS, max_size=8), voided=st.sets(st.integers(0, 7)),
       moves=MOVES, known_on=KNOWN)  # fmt: skip
@settings(max_examples=12)
def test_the_closing_equals_the_fold_at_every_stop_in_every_area(
    tiny, happenings, voided, moves, known_on
):
    with undone(tiny) as connection:
        for i, happening in enumerate(happenings):
            event = happening.enter(connection)
            if i in voided:
                happening.void(connection, event, after_days=i * 30)
        for each in moves:
            move(connection, *each)
        stops = [stop for stop in monthly_stops() if stop.month % 4 == 0 or stop == OPENING]
        ledger = fold(connection, stops, known_on)
        villages = ledger.households["village"].astype(str)
        for area in AREAS:
            inside = villages.str.startswith(area).to_numpy(dtype=bool)
            folded = ledger.registered[inside].sum(axis=0)
            for stop, persons in zip(stops, folded, strict=True):
                account = read_account(connection, EVERYBODY, area, stop, known_on=known_on)
                assert account.closing == persons
                assert area or account.flows.moved == 0


@given(within=FLOWS, after=FLOWS, claimed=st.integers(80, 100))
@settings(max_examples=40)
def test_no_reading_is_supported_without_events_that_account_for_the_whole(within, after, claimed):
    account = Account(100, within)
    supported = judge_readings(Evidence(claimed, account, after))
    residual = claimed - account.closing
    moved = {within.non_exit, after.net, -within.removed, -after.removed}
    gap = claimed - (100 - within.exited)
    assert not supported or gap in moved or residual in moved
    if not (within.non_exit or within.removed or after.net or after.removed):
        assert not supported
