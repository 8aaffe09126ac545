"""A hand-made client of Streamlit's websocket, as an attacker or a test writes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

PATIENCE_S = 30
ENDINGS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass
class Client:
    """One connection: what it was told to send, and all bytes that came back."""

    connection: ClientConnection
    session_id: str = ""
    received: list[bytes] = field(default_factory=list)

    def send(self, message: BackMsg) -> None:
        self.connection.send(message.SerializeToString())

    @staticmethod
    def page_message(page: str = "", *, query: str = "", is_auto: bool = False) -> BackMsg:
        """Write the message by which a browser asks for a page to run."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = query
        message.rerun_script.is_auto_rerun = is_auto
        message.rerun_script.context_info.timezone = "Asia/Shanghai"
        return message

    def rerun(self, *, query: str = "", is_auto: bool = False) -> None:
        self.send(self.page_message(query=query, is_auto=is_auto))

    def read(self, timeout_s: float = PATIENCE_S) -> ForwardMsg:
        data = self.connection.recv(timeout=timeout_s)
        assert isinstance(data, bytes)
        self.received.append(data)
        message = ForwardMsg()
        message.ParseFromString(data)
        if message.WhichOneof("type") == "new_session":
            self.session_id = message.new_session.initialize.session_id
        return message

    def run(self, *, query: str = "", is_auto: bool = False) -> bytes:
        """Let the page run; give everything that it sent."""
        return self.run_message(self.page_message(query=query, is_auto=is_auto))

    def run_message(self, message: BackMsg) -> bytes:
        """Send a message that makes a page run; give everything that it sent."""
        before = len(self.received)
        self.send(message)
        while True:
            message = self.read()
            is_end = message.WhichOneof("type") == "script_finished"
            if is_end and message.script_finished in ENDINGS:
                return b"".join(self.received[before:])

    def wait_for_close(self, timeout_s: float = PATIENCE_S) -> int:
        """Read until the server closes; give the code."""
        with pytest.raises(ConnectionClosed) as closed:
            self._read_on(timeout_s)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code

    def _read_on(self, timeout_s: float) -> None:
        while True:
            self.received.append(self.connection.recv(timeout=timeout_s))


@contextmanager
def open_client(
    url: str,
    *,
    cookie: str = "",
    origin: str | None = "",
    resume: str = "",
    headers: dict[str, str] | None = None,
    **options,
) -> Iterator[Client]:
    """Connect; the origin is the site's own unless one, or None, is given."""
    site = url.rstrip("/")
    protocols = ["streamlit", "PLACEHOLDER_AUTH_TOKEN", *([resume] if resume else [])]
    more = dict(headers or {}) | ({"Cookie": cookie} if cookie else {})
    with connect(
        site.replace("http", "ws", 1) + "/_stcore/stream",
        origin=site if origin == "" else origin,
        subprotocols=protocols,
        additional_headers=more,
        max_size=None,
        proxy=None,
        **options,
    ) as connection:
        yield Client(connection)
