"""Two roles on one server, every page, in both orders: nobody is sent what another was shown."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from data.door import DEMO_VIEWERS, ROLE_COOKIE
from pages.registry import PAGES
from tests.e2e.servers import Server, find_port, start_server, stop_server, uvicorn_command
from tests.web.streamlit_client import open_client

ROLES = ("office", "leader", "district-150304")
VILLAGE = "150303104238"
QUERY = f"district=150303&village={VILLAGE}&as_of=2016-12-31"
BODIES = ("/layers/zh-CN/places.json", "/layers/zh-CN/values.all.json",
          "/layers/zh-CN/values.health.json", f"/export/map.html?{QUERY}")  # fmt: skip

Seen = dict[str, list[bytes]]


@contextmanager
def fresh_server(folder: Path, database: Path) -> Iterator[Server]:
    port = find_port()
    database = Path(shutil.copy(database, folder / "own.db"))  # a refusal is recorded
    server = start_server(database, folder, port=port, command=uvicorn_command(port))
    try:
        yield server
    finally:
        stop_server(server)


def look(server: Server, role: str) -> Seen:
    """Open every page and every body as a role; give all that was shown."""
    cookie = f"{ROLE_COOKIE}={role}"
    seen: Seen = {}
    for page in PAGES:
        if page.name == "audit" and page.admits(DEMO_VIEWERS[role][0]):
            continue  # it shows what was done a moment ago, which is not the same twice
        with open_client(server.url, cookie=cookie) as client:
            name = "" if page is PAGES[0] else page.name
            client.run_message(client.page_message(name, query=QUERY))
            seen[page.name] = list(elements(client.received))
    for path in BODIES:
        answer = httpx.get(server.url + path, headers={"cookie": cookie}, trust_env=False)
        seen[path] = [str(answer.status_code).encode(), answer.content]
    return seen


def elements(received: list[bytes]) -> Iterator[bytes]:
    """Give what was put on the page; ids of media and of the session are not part of it."""
    for data in received:
        message = ForwardMsg()
        message.ParseFromString(data)
        if message.WhichOneof("type") == "delta":
            yield message.delta.new_element.SerializeToString(deterministic=True)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> dict[str, Seen]:
    """What each role sees on a server of its own, where nobody was before."""
    seen = {}
    for role in ROLES:
        with fresh_server(tmp_path_factory.mktemp("alone"), demo_file) as server:
            seen[role] = look(server, role)
    return seen


@pytest.mark.row(31)
@pytest.mark.parametrize("order", [ROLES, ROLES[::-1]], ids=["office first", "office last"])
def test_each_role_sees_what_it_would_alone(
    tmp_path_factory: pytest.TempPathFactory,
    demo_file: Path,
    alone: dict[str, Seen],
    order: tuple[str, ...],
):
    with fresh_server(tmp_path_factory.mktemp("together"), demo_file) as server:
        for role in (*order, *order):
            seen = look(server, role)
            assert [place for place in seen if seen[place] != alone[role][place]] == []


@pytest.mark.row(31)
def test_the_roles_do_see_different_things(alone: dict[str, Seen]):
    for page in PAGES:
        shown = {role: alone[role].get(page.name) for role in ROLES}
        if page.name in {"leader", "village", "households"}:
            assert all(shown.values())
            assert shown["office"] != shown["leader"], page.name
    for path in BODIES[1:]:
        assert len({alone[role][path][1] for role in ROLES}) == len(ROLES), path
