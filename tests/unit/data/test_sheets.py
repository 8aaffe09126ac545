"""What the map is given: every position of the slider, for every village."""

import sqlite3
from datetime import date

import numpy as np
import pytest
from sqlalchemy import insert, update

from data.engine import transaction
from data.errors import RuleBroken
from data.ledger import supersede
from data.models import Division, Pairing
from data.queries.atlas import scales_of
from data.queries.filters import INDICATORS, Filter
from data.queries.freshness import last_fact_on, stale_villages
from data.queries.indicators import Gap
from data.queries.instants import LAST_STOP, OPENING, monthly_stops
from data.queries.people import list_households
from data.queries.places import list_units
from data.queries.villages import count_measures, cross_causes, get_village, village_history
from geo.classify import NOT_APPLICABLE
from tests.unit.data.folding import EVERYBODY
from tests.unit.data.sheets import sheet_for
from tests.unit.data.tiny_world import BING, JIA, UNPAIRED_FROM, YI, recorded

STOPS = monthly_stops()
END = STOPS.index(date(2016, 12, 31))
BY_SQL = """
    WITH live AS (
        SELECT e.* FROM register_event e WHERE e.occurred_on <= :day
        AND e.kind IN ('identified', 'relapsed', 'natural_increase', 'exited',
                       'natural_decrease', 'removed', 'closed')
        AND NOT EXISTS (SELECT 1 FROM register_event v WHERE v.voids_event_id = e.id)
    ), last AS (
        SELECT member_id, kind, max(occurred_on || '|' || recorded_at || '|' || id)
        FROM live GROUP BY member_id
    )
    SELECT h.village_code, sum(last.kind IN ('identified', 'relapsed', 'natural_increase')),
           sum(last.kind = 'exited')
    FROM last JOIN household_composition c ON c.member_id = last.member_id
         AND c.superseded_at IS NULL AND c.valid_from <= :day
         AND (c.valid_to IS NULL OR c.valid_to > :day)
    JOIN household h ON h.code = c.household_code GROUP BY h.village_code
"""


@pytest.fixture(scope="module")
def sheet(demo_db):
    return sheet_for(demo_db, EVERYBODY)


def test_the_slider_stops_at_the_opening_and_at_every_months_end():
    assert len(STOPS) == 25
    assert STOPS[:3] == [date(2016, 1, 1), date(2016, 1, 31), date(2016, 2, 29)]
    assert STOPS[-1] == LAST_STOP == date(2017, 12, 31)
    assert STOPS[0] == OPENING
    assert sorted(set(STOPS)) == STOPS


def test_every_stop_equals_sql_as_of_per_village(demo_file, sheet):
    connection = sqlite3.connect(demo_file)
    for i, stop in enumerate(STOPS):
        rows = connection.execute(BY_SQL, {"day": stop.isoformat()}).fetchall()
        wanted = {village: (registered, exited) for village, registered, exited in rows}
        assert len(wanted) == 19
        for row, village in enumerate(sheet.units.groups):
            found = (sheet.units.persons["remaining"][row, i],
                     sheet.units.persons["exited"][row, i])  # fmt: skip
            assert found == wanted[village], (stop, village)
    connection.close()


def test_haibowan_and_wuda_end_as_true_zero_and_not_as_no_data(sheet):
    for row, village in enumerate(sheet.units.groups):
        if not village.startswith("150303"):
            assert sheet.units.persons["remaining"][row, END] == 0
            assert sheet.units.rates["coverage"][row, END] == NOT_APPLICABLE
    ends = dict(zip(sheet.districts.groups, sheet.districts.persons["remaining"][:, END],
                    strict=True))  # fmt: skip
    assert ends == {"150302": 0, "150303": 91, "150304": 0}


def test_units_add_up_to_districts_and_districts_to_the_whole(sheet):
    for name in ("remaining", "exited", "on_register"):
        units, districts = sheet.units.persons[name], sheet.districts.persons[name]
        for row, prefix in enumerate(sheet.districts.groups):
            inside = [code.startswith(prefix) for code in sheet.units.groups]
            assert (units[inside].sum(axis=0) == districts[row]).all()
        assert (districts.sum(axis=0) == sheet.whole.persons[name][0]).all()


def test_those_on_file_are_those_who_remain_and_those_who_exited(sheet):
    for part in (sheet.units, sheet.districts, sheet.whole):
        both = part.persons["remaining"] + part.persons["exited"]
        assert (both == part.persons["on_register"]).all()


def test_the_figures_start_and_end_as_published(sheet):
    whole = sheet.whole.persons
    assert (whole["remaining"][0, 0], whole["exited"][0, 0]) == (1515, 0)
    assert (whole["remaining"][0, END], whole["exited"][0, END]) == (91, 1424)
    assert (np.diff(whole["remaining"][0]) <= 0).all()
    assert len(set(whole["remaining"][0])) >= 10  # the slider moves something nearly each month
    assert (sheet.whole.rates["leaders"][0] == 37).all()


def test_project_places_in_wuda_are_no_data_and_not_zero(sheet):
    for row, village in enumerate(sheet.units.groups):
        assert np.isnan(sheet.units.rates["places"][row]).all() == village.startswith("150304")
    by_district = dict(zip(sheet.districts.groups, sheet.districts.rates["places"], strict=True))
    assert np.isnan(by_district["150304"]).all()
    assert by_district["150303"][END] > 0


def test_hand_counted_rates_of_the_tiny_world(tiny_db):
    sheet = sheet_for(tiny_db, EVERYBODY)
    rows = {code: i for i, code in enumerate(sheet.units.groups)}
    july = STOPS.index(date(2016, 7, 31))
    # 甲: A4 (industry), A5 (none) and A6 (industry, unpaired) remain; A1, A2, A4 hold places.
    assert sheet.units.rates["reach"][rows[JIA], july] == 66.7
    assert sheet.units.rates["coverage"][rows[JIA], july] == 66.7
    assert sheet.units.rates["places"][rows[JIA], july] == 0.5
    assert sheet.units.households["remaining"][rows[JIA], july] == 3
    assert sheet.units.rates["places"][rows[YI], july] == 0
    assert np.isnan(sheet.units.rates["places"][rows[BING], july])
    assert sheet.units.rates["leaders"][:, july].tolist() == [1, 1, 1]
    assert sheet.whole.rates["leaders"][0, july] == 2


def test_a_measure_narrows_the_persons_and_reach_keeps_its_base(tiny_db):
    sheet = sheet_for(tiny_db, EVERYBODY, "industry")
    rows = {code: i for i, code in enumerate(sheet.units.groups)}
    july = STOPS.index(date(2016, 7, 31))
    assert sheet.units.persons["remaining"][rows[JIA], july] == 4  # A4 and A6
    assert sheet.units.persons["exited"][rows[JIA], july] == 3  # A3
    assert sheet.units.rates["reach"][rows[JIA], july] == 66.7  # of A4, A5, A6
    assert sheet.units.rates["reach"][rows[BING], july] == 0
    assert sheet.units.persons["remaining"][rows[BING], july] == 0  # on file, without it


def test_the_end_of_a_pairing_lowers_coverage_and_shows_the_gap_where_it_is(writable_demo):
    village = "150303104234"
    listed = list_households(writable_demo, EVERYBODY, village, as_of=STOPS[END])
    code = listed[listed["status"] == "registered"]["household"].iloc[0]
    with transaction(writable_demo) as connection:
        pairings = connection.execute(
            Pairing.__table__.select().where(Pairing.household_code == code)
        ).mappings().all()  # fmt: skip
        for pairing in pairings:
            supersede(connection, Pairing, pairing["id"])
            ended = dict(pairing) | {
                "id": f"{pairing['id']}-ended", "valid_to": date(2016, 11, 1),
                "recorded_at": recorded(date(2016, 11, 1)),
            }  # fmt: skip
            connection.execute(insert(Pairing).values(ended))
    sheet = sheet_for(writable_demo, EVERYBODY)
    row = sheet.units.groups.index(village)
    october = END - 2
    assert sheet.units.rates["coverage"][row, october] == 100
    assert sheet.units.rates["coverage"][row, END] < 100
    assert sheet.whole.rates["coverage"][0, END] == round(100 * 36 / 37, 1)
    gap = sheet.gaps[""][END]
    assert gap == Gap(kind="unpaired", households=1, village=village, there=1)
    assert sheet.gaps["150303"][END] == gap
    assert sheet.gaps["150302"][END] is None
    assert sheet.gaps[""][october] is None or sheet.gaps[""][october].kind != "unpaired"


def test_the_worst_gap_is_the_one_that_touches_most_households(tiny_db):
    sheet = sheet_for(tiny_db, EVERYBODY)
    july = STOPS.index(date(2016, 7, 31))
    # 甲: A6 unpaired, A5 without measure, and nothing recorded about 乙's two since 2015.
    assert sheet.gaps["990121"][july] == Gap(kind="stale", households=2, village=YI, there=2)
    # More than 90 days after the last record every remaining household is stale.
    late = sheet.gaps[""][STOPS.index(date(2017, 6, 30))]
    assert (late.kind, late.households) == ("stale", 4)


def test_freshness_is_the_days_since_the_last_recorded_fact():
    days = np.array(["2016-01-05", "2016-03-01"], dtype="datetime64[D]")
    assert last_fact_on(days, date(2016, 1, 4)) is None
    assert last_fact_on(days, date(2016, 2, 1)) == date(2016, 1, 5)
    assert last_fact_on(days, date(2016, 3, 1)) == date(2016, 3, 1)
    assert last_fact_on(None, date(2016, 3, 1)) is None
    stops = [date(2016, 5, 30), date(2016, 5, 31)]
    assert stale_villages({"a": days}, ["a", "b"], stops) == {
        "a": [False, True], "b": [True, True],
    }  # fmt: skip


def test_scales_are_fixed_over_the_period_and_cover_all_indicators(sheet):
    scales = scales_of(sheet)
    assert set(scales) == set(INDICATORS)
    for scale in scales.values():
        for part, labels in (
            (scale.units, scale.units_labels), (scale.districts, scale.districts_labels),
        ):  # fmt: skip
            assert len(part.breaks) + 1 == len(labels)
            assert list(part.breaks) == sorted(part.breaks)
    greatest = np.nanmax(sheet.units.persons["on_register"])
    assert scales["remaining"].units.breaks == scales["exited"].units.breaks
    assert scales["remaining"].units.breaks[-1] < greatest


def test_a_village_agrees_with_the_map_at_every_stop(demo_db, sheet):
    village = sheet.units.groups[9]
    history = village_history(demo_db, EVERYBODY, village, STOPS)
    for name in ("remaining", "exited", "on_register"):
        assert list(history[name]) == list(sheet.units.persons[name][9])
    for stop in (0, 9, END):
        facts = get_village(demo_db, EVERYBODY, village, Filter(as_of=STOPS[stop]))
        for name in INDICATORS:
            if name in facts.figures:
                shown, mapped = facts.figures[name], sheet.units.value(name)[9, stop]
                assert shown == mapped or (np.isnan(shown) and np.isnan(mapped))


def test_a_village_says_who_answers_for_it(tiny_db):
    facts = get_village(tiny_db, EVERYBODY, JIA, Filter(as_of=date(2016, 7, 31)))
    assert facts.leaders == ("leader-1",)
    assert list(facts.team["role"]) == ["head"]
    assert facts.names == {"zh-CN": "甲村", "en": "甲村 en"}
    assert facts.accuracy_m == 3000
    held = dict(zip(facts.measures["code"], facts.measures["households"], strict=True))
    assert held == {"industry": 3, "education": 0, "employment": 0, "health": 2, "social": 0}
    assert dict(zip(facts.projects["id"], facts.projects["households"], strict=True)) == (
        {"vineyard": 3}
    )
    assert get_village(tiny_db, EVERYBODY, BING, Filter()).accuracy_m is None


def test_measures_by_cause_count_households(tiny_db):
    table = cross_causes(tiny_db, EVERYBODY, JIA, as_of=date(2016, 7, 31))
    assert table.to_dict("records") == [
        {"cause_zh": "因病", "cause_en": table["cause_en"][0], "health": 2, "industry": 3}
    ]
    assert count_measures(tiny_db, EVERYBODY, YI, as_of=date(2015, 1, 1))["households"].sum() == 0


def test_the_list_of_households_holds_no_identity(tiny_db):
    listed = list_households(tiny_db, EVERYBODY, JIA, as_of=date(2016, 12, 31))
    assert list(listed.columns) == [
        "household", "persons", "status", "cause", "measures", "cadres",
    ]  # fmt: skip
    assert dict(zip(listed["household"], listed["status"], strict=True)) == {
        "A1": "exited", "A2": "exited", "A3": "exited", "A4": "registered", "A5": "registered",
        "A6": "registered",
    }  # fmt: skip
    assert dict(zip(listed["household"], listed["persons"], strict=True))["A3"] == 3


def test_the_day_on_which_a_fact_ends_is_its_first_day_without(tiny_db):
    for day, paired in ((date(2016, 6, 30), 1), (UNPAIRED_FROM, 0)):
        listed = list_households(tiny_db, EVERYBODY, JIA, as_of=day).set_index("household")
        assert np.nan_to_num(listed["cadres"]["A6"]) == paired
        assert listed["cadres"]["A5"] == 1


def test_units_without_a_position_are_listed_without_one(tiny_db):
    units = list_units(tiny_db, EVERYBODY).set_index("code")
    assert units.geometry[BING] is None
    assert units.geometry[JIA].x == 106.5


def test_an_update_of_a_position_by_the_back_door_is_refused(tiny_db):
    with pytest.raises(RuleBroken), transaction(tiny_db) as connection:
        connection.execute(update(Division).values(lon=1.0))
