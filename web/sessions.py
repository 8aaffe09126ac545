"""Who asks over HTTP: the request's cookies, through the one door."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from data.access import Viewer
from data.door import DEMO_VIEWERS, ROLE_COOKIE, admit
from data.errors import NotFound, UnknownValue
from data.settings import load_settings


def viewer_of(request: Request) -> Viewer:
    """Give the viewer of a request.

    Raises
    ------
    SignInRequired
        Nobody is signed in.
    """
    return admit(load_settings(), request.cookies)


def choose_role(request: Request) -> Response:
    """Take on a role of the demonstration's list and go back to the front page."""
    if load_settings().mode != "demo":
        raise NotFound(what="demo")
    role = request.path_params["role"]
    if role not in DEMO_VIEWERS:
        raise UnknownValue(field="role", value=role[:40], choices=", ".join(DEMO_VIEWERS))
    lang = "en" if request.query_params.get("lang") == "en" else "zh-CN"
    response = RedirectResponse(f"/?lang={lang}", status_code=303)
    response.set_cookie(ROLE_COOKIE, role, httponly=True, samesite="strict", path="/")
    return response
