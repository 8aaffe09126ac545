"""Whatever stands in an address is a value: no statement holds it, no wildcard finds anything."""

import string
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from data.actions.find_person import find_person
from data.errors import BadIdNumber, NotFound
from data.queries.filters import Filter
from data.queries.people import get_household, list_households
from data.queries.places import get_unit
from data.shared import shared_database

# Every parameter that a route reads, with a role that may ask.
PARAMETERS = {
    "/export/map.html": ("leader", ("district", "measure", "as_of", "indicator", "mode", "kinds",
                                    "village", "lang")),
    "/export/households.csv": ("office", ("village", "as_of", "lang")),
    "/export/audit.csv": ("auditor", ("since", "until", "deed", "result", "actor", "lang")),
    "/notice/{batch}.html": ("office", ("lang",)),
    "/layers/zh-CN/places.json": ("office", ("v", "lang")),
    "/layers/zh-CN/values.all.json": ("office", ("v", "lang")),
}  # fmt: skip
PATHS = ("/layers/{}/places.json", "/layers/zh-CN/values.{}.json", "/tiles/{}/0/0",
         "/demo/role/{}", "/assets/fonts/{}", "/notice/{}.html")  # fmt: skip
MARK = "zq7"
TEXTS = st.text(max_size=10) | st.text(
    alphabet="%_'\"\\;-*?()[]{}=<>|&, " + string.ascii_lowercase + string.digits, max_size=16
)
WILD = ("%", "_", "%%%", "*", "?", "150303______", "15030310423%", "' OR 1=1 --", "1; DROP TABLE x")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Note every statement that reaches the database, without its parameters."""
    noted: list[str] = []

    def note(_connection, _cursor, statement, *_more):
        noted.append(statement)

    engine = shared_database().engine
    event.listen(engine, "before_cursor_execute", note)
    yield noted
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.row(15)
@settings(max_examples=25, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(data=st.data())
@pytest.mark.parametrize("path", PARAMETERS)
def test_a_parameter_is_never_part_of_a_statement(visit, writable_file, path, data):
    role, names = PARAMETERS[path]
    chosen = data.draw(st.dictionaries(st.sampled_from(names), TEXTS.map(lambda t: MARK + t)))
    site = visit(role, database=writable_file)
    with statements() as noted:
        answer = site.get(path, params=chosen)
    assert answer.status_code in {200, 403, 404, 422}
    assert noted
    assert not [statement for statement in noted if MARK in statement]


@pytest.mark.row(15)
@settings(max_examples=60, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(path=st.sampled_from(PATHS), text=TEXTS)
def test_any_text_in_a_path_is_answered(visit, path, text):
    from urllib.parse import quote  # noqa: PLC0415

    answer = visit("office").get(path.format(quote(text, safe="")))
    assert answer.status_code in {200, 303, 400, 404, 422, 503}
    assert "Traceback" not in answer.text


@pytest.mark.row(15)
@pytest.mark.parametrize("text", WILD)
def test_a_wildcard_finds_nothing(demo_db, office, text):
    for ask in (
        lambda: get_unit(demo_db, office, text),
        lambda: get_household(demo_db, office, text),
        lambda: list_households(demo_db, office, text, as_of=Filter().as_of),
    ):
        with pytest.raises(NotFound):
            ask()
    with pytest.raises(BadIdNumber):
        find_person(demo_db, office, text)


@pytest.mark.row(15)
def test_the_table_knows_every_route_with_parameters():
    from tests.rights import ROUTE_NEEDS  # noqa: PLC0415

    wanted = {p.replace("{lang}", "zh-CN").replace("{measure}", "all") for p in ROUTE_NEEDS}
    assert set(PARAMETERS) == wanted
