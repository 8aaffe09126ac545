"""The summary of a day: keys, published figures, filters, and parts that add up."""

from datetime import date

import pytest

from data.access import Role, Viewer
from data.queries.claims import list_claims
from data.queries.filters import Filter
from data.queries.places import list_choices
from data.queries.summary import summarize
from tests.unit.data.folding import EVERYBODY
from tests.unit.data.tiny_world import BING, JIA, YI

YEAR_END = date(2016, 12, 31)
KEYS = {
    "as_of", "known_on", "district", "measure", "villages", "households", "persons", "exited",
    "cadres", "leaders", "coverage", "claims", "by_village",
}  # fmt: skip


def test_the_summary_has_the_promised_keys(demo_db):
    summary = summarize(demo_db, EVERYBODY, Filter())
    assert set(summary) == KEYS | {"synthetic"}
    assert len(summary["by_village"]) == 19
    village_keys = KEYS - {"by_village"} | {"code", "name_zh"}
    for row in summary["by_village"]:
        assert set(row) == village_keys
        assert row["district"] == row["code"][:6]
    claim_keys = {"metric", "value", "as_of", "computed", "residual"}
    assert all(claim_keys <= set(claim) for claim in summary["claims"])


@pytest.mark.parametrize(
    ("day", "households", "persons", "exited"),
    [
        (date(2015, 12, 31), 697, 1515, 0),
        (date(2016, 1, 1), 697, 1515, 0),
        (date(2016, 12, 31), 37, 91, 1424),
        (date(2017, 12, 31), 37, 91, 1424),
        (date(2013, 1, 1), 0, 0, 0),
    ],
)
def test_the_published_figures_hold_by_events(demo_db, day, households, persons, exited):
    summary = summarize(demo_db, EVERYBODY, Filter(as_of=day))
    found = (summary["households"], summary["persons"], summary["exited"])
    assert found == (households, persons, exited)
    assert summary["villages"] == 19


def test_leaders_cadres_and_coverage_are_as_published(demo_db):
    for day in (date(2016, 1, 1), YEAR_END, date(2017, 12, 31)):
        summary = summarize(demo_db, EVERYBODY, Filter(as_of=day))
        assert (summary["leaders"], summary["cadres"], summary["coverage"]) == (37, 1521, 1.0)


def test_outside_hainan_the_years_end_is_a_true_zero_and_coverage_is_null(demo_db):
    for district, villages in (("150302", 8), ("150304", 2)):
        summary = summarize(demo_db, EVERYBODY, Filter(district=district))
        assert (summary["households"], summary["persons"]) == (0, 0)
        assert summary["exited"] > 0
        assert summary["coverage"] is None
        assert summary["villages"] == villages
    assert summarize(demo_db, EVERYBODY, Filter(district="150303"))["persons"] == 91


@pytest.mark.parametrize("district", ["", "150303", "150304"])
@pytest.mark.parametrize("measure", ["", "health", "NAT5.schooling"])
@pytest.mark.parametrize("day", [date(2016, 2, 10), YEAR_END])
def test_villages_add_up_to_the_whole(demo_db, district, measure, day):
    filter_ = Filter(district=district, measure=measure, as_of=day)
    summary = summarize(demo_db, EVERYBODY, filter_)
    for key in ("households", "persons", "exited"):
        assert sum(row[key] for row in summary["by_village"]) == summary[key]
    assert summary["villages"] == len(summary["by_village"])
    assert all(row["code"].startswith(district) for row in summary["by_village"])


def test_a_measure_narrows_and_never_widens(demo_db):
    whole = summarize(demo_db, EVERYBODY, Filter(as_of=date(2016, 6, 30)))
    found = 0
    for measure in ("industry", "education", "employment", "health", "social"):
        part = summarize(demo_db, EVERYBODY, Filter(as_of=date(2016, 6, 30), measure=measure))
        assert 0 < part["persons"] < whole["persons"]
        found += part["households"]
    assert found > whole["households"]  # a household may have several measures


def test_a_national_measure_reads_as_its_one_counterpart(demo_db):
    for national, local in (("NAT5.schooling", "education"), ("NAT5.security", "social"),
                            ("NAT5.production", "industry")):  # fmt: skip
        figures = [
            summarize(demo_db, EVERYBODY, Filter(measure=code, as_of=date(2016, 6, 30)))
            for code in (national, local)
        ]
        for key in ("households", "persons", "exited", "cadres"):
            assert figures[0][key] == figures[1][key]


def test_a_measure_without_counterpart_has_no_figure_and_not_zero(demo_db):
    for code in ("NAT5.relocation", "NAT5.ecology"):
        summary = summarize(demo_db, EVERYBODY, Filter(measure=code))
        assert summary["persons"] is None
        assert summary["coverage"] is None
        assert all(row["persons"] is None for row in summary["by_village"])


def test_the_choices_say_how_exact_a_national_measure_is(demo_db):
    choices = list_choices(demo_db, EVERYBODY)
    assert choices.exactness == {
        "NAT5.production": "ambiguous", "NAT5.relocation": "none", "NAT5.ecology": "none",
        "NAT5.schooling": "one_to_one", "NAT5.security": "one_to_one",
    }  # fmt: skip
    assert Filter(measure="NAT5.production").caveat(choices, "en") != (
        Filter(measure="NAT5.ecology").caveat(choices, "en")
    )
    assert Filter(measure="NAT5.schooling").caveat(choices, "en") is None
    assert Filter(measure="industry").caveat(choices, "en") is None


def test_late_corrections_change_the_past_as_known_today_and_not_as_known_then(demo_db):
    changed = set()
    for month in (4, 6, 8, 10, 11):
        day = date(2016, month, 28)
        then = summarize(demo_db, EVERYBODY, Filter(as_of=day), known_on=date(2017, 1, 31))
        now = summarize(demo_db, EVERYBODY, Filter(as_of=day))
        assert (then["persons"], then["exited"]) == (now["persons"], now["exited"])
        for a, b in zip(then["by_village"], now["by_village"], strict=True):
            if a["persons"] != b["persons"]:
                changed.add(a["code"])
    assert len(changed) >= 2


def test_what_was_known_before_anything_was_recorded_is_nothing(demo_db):
    summary = summarize(demo_db, EVERYBODY, Filter(), known_on=date(2013, 1, 1))
    assert (summary["persons"], summary["exited"]) == (0, 0)
    assert (summary["cadres"], summary["leaders"]) == (0, 0)
    assert summary["known_on"] == "2013-01-01"


def test_only_the_published_89_has_a_residual_and_it_stays_open(demo_db):
    claims = {claim.id: claim for claim in list_claims(demo_db, EVERYBODY)}
    assert len(claims) == 13
    residuals = {key: claim.residual for key, claim in claims.items()}
    assert {k: r for k, r in residuals.items() if r} == {"N4": -2}
    assert [k for k, claim in claims.items() if claim.is_open] == ["N4"]
    assert (claims["N4"].value, claims["N4"].computed) == (89, 91)
    confirmed = {"N1": 1515, "N3": 1424, "N5": 37, "N6": 19, "N7": 1521, "N8": 50}
    for key, value in confirmed.items():
        assert (claims[key].value, claims[key].computed, residuals[key]) == (value, value, 0)


def test_what_is_defined_otherwise_is_not_compared(demo_db):
    for claim in list_claims(demo_db, EVERYBODY):
        if claim.id in {"N2", "R1", "R2", "R3", "R4", "R5"}:
            assert claim.computed is None
            assert claim.residual is None
            assert not claim.is_open


def test_every_claim_has_a_source_and_both_definitions(demo_db):
    for claim in list_claims(demo_db, EVERYBODY):
        assert claim.source
        assert claim.definition_zh
        assert claim.definition_en
        assert claim.definition_zh != claim.definition_en


def test_a_claim_asked_for_an_earlier_knowledge_is_computed_from_it(demo_db):
    early = {c.id: c for c in list_claims(demo_db, EVERYBODY, known_on=date(2016, 12, 20))}
    assert early["N3"].computed < 1424
    assert early["N4"].computed > 91


def test_hand_counted_figures_of_the_tiny_world(tiny_db):
    summary = summarize(tiny_db, EVERYBODY, Filter(as_of=date(2016, 7, 31)))
    assert summary["villages"] == 3
    assert (summary["households"], summary["persons"], summary["exited"]) == (8, 14, 9)
    assert (summary["cadres"], summary["leaders"]) == (3, 2)
    assert summary["coverage"] == 0.875  # A6 is unpaired since 1 July
    assert summary["claims"] == []
    rows = {row["code"]: row for row in summary["by_village"]}
    assert [rows[v]["persons"] for v in (JIA, YI, BING)] == [6, 3, 5]
    assert [rows[v]["coverage"] for v in (JIA, YI, BING)] == [2 / 3, 1.0, 1.0]
    assert [rows[v]["leaders"] for v in (JIA, YI, BING)] == [1, 1, 1]


def test_no_rounding_calls_an_incomplete_coverage_complete(tiny_db):
    summary = summarize(tiny_db, EVERYBODY, Filter(as_of=date(2016, 7, 1), district="990121"))
    assert summary["coverage"] < 1


def test_a_viewer_gets_the_summary_of_their_areas(demo_db, viewers):
    for key, villages in (("district-150302", 8), ("town", 8), ("team", 1), ("auditor", 0)):
        summary = summarize(demo_db, viewers[key], Filter(as_of=date(2016, 1, 1)))
        assert summary["villages"] == len(summary["by_village"]) == villages
    nobody = summarize(demo_db, Viewer("x", Role.CLERK, ()), Filter())
    assert nobody["persons"] == 0
    assert (nobody["cadres"], nobody["leaders"]) == (0, 0)
