"""Bodies of the map's layers: what they hold, for whom, and how they are cached."""

import gzip
import json
from datetime import date

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from data import cli
from data.access import SMALL_CELL_HOUSEHOLDS
from data.engine import transaction
from data.models import EventKind
from data.queries.filters import INDICATORS, KINDS
from data.queries.instants import monthly_stops
from data.settings import load_settings
from geo.classify import (
    EMPTY,
    HIDDEN,
    KEPT_BACK,
    NO_DATA,
    NOT_APPLICABLE,
    SUPPRESSED,
    WITHHELD,
    ZERO,
)
from tests.unit.data.tiny_world import append

PLACES, VALUES = "/layers/zh-CN/places.json", "/layers/zh-CN/values.{}.json"
PLAIN = {"accept-encoding": "identity"}
MEASURES = ("all", "industry", "education", "employment", "health", "social", "NAT5.production",
            "NAT5.relocation", "NAT5.ecology", "NAT5.schooling", "NAT5.security")  # fmt: skip


@pytest.fixture
def leaders_site(visit):
    return visit("leader")


def test_places_hold_geography_names_and_words(leaders_site):
    body = leaders_site.get(PLACES).json()
    assert body["synthetic"] is True
    assert body["lang"] == "zh-CN"
    assert body["stops"] == [stop.isoformat() for stop in monthly_stops()]
    assert body["last_event_on"].startswith("2016-12")
    (south, west), (north, east) = body["bounds"]
    assert 38.9 < south < north < 40.1
    assert 106.2 < west < east < 107.3
    assert set(body["layers"]) == {"districts", "river", "bridges", "towns"}
    assert len(body["layers"]["districts"]["features"]) == 3
    assert len(body["layers"]["towns"]["features"]) == 5
    assert [measure["code"] for measure in body["measures"]][:2] == ["", "industry"]
    assert [kind["code"] for kind in body["kinds"]] == list(KINDS)
    assert [indicator["code"] for indicator in body["indicators"]] == list(INDICATORS)
    assert set(body["district_colors"]) == {"150302", "150303", "150304"}
    assert body["names"]["150303"] == "海南区"
    assert body["basemap"] is None
    assert body["texts"]["synthetic"] == "合成数据"


def test_units_and_projects_are_columns_of_equal_length(leaders_site):
    body = leaders_site.get(PLACES).json()
    units = body["units"]
    assert {len(column) for column in units.values()} == {19}
    assert units["code"] == sorted(units["code"])
    assert all(accuracy >= 1000 for accuracy in units["accuracy_m"])
    projects = body["projects"]
    assert len({len(column) for column in projects.values()}) == 1
    assert set(projects["kind"]) == set(KINDS)
    assert "150304" not in projects["district"]


def test_layers_carry_ids_numbers_and_codes_but_no_text(leaders_site):
    for layer in leaders_site.get(PLACES).json()["layers"].values():
        for feature in layer["features"]:
            for value in feature["properties"].values():
                assert value is None or isinstance(value, int | float) or value.isascii()


def test_english_places_hold_no_chinese(leaders_site):
    body = leaders_site.get("/layers/en/places.json").text
    assert not [sign for sign in body if "一" <= sign <= "鿿"]


def code_of(value):
    """Name the class that a value must have, unless it is a class of numbers."""
    if value is None:
        return NO_DATA
    states = {0: ZERO, SUPPRESSED: HIDDEN, WITHHELD: KEPT_BACK, NOT_APPLICABLE: EMPTY}
    return states.get(value)


@pytest.mark.parametrize("role", ["office", "leader"])
@pytest.mark.parametrize("measure", MEASURES)
def test_values_have_a_class_for_every_unit_and_stop(visit, measure, role):
    body = visit(role).get(VALUES.format(measure)).json()
    assert body["measure"] == measure
    assert set(body["units"]) == set(body["districts"]) == set(INDICATORS)
    for indicator in body["units"].values():
        assert [len(row) for row in indicator["value"]] == [25] * 19
        for values, classes in zip(indicator["value"], indicator["class"], strict=True):
            for value, code in zip(values, classes, strict=True):
                wanted = code_of(value)
                assert code == wanted or (wanted is None and code in "01234")
    for indicator in body["districts"].values():
        assert set(indicator["class"]) == {"150302", "150303", "150304"}
        for code, classes in indicator["class"].items():
            assert len(classes) == len(indicator["value"][code]) == 25
    assert [len(row) for row in body["size"]] == [25] * 19
    for counts in body["households"].values():
        assert [len(row) for row in counts] == [25] * 19
    assert set(body["figures"]) == {"", "150302", "150303", "150304"}


def test_the_published_figures_reach_the_browser(leaders_site):
    figures = leaders_site.get(VALUES.format("all")).json()["figures"]
    end = monthly_stops().index(date(2016, 12, 31))
    assert figures[""]["remaining"][0] == [1515, 697]
    assert figures[""]["remaining"][end] == figures["150303"]["remaining"][end] == [91, 37]
    assert figures[""]["exited"][end] == [1424, 660]
    assert figures["150302"]["remaining"][end] == figures["150304"]["remaining"][end] == [0, 0]
    assert figures["150302"]["coverage"][end] == NOT_APPLICABLE
    assert figures[""]["coverage"][end] == 100


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("role", ["leader", "planner", "inspector"])
def test_no_household_count_under_five_is_in_a_lesser_roles_body(visit, role, measure):
    body = visit(role).get(VALUES.format(measure)).json()
    small = set(range(1, SMALL_CELL_HOUSEHOLDS))
    seen = {value for counts in body["households"].values() for row in counts for value in row}
    for figures in body["figures"].values():
        for name in ("remaining", "exited", "on_register"):
            seen |= {households for _, households in figures[name]}
            assert all(p == h or min(p, h) >= 0 for p, h in figures[name] if p is not None)
        gaps = [gap for gap in figures["gap"] if gap]
        seen |= {gap["count"] for gap in gaps} | {gap["there"] for gap in gaps}
    assert not seen & small
    assert seen & {SUPPRESSED} or measure not in {"all", "industry"}


def test_roles_with_other_rights_get_other_bodies(visit):
    versions, bodies = set(), set()
    for role in ("leader", "office", "district-150302", "town", "team"):
        answer = visit(role).get(VALUES.format("all"))
        versions.add(answer.headers["x-data-version"])
        bodies.add(answer.headers["etag"])
    assert len(versions) == len(bodies) == 5
    assert len(visit("town").get(PLACES).json()["units"]["code"]) == 8
    assert visit("team").get(PLACES).json()["units"]["code"] == ["150303104238"]
    assert set(visit("district-150302").get(VALUES.format("all")).json()["figures"]) == (
        {"", "150302"}
    )


@pytest.mark.parametrize("path", [PLACES, VALUES.format("all"), VALUES.format("NAT5.schooling")])
def test_gzip_and_plain_bodies_are_the_same(leaders_site, path):
    packed, plain = leaders_site.get(path), leaders_site.get(path, headers=PLAIN)
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert packed.headers["etag"] == plain.headers["etag"]
    with leaders_site.stream("GET", path) as raw:
        sent = b"".join(raw.iter_raw())
    assert json.loads(gzip.decompress(sent)) == plain.json()
    assert int(packed.headers["content-length"]) == len(sent) < len(plain.content) / 2


def test_a_held_body_is_not_sent_again(leaders_site):
    first = leaders_site.get(PLACES)
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["vary"] == "Cookie, Accept-Encoding"
    for held in (first.headers["etag"], f'"old", W/{first.headers["etag"]}'):
        again = leaders_site.get(PLACES, headers={"if-none-match": held})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["vary"] == first.headers["vary"]
    assert leaders_site.get(PLACES, headers={"if-none-match": '"other"'}).status_code == 200


def test_a_write_changes_version_and_body_at_once(visit, writable_demo, writable_file):
    site = visit("office", database=writable_file)
    first = site.get(VALUES.format("all"))
    with transaction(writable_demo) as connection:
        member = connection.execute(
            text("SELECT member_id FROM register_event GROUP BY 1 HAVING count(*) = 1 LIMIT 1")
        ).scalar_one()
        append(connection, member, EventKind.EXITED, date(2016, 3, 3))
    second = site.get(VALUES.format("all"))
    assert second.headers["x-data-version"] != first.headers["x-data-version"]
    end = monthly_stops().index(date(2016, 12, 31))
    assert first.json()["figures"][""]["remaining"][end][0] == 91
    assert second.json()["figures"][""]["remaining"][end][0] == 90


@pytest.mark.parametrize(
    "measure",
    ["gold", "NAT5.gold", "R_OLD.relocation", "WH5.industry", "{{7*7}}", "%3Cimg%3E", "x" * 300],
)
def test_an_unknown_measure_is_a_problem_document(leaders_site, measure):
    answer = leaders_site.get(VALUES.format(measure))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (422, "unknown_value")
    assert "industry" in problem["title"]
    assert len(problem["title"]) < 400


def test_a_problem_speaks_the_asked_language(leaders_site):
    path = VALUES.format("gold")
    assert leaders_site.get(f"{path}?lang=en").json()["title"].startswith("'gold' is no value")
    assert leaders_site.get(path).json()["title"].startswith("“measure”的取值“gold”")


@pytest.mark.parametrize("path", [PLACES, VALUES.format("all"), "/export/map.html"])
@pytest.mark.parametrize("role", ["auditor", "admin"])
def test_roles_without_figures_are_refused(visit, role, path):
    answer = visit(role).get(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "denied")


@pytest.mark.parametrize("path", [PLACES, VALUES.format("all"), "/export/map.html", "/tiles/1/0/0"])
def test_in_production_a_stranger_is_asked_to_sign_in(production, visit, tmp_path, path):
    answer = visit("office", database=tmp_path / "none.db").get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_required")


def test_a_strange_role_gets_the_least_of_the_demonstration(visit):
    strange, leader = visit("root").get(PLACES), visit("leader").get(PLACES)
    assert strange.headers["etag"] == leader.headers["etag"]


@pytest.mark.parametrize("kind", ["missing", "garbage"])
def test_without_a_database_the_answer_says_what_to_do(visit, tmp_path, kind):
    path = tmp_path / "none.db"
    if kind == "garbage":
        path.write_bytes(b"garbage" * 2000)
    answer = visit("leader", database=path).get(PLACES)
    assert answer.status_code == 503
    assert (
        answer.json()["code"]
        == {"missing": "database_missing", "garbage": "database_damaged"}[kind]
    )
    assert str(tmp_path) not in answer.text


def test_a_register_without_a_village_in_sight_is_an_empty_map(visit, use_database, tmp_path):
    use_database(tmp_path / "claims.db")
    cli.init()
    site = visit("leader", database=tmp_path / "claims.db")
    body = site.get(PLACES).json()
    assert len(body["units"]["code"]) == 19
    assert body["last_event_on"] is None
    values = site.get(VALUES.format("all")).json()
    assert set("".join(values["units"]["remaining"]["class"])) == {"n"}


def test_a_country_without_river_or_bridge_has_their_layers_all_the_same(
    visit, tmp_path, monkeypatch
):
    database = tmp_path / "generic.db"
    monkeypatch.setenv("GUATU_DATABASE_URL", f"sqlite:///{database}")
    load_settings.cache_clear()
    made = CliRunner().invoke(
        cli.app, ["init", "--demo", "--profile", "generic", "--divisions", "25", "--seed", "1"]
    )
    assert made.exit_code == 0, made.output
    body = visit(database=database).get("/layers/zh-CN/places.json").json()
    assert body["layers"]["river"]["features"] == body["layers"]["bridges"]["features"] == []
    assert len(body["layers"]["towns"]["features"]) == 0  # synthetic towns have no position
    assert len(body["units"]["code"]) == 25
