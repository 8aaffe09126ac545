"""The door: who comes in. Today the demonstration's list of roles; accounts come with part two.

Every way in, a page or a route, asks here and gets a viewer or is refused.
"""

from collections.abc import Mapping
from typing import Final

from data.access import Role, Viewer
from data.errors import SignInRequired
from data.settings import Settings
from data.text import mark

ROLE_COOKIE: Final = "guatu_demo_role"

DEMO_VIEWERS: Final = {
    "leader": (Viewer("demo-leader", Role.LEADER, ("",)), mark("市级领导（全市汇总）")),
    "office": (Viewer("demo-office", Role.OFFICE, ("",)), mark("市扶贫办（全市）")),
    "district-150302": (
        Viewer("demo-150302", Role.DISTRICT, ("150302",)), mark("海勃湾区扶贫办")),
    "district-150303": (
        Viewer("demo-150303", Role.DISTRICT, ("150303",)), mark("海南区扶贫办")),
    "district-150304": (
        Viewer("demo-150304", Role.DISTRICT, ("150304",)), mark("乌达区扶贫办")),
    "town": (Viewer("demo-town", Role.TOWN, ("150303104",)), mark("巴音陶亥镇")),
    "team": (Viewer("demo-team", Role.TEAM, ("150303104238",)), mark("东兴村驻村工作队")),
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


def admit(settings: Settings, cookies: Mapping[str, str]) -> Viewer:
    """Turn a request's cookies into a viewer.

    Raises
    ------
    SignInRequired
        Outside the demonstration nobody gets in without an account.
    """
    if settings.mode != "demo":
        raise SignInRequired
    chosen = cookies.get(ROLE_COOKIE, DEFAULT_ROLE)
    viewer, _label = DEMO_VIEWERS.get(chosen, DEMO_VIEWERS[DEFAULT_ROLE])
    return viewer


def role_key(viewer: Viewer) -> str:
    """Give the key under which the demonstration's list holds a viewer."""
    return next((k for k, (v, _) in DEMO_VIEWERS.items() if v == viewer), DEFAULT_ROLE)
