"""The synthetic register: the published totals for every seed, and people who make sense."""

import re
from collections import Counter, defaultdict
from datetime import date

import pytest

from data.errors import ImpossibleParameters, InvariantBroken
from data.generator import _assert_totals, generic, synthetic_units, wuhai
from data.generator.divisions import Unit
from data.generator.parameters import Parameters
from data.generator.plan import plan_units
from data.generator.streams import Stream, largest_remainder
from data.generator.villages import draw_village
from data.models import (
    Cause,
    DistrictResponsible,
    EventKind,
    Household,
    HouseholdComposition,
    IdentityVault,
    LeaderVillageLink,
    MeasureAssignment,
    Member,
    Official,
    Pairing,
    Project,
    ProjectBeneficiary,
    ProjectUnit,
    RegisterEvent,
    WorkTeam,
)
from tests.unit.data.drawn import count_standing, draw, draw_wuhai, wuhai_units

SEEDS = (0, 1, 2016, 2**31)
OPENING, YEAR_END = date(2016, 1, 1), date(2016, 12, 31)
CITY, HAINAN = "1503", "150303"


@pytest.fixture(params=SEEDS)
def drawn(request):
    return draw_wuhai(request.param)


def total(counts, prefix=""):
    return sum(n for code, n in counts.items() if code.startswith(prefix))


def test_the_published_totals_hold(drawn):
    assert total(count_standing(drawn, OPENING)) == 1515
    at_end = count_standing(drawn, YEAR_END)
    assert total(at_end) == total(at_end, HAINAN) == 91
    assert len(drawn.village_of) == 697
    assert len(drawn.home_of) == 1515
    assert len(at_end) == 19


def test_exits_are_of_whole_households_in_2016_and_none_on_its_first_day(drawn):
    voided = {e["voids_event_id"] for e in drawn[RegisterEvent]}
    days = defaultdict(set)
    members = Counter(drawn.home_of.values())
    exited = Counter()
    for event in drawn[RegisterEvent]:
        if event["kind"] == EventKind.EXITED and event["id"] not in voided:
            home = drawn.home_of[event["member_id"]]
            days[home].add(event["occurred_on"])
            exited[home] += 1
    assert sum(exited.values()) == 1424
    assert len(exited) == 660
    assert all(exited[home] == members[home] for home in exited)
    assert all(len(found) == 1 for found in days.values())
    found = {day for home in days for day in days[home]}
    assert OPENING < min(found) <= max(found) <= YEAR_END


def test_no_other_register_event_is_invented(drawn):
    kinds = {str(event["kind"]) for event in drawn[RegisterEvent]}
    assert kinds == {"identified", "exited", "voided"}


def test_leaders_cadres_teams_and_responsible_persons_are_as_published(drawn):
    villages = {unit.code for unit in wuhai_units()}
    officials = Counter(row["role"] for row in drawn[Official])
    # Two a district, and one for the city, each of the four towns that have villages, each village.
    principals = 6 + 1 + 4 + 19
    assert officials == {"leader": 37, "cadre": 1521, "principal": principals}
    assert len({row["code"] for row in drawn[Official]}) == 37 + 1521 + principals
    roles = {row["id"]: row["role"] for row in drawn[Official]}
    links = {(row["official_id"], row["village_code"]) for row in drawn[LeaderVillageLink]}
    assert {village for _, village in links} == villages
    linked = {official for official, _ in links}
    assert len(linked) == 37
    assert {roles[official] for official in linked} == {"leader"}
    assert {row["village_code"] for row in drawn[WorkTeam]} == villages
    assert len(drawn[WorkTeam]) == 19
    responsible = Counter(row["district_code"][:6] for row in drawn[DistrictResponsible])
    assert responsible == {"150302": 2, "150303": 2, "150304": 2}


def test_every_household_and_every_cadre_is_paired_on_every_day(drawn):
    cadres = {row["id"] for row in drawn[Official] if row["role"] == "cadre"}
    assert {row["official_id"] for row in drawn[Pairing]} == cadres
    assert {row["household_code"] for row in drawn[Pairing]} == set(drawn.village_of)
    assert all(row["valid_from"] < OPENING for row in drawn[Pairing])
    assert all(row["valid_to"] is None for row in drawn[Pairing])


def test_households_have_one_to_six_members_each_of_one_household(drawn):
    sizes = Counter(row["household_code"] for row in drawn[HouseholdComposition])
    assert set(sizes) == set(drawn.village_of)
    assert set(sizes.values()) <= set(range(1, 7))
    assert len(drawn[HouseholdComposition]) == len(drawn[Member])


def test_causes_fit_the_members(drawn):
    people = defaultdict(list)
    sealed = {row["member_id"]: row for row in drawn[IdentityVault]}
    by_id = {row["id"]: {**row, **sealed[row["id"]]} for row in drawn[Member]}
    for member, home in drawn.home_of.items():
        people[home].append(by_id[member])
    fits = {
        "illness": lambda p: p["health"] in {"chronic", "severe"},
        "disability": lambda p: p["is_disabled"] == "yes",
        "schooling": lambda p: p["schooling"] != "none" and p["birth_year"] >= 1998,
    }
    main = {row["household_code"]: row["cause_code"] for row in drawn[Cause] if row["is_main"]}
    assert set(main) == set(drawn.village_of)
    for home, cause in main.items():
        if cause in fits:
            assert any(fits[cause](person) for person in people[home]), (home, cause)
        if cause == "no_labour":
            assert all(p["labour"] in {"lost", "none"} for p in people[home])
    assert set(fits) < set(main.values())


def test_a_household_has_one_main_cause_and_at_most_two_others(drawn):
    main, others = Counter(), Counter()
    for row in drawn[Cause]:
        (main if row["is_main"] else others)[row["household_code"]] += 1
    assert set(main.values()) == {1}
    assert max(others.values()) <= 2


def test_minors_and_the_old_do_not_work(drawn):
    labour = {row["member_id"]: row["labour"] for row in drawn[IdentityVault]}
    for person in drawn[Member]:
        age = 2016 - person["birth_year"]
        if age < 18 or age > 64:
            assert person["months_away"] == 0
            assert labour[person["id"]] in {"lost", "none"}


def test_measures_answer_the_cause_and_nobody_has_none(drawn):
    answers = {
        "illness": {"health"}, "disability": {"health", "social"}, "schooling": {"education"},
        "no_skill": {"employment", "industry"}, "no_labour": {"social"},
        "no_capital": {"industry"},
    }  # fmt: skip
    held = defaultdict(set)
    for row in drawn[MeasureAssignment]:
        assert row["vocabulary"] == "WH5"
        held[row["household_code"]].add(row["measure_code"])
    assert set(held) == set(drawn.village_of)
    labour = {row["member_id"]: row["labour"] for row in drawn[IdentityVault]}
    able = {home for member, home in drawn.home_of.items()
            if labour[member] in {"ordinary", "skilled"}}  # fmt: skip
    for row in drawn[Cause]:
        if row["is_main"]:
            home = row["household_code"]
            wanted = answers.get(row["cause_code"], {"industry", "employment"})
            if home not in able:  # no job and no greenhouse for those who cannot work
                assert not held[home] & {"industry", "employment"}
                wanted = wanted - {"industry", "employment"} or {"social"}
            assert held[home] & wanted
    found = set().union(*held.values())
    assert found == {"industry", "education", "employment", "health", "social"}


def test_identities_can_belong_to_nobody(drawn):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    assert len(drawn[IdentityVault]) == 1515
    for row in drawn[IdentityVault]:
        number = row["id_number"]
        assert re.fullmatch(r"990000\d{8}\d{3}[\dX]", number)
        right = "10X98765432"[sum(int(d) * w for d, w in zip(number, weights, strict=False)) % 11]
        assert number[-1] != right
        assert re.fullmatch(r"100\d{8}", row["phone"])
        assert re.fullmatch(r"示例户 \d{4}-\d", row["name"])
        assert re.fullmatch(r"示例村 \d{4} 号", row["address"])


def test_what_is_sensitive_is_drawn_for_the_vault_alone(drawn):
    sensitive = {"name", "id_number", "phone", "address", "health", "labour", "is_disabled",
                 "is_tekun", "is_orphan"}  # fmt: skip
    assert all(set(row) == sensitive | {"member_id"} for row in drawn[IdentityVault])
    assert not set(drawn[Member][0]) & sensitive
    assert {row["is_tekun"] for row in drawn[IdentityVault]} == {"yes", "no"}


def test_household_codes_say_nothing_and_differ(drawn):
    codes = [row["code"] for row in drawn[Household]]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"H[0-9A-HJKMNP-TV-Z]{12}", code) for code in codes)
    assert {row["location_precision"] for row in drawn[Household]} == {"village"}


def test_zero_and_small_units_both_occur_in_hainan_at_the_years_end(drawn):
    homes = defaultdict(set)
    exited = {drawn.home_of[e["member_id"]] for e in drawn[RegisterEvent] if e["kind"] == "exited"}
    for home, village in drawn.village_of.items():
        homes[village] |= {home} - exited
    left = {v: len(found) for v, found in homes.items()}
    assert sum(left.values()) == 37
    hainan = [n for village, n in left.items() if village.startswith(HAINAN)]
    assert hainan.count(0) >= 1
    assert sum(1 <= n <= 4 for n in hainan) >= 2
    assert sum(n >= 5 for n in hainan) >= 2


def test_villages_differ_in_size(drawn):
    sizes = Counter(drawn.village_of.values())
    assert max(sizes.values()) >= 3 * min(sizes.values())


def test_corrections_are_seen_in_villages_and_in_no_district(drawn):
    changed = 0
    for month in range(1, 13):
        day = date(2016, month, 28)
        before = count_standing(drawn, day, corrected=False)
        after = count_standing(drawn, day, corrected=True)
        for district in ("150302", "150303", "150304"):
            assert total(before, district) == total(after, district)
        changed += sum(before[code] != after[code] for code in before)
    assert changed > 0
    recorded = [e["recorded_at"].date() for e in drawn[RegisterEvent] if e["kind"] == "voided"]
    assert min(recorded) > YEAR_END


def test_facts_are_recorded_after_they_happened(drawn):
    for event in drawn[RegisterEvent]:
        assert event["recorded_at"].date() > event["occurred_on"]


def test_the_park_has_fifty_greenhouses_with_assumed_handovers(drawn):
    assert len(drawn[ProjectUnit]) == 50
    assert all(unit["handover_is_assumed"] for unit in drawn[ProjectUnit])
    for unit in drawn[ProjectUnit]:
        handed = unit["handover_on"]
        assert unit["rent_free_until"] == handed.replace(year=handed.year + 3)
    handovers = Counter(unit["handover_on"] for unit in drawn[ProjectUnit])
    assert list(handovers.values()) == [10] * 5
    lessees = [row for row in drawn[ProjectBeneficiary] if row["mode"] == "lease"]
    assert lessees
    assert {drawn.village_of[row["household_code"]][:6] for row in lessees} == {HAINAN}
    assert len({row["unit_id"] for row in lessees}) == len(lessees)


def test_no_project_is_invented_in_wuda(drawn):
    districts = {project["district_code"][:6] for project in drawn[Project]}
    assert districts == {"150302", "150303"}
    kinds = {project["kind"] for project in drawn[Project]}
    assert kinds == {"greenhouse", "pv_park", "vineyard", "workshop", "tourism"}
    assert all(project["owner_id"] for project in drawn[Project])


def test_places_in_projects_do_not_exceed_their_capacity(drawn):
    served = Counter(row["project_id"] for row in drawn[ProjectBeneficiary])
    for project in drawn[Project]:
        if project["capacity"] is not None:
            assert served[project["id"]] <= project["capacity"]


def test_the_same_seed_gives_the_same_rows_and_another_seed_others():
    again = draw(wuhai_units(), wuhai(1))
    assert again.rows == draw_wuhai(1).rows
    assert again[Member] != draw_wuhai(0)[Member]


def test_a_unit_drawn_alone_equals_the_one_drawn_among_all():
    units = wuhai_units()
    plans = {plan.unit: plan for plan in plan_units(units, wuhai(2016))}
    whole = draw_wuhai(2016)
    for unit in (units[0], units[10], units[-1]):
        alone = draw_village(2016, plans[unit]).rows
        for model in (Household, MeasureAssignment):
            codes = {row["code"] for row in alone[Household]}
            key = "code" if model is Household else "household_code"
            assert alone[model] == [row for row in whole[model] if row[key] in codes]


def test_a_stream_depends_on_seed_and_key_alone():
    first = [Stream(7, "a").between(0, 10**9) for _ in range(2)]
    assert first[0] == first[1]
    assert Stream(7, "b").between(0, 10**9) != first[0]
    assert Stream(8, "a").between(0, 10**9) != first[0]


@pytest.mark.parametrize(
    ("divisions", "households"), [(1, 12), (7, 300), (40, 2000), (200, 211), (50, 60)]
)
def test_a_generic_register_meets_its_own_totals(divisions, households):
    parameters = generic(3, divisions=divisions, households=households)
    drawn = draw(synthetic_units(divisions), parameters)
    assert len(drawn.village_of) == households
    assert set(drawn.village_of.values()) == {u.code for u in synthetic_units(divisions)}
    opening, closing = count_standing(drawn, OPENING), count_standing(drawn, YEAR_END)
    assert total(opening) == parameters.persons
    assert total(closing) == parameters.remaining_persons
    for level in (2, 4, 6, 9):
        by_prefix = Counter()
        for code, n in opening.items():
            by_prefix[code[:level]] += n
        assert sum(by_prefix.values()) == parameters.persons
    assert {row["household_code"] for row in drawn[Pairing]} == set(drawn.village_of)
    assert drawn[Project] == []


@pytest.mark.parametrize(
    ("divisions", "households"), [(0, 100), (-1, 100), (10, 0), (10, -5), (100, 50)]
)
def test_impossible_sizes_are_refused_before_any_row(divisions, households):
    parameters = generic(3, divisions=divisions, households=households)
    with pytest.raises(ImpossibleParameters):
        draw(synthetic_units(divisions), parameters)


def test_more_villages_than_codes_are_refused():
    assert len(synthetic_units(158_400)[-1].code) == 12
    with pytest.raises(ImpossibleParameters):
        synthetic_units(158_401)


def test_households_that_cannot_hold_their_persons_are_refused():
    crowded = Parameters(
        profile="generic", seed=1, remaining_households=0, remaining_persons=0,
        exited_households=10, exited_persons=61, leaders=1, cadres=10, smallest_unit=1,
    )  # fmt: skip
    with pytest.raises(ImpossibleParameters, match="61 persons in 10 households"):
        plan_units([Unit("990121100201")], crowded)


def test_a_missed_total_is_an_error_and_not_a_warning():
    parameters = wuhai(1)
    count = {"households": 697, "identified": 1515, "exited": 1424, "cadres": 1521, "paired": 696}
    with pytest.raises(InvariantBroken) as caught:
        _assert_totals(count, parameters)
    assert caught.value.facts == {"rule": "paired", "wanted": 697, "found": 696}


def test_a_total_is_shared_by_the_largest_remainders():
    assert largest_remainder([1, 1, 1], 10) == [4, 3, 3]
    assert largest_remainder([6, 3, 1], 5) == [3, 2, 0]  # 3.0, 1.5, 0.5: ties to the first
    assert largest_remainder([0, 1], 5, floor=1) == [1, 4]
    assert largest_remainder([0, 0], 2, floor=1) == [1, 1]
    with pytest.raises(ValueError, match="cannot give"):
        largest_remainder([1, 1, 1], 2, floor=1)
