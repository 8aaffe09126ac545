"""Fifty made-up persons are looked for in everything that the server sends, writes or logs."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from sqlalchemy import select
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from data.door import DEMO_VIEWERS, ROLE_COOKIE
from data.engine import Database, open_database, transaction
from data.models import Household, HouseholdComposition, Official, Pairing
from data.vault import change_identity, open_identities
from pages.registry import PAGES
from tests.conftest import copy_database
from tests.e2e.servers import Server, start_server, stop_server
from tests.rights import ROUTE_NEEDS
from tests.web.streamlit_client import Client, open_client

VILLAGES = ("150303104238", "150302101203", "150304101008")
COUNT = 50
ROUTES = [path.replace("{lang}", "zh-CN").replace("{measure}", "all") for path in ROUTE_NEEDS]
QUERIES = ("", "village=150303104238", "district=150303&village=150303104238&as_of=2016-12-31",
           "village=150302101203&lang=en", "lang=en&district=150304&mode=shade")  # fmt: skip


class Person(NamedTuple):
    """One planted person: in which household, and what nobody may see."""

    household: str
    member: str
    values: tuple[str, ...]


def identity(number: int) -> dict[str, str]:
    """Make somebody up: no division has this code, no telephone begins so."""
    return {
        "name": f"荀若谷{number:02d}",
        "id_number": f"990000194{number:02d}0101{number:02d}1X",
        "phone": f"1000777{number:04d}",
        "address": f"乌有镇子虚路{number:02d}号",
    }


def plant(db: Database) -> list[Person]:
    """Give fifty members, of a helper's households and of three villages, other identities."""
    home = HouseholdComposition
    living = (
        select(home.household_code, home.member_id, Household.village_code)
        .join(Household, Household.code == home.household_code)
        .where(home.superseded_at.is_(None), home.valid_to.is_(None))
        .order_by(home.household_code, home.member_id)
    )
    paired = living.join(Pairing, Pairing.household_code == home.household_code).join(
        Official, Official.id == Pairing.official_id
    )
    with transaction(db) as connection:
        chosen = list(connection.execute(paired.where(Official.code == "干部 0001")).all())[:10]
        for village in VILLAGES:
            rows = connection.execute(living.where(Household.village_code == village)).all()
            chosen += [row for row in rows if row not in chosen][:20]
        planted = []
        for number, row in enumerate(chosen[:COUNT]):
            held = open_identities(connection, [row.member_id])[row.member_id]
            made = identity(number)
            assert change_identity(connection, held, made, by="test", at=datetime.now(UTC))
            planted.append(Person(row.household_code, row.member_id, tuple(made.values())))
    return planted


def hits(content: bytes, planted: list[Person]) -> list[str]:
    """Find planted values: as text, in a JSON string, in a URL, in UTF-16 or in base64."""
    found = []
    for value in (value for person in planted for value in person.values):
        forms = (
            value.encode(),
            json.dumps(value)[1:-1].encode(),
            httpx.QueryParams({"x": value}).__str__()[2:].encode(),
            value.encode("utf-16-le"),
            base64.b64encode(value.encode())[:-4],
        )
        if any(form in content for form in forms):
            found.append(value)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("planted")


@pytest.fixture(scope="module")
def database(folder: Path, demo_file: Path) -> Path:
    return copy_database(demo_file, folder / "planted.db")


@pytest.fixture(scope="module")
def planted(database: Path) -> list[Person]:
    db = open_database(f"sqlite:///{database}")
    made = plant(db)
    db.engine.dispose()
    assert len(made) == COUNT == len({person.member for person in made})
    return made


@pytest.fixture(scope="module")
def server(folder: Path, database: Path, planted: list[Person]) -> Iterator[Server]:
    settings = {"GUATU_AUDIT_LOG": str(folder / "audit.log"), "GUATU_EXPORTS_PER_DAY": "1000",
                "STREAMLIT_LOGGER_LEVEL": "debug"}  # fmt: skip
    running = start_server(database, folder, settings=settings)
    yield running
    stop_server(running)


def cookie(key: str) -> str:
    return f"{ROLE_COOKIE}={key}"


def open_pages(client: Client, queries: tuple[str, ...], household: str) -> None:
    for page in PAGES:
        name = "" if page is PAGES[0] else page.name
        for query in queries:
            more = f"&household={household}" if page.name == "households" else ""
            client.run_message(client.page_message(name, query=query + more))


def fetch_all(server: Server, key: str) -> bytes:
    """Ask every route that holds something, its headers included, and some that fail."""
    parts = []
    with httpx.Client(
        base_url=server.url, headers={"cookie": cookie(key)}, trust_env=False
    ) as site:
        for path in (*ROUTES, "/export/none", "/layers/zh-CN/values.none.json", "/media/none"):
            for query in QUERIES:
                answer = site.get(f"{path}?{query}")
                parts += [str(answer.headers).encode(), answer.content]
    return b"".join(parts)


@pytest.mark.row(21)
@pytest.mark.parametrize("key", DEMO_VIEWERS)
def test_without_a_click_nobody_is_sent_anybody(server, planted, key):
    """All pages and routes; roles that may open records have opened none."""
    with open_client(server.url, cookie=cookie(key)) as client:
        for person in (planted[0], planted[20], planted[-1]):
            open_pages(client, QUERIES[:2] if person is planted[0] else QUERIES[1:2],
                       person.household)  # fmt: skip
        sent = b"".join(client.received)
    assert len(sent) > 10_000
    assert hits(sent, planted) == []
    assert hits(fetch_all(server, key), planted) == []


def widget(received: list[bytes], kind: str, label: str) -> str:
    """Find the id of the newest widget with a label."""
    found = ""
    for data in received:
        message = ForwardMsg()
        message.ParseFromString(data)
        if message.WhichOneof("type") == "delta":
            element = message.delta.new_element
            if element.WhichOneof("type") == kind and getattr(element, kind).label == label:
                found = getattr(element, kind).id
    assert found, label
    return found


def click_open(client: Client, household: str) -> bytes:
    """Choose a reason and press the button, as the browser's messages say it."""
    query = f"household={household}"
    client.run_message(client.page_message("households", query=query))
    message = client.page_message("households", query=query)
    reason = message.rerun_script.widget_states.widgets.add()
    reason.id = widget(client.received, "selectbox", "查看理由")
    reason.string_value = "入户走访核实"
    press = message.rerun_script.widget_states.widgets.add()
    press.id = widget(client.received, "button", "查看完整信息")
    press.trigger_value = True
    client.run_message(message)
    # The page begins anew once the view is open.
    return client.run_message(client.page_message("households", query=query))


@pytest.mark.row(21)
@pytest.mark.parametrize("key", ["office", "helper"])
def test_a_click_with_a_reason_shows_that_household_and_no_other(server, planted, key):
    """The same search finds something here: it can fail."""
    person = planted[0]
    others = [p for p in planted if p.household != person.household]
    own = [p for p in planted if p.household == person.household]
    with open_client(server.url, cookie=cookie(key)) as client:
        client.run_message(client.page_message("households", query=f"household={person.household}"))
        assert hits(b"".join(client.received), planted) == []
        click_open(client, person.household)
        sent = b"".join(client.received)
        assert set(hits(sent, own)) == {value for p in own for value in p.values}
        assert hits(sent, others) == []
        # The same session, another household, and then everybody else: nothing stays behind.
        before = len(client.received)
        client.run_message(
            client.page_message("households", query=f"household={others[-1].household}")
        )
        assert hits(b"".join(client.received[before:]), planted) == []
    for other in ("leader", "clerk", "auditor"):
        with open_client(server.url, cookie=cookie(other)) as client:
            open_pages(client, QUERIES[:1], person.household)
            assert hits(b"".join(client.received), planted) == []
        assert hits(fetch_all(server, other), planted) == []


@pytest.mark.row(21)
@pytest.mark.row(24)
@pytest.mark.row(26)
def test_neither_a_log_nor_the_database_holds_any_of_it(server, planted, folder, database):
    """After all that: the log at its most talkative, the audit's lines, and the file itself."""
    with open_client(server.url, cookie=cookie("office")) as client:
        click_open(client, planted[0].household)
        assert hits(b"".join(client.received), planted)
    files = [server.log, folder / "audit.log", *folder.glob(f"{database.name}*")]
    assert all(file.exists() for file in files)
    for file in files:
        assert hits(file.read_bytes(), planted) == [], file.name
    assert b"deed=full_view" in (folder / "audit.log").read_bytes()
