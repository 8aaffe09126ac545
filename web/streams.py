"""Streams: one live websocket between a page and Streamlit, and what may pass through it.

Streamlit resumes a session by its id alone. Here an id belongs to whoever it was first given to:
the next one who shows it gets a fresh session.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final, Protocol

from cachetools import LRUCache
from google.protobuf.message import DecodeError
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from web.limits import MESSAGES, Buckets

SESSION_OVER: Final = 4401
"""Closes a websocket whose session is over: the page then leads to signing in."""

_NOT_BYTES, _PROTOCOL_ERROR, _TOO_BIG = 1003, 1002, 1009
LARGEST_MESSAGE: Final = 1_000_000
"""Bytes; what a page of ours sends is a few thousand."""

_PASSED: Final = frozenset({"rerun_script", "stop_script", "file_urls_request", "app_heartbeat"})
_PASSED_OPERATIONS: Final = frozenset({"dataframe_chunk"})
_PROTOCOLS: Final = b"sec-websocket-protocol"
_SESSION_PLACE: Final = 2


@dataclass(frozen=True)
class Caller:
    """Who is at the other end of a connection.

    Attributes
    ----------
    key
        What the connection belongs to: a session, or a role of the demonstration.
    account
        The account's name.
    token
        The session's token; None in a demonstration.
    """

    key: str
    account: str
    token: str | None = field(default=None, repr=False)


class Owners:
    """Whose each Streamlit session is."""

    def __init__(self, most: int = 50_000) -> None:
        self._keys: LRUCache[str, str] = LRUCache(most)

    def give(self, session_id: str, key: str) -> None:
        """Remember the first owner of a session."""
        self._keys.setdefault(session_id, key)

    def owns(self, key: str, session_id: str) -> bool:
        """Tell whether a session is this caller's."""
        return self._keys.get(session_id) == key


def without_foreign_session(scope: Scope, owners: Owners, key: str) -> Scope:
    """Take the id of a session that is not the caller's out of a websocket's greeting."""
    headers: list[tuple[bytes, bytes]] = []
    entries: list[str] = []
    for name, value in scope["headers"]:
        if name.lower() == _PROTOCOLS:
            entries += [entry.strip() for entry in value.decode("latin-1").split(",")]
        else:
            headers.append((name, value))
    wanted = entries[_SESSION_PLACE] if len(entries) > _SESSION_PLACE else ""
    entries = entries[:_SESSION_PLACE]
    if wanted and owners.owns(key, wanted):
        entries.append(wanted)
    if entries:
        headers.append((_PROTOCOLS, ", ".join(entries).encode("latin-1")))
    return {**scope, "headers": headers, "subprotocols": entries}


class Watcher(Protocol):
    """What a stream asks of those who look after it."""

    async def is_open(self, caller: Caller) -> bool:
        """Tell whether the caller's session still stands."""

    def note_deed(self, caller: Caller) -> None:
        """Remember that a person did something just now."""


class Stream:
    """One live websocket: judges what comes in, and lets nothing out once it is over.

    Parameters
    ----------
    caller
        Whose it is.
    owners
        Learns which Streamlit session this one was given.
    watcher
        Knows the session, and is told of what a person does.
    receive, send
        The server's own.
    """

    def __init__(
        self, caller: Caller, owners: Owners, watcher: Watcher, receive: Receive, send: Send
    ) -> None:
        self.caller = caller
        self.is_over = False
        self._owners, self._watcher = owners, watcher
        self._receive, self._send = receive, send
        self._is_known = False
        self._has_run = False
        self._bucket = Buckets(MESSAGES)

    async def receive(self) -> Message:
        """Give the next message that may pass, or the end."""
        while not self.is_over:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return message
            if await self._passes(message) and not self.is_over:
                return message
        return {"type": "websocket.disconnect", "code": SESSION_OVER}

    async def send(self, message: Message) -> None:
        """Pass on what the page gets; nothing after the end."""
        if self.is_over:
            return
        if not self._is_known and message["type"] == "websocket.send":
            self._learn(message.get("bytes") or b"")
        await self._send(message)

    async def end(self, code: int = SESSION_OVER) -> None:
        """Close the websocket; from this moment on nothing passes."""
        if not self.is_over:
            self.is_over = True
            await self._send({"type": "websocket.close", "code": code, "reason": ""})

    def _learn(self, data: bytes) -> None:
        """Read from the first page that is sent which session it belongs to."""
        message = ForwardMsg()
        message.ParseFromString(data)
        if message.WhichOneof("type") == "new_session":
            self._owners.give(message.new_session.initialize.session_id, self.caller.key)
            self._is_known = True

    async def _passes(self, message: Message) -> bool:
        data = message.get("bytes")
        if data is None:
            await self.end(_NOT_BYTES)
            return False
        if len(data) > LARGEST_MESSAGE:
            await self.end(_TOO_BIG)
            return False
        back = BackMsg()
        try:
            back.ParseFromString(data)
        except DecodeError:
            await self.end(_PROTOCOL_ERROR)
            return False
        await self._wait_for_turn()
        if not await self._watcher.is_open(self.caller):
            await self.end()
            return False
        if self._is_deed(back):
            self._watcher.note_deed(self.caller)
        return may_pass(back)

    async def _wait_for_turn(self) -> None:
        """Hold up a page that floods: it loses nothing, and the server reads no further."""
        wait_s = self._bucket.take("")
        if wait_s:
            await asyncio.sleep(wait_s)
            await self._wait_for_turn()

    def _is_deed(self, back: BackMsg) -> bool:
        """Tell whether a person caused a message.

        The first run of a connection is the page's own doing: a browser that lost its connection
        for a moment asks for it without anybody at the desk.
        """
        if back.WhichOneof("type") != "rerun_script":
            return back.WhichOneof("type") in {"stop_script", "file_urls_request"}
        is_first, self._has_run = not self._has_run, True
        return not (is_first or back.rerun_script.is_auto_rerun)


def may_pass(back: BackMsg) -> bool:
    """Tell whether Streamlit gets a message; clearing everybody's cache is not for a page."""
    kind = back.WhichOneof("type")
    if kind == "backend_operation_request":
        return back.backend_operation_request.WhichOneof("payload") in _PASSED_OPERATIONS
    return kind in _PASSED
