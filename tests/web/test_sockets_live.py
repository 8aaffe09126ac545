"""Live websockets of production: opened by a session, closed with it, from another process too."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus

from data.access import OPERATOR, Role
from data.accounts import Rights, add_account
from data.engine import Database, open_database, transaction
from data.models import Account, AccountSession
from data.sessions import SESSION_COOKIE, advance_session, end_session, hash_token, open_session
from tests.e2e.production import make_key
from tests.e2e.servers import Server, find_port, start_server, stop_server, uvicorn_command
from tests.web.streamlit_client import Client, open_client
from web.gate import STREAMS_OF_AN_ACCOUNT
from web.streams import SESSION_OVER

SOON_S = 12
"""Three looks of the watch, on a busy machine."""


@dataclass(frozen=True)
class Production:
    """A running production and its database, which the tests reach like another process."""

    server: Server
    db: Database
    file: Path

    def account(self, name: str, role: Role = Role.LEADER) -> str:
        add_account(self.db, OPERATOR, name, Rights(role))
        return name

    def sign_in(self, name: str, *, stage: str = "open") -> str:
        return open_session(self.db, name, means="password", stage=stage, address="127.0.0.1")

    def open(self, token: str, **options):
        return open_client(self.server.url, cookie=f"{SESSION_COOKIE}={token}", **options)

    def get(self, path: str, token: str = "", **headers: str) -> httpx.Response:
        cookie = {"cookie": f"{SESSION_COOKIE}={token}"} if token else {}
        return httpx.get(
            self.server.url + path, headers=cookie | headers, trust_env=False, timeout=30
        )

    def age(self, token: str, **by: timedelta) -> None:
        """Let a session have started, or been used last, so much earlier."""
        with transaction(self.db) as connection:
            mine = AccountSession.token_hash == hash_token(token)
            row = connection.execute(select(AccountSession.__table__).where(mine)).one()
            earlier = {name: getattr(row, name) - shift for name, shift in by.items()}
            connection.execute(update(AccountSession).where(mine).values(earlier))

    def change_account(self, name: str, **values) -> None:
        with transaction(self.db) as connection:
            connection.execute(update(Account).where(Account.name == name).values(values))

    def seen_at(self, token: str) -> datetime:
        with transaction(self.db) as connection:
            return connection.execute(
                select(AccountSession.seen_at).where(AccountSession.token_hash == hash_token(token))
            ).scalar_one()


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    folder, port = tmp_path_factory.mktemp("production"), find_port()
    settings = {"GUATU_MODE": "production", "GUATU_PUBLIC_URL": f"http://127.0.0.1:{port}",
                "GUATU_SECRET_KEY": make_key(), "GUATU_DATA_KEY": make_key()}  # fmt: skip
    file = folder / "guatu.db"
    server = start_server(
        file, folder, port=port, settings=settings, ready="/healthz",
        command=uvicorn_command(port),
    )  # fmt: skip
    server.run_data("init", "--demo")
    db = open_database(f"sqlite:///{file}")
    yield Production(server, db, file)
    db.engine.dispose()
    stop_server(server)


@pytest.fixture
def production(started: Production, monkeypatch: pytest.MonkeyPatch) -> Production:
    """Give the running production, to whose keys this process has access too."""
    for name in ("GUATU_SECRET_KEY", "GUATU_DATA_KEY"):
        monkeypatch.setenv(name, started.server.environment[name])
    return started


def names(prefix: str) -> Iterator[str]:
    """Give a new name each time."""
    number = 0
    while True:
        number += 1
        yield f"{prefix}-{number}"


NAMES = names("person")


@pytest.fixture
def person(production: Production) -> str:
    return production.account(next(NAMES))


def refused(production: Production, token: str) -> bool:
    """Tell that neither a page, nor data, nor the websocket is given for a token."""
    with pytest.raises(InvalidStatus) as caught, production.open(token):
        pass
    page = production.get("/", token, accept="text/html")
    data = production.get("/layers/zh-CN/places.json", token)
    return (
        caught.value.response.status_code == 403
        and (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2F")
        and (data.status_code, data.json()["code"]) == (401, "sign_in_required")
    )


@pytest.mark.row(1)
def test_a_session_opens_page_data_and_websocket(production, person):
    token = production.sign_in(person)
    page = production.get("/", token, accept="text/html")
    assert page.status_code == 200
    assert page.text.count('<script src="/assets/session.js"></script></head>') == 1
    assert int(page.headers["content-length"]) == len(page.content)
    assert "etag" not in page.headers
    assert production.get("/layers/zh-CN/places.json", token).status_code == 200
    with production.open(token) as client:
        assert "市级领导".encode() in client.run()


@pytest.mark.row(12)
@pytest.mark.parametrize(
    ("path", "kept"),
    [("/", "no-store"), ("/village", "no-store"), ("/layers/zh-CN/places.json", "no-store"),
     ("/readyz", "no-store"), ("/media/none", "no-store"), ("/_stcore/host-config", "no-store"),
     ("/export/map.html", "no-store"), ("/assets/session.js", "public, max-age=3600")],
)  # fmt: skip
def test_what_a_signed_in_browser_keeps(production, person, path, kept):
    answer = production.get(path, production.sign_in(person), accept="text/html")
    assert answer.headers["cache-control"] == kept
    assert (answer.headers.get("set-cookie") or "").lower().count("samesite=lax") == 0


def test_streamlits_own_files_are_kept_by_the_browser(production, person):
    token = production.sign_in(person)
    page = production.get("/", token, accept="text/html").text
    script = page.split('crossorigin src=".')[1].split('"')[0]
    answer = production.get(script, token)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.row(8)
@pytest.mark.parametrize("stage", ["second_factor", "new_password", "enrolment"])
def test_half_a_sign_in_opens_nothing(production, person, stage):
    assert refused(production, production.sign_in(person, stage=stage))


@pytest.mark.row(8)
@pytest.mark.parametrize("token", ["x", "A" * 43, "'; DROP TABLE account;--", "%00"])
def test_a_made_up_token_opens_nothing(production, token):
    assert refused(production, token)


def kind_of(data: bytes) -> str | None:
    message = ForwardMsg()
    message.ParseFromString(data)
    return message.WhichOneof("type")


END = {
    "signed out": lambda p, _name, token: end_session(p.db, token, "sign_out"),
    "disabled": lambda p, name, _token: p.change_account(name, is_disabled=True),
    "term over": lambda p, name, _token: p.change_account(
        name, expires_on=datetime.now(UTC).date() - timedelta(days=2)
    ),
    "idle": lambda p, _name, token: p.age(token, seen_at=timedelta(minutes=16)),
    "too old": lambda p, _name, token: p.age(
        token, seen_at=timedelta(0), started_at=timedelta(hours=9)
    ),
    "another token": lambda p, _name, token: advance_session(p.db, token, "open"),
}


@pytest.mark.row(8)
@pytest.mark.parametrize("way", END)
def test_a_live_page_is_closed_when_its_session_ends_elsewhere(production, person, way):
    token = production.sign_in(person)
    with production.open(token) as client:
        client.run()
        END[way](production, person, token)
        assert client.wait_for_close(SOON_S) == SESSION_OVER
    assert refused(production, token)


@pytest.mark.row(8)
@pytest.mark.parametrize("way", END)
def test_the_next_message_after_the_end_gets_no_answer(production, person, way):
    token = production.sign_in(person)
    with production.open(token) as client:
        client.run()
        before = len(client.received)
        END[way](production, person, token)
        client.rerun()
        started = time.monotonic()
        assert client.wait_for_close(SOON_S) == SESSION_OVER
        assert time.monotonic() - started < 2
        assert not {kind_of(data) for data in client.received[before:]} & {"new_session", "delta"}


@pytest.mark.row(8)
def test_another_session_of_the_same_account_goes_on(production, person):
    first, second = production.sign_in(person), production.sign_in(person)
    with production.open(first) as one, production.open(second) as two:
        one.run()
        two.run()
        end_session(production.db, first, "sign_out")
        assert one.wait_for_close(SOON_S) == SESSION_OVER
        assert two.run()


@pytest.mark.row(8)
def test_signing_out_closes_every_page_of_the_session_at_once(production, person):
    token, other = production.sign_in(person), production.sign_in(person)
    with production.open(token) as one, production.open(token) as two, production.open(other) as on:
        for client in (one, two, on):
            client.run()
        started = time.monotonic()
        answer = httpx.post(
            production.server.url + "/sign-out", trust_env=False,
            headers={"cookie": f"{SESSION_COOKIE}={token}", "origin": production.server.url},
        )  # fmt: skip
        assert answer.status_code == 303
        assert one.wait_for_close(SOON_S) == two.wait_for_close(SOON_S) == SESSION_OVER
        assert time.monotonic() - started < 2
        assert on.run()
    assert refused(production, token)


@pytest.mark.row(8)
def test_a_new_password_closes_the_pages_of_the_old_one_at_once(production, person):
    token, fresh = production.sign_in(person), "gecko wharf 27 lantern orbit"
    half = production.sign_in(person, stage="new_password")
    headers = {"cookie": f"{SESSION_COOKIE}={half}", "origin": production.server.url}
    with production.open(token) as client:
        client.run()
        answer = httpx.post(
            production.server.url + "/new-password", data={"fresh": fresh, "again": fresh},
            headers=headers, trust_env=False, timeout=30,
        )  # fmt: skip
        assert answer.status_code == 303
        assert client.wait_for_close(SOON_S) == SESSION_OVER
    assert refused(production, token)


def send_heartbeats(client: Client) -> None:
    message = BackMsg()
    message.app_heartbeat = True
    for _ in range(5):
        client.send(message)


@pytest.mark.row(8)
def test_what_a_page_does_by_itself_does_not_prolong(production, person):
    token = production.sign_in(person)
    with production.open(token) as client:
        client.run()  # the page's own first run
        production.age(token, seen_at=timedelta(minutes=10))
        before = production.seen_at(token)
        send_heartbeats(client)
        for _ in range(5):
            client.run(is_auto=True)
        client.connection.ping().wait(5)
        assert production.get("/layers/zh-CN/places.json", token).status_code == 200
        assert production.get("/_stcore/health", token).status_code == 200
        time.sleep(8)
        assert production.seen_at(token) == before
        client.run()
        for _ in range(60):
            if production.seen_at(token) != before:
                break
            time.sleep(0.1)
        assert production.seen_at(token) - before > timedelta(minutes=9)


@pytest.mark.row(8)
def test_opening_a_page_prolongs(production, person):
    token = production.sign_in(person)
    production.age(token, seen_at=timedelta(minutes=10))
    before = production.seen_at(token)
    assert production.get("/village", token, accept="text/html").status_code == 200
    for _ in range(60):
        if production.seen_at(token) != before:
            break
        time.sleep(0.1)
    assert production.seen_at(token) - before > timedelta(minutes=9)


@pytest.mark.row(8)
def test_a_stolen_streamlit_session_is_a_fresh_one_for_the_thief(production, person):
    thief = production.account(next(NAMES))
    token = production.sign_in(person)
    with production.open(token) as victim:
        victim.run()
        for other in (production.sign_in(thief), production.sign_in(person)):
            with production.open(other, resume=victim.session_id) as robber:
                robber.run()
                assert robber.session_id
                assert robber.session_id != victim.session_id
        assert victim.run()
    with production.open(token, resume=victim.session_id) as back:
        back.run()
        assert back.session_id == victim.session_id


@pytest.mark.row(8)
def test_an_id_chosen_beforehand_is_not_taken_on(production, person):
    chosen = "11111111-2222-4333-8444-555555555555"
    with production.open(production.sign_in(person), resume=chosen) as client:
        client.run()
        assert client.session_id != chosen


@pytest.mark.row(11)
def test_a_forged_header_changes_nothing(production, person):
    token = production.sign_in(person)
    forged = {"X-Forwarded-User": "office", "Remote-User": "office", "X-Streamlit-User": "office",
              "X-Role": "office", "X-Forwarded-Email": "office"}  # fmt: skip
    with production.open(token) as plain, production.open(token, headers=forged) as forger:
        assert "市级领导".encode() in plain.run()
        seen = forger.run()
        assert "市级领导".encode() in seen
        assert "市扶贫办 ".encode() not in seen
    with pytest.raises(InvalidStatus), open_client(production.server.url, headers=forged):
        pass
    assert production.get("/layers/zh-CN/places.json", **forged).status_code == 401


def test_the_cookie_of_the_demonstration_opens_nothing_here(production):
    cookie = "guatu_demo_role=office"
    assert production.get("/layers/zh-CN/places.json", cookie=cookie).status_code == 401
    with pytest.raises(InvalidStatus), open_client(production.server.url, cookie=cookie):
        pass


@pytest.mark.row(16)
def test_nobody_puts_a_file_into_another_ones_session(production, person):
    token, other = production.sign_in(person), production.sign_in(person)
    with production.open(token) as client:
        client.run()
        address = f"{production.server.url}/_stcore/upload_file/{client.session_id}/f"
        answers = {
            whose: httpx.put(address, headers={"cookie": f"{SESSION_COOKIE}={whose}"},
                             files={"file": b"x"}, trust_env=False)
            for whose in (token, other, "")
        }  # fmt: skip
    assert answers[""].status_code == 401
    assert answers[other].status_code == 404
    assert answers[token].status_code == 403  # Streamlit's own question: where is the XSRF token?


@pytest.mark.row(32)
def test_an_account_opens_a_dozen_pages_and_no_more(production, person):
    token = production.sign_in(person)
    with ExitStack() as stack:
        pages = [stack.enter_context(production.open(token)) for _ in range(STREAMS_OF_AN_ACCOUNT)]
        pages[-1].run()
        with pytest.raises(InvalidStatus), production.open(production.sign_in(person)):
            pass
        told = production.get("/", token, accept="text/html")
        assert told.status_code == 429
        assert "已打开 12 个页面" in told.text
        assert production.get("/layers/zh-CN/places.json", token).status_code == 200
        with production.open(production.sign_in(production.account(next(NAMES)))) as other:
            other.run()
    with production.open(token) as again:
        again.run()


@pytest.mark.row(32)
def test_clearing_the_cache_a_hundred_times_does_nothing(production, person):
    message = BackMsg()
    message.clear_cache = True
    with production.open(production.sign_in(person)) as client:
        first = client.run()
        for _ in range(100):
            client.send(message)
        started = time.monotonic()
        assert len(client.run()) > len(first) / 10
        assert time.monotonic() - started < 10


@pytest.mark.row(33)
def test_the_log_of_all_this_names_no_session(production, person):
    token = production.sign_in(person)
    with production.open(token) as client:
        client.run()
        session_id = client.session_id
        client.connection.send(b"\xff\xff\xff")
        assert client.wait_for_close() == 1002
    log = production.server.log.read_text(encoding="utf-8")
    assert token not in log
    assert session_id not in log
    with sqlite3.connect(production.file) as connection:
        stored = "\n".join(connection.iterdump())
    connection.close()
    assert token not in stored
    assert hash_token(token) in stored
