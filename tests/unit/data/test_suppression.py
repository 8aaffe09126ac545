"""Small cells: no figure of one to four households reaches who may not see it."""

from datetime import date

import numpy as np
import pytest

from data.access import Role, Viewer
from data.queries.filters import Filter
from data.queries.instants import monthly_stops
from data.queries.villages import count_measures, cross_causes, get_village, village_history
from geo.classify import NOT_APPLICABLE, SUPPRESSED, WITHHELD
from tests.unit.data.folding import EVERYBODY, fold
from tests.unit.data.sheets import sheet_for
from tests.unit.data.tiny_world import BING, JIA, YI

STOPS = monthly_stops()
END = STOPS.index(date(2016, 12, 31))
MEASURES = ("", "industry", "education", "employment", "health", "social", "NAT5.production")
LESSER = (Role.LEADER, Role.PLANNER, Role.INSPECTOR)
SMALL = (1, 2, 3, 4)


def small(counts):
    return np.isin(counts, SMALL)


@pytest.fixture(scope="module", params=MEASURES)
def behind(demo_db, request):
    """The ledger that stands behind a measure's sheet, and what a leader gets of it."""
    ledger = fold(demo_db, *STOPS, filter_=Filter(measure=request.param))
    viewer = Viewer("lesser", Role.LEADER, ("",))
    return ledger, sheet_for(demo_db, viewer, request.param)


def counted(ledger, group):
    """Count households of a group by hand: who remains, exited, is on file; who is reached."""
    inside = np.array([str(v).startswith(group) for v in ledger.households["village"]])
    registered = ledger.registered[inside] > 0
    exited = (ledger.exited[inside] > 0) & ~registered
    on_file = (ledger.registered[inside] + ledger.exited[inside] + ledger.exited_before[inside]) > 0
    measured = ledger.measured[inside]
    return {
        "remaining": (registered & measured).sum(axis=0),
        "exited": (exited & measured).sum(axis=0),
        "on_register": (on_file & measured).sum(axis=0),
        "reach": ((ledger.reached[inside] & registered).sum(axis=0), registered.sum(axis=0)),
        "coverage": ((ledger.paired[inside] & registered & measured).sum(axis=0),
                     (registered & measured).sum(axis=0)),
        "places": ((ledger.places[inside] * measured).sum(axis=0),
                   (on_file & measured).sum(axis=0)),
    }  # fmt: skip


def parts_of(sheet):
    return (sheet.units, sheet.districts, sheet.whole)


def test_no_count_of_one_to_four_households_is_shown(behind):
    ledger, sheet = behind
    seen_small = 0
    for part in parts_of(sheet):
        for row, group in enumerate(part.groups):
            households = counted(ledger, group)
            for name in ("remaining", "exited", "on_register"):
                hidden = small(households[name])
                seen_small += hidden.sum()
                for shown in (part.persons[name][row], part.households[name][row]):
                    assert np.isin(shown[hidden], (SUPPRESSED, WITHHELD)).all()
                    assert not (shown == SUPPRESSED)[~hidden].any()  # never where it is false
    assert seen_small > 0


def test_a_small_part_is_not_left_to_be_computed_from_the_other(behind):
    ledger, sheet = behind
    for part in parts_of(sheet):
        for row, group in enumerate(part.groups):
            households = counted(ledger, group)
            pair = small(households["remaining"]) | small(households["exited"])
            for name in ("remaining", "exited"):
                shown = part.persons[name][row][pair]
                assert (shown <= 0).all()


def test_no_cell_is_hidden_alone_beside_a_total_that_is_shown(behind):
    """A total less all but one of its parts is that part."""
    _ledger, sheet = behind
    for name in ("remaining", "exited", "on_register"):
        for part, whole in ((sheet.units, sheet.districts), (sheet.districts, sheet.whole)):
            for parent, total in zip(whole.groups, whole.persons[name], strict=True):
                inside = [group.startswith(parent) for group in part.groups]
                hidden = (part.persons[name][inside] < 0).sum(axis=0)
                assert not ((hidden == 1) & (total >= 0)).any(), (name, parent)


def test_no_rate_tells_of_one_to_four_households(behind):
    ledger, sheet = behind
    for part in parts_of(sheet):
        for row, group in enumerate(part.groups):
            for name in ("reach", "coverage", "places"):
                few, whole = counted(ledger, group)[name]
                rate = part.rates[name][row]
                told = rate >= 0
                assert not (told & (small(few) | small(whole))).any(), (group, name)


def test_everything_else_is_shown_as_it_is(behind):
    ledger, sheet = behind
    for part in parts_of(sheet):
        for row, group in enumerate(part.groups):
            households = counted(ledger, group)
            for name in ("remaining", "on_register"):
                shown = part.households[name][row]
                told = shown >= 0
                assert (shown[told] == households[name][told]).all()
    assert (sheet.whole.persons["remaining"][0] > 0).any()


def test_no_gap_tells_of_one_to_four_households(behind):
    _ledger, sheet = behind
    for gaps in sheet.gaps.values():
        for gap in gaps:
            if gap is not None:
                assert gap.households == WITHHELD or gap.households >= 5
                assert gap.there == WITHHELD or gap.there >= 5
                assert gap.there != WITHHELD or gap.village == ""


@pytest.mark.parametrize("role", LESSER)
def test_each_lesser_role_is_treated_alike(demo_db, role):
    sheets = [
        sheet_for(demo_db, viewer, "health")
        for viewer in (Viewer("a", role, ("",)), Viewer("b", Role.LEADER, ("",)))
    ]
    for name, values in sheets[0].units.persons.items():
        assert np.array_equal(values, sheets[1].units.persons[name], equal_nan=True)


def test_who_works_with_households_sees_the_small_cells(demo_db):
    sheet = sheet_for(demo_db, EVERYBODY, "health")
    for part in parts_of(sheet):
        for values in (*part.persons.values(), *part.households.values(), *part.rates.values()):
            assert not np.isin(values, (SUPPRESSED, WITHHELD)).any()


def test_the_three_states_differ_in_the_tiny_world(tiny_db):
    viewer = Viewer("leader", Role.LEADER, ("",))
    sheet = sheet_for(tiny_db, viewer)
    rows = {code: i for i, code in enumerate(sheet.units.groups)}
    remaining = sheet.units.persons["remaining"][:, END]
    # Twelve households in three villages: hardly a figure can stand, and "<5" of one part of so
    # few would give the other away. What nobody belongs to is still a true zero.
    assert remaining[rows[JIA]] == WITHHELD  # three households, six on file
    assert remaining[rows[YI]] == SUPPRESSED  # one
    assert remaining[rows[BING]] == 0  # nobody: a true zero
    assert np.isnan(sheet.units.rates["places"][rows[BING], END])  # no record
    assert sheet.units.rates["coverage"][rows[BING], END] == NOT_APPLICABLE  # of nobody


@pytest.mark.parametrize("as_of", [date(2016, 3, 31), date(2016, 12, 31)])
def test_a_villages_page_hides_small_cells_as_the_map_does(demo_db, leader, as_of):
    sheet = sheet_for(demo_db, leader)
    stop = STOPS.index(as_of)
    seen_hidden = 0
    for row, code in enumerate(sheet.units.groups):
        facts = get_village(demo_db, leader, code, Filter(as_of=as_of))
        for name in ("remaining", "exited", "on_register", "reach", "coverage", "places"):
            shown, mapped = facts.figures[name], sheet.units.value(name)[row, stop]
            assert shown == mapped or (np.isnan(shown) and np.isnan(mapped))
            seen_hidden += shown == SUPPRESSED
        counts = [*facts.measures["households"], *facts.projects["households"]]
        counts += list(count_measures(demo_db, leader, code, as_of=as_of)["households"])
        causes = cross_causes(demo_db, leader, code, as_of=as_of)
        held = causes.drop(columns=["cause_zh", "cause_en"]).to_numpy().ravel()
        assert not small(np.array([*counts, *held])).any()
        history = village_history(demo_db, leader, code, STOPS)
        assert list(history["remaining"]) == list(sheet.units.persons["remaining"][row])
    assert seen_hidden > 0 or as_of.month == 3
