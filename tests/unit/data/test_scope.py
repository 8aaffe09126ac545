"""Access: rows are limited in SQL, and out of scope answers exactly like missing."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from sqlalchemy import select

from data.access import (
    MASK,
    ROLE_NAMES,
    Action,
    Role,
    Viewer,
    can,
    is_small,
    reaches,
    scope,
    suppress,
)
from data.door import DEMO_VIEWERS, ROLE_COOKIE, admit, role_key
from data.errors import Denied, NotFound, SignInRequired
from data.models import Household, Official, Pairing
from data.queries.atlas import read_atlas
from data.queries.filters import Filter
from data.queries.people import list_households
from data.queries.places import get_dataset, get_unit, list_choices, list_divisions, list_units
from data.queries.responsibility import count_officials
from data.queries.villages import count_measures, cross_causes, get_village, village_history
from data.settings import Settings
from data.versions import map_version
from tests.unit.data.folding import fold
from tests.unit.data.sheets import sheet_for

OPENING, YEAR_END = date(2016, 1, 1), date(2016, 12, 31)
DONGXING, XINDI = "150303104238", "150302101203"
SEES_HOUSEHOLDS = {Role.OFFICE, Role.DISTRICT, Role.TOWN, Role.TEAM, Role.CLERK}


@pytest.mark.parametrize(
    ("key", "areas", "units"),
    [
        ("leader", [""], 19), ("office", [""], 19), ("planner", [""], 19), ("inspector", [""], 19),
        ("clerk", [""], 19), ("district-150302", ["150302"], 8), ("town", ["150303104"], 8),
        ("district-150303", ["150303"], 9), ("district-150304", ["150304"], 2),
        ("team", [DONGXING], 1), ("auditor", [], 0), ("admin", [], 0),
    ],
)  # fmt: skip
def test_each_role_reaches_its_areas_and_nothing_else(demo_db, viewers, key, areas, units):
    viewer = viewers[key]
    assert list(viewer.areas) == areas

    def inside(codes):
        return all(any(str(code).startswith(area) for area in areas) for code in codes)

    listed = list_units(demo_db, viewer)
    assert len(listed) == units
    assert inside(listed["code"])
    assert inside(list_divisions(demo_db, viewer)["code"])
    ledger = fold(demo_db, OPENING, viewer=viewer)
    assert inside(ledger.households["village"])
    assert len(set(ledger.households["village"])) == units
    choices = list_choices(demo_db, viewer)
    assert inside(choices.villages)
    assert len(choices.villages) == units
    counted = count_officials(demo_db, viewer, Filter(as_of=OPENING))
    assert inside(code for code in counted.index if code)
    assert len(set(counted.index) - {""}) == units


@pytest.mark.parametrize("key", ["district-150302", "town", "team", "auditor"])
def test_a_map_holds_only_the_viewers_areas(demo_db, viewers, key):
    viewer = viewers[key]
    atlas = read_atlas(demo_db, viewer)
    sheet = sheet_for(demo_db, viewer)
    assert all(reaches(viewer, code) for code in atlas.units["code"])
    assert all(reaches(viewer, code) for code in sheet.units.groups)
    assert {p[:6] for p in atlas.districts["prefix"]} == {a[:6] for a in viewer.areas}
    wanted = fold(demo_db, OPENING, viewer=viewer).registered.sum()
    assert np.nan_to_num(sheet.whole.persons["remaining"][0, 0]) == wanted
    assert (len(atlas.units) > 0) == bool(viewer.areas)


def test_the_parts_of_the_city_make_the_whole(demo_db, viewers):
    parts = [viewers[f"district-{code}"] for code in ("150302", "150303", "150304")]
    sums = [int(fold(demo_db, OPENING, viewer=viewer).registered.sum()) for viewer in parts]
    assert sum(sums) == 1515
    assert min(sums) > 0


@pytest.mark.parametrize("key", ["district-150303", "town", "team", "auditor"])
def test_out_of_scope_answers_exactly_like_missing(demo_db, viewers, key):
    viewer = viewers[key]

    def answer(call, code):
        with pytest.raises(NotFound) as caught:
            call(code)
        return [caught.value.sentence(lang).replace(code, "CODE") for lang in ("zh-CN", "en")]

    calls = [
        lambda code: get_unit(demo_db, viewer, code),
        lambda code: get_village(demo_db, viewer, code, Filter()),
        lambda code: village_history(demo_db, viewer, code, [YEAR_END]),
    ]
    if viewer.role in SEES_HOUSEHOLDS:
        calls.append(lambda code: list_households(demo_db, viewer, code, as_of=YEAR_END))
    for call in calls:
        assert answer(call, XINDI) == answer(call, "150302101999")


@pytest.mark.parametrize("key", ["district-150303", "town", "auditor"])
def test_counts_out_of_scope_are_those_of_an_empty_place(demo_db, viewers, key):
    viewer = viewers[key]
    assert count_measures(demo_db, viewer, XINDI, as_of=YEAR_END)["households"].sum() == 0
    assert cross_causes(demo_db, viewer, XINDI, as_of=YEAR_END).empty


@pytest.mark.parametrize("key", DEMO_VIEWERS)
def test_only_those_who_work_with_households_list_them(demo_db, viewers, key):
    viewer = viewers[key]
    village = next((c for c in (DONGXING, XINDI, "150304101008") if reaches(viewer, c)), DONGXING)
    if viewer.role is Role.HELPER:
        return  # sees the own households, see below
    if viewer.role in SEES_HOUSEHOLDS:
        listed = list_households(demo_db, viewer, village, as_of=OPENING)
        assert len(listed) > 5
        assert set(listed["cause"]) == {MASK}  # health: seeing it takes a reason and a record
    else:
        wanted = Denied if viewer.areas else NotFound
        with pytest.raises(wanted):
            list_households(demo_db, viewer, village, as_of=OPENING)


@pytest.mark.parametrize("role", Role)
def test_an_administrator_who_looks_as_a_role_sees_pages_and_figures_only(role):
    viewer = Viewer("x", role, ("",), is_preview=True)
    assert {a for a in Action if can(viewer, a)} <= {Action.SEE_AGGREGATES}


def test_a_helper_reaches_the_own_households_only(demo_db, helper, office):
    day = date(2017, 12, 31)
    own = {c for v in list_units(demo_db, helper)["code"]
           for c in list_households(demo_db, helper, v, as_of=day)["household"]}  # fmt: skip
    with demo_db.engine.connect() as connection:
        paired = set(connection.execute(
            select(Pairing.household_code).join(Official, Official.id == Pairing.official_id)
            .where(Official.code == helper.official)
        ).scalars())  # fmt: skip
    assert 0 < len(own) < 20
    assert own == paired
    stranger = replace(helper, official="干部 9999")
    assert not any(len(list_households(demo_db, stranger, v, as_of=day))
                   for v in list_units(demo_db, stranger)["code"])  # fmt: skip
    assert fold(demo_db, day, viewer=helper).households["code"].isin(paired).all()


def test_a_right_ends_at_the_areas_border():
    viewer = Viewer("x", Role.DISTRICT, ("150303",))
    assert can(viewer, Action.SEE_HOUSEHOLDS, DONGXING)
    refused = can(viewer, Action.SEE_HOUSEHOLDS, XINDI)
    assert not refused
    assert XINDI in refused.reason
    assert not can(Viewer("x", Role.DISTRICT, ()), Action.SEE_HOUSEHOLDS, DONGXING)


def test_the_limit_is_part_of_the_sql():
    def where(viewer):
        statement = scope(select(Household.code), viewer, Household.village_code)
        return str(statement.compile(compile_kwargs={"literal_binds": True}))

    limited = where(Viewer("x", Role.DISTRICT, ("150303", "1503041")))
    assert "BETWEEN '150303000000' AND '150303999999'" in limited
    assert "OR" in limited
    assert "BETWEEN '150304100000' AND '150304199999'" in limited
    assert "WHERE" not in where(Viewer("x", Role.OFFICE, ("",)))
    assert "WHERE false" in where(Viewer("x", Role.OFFICE, ())).replace("0 = 1", "false")


@pytest.mark.parametrize("wild", ["15030%", "150303'", "______", "%"])
def test_wildcards_in_an_area_reach_nothing_more(demo_db, wild):
    viewer = Viewer("x", Role.OFFICE, (wild,))
    assert len(list_units(demo_db, viewer)) == 0
    assert fold(demo_db, OPENING, viewer=viewer).registered.sum() == 0


def test_only_one_to_four_households_are_small():
    counts = np.arange(7)
    assert is_small(counts).tolist() == [False, True, True, True, True, False, False]
    hidden = suppress(counts.astype(float), counts, Viewer("x", Role.LEADER, ("",)))
    assert hidden.tolist() == [0, -1, -1, -1, -1, 5, 6]
    shown = suppress(counts.astype(float), counts, Viewer("x", Role.OFFICE, ("",)))
    assert shown.tolist() == counts.tolist()


def test_no_two_viewers_of_different_rows_share_a_cache_key(demo_db, viewers):
    rights = {(v.role, v.areas, v.official): v.scope_key for v in viewers.values()}
    assert len(set(rights.values())) == len(rights)
    facts = get_dataset(demo_db)
    versions = {map_version(facts, viewer) for viewer in viewers.values()}
    assert len(versions) == len(rights)
    for change in ({"version": facts.version + 1}, {"seed": "another"}):
        assert map_version(replace(facts, **change), viewers["leader"]) not in versions
    assert (
        Viewer("a", Role.TOWN, ("1", "2")).scope_key == Viewer("b", Role.TOWN, ("2", "1")).scope_key
    )


def test_a_demonstration_admits_the_chosen_role_and_production_nobody():
    demo = Settings(mode="demo")
    assert admit(demo, {}).role == Role.LEADER
    for key, (viewer, _label) in DEMO_VIEWERS.items():
        assert admit(demo, {ROLE_COOKIE: key}) == viewer
        assert role_key(viewer) == key
    assert admit(demo, {ROLE_COOKIE: "root"}).role == Role.LEADER
    assert role_key(Viewer("stranger", Role.DISTRICT, ("990000",))) == "leader"
    with pytest.raises(SignInRequired):
        admit(Settings(mode="production"), {ROLE_COOKIE: "office"})


def test_every_role_has_a_name_and_a_place_in_the_demonstration():
    assert set(ROLE_NAMES) == set(Role)
    assert {viewer.role for viewer, _ in DEMO_VIEWERS.values()} == set(Role)
