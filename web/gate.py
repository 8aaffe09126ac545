"""The gate: pure ASGI around the whole application, the websocket included.

In production nothing is answered without an open session but what `web.paths` lists; a
demonstration stays on this machine. Every answer gets its headers here.
"""

from typing import Final

from cachetools import TTLCache
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from data.door import DEFAULT_ROLE, DEMO_VIEWERS, ROLE_COOKIE
from data.errors import (
    DemoNotPublic,
    ForeignHost,
    NotFound,
    NotOnLoopback,
    SignInRequired,
    TooLarge,
    TooManyRequests,
    TooManyTabs,
)
from data.sessions import SESSION_COOKIE, find_session, hash_token
from data.settings import Settings
from data.shared import shared_database
from geo.errors import AppError
from web.identity_headers import drop_identity
from web.limits import REQUESTS_OF_A_SESSION, REQUESTS_OF_AN_ADDRESS, Buckets, retry_after
from web.origins import refuse_foreign
from web.page import asked_plainly, with_session_script
from web.paths import STREAM, UPLOAD, Kind, is_closed, is_open, is_sign_in, kind_of
from web.policy import with_headers
from web.problem import is_navigation, render_problem
from web.streams import Caller, Owners, Stream, without_foreign_session
from web.watch import SIGNED_IN, Watch

STREAMS_OF_AN_ACCOUNT: Final = 12
LARGEST_FORM: Final = 65_536
"""Bytes that a stranger may send; a sign-in form has a few hundred."""

_REFUSED: Final = 1008
_NOT_HERE: Final = (DemoNotPublic, ForeignHost, NotOnLoopback)
_KNOWN_S: Final = 5.0
"""How long a session's word is taken for files that are the same for everybody."""


class Gate:
    """Refuse what may not come in; set the headers of what goes out.

    Parameters
    ----------
    app
        The application inside.
    settings
        Demonstration or production, and the site's own address.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.watch = Watch()
        self._owners = Owners()
        self._sessions = Buckets(REQUESTS_OF_A_SESSION)
        self._addresses = Buckets(REQUESTS_OF_AN_ADDRESS)
        self._known: TTLCache[str, Caller] = TTLCache(10_000, _KNOWN_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        scope = {**scope, "headers": drop_identity(scope["headers"])}
        if scope["type"] == "websocket":
            await self._serve_stream(scope, receive, send)
        else:
            await self._serve_request(scope, receive, send)

    # ── HTTP ────────────────────────────────────────────────────────────────────────────────────

    async def _serve_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        send = with_headers(scope, send, keeps_nothing=self.settings.mode != "demo")
        path = scope["path"]
        try:
            refuse_foreign(self.settings, scope)
            if is_closed(path):
                raise NotFound(what=path[:40])
            caller = await self._caller_of(scope)
            self._require_room(scope, caller)
            if caller is None and not is_open(path):
                raise SignInRequired
            self._require_own_upload(path, caller)
        except AppError as error:
            answer = await run_in_threadpool(_refuse, scope, error)
            await answer(scope, receive, send)
            return
        if caller is None:
            receive = _limited(receive)
        elif caller.token and is_navigation(scope):
            self.watch.note_deed(caller)
        if caller is not None and caller.token and _opens_page(scope):
            scope, send = asked_plainly(scope), with_session_script(send)
        await self.app(scope, receive, send)
        if caller is not None and is_sign_in(path):
            await self.watch.look_at_account(caller.account)

    def _require_room(self, scope: Scope, caller: Caller | None) -> None:
        """Refuse a flood, and a page too many."""
        if caller is not None:
            wait_s = self._sessions.take(caller.key)
        else:
            wait_s = self._addresses.take((scope.get("client") or ("",))[0])
        if wait_s:
            raise TooManyRequests(seconds=retry_after(wait_s))
        if caller is not None and caller.token and _opens_page(scope):
            self._require_tab(caller)

    def _require_tab(self, caller: Caller) -> None:
        if self.watch.count(caller.account) >= STREAMS_OF_AN_ACCOUNT:
            raise TooManyTabs(most=STREAMS_OF_AN_ACCOUNT)

    def _require_own_upload(self, path: str, caller: Caller | None) -> None:
        """Let a file go into the caller's own Streamlit session only."""
        wanted = UPLOAD.fullmatch(path)
        if wanted and not (caller and self._owners.owns(caller.key, wanted["session"])):
            raise NotFound(what="upload")

    # ── Who ─────────────────────────────────────────────────────────────────────────────────────

    async def _caller_of(self, scope: Scope) -> Caller | None:
        """Find out who asks, by the cookie alone."""
        cookies = read_cookies(scope)
        if self.settings.mode == "demo":
            role = cookies.get(ROLE_COOKIE, DEFAULT_ROLE)
            return Caller(key=role if role in DEMO_VIEWERS else DEFAULT_ROLE, account="demo")
        token = cookies.get(SESSION_COOKIE)
        if not token or (is_open(scope["path"]) and kind_of(scope["path"]) is not Kind.SIGN_IN):
            return None
        key = hash_token(token)
        is_same_for_all = kind_of(scope["path"]) is Kind.STATIC
        if is_same_for_all and key in self._known:
            return self._known[key]
        signed = await run_in_threadpool(find_session, shared_database(), token)
        if signed is None or signed.stage != SIGNED_IN:
            return None
        caller = Caller(key=key, account=signed.account, token=token)
        self._known[key] = caller
        return caller

    # ── Websocket ───────────────────────────────────────────────────────────────────────────────

    async def _serve_stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            refuse_foreign(self.settings, scope)
            caller = await self._caller_of(scope) if scope["path"] == STREAM else None
            if caller is None:
                raise SignInRequired
            self._require_room(scope, caller)
            if caller.token:
                self._require_tab(caller)
        except AppError:
            await WebSocketClose(code=_REFUSED)(scope, receive, send)
            return
        stream = Stream(caller, self._owners, self.watch, receive, send)
        inside = without_foreign_session(scope, self._owners, caller.key)
        self.watch.add(stream)
        try:
            await self.app(inside, stream.receive, stream.send)
        finally:
            self.watch.remove(stream)


def read_cookies(scope: Scope) -> dict[str, str]:
    """Read a connection's cookies as the routes inside will read them."""
    return Request({**scope, "type": "http"}).cookies


def _opens_page(scope: Scope) -> bool:
    """Tell whether somebody opens one of the pages that Streamlit runs."""
    return scope["type"] == "http" and kind_of(scope["path"]) is Kind.PAGE and is_navigation(scope)


def _refuse(scope: Scope, error: AppError) -> Response:
    """Answer a refusal; where this is not the site at all, in words that need nothing of it."""
    request = Request(scope)
    if isinstance(error, _NOT_HERE) and is_navigation(scope):
        answer: Response = PlainTextResponse(
            f"{error.sentence('zh-CN')}\n{error}\n", status_code=error.status
        )
    else:
        answer = render_problem(request, error)
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(error.facts["seconds"])
    return answer


def _limited(receive: Receive) -> Receive:
    """Let a stranger send no more than a form holds."""
    taken = 0

    async def receive_some() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_FORM:
            raise TooLarge
        return message

    return receive_some
