"""The routes beside Streamlit, the middleware around it, and what runs at start."""

import gc
import logging
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from data.door import DEFAULT_ROLE, DEMO_VIEWERS
from data.errors import NotFound
from data.settings import ROOT, load_settings
from data.text import DEFAULT_LANG
from geo.errors import AppError
from web.audit_exports import save_audit
from web.basemap import get_tile
from web.exports import save_map
from web.gate import Gate
from web.health import live, ready
from web.household_exports import save_households
from web.layers import get_places, get_values, warm_up
from web.notices import show_notice
from web.oidc import finish_oidc, start_oidc
from web.page import get_session_script
from web.policy import content_policy
from web.problem import render_problem
from web.sessions import choose_role
from web.sign_in import (
    get_sign_in_asset,
    pass_enrolment,
    pass_second_factor,
    set_new_password,
    show_enrolment,
    show_new_password,
    show_second_factor,
    show_sign_in,
    sign_in,
    sign_out,
)
from web.startup import prepare_start

_LOG = logging.getLogger("guatu.web")
_FONTS = ROOT / "web" / "assets" / "fonts"


def routes() -> list[Route]:
    """List the routes; Streamlit answers everything else."""
    return [
        Route("/healthz", live),
        Route("/readyz", ready),
        Route("/leader", open_front_page),
        Route("/layers/{lang}/places.json", get_places),
        Route("/layers/{lang}/values.{measure}.json", get_values),
        Route("/tiles/{z:int}/{x:int}/{y:int}", get_tile),
        Route("/export/map.html", save_map),
        Route("/export/households.csv", save_households),
        Route("/export/audit.csv", save_audit),
        Route("/notice/{batch}.html", show_notice),
        Route("/demo/role/{role}", choose_role),
        Route("/assets/fonts/{name}", get_font),
        Route("/assets/session.js", get_session_script),
        Route("/oidc/start", start_oidc),
        Route("/oidc/callback", finish_oidc),
        Route("/sign-in", show_sign_in, methods=["GET"]),
        Route("/sign-in", sign_in, methods=["POST"]),
        Route("/sign-in/assets/{name}", get_sign_in_asset),
        Route("/sign-out", sign_out, methods=["POST"]),
        Route("/second-factor", show_second_factor, methods=["GET"]),
        Route("/second-factor", pass_second_factor, methods=["POST"]),
        Route("/enrol", show_enrolment, methods=["GET"]),
        Route("/enrol", pass_enrolment, methods=["POST"]),
        Route("/new-password", show_new_password, methods=["GET"]),
        Route("/new-password", set_new_password, methods=["POST"]),
    ]


def middleware() -> list[Middleware]:
    """List the middleware, the outermost first; unsafe settings end the start with a sentence."""
    try:
        settings = prepare_start()
    except AppError as error:
        sys.exit(f"{error.sentence(DEFAULT_LANG)}\n{error}")
    return [Middleware(Gate, settings=settings)]


def exception_handlers() -> Mapping[Any, Any]:
    """Say which failures become which answers."""
    return {AppError: render_problem, 500: render_problem}


def open_front_page(request: Request) -> Response:
    """Lead the front page's name to its address: Streamlit knows its default page by / only."""
    return RedirectResponse(str(request.url.replace(path="/", scheme="", netloc="")), 307)


def get_font(request: Request) -> Response:
    """Answer with one of the fonts that set-up cut; nothing else is in reach."""
    name = request.path_params["name"]
    known = {path.name: path for path in _FONTS.glob("*.woff2")}
    if name not in known:
        raise NotFound(what=name[:40])
    return FileResponse(
        known[name],
        media_type="font/woff2",
        headers={"Cache-Control": "public, max-age=86400"},
    )


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Prepare the first picture, then freeze what start-up made out of the collector's scan."""
    content_policy()
    if load_settings().mode == "demo":
        try:
            warm_up(DEMO_VIEWERS[DEFAULT_ROLE][0], DEFAULT_LANG)
        except AppError as error:
            # Serving goes on: every page then says what is missing and what to do.
            _LOG.warning("%s", error)
    gc.collect()
    gc.freeze()
    yield
