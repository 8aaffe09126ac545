"""The watch over sessions: a deed not yet written counts, and a silent database closes nothing."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.access import OPERATOR, Role
from data.accounts import Rights, add_account
from data.engine import Database
from data.sessions import find_session, open_session
from tests.web.test_sockets import Ends
from web.streams import SESSION_OVER, Caller, Stream
from web.watch import Deeds, Watch


@pytest.fixture
def idle(use_database: Callable[[Path], None], tiny_db: Database, tiny_file: Path) -> Caller:
    """Give a session that is idle by what the database holds."""
    use_database(tiny_file)
    add_account(tiny_db, OPERATOR, "zhang", Rights(Role.LEADER))
    then = datetime.now(UTC) - timedelta(minutes=16)
    token = open_session(
        tiny_db, "zhang", means="password", stage="open", address="127.0.0.1", now=then
    )
    return Caller("k", "zhang", token)


@pytest.mark.row(8)
def test_a_deed_that_is_not_written_yet_keeps_the_session(tiny_db, idle):
    watch = Watch()
    assert not asyncio.run(watch.is_open(idle))
    late = datetime.now(UTC) - timedelta(minutes=2)
    watch._deeds["k"] = Deeds(idle, due_at=float("inf"), last=late)
    assert asyncio.run(watch.is_open(idle))
    assert find_session(tiny_db, idle.token).seen_at == late
    assert watch._deeds == {}


@pytest.mark.row(8)
def test_a_look_closes_the_page_of_an_idle_session(idle):
    async def go():
        watch = Watch()
        ends = Ends()
        stream = Stream(idle, ends.owners, watch, ends._receive, ends._send)
        watch.add(stream)
        await watch.look()
        return ends.closed_with(), await stream.receive()

    code, message = asyncio.run(go())
    assert code == SESSION_OVER
    assert message["type"] == "websocket.disconnect"


def test_a_silent_database_closes_nothing_and_forgets_no_deed(use_database, tmp_path, idle):
    use_database(tmp_path / "none.db")
    watch = Watch()
    deeds = Deeds(idle, due_at=0.0, last=datetime.now(UTC))
    watch._deeds["k"] = deeds
    asyncio.run(watch.look())
    assert asyncio.run(watch.is_open(idle))
    assert watch._deeds == {"k": deeds}


def test_the_watch_rests_when_there_is_nothing_to_watch(idle):
    async def go():
        watch, ends = Watch(), Ends()
        stream = Stream(idle, ends.owners, watch, ends._receive, ends._send)
        watch.add(stream)
        assert watch.count("zhang") == 1
        assert watch.count("other") == 0
        watch.remove(stream)
        assert watch.count("zhang") == 0
        await asyncio.wait_for(watch._task, 10)
        return watch._task.done()

    assert asyncio.run(go())
