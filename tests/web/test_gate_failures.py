"""A failure on any page or route shows a number: never what it was raised with, also in the log."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from data.door import ROLE_COOKIE
from pages.registry import PAGES
from tests.e2e.servers import Server, find_port, start_server, stop_server, uvicorn_command
from tests.web.streamlit_client import open_client

ID_NUMBER = "110101199003078888"
PHONE = "13812345678"
FAILING = f"""
import sys
sys.path.insert(0, {{root!r}})
import pages.ui.session, web.exports, web.layers, web.health, web.basemap

def fail(*arguments, **named):
    try:
        raise LookupError("household_member {ID_NUMBER}")
    except LookupError as error:
        raise ValueError("person {ID_NUMBER} with telephone {PHONE}") from error

pages.ui.session.require = fail
for module in (web.exports, web.layers, web.basemap):
    module.viewer_of = fail
web.health.get_dataset = fail
from app import app
"""
ROUTES = ("/readyz", "/layers/zh-CN/places.json", "/layers/zh-CN/values.all.json",
          "/export/map.html", "/tiles/1/0/0")  # fmt: skip
TELLTALE = (ID_NUMBER, PHONE, "Traceback", "ValueError", "LookupError", "household_member",
            "failing.py", "site-packages")  # fmt: skip


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory, demo_file: Path) -> Iterator[Server]:
    """Start the product with every page's guard and every route's first step broken."""
    from data.settings import ROOT  # noqa: PLC0415

    folder, port = tmp_path_factory.mktemp("failing"), find_port()
    (folder / "failing.py").write_text(FAILING.format(root=str(ROOT)), encoding="utf-8")
    server = start_server(
        demo_file, folder, port=port, ready="/healthz",
        command=uvicorn_command(port, "failing:app", folder),
    )  # fmt: skip
    yield server
    stop_server(server)


def tells_nothing(text: str) -> None:
    assert not [word for word in TELLTALE if word in text]


def number_in(text: str) -> str:
    return re.search(r"(?:日志编号|log number) ([0-9a-f]{8})", text).group(1)


@pytest.mark.row(26)
@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_a_failing_page_shows_a_number_and_nothing_else(failing, name):
    cookie = f"{ROLE_COOKIE}={'admin' if name == 'accounts' else 'office'}"
    with open_client(failing.url, cookie=cookie) as client:
        message = client.page_message(name if name != PAGES[0].name else "")
        sent = client.run_message(message).decode("utf-8", "replace")
    number = number_in(sent)
    tells_nothing(sent)
    log = failing.log.read_text(encoding="utf-8")
    assert number in log
    assert "ValueError: person […] with telephone […]" in log
    assert ID_NUMBER not in log
    assert PHONE not in log


@pytest.mark.row(26)
@pytest.mark.parametrize("accept", ["*/*", "text/html"])
@pytest.mark.parametrize("path", ROUTES)
def test_a_failing_route_shows_a_number_and_nothing_else(failing, path, accept):
    answer = httpx.get(failing.url + path, headers={"accept": accept}, trust_env=False)
    assert answer.status_code == 500
    tells_nothing(answer.text)
    tells_nothing(str(answer.headers))
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    log = failing.log.read_text(encoding="utf-8")
    assert number_in(answer.text) in log
    assert ID_NUMBER not in log
    assert PHONE not in log
