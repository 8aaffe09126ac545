"""Single sign-on: OpenID Connect in the same gate, as a second way to the same session.

Authorization code with PKCE, state and nonce. The provider says who somebody is; whether there is
an account, and what it may do, is decided here alone. Nobody registers by signing in.
"""

import logging
from functools import lru_cache
from typing import Any, Final

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from itsdangerous import BadSignature, URLSafeTimedSerializer
from joserfc.errors import JoseError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from data.access import Stranger
from data.door import note_refusal
from data.errors import NotFound, OidcFailed, OidcUnavailable, OidcUnknown, WrongCredentials
from data.keys import load_keys, read_secret
from data.sealing import derive
from data.sessions import SESSION_COOKIE, open_session
from data.settings import Settings, load_settings
from data.shared import shared_database
from data.sign_ins import check_oidc, note_sign_in

_LOG = logging.getLogger("guatu.web")
TRIP_COOKIE: Final = "__Host-guatu-oidc"
_TRIP_S: Final = 600
_NAME: Final = "provider"
_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_WAIT_S: Final = 10.0
_DISTRUSTED: Final = (
    AuthlibBaseError,
    BadSignature,
    JoseError,
    httpx2.HTTPError,
    RuntimeError,
    ValueError,
    KeyError,
)
"""What a provider's answer fails with: refused, forged, late, broken, or not what was asked for."""


class Trip(Request):
    """A request with what the browser keeps of one way to the provider and back."""

    def __init__(self, request: Request, kept: dict[str, Any]) -> None:
        super().__init__(request.scope, request.receive)
        self._kept = kept

    @property
    def session(self) -> dict[str, Any]:
        """State, nonce and the code's verifier; not the session of a signed-in person."""
        return self._kept


def is_offered(settings: Settings) -> bool:
    """Tell whether people may sign in through a provider."""
    return settings.mode == "production" and bool(settings.oidc_issuer)


async def start_oidc(request: Request) -> Response:
    """Lead to the provider.

    Raises
    ------
    NotFound
        No provider is configured.
    OidcUnavailable
        It does not answer.
    """
    settings = _offered()
    kept: dict[str, Any] = {"next": local_path(request.query_params.get("next"))}
    provider = _provider(settings)
    try:
        await _require_issuer(provider, settings)
        answer: Response = await provider.authorize_redirect(
            Trip(request, kept), f"{settings.public_url.rstrip('/')}/oidc/callback"
        )
    except _DISTRUSTED as error:
        _LOG.warning("the provider of the sign-in cannot be used: %s", type(error).__name__)
        raise OidcUnavailable from error
    answer.set_cookie(
        TRIP_COOKIE, _signer().dumps(kept), max_age=_TRIP_S, path="/",
        secure=True, httponly=True, samesite="lax",
    )  # fmt: skip
    return answer


async def finish_oidc(request: Request) -> Response:
    """Take the provider's word, find the account, and open a session for it.

    Raises
    ------
    NotFound
        No provider is configured.
    OidcFailed
        The provider refused, or its word cannot be trusted.
    OidcUnknown
        No account belongs to whom it confirmed.
    """
    settings = _offered()
    try:
        kept = _signer().loads(request.cookies.get(TRIP_COOKIE, ""), max_age=_TRIP_S)
        word = await _provider(settings).authorize_access_token(Trip(request, kept))
        subject = str(word["userinfo"]["sub"])
    except _DISTRUSTED as error:
        await run_in_threadpool(note_refusal, Stranger(address_of(request)), "oidc")
        raise OidcFailed from error
    token = await run_in_threadpool(_open, request, subject)
    answer = RedirectResponse(local_path(kept.get("next")), 303)
    answer.set_cookie(SESSION_COOKIE, token, path="/", secure=True, httponly=True, samesite="lax")
    answer.delete_cookie(TRIP_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return answer


def _open(request: Request, subject: str) -> str:
    """Open a session for the account of whom the provider confirmed; give its token."""
    db, address = shared_database(), address_of(request)
    try:
        name = check_oidc(db, subject, address=address)
    except WrongCredentials as error:
        raise OidcUnknown from error
    held = request.cookies.get(SESSION_COOKIE)
    token = open_session(db, name, means="oidc", stage="open", address=address, replacing=held)
    note_sign_in(db, name, address=address, means="oidc")
    return token


def address_of(request: Request) -> str:
    """Give the network address that a request comes from."""
    return request.client.host if request.client else ""


def local_path(wanted: object) -> str:
    """Give an address of this site; whatever leads elsewhere becomes the front page."""
    text = wanted if isinstance(wanted, str) else ""
    is_local = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if is_local else "/"


def _offered() -> Settings:
    settings = load_settings()
    if not is_offered(settings):
        raise NotFound(what="oidc")
    return settings


@lru_cache(maxsize=1)
def _provider(settings: Settings) -> StarletteOAuth2App:
    """Describe the provider once; its metadata and keys are fetched at first use."""
    secret = read_secret(
        "GUATU_OIDC_CLIENT_SECRET", settings.oidc_client_secret, settings.oidc_client_secret_file
    )
    registry = OAuth()
    registry.register(
        name=_NAME,
        client_id=settings.oidc_client_id,
        client_secret=secret or None,
        server_metadata_url=settings.oidc_issuer.rstrip("/") + _WELL_KNOWN,
        client_kwargs={
            "scope": "openid",
            "code_challenge_method": "S256",
            "timeout": _WAIT_S,
            "trust_env": False,
            **({} if secret else {"token_endpoint_auth_method": "none"}),
        },
    )
    provider: StarletteOAuth2App = registry.create_client(_NAME)
    return provider


async def _require_issuer(provider: StarletteOAuth2App, settings: Settings) -> None:
    """Refuse metadata that speak for another provider than the configured one."""
    metadata = await provider.load_server_metadata()
    if str(metadata["issuer"]).rstrip("/") != settings.oidc_issuer.rstrip("/"):
        msg = "the issuer of the metadata is another one"
        raise ValueError(msg)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(derive(load_keys().sessions, "oidc trip").hex())
