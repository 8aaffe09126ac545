"""One websocket behind the gate: what passes, what counts as somebody's doing, how it ends."""

import asyncio
from collections.abc import Callable

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from web.limits import Allowance, Buckets
from web.streams import (
    LARGEST_MESSAGE,
    SESSION_OVER,
    Caller,
    Owners,
    Stream,
    may_pass,
    without_foreign_session,
)

CALLER = Caller(key="k", account="clerk", token="t")  # noqa: S106 - made up
HARMFUL = ("clear_cache", "set_run_on_save", "load_git_info", "debug_disconnect_websocket",
           "debug_shutdown_runtime")  # fmt: skip


def back(kind: str, **fields) -> BackMsg:
    message = BackMsg()
    if kind == "rerun_script":
        message.rerun_script.query_string = ""
        for name, value in fields.items():
            setattr(message.rerun_script, name, value)
    elif kind == "file_urls_request":
        message.file_urls_request.request_id = "1"
    else:
        setattr(message, kind, True)
    return message


def hello(session_id: str) -> bytes:
    message = ForwardMsg()
    message.new_session.initialize.session_id = session_id
    return message.SerializeToString()


class Ends:
    """Both ends of a stream: what the browser sends, what it gets, and the session's state."""

    def __init__(self, *messages: BackMsg | bytes | str) -> None:
        self.is_valid = True
        self.deeds = 0
        self.sent: list[dict] = []
        self.owners = Owners()
        self._incoming = [self._wrap(message) for message in messages]
        self.stream = Stream(CALLER, self.owners, self, self._receive, self._send)

    @staticmethod
    def _wrap(message):
        if isinstance(message, str):
            return {"type": "websocket.receive", "text": message}
        data = message if isinstance(message, bytes) else message.SerializeToString()
        return {"type": "websocket.receive", "bytes": data}

    async def _receive(self):
        return self._incoming.pop(0) if self._incoming else {"type": "websocket.disconnect"}

    async def _send(self, message):
        self.sent.append(message)

    async def is_open(self, caller):
        assert caller is CALLER
        return self.is_valid

    def note_deed(self, caller):
        assert caller is CALLER
        self.deeds += 1

    def passed(self) -> list[str]:
        """Read to the end; give what reached the application."""

        async def read():
            kinds = []
            while (message := await self.stream.receive())["type"] == "websocket.receive":
                inner = BackMsg()
                inner.ParseFromString(message["bytes"])
                kinds.append(inner.WhichOneof("type"))
            return kinds

        return asyncio.run(read())

    def closed_with(self) -> int | None:
        codes = [m["code"] for m in self.sent if m["type"] == "websocket.close"]
        assert len(codes) <= 1
        return codes[0] if codes else None


@pytest.mark.row(32)
def test_what_a_page_has_no_business_with_is_dropped():
    ends = Ends(*(back(kind) for kind in HARMFUL * 20), back("rerun_script"), back("stop_script"),
                back("app_heartbeat"), back("file_urls_request"))  # fmt: skip
    ends.stream._bucket = Buckets(Allowance(at_once=1000, per_s=1))
    assert ends.passed() == ["rerun_script", "stop_script", "app_heartbeat", "file_urls_request"]
    assert ends.closed_with() is None


@pytest.mark.parametrize(
    ("operation", "passes"),
    [("dataframe_chunk", True), ("deferred_file", False), ("install_skills", False),
     ("dismiss_skills_nudge", False)],
)  # fmt: skip
def test_of_the_operations_only_reading_on_in_a_table_passes(operation, passes):
    message = BackMsg()
    getattr(message.backend_operation_request, operation).SetInParent()
    assert may_pass(message) == passes
    assert not may_pass(BackMsg())


def test_every_message_that_streamlit_knows_was_thought_of():
    known = {name.name for name in BackMsg.DESCRIPTOR.oneofs_by_name["type"].fields}
    assert known == {
        *HARMFUL, "rerun_script", "stop_script", "app_heartbeat", "file_urls_request",
        "backend_operation_request",
    }  # fmt: skip


@pytest.mark.row(8)
@pytest.mark.parametrize(
    ("messages", "deeds"),
    [
        ([back("rerun_script")], 0),  # the page's own first run
        ([back("rerun_script"), back("rerun_script")], 1),
        ([back("rerun_script"), *[back("rerun_script", is_auto_rerun=True)] * 5], 0),
        ([back("rerun_script"), *[back("app_heartbeat")] * 5], 0),
        ([back("clear_cache")] * 5, 0),
        ([back("stop_script")], 1),
        ([back("file_urls_request")], 1),
    ],
)
def test_only_what_a_person_does_keeps_a_session(messages, deeds):
    ends = Ends(*messages)
    ends.passed()
    assert ends.deeds == deeds


@pytest.mark.row(8)
def test_a_message_after_the_end_reaches_nothing_and_closes():
    ends = Ends(back("rerun_script"), back("rerun_script"))
    ends.is_valid = False
    assert ends.passed() == []
    assert ends.closed_with() == SESSION_OVER
    assert ends.deeds == 0


@pytest.mark.row(8)
def test_nothing_goes_out_after_the_end():
    ends = Ends()

    async def go():
        await ends.stream.send({"type": "websocket.accept"})
        await ends.stream.end()
        await ends.stream.send({"type": "websocket.send", "bytes": hello("late")})
        await ends.stream.send({"type": "websocket.close", "code": 1000})
        await ends.stream.end()
        return await ends.stream.receive()

    assert asyncio.run(go()) == {"type": "websocket.disconnect", "code": SESSION_OVER}
    assert [message["type"] for message in ends.sent] == ["websocket.accept", "websocket.close"]


@pytest.mark.row(32)
@pytest.mark.parametrize(
    ("message", "code"),
    [("text", 1003), (b"\xff\xff\xff", 1002), (b"0" * (LARGEST_MESSAGE + 1), 1009)],
)
def test_what_is_no_message_closes(message, code):
    ends = Ends(message, back("rerun_script"))
    assert ends.passed() == []
    assert ends.closed_with() == code


@pytest.mark.row(32)
def test_a_flood_waits_and_loses_nothing():
    ends = Ends(*[back("rerun_script")] * 12)
    ends.stream._bucket = Buckets(Allowance(at_once=2, per_s=100))
    started = asyncio.run(_timed(ends.passed))
    assert started[1] == ["rerun_script"] * 12
    assert started[0] >= 0.09


async def _timed(read: Callable[[], list[str]]):
    loop = asyncio.get_running_loop()
    before = loop.time()
    kinds = await asyncio.to_thread(read)
    return loop.time() - before, kinds


def greeting(*entries: str):
    value = ", ".join(entries).encode()
    headers = [(b"host", b"x"), (b"Sec-WebSocket-Protocol", value)]
    return {"type": "websocket", "headers": headers, "subprotocols": list(entries)}


@pytest.mark.row(8)
@pytest.mark.parametrize(
    ("entries", "left"),
    [
        (("streamlit", "xsrf", "mine"), "streamlit, xsrf, mine"),
        (("streamlit", "xsrf", "theirs"), "streamlit, xsrf"),
        (("streamlit", "xsrf", "never seen"), "streamlit, xsrf"),
        (("streamlit", "", "mine"), "streamlit, , mine"),
        (("streamlit", "xsrf", "mine", "theirs"), "streamlit, xsrf, mine"),
        (("streamlit",), "streamlit"),
    ],
)
def test_a_session_that_is_not_ones_own_is_not_resumed(entries, left):
    owners = Owners()
    owners.give("mine", "k")
    owners.give("theirs", "other")
    inside = without_foreign_session(greeting(*entries), owners, "k")
    protocols = [value for name, value in inside["headers"] if name == b"sec-websocket-protocol"]
    assert protocols == [left.encode()]
    assert "theirs" not in inside["subprotocols"]


@pytest.mark.row(8)
def test_the_first_page_sent_says_whose_a_session_is_and_nobody_takes_it_over():
    ends = Ends()
    other = Stream(Caller("other", "x"), ends.owners, ends, ends._receive, ends._send)

    async def go():
        await ends.stream.send({"type": "websocket.send", "bytes": hello("s1")})
        await other.send({"type": "websocket.send", "bytes": hello("s1")})

    asyncio.run(go())
    assert ends.owners.owns("k", "s1")
    assert not ends.owners.owns("other", "s1")


def test_a_caller_does_not_show_the_token():
    assert "token" not in repr(CALLER)
