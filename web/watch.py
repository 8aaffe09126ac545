"""The watch: live websockets, looked at every few seconds, and what people last did.

An account that is disabled by another process, a session that went idle or grew too old: the
page is closed within a look, although nobody touches it.
"""

import asyncio
import logging
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cachetools import LRUCache
from starlette.concurrency import run_in_threadpool

from data.sessions import find_session, touch_session
from data.shared import shared_database
from geo.errors import AppError
from web.streams import Caller, Stream

_LOG = logging.getLogger("guatu.web")
LOOK_S: Final = 3.0
WRITE_S: Final = 20.0
"""A session's deeds are written down so often at most: the first at once, the last for certain."""

_CLOSING_S: Final = 5.0
_REMEMBERED: Final = 20_000
SIGNED_IN: Final = "open"
"""The stage of a session that has everything behind it: password, second factor, new password."""


@dataclass
class Deeds:
    """What a session did since it was last written down."""

    caller: Caller
    due_at: float
    last: datetime


class Watch:
    """Live websockets by session, and the deeds that are still to be written."""

    def __init__(self) -> None:
        self._streams: defaultdict[str, set[Stream]] = defaultdict(set)
        self._deeds: dict[str, Deeds] = {}
        self._written: LRUCache[str, float] = LRUCache(_REMEMBERED)
        self._task: asyncio.Task[None] | None = None

    def add(self, stream: Stream) -> None:
        """Look after a websocket from now on."""
        self._streams[stream.caller.key].add(stream)
        self._start()

    def remove(self, stream: Stream) -> None:
        """Look after it no longer."""
        held = self._streams[stream.caller.key]
        held.discard(stream)
        if not held:
            del self._streams[stream.caller.key]

    def count(self, account: str) -> int:
        """Count the live websockets of an account."""
        return sum(
            len(held)
            for held in self._streams.values()
            if next(iter(held)).caller.account == account
        )

    def note_deed(self, caller: Caller) -> None:
        """Remember that a person did something just now: it is what keeps a session."""
        if caller.token is None:
            return
        now = datetime.now(UTC)
        due_at = self._written.get(caller.key, 0.0) + WRITE_S
        deeds = self._deeds.setdefault(caller.key, Deeds(caller, due_at, now))
        deeds.last = now
        self._start()

    async def is_open(self, caller: Caller) -> bool:
        """Tell whether a caller's session still stands.

        While the database does not answer nothing is closed: the page asks the same question
        before it shows anything, and says what the matter is.
        """
        if caller.token is None:
            return True
        try:
            if await run_in_threadpool(_is_open, caller.token):
                return True
            # Idle by what is written, but a deed since then may not be written yet.
            if caller.key in self._deeds:
                await self._write(caller.key)
                return await run_in_threadpool(_is_open, caller.token)
        except AppError:
            return True
        return False

    async def look_at(self, key: str) -> None:
        """Close a session's websockets if it is over, now."""
        held = list(self._streams.get(key, ()))
        if held and not await self.is_open(held[0].caller):
            await asyncio.gather(*map(_end, held))

    async def look_at_account(self, account: str) -> None:
        """Close what is over of an account, now: somebody signed out, or changed the password."""
        for key, held in list(self._streams.items()):
            if next(iter(held)).caller.account == account:
                await self.look_at(key)

    async def look(self) -> None:
        """Look at every session once, and write down what is due."""
        now = time.monotonic()
        for key in [key for key, deeds in self._deeds.items() if deeds.due_at <= now]:
            await self._write(key)
        for key in list(self._streams):
            await self.look_at(key)

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._go_on(), name="guatu-watch")

    async def _go_on(self) -> None:
        while self._streams or self._deeds:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except Exception:  # noqa: BLE001 - one failure must not end the watch
                _LOG.exception("the watch over sessions failed once")

    async def _write(self, key: str) -> None:
        """Write down what a session last did; while the database does not answer it is kept."""
        deeds = self._deeds.pop(key, None)
        if deeds is None or deeds.caller.token is None:
            return
        try:
            await run_in_threadpool(_touch, deeds.caller.token, deeds.last)
        except AppError as error:
            _LOG.warning("%s", error)
            self._deeds.setdefault(key, deeds)
        else:
            self._written[key] = time.monotonic()


async def _end(stream: Stream) -> None:
    """Close a websocket; one whose other end does not read is not waited for."""
    try:
        await asyncio.wait_for(stream.end(), _CLOSING_S)
    except (TimeoutError, OSError, RuntimeError):
        _LOG.debug("a websocket was gone before it was closed")


def _is_open(token: str) -> bool:
    signed = find_session(shared_database(), token)
    return signed is not None and signed.stage == SIGNED_IN


def _touch(token: str, at: datetime) -> None:
    touch_session(shared_database(), token, now=at)
