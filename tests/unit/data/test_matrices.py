"""Matrices: leaders by villages, causes by measures, and the list behind each cell."""

from datetime import date

import pytest

from data.access import MASK, Role, Viewer
from data.engine import transaction
from data.errors import Denied, NotFound
from data.ledger import append_row, supersede
from data.models import Cause, EventKind, LeaderVillageLink
from data.queries.matrices import (
    EVERYBODY,
    NOBODY,
    cross_area,
    list_cell,
    list_leader_links,
)
from tests.unit.data.tiny_world import BING, IDENTIFIED, JIA, VILLAGES, YI, append, versioned

DAY = date(2016, 12, 31)


def links(db, viewer, **when):
    frame = list_leader_links(db, viewer, **{"as_of": DAY} | when)
    return [tuple(row) for row in frame.to_numpy()]


def test_leaders_stand_by_their_villages_with_their_terms(tiny_db, tiny_office):
    assert links(tiny_db, tiny_office) == [
        (JIA, "leader-1", IDENTIFIED, None),
        (YI, "leader-1", IDENTIFIED, None),
        (BING, "leader-2", IDENTIFIED, None),
    ]


def test_a_link_counts_from_its_first_day_to_the_day_before_its_end(tiny_db, tiny_office):
    with transaction(tiny_db) as connection:
        supersede(connection, LeaderVillageLink, "link-B")
        ended = versioned("link-B-ended", until=date(2016, 7, 1))
        facts = {"official_id": "leader-1", "village_code": YI}
        append_row(connection, LeaderVillageLink, **ended | facts)
    before = links(tiny_db, tiny_office, as_of=date(2016, 6, 30))
    assert (YI, "leader-1", IDENTIFIED, date(2016, 7, 1)) in before
    assert YI not in {row[0] for row in links(tiny_db, tiny_office, as_of=date(2016, 7, 1))}
    assert YI in {row[0] for row in links(tiny_db, tiny_office, known_on=date(2016, 12, 31))}


def test_a_district_sees_its_own_villages_leaders(tiny_db):
    district = Viewer("district", Role.DISTRICT, ("990122",))
    assert links(tiny_db, district) == [(BING, "leader-2", IDENTIFIED, None)]


def test_all_37_leaders_and_19_villages_of_the_demonstration(demo_db, leader):
    frame = list_leader_links(demo_db, leader, as_of=DAY)
    assert frame["leader"].nunique() == 37
    assert frame["village"].nunique() == 19


def test_causes_by_measures_as_counted_by_hand(tiny_db, tiny_office):
    with transaction(tiny_db) as connection:
        supersede(connection, Cause, "cause-A3")
        facts = {"household_code": "A3", "cause_code": "schooling", "is_main": True}
        append_row(connection, Cause, **versioned("cause-A3-new") | facts)
        supersede(connection, Cause, "cause-B2")
    crossing = cross_area(tiny_db, tiny_office, "", as_of=DAY)
    counts = crossing.counts.to_dict("index")
    assert list(crossing.causes) == ["illness", "schooling", NOBODY]
    assert counts["illness"] == {
        "health": 2, "industry": 3, "education": 4, "employment": 0, "social": 0,
        NOBODY: 1, EVERYBODY: 10,
    }  # fmt: skip
    assert (counts["schooling"]["industry"], counts["schooling"][EVERYBODY]) == (1, 1)
    assert (counts[NOBODY]["industry"], counts[NOBODY][EVERYBODY]) == (1, 1)
    assert counts[EVERYBODY]["industry"] == 5
    assert counts[EVERYBODY][EVERYBODY] == 12


def test_who_left_the_file_is_counted_no_more(tiny_db, tiny_office):
    with transaction(tiny_db) as connection:
        append(connection, "A4-1", EventKind.REMOVED, date(2016, 5, 1))
    before = cross_area(tiny_db, tiny_office, JIA, as_of=date(2016, 4, 30)).counts
    after = cross_area(tiny_db, tiny_office, JIA, as_of=DAY).counts
    assert (before.loc[EVERYBODY, EVERYBODY], after.loc[EVERYBODY, EVERYBODY]) == (6, 5)
    cells = list_cell(tiny_db, tiny_office, JIA, "illness", "industry", as_of=DAY)
    assert list(cells["household"]) == ["A3", "A6"]


@pytest.mark.parametrize("area", ["", "990121", *VILLAGES.values()])
def test_every_cell_is_as_long_as_its_list(tiny_db, tiny_office, area):
    crossing = cross_area(tiny_db, tiny_office, area, as_of=DAY)
    for cause in crossing.counts.index:
        for measure in crossing.counts.columns:
            listed = list_cell(tiny_db, tiny_office, area, cause, measure, as_of=DAY)
            assert len(listed) == crossing.counts.loc[cause, measure]
            assert set(listed["village"].str.startswith(area)) <= {True}


def test_the_demonstrations_cells_are_the_villages_added_up(demo_db, office):
    city = cross_area(demo_db, office, "", as_of=DAY)
    assert city.counts.loc[EVERYBODY, EVERYBODY] == 697
    parts = [cross_area(demo_db, office, d, as_of=DAY) for d in ("150302", "150303", "150304")]
    for measure in city.measures:
        added = sum(part.counts.loc[EVERYBODY, measure] for part in parts)
        assert added == city.counts.loc[EVERYBODY, measure]


def test_a_list_holds_codes_and_places_and_nothing_about_persons(demo_db, office):
    listed = list_cell(demo_db, office, "150303", "illness", "health", as_of=DAY)
    assert list(listed.columns) == [
        "household", "village", "persons", "status", "measures", "cadres",
    ]  # fmt: skip
    assert len(listed) >= 5
    assert not (listed == MASK).any(axis=None)


def test_who_sees_no_small_cells_gets_no_table_of_an_area_and_no_list(demo_db, viewers):
    for key in ("leader", "planner", "inspector", "helper", "auditor", "admin"):
        with pytest.raises(Denied):
            cross_area(demo_db, viewers[key], "", as_of=DAY)
        with pytest.raises(Denied):
            list_cell(demo_db, viewers[key], "", EVERYBODY, EVERYBODY, as_of=DAY)


@pytest.mark.parametrize("area", ["150302", "150302101203", "15039", "x"])
def test_an_area_outside_is_not_found(demo_db, district_office, area):
    with pytest.raises(NotFound):
        cross_area(demo_db, district_office, area, as_of=DAY)
    with pytest.raises(NotFound):
        list_cell(demo_db, district_office, area, EVERYBODY, EVERYBODY, as_of=DAY)


def test_a_code_that_nobody_knows_is_not_found(tiny_db, tiny_office):
    for cause, measure in (("x", EVERYBODY), (EVERYBODY, "x"), (EVERYBODY, "household")):
        with pytest.raises(NotFound):
            list_cell(tiny_db, tiny_office, "", cause, measure, as_of=DAY)
