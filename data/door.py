"""The door: who comes in. A demonstration offers a list of roles; production asks for a session.

Every way in, a page or a route, asks here and gets a viewer or is refused.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from threading import Lock
from typing import Final

from cachetools import TTLCache

from data.access import Role, Stranger, Viewer
from data.audit import Deed, record
from data.engine import transaction
from data.errors import SignInRequired
from data.sessions import SESSION_COOKIE, find_session
from data.settings import Settings
from data.shared import shared_database
from data.text import mark
from geo.errors import AppError

_LOG = logging.getLogger("guatu.data")

ROLE_COOKIE: Final = "guatu_demo_role"

DEMO_VIEWERS: Final = {
    "leader": (
        Viewer("demo-leader", Role.LEADER, ("",), official="负责人 07"),
        mark("市级领导（全市汇总）")),
    "office": (Viewer("demo-office", Role.OFFICE, ("",)), mark("市扶贫办（全市）")),
    "district-150302": (
        Viewer("demo-150302", Role.DISTRICT, ("150302",), official="负责人 01"),
        mark("海勃湾区扶贫办")),
    "district-150303": (
        Viewer("demo-150303", Role.DISTRICT, ("150303",), official="负责人 03"),
        mark("海南区扶贫办")),
    "district-150304": (
        Viewer("demo-150304", Role.DISTRICT, ("150304",), official="负责人 05"),
        mark("乌达区扶贫办")),
    "town": (
        Viewer("demo-town", Role.TOWN, ("150303104",), official="负责人 10"),
        mark("巴音陶亥镇")),
    "team": (
        Viewer("demo-team", Role.TEAM, ("150303104238",), official="负责人 25"),
        mark("东兴村驻村工作队")),
    "helper": (
        Viewer("demo-helper", Role.HELPER, ("",), official="干部 0001"),
        mark("帮扶责任人（自己的帮扶户）")),
    "planner": (Viewer("demo-planner", Role.PLANNER, ("",)), mark("规划人员（全市汇总）")),
    "inspector": (Viewer("demo-inspector", Role.INSPECTOR, ("",)), mark("督查组（全市汇总）")),
    "clerk": (Viewer("demo-clerk", Role.CLERK, ("",)), mark("数据员（全市）")),
    "auditor": (Viewer("demo-auditor", Role.AUDITOR, ()), mark("审计（不看登记册）")),
    "admin": (Viewer("demo-admin", Role.ADMIN, ()), mark("管理员（不看登记册）")),
}  # fmt: skip
"""The roles that a demonstration offers, with their labels."""

DEFAULT_ROLE: Final = "leader"


def admit(settings: Settings, cookies: Mapping[str, str], address: str = "") -> Viewer:
    """Turn a request's cookies into a viewer.

    Parameters
    ----------
    settings
        Demonstration or production.
    cookies
        What the browser sent.
    address
        Where it sent it from; a session remembers its own.

    Raises
    ------
    SignInRequired
        In production: no session, or one that is over or half-way.
    """
    if settings.mode == "demo":
        chosen = cookies.get(ROLE_COOKIE, DEFAULT_ROLE)
        viewer, _label = DEMO_VIEWERS.get(chosen, DEMO_VIEWERS[DEFAULT_ROLE])
        return replace(viewer, address=address)
    token = cookies.get(SESSION_COOKIE, "")
    signed = find_session(shared_database(), token) if token else None
    if signed is None or signed.stage != "open":
        raise SignInRequired
    return signed.viewer


_NOTED: Final[TTLCache[tuple[str, str, str, str], None]] = TTLCache(10_000, 60.0)
_NOTING: Final = Lock()


def note_refusal(viewer: Viewer | Stranger, what: str) -> None:
    """Record that a viewer was refused something; one row a minute for the same thing.

    A page that asks again at every run is one try, not a hundred. A failure to record never hides
    the refusal itself.

    Parameters
    ----------
    viewer
        Who was refused.
    what
        A page's name or a route's, never what somebody typed.
    """
    key = (viewer.name, str(viewer.role), viewer.address, what)
    with _NOTING:
        if key in _NOTED:
            return
        _NOTED[key] = None
    try:
        with transaction(shared_database()) as connection:
            record(connection, viewer, Deed.REFUSAL, target=what, result="refused")
    except AppError as error:
        _LOG.warning("a refusal was not recorded: %s", error)


def role_key(viewer: Viewer) -> str:
    """Give the key under which the demonstration's list holds a viewer."""
    return next((k for k, (v, _) in DEMO_VIEWERS.items() if v == viewer), DEFAULT_ROLE)
