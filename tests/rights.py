"""The table of rights: what each role may do. Written out by hand; every test of rights reads it.

A right holds inside the viewer's areas only; a helper's are the own households.
"""

from data.access import Action, Role
from data.door import DEMO_VIEWERS

_ROLES = "leader office district town team helper planner inspector clerk auditor admin"
_TABLE = """
see_aggregates     x x x x x . x x x . .
see_small_cells    . x x x x . . . x . .
see_households     . x x x x x . . x . .
see_identity       . x x x x x . . x . .
find_person        . x x x . . . . x . .
correct_person     . x x . . . . . x . .
erase_person       . x . . . . . . . . .
export_map         x x x x x . x x x . .
export_households  . x x x x . . . x . .
see_audit          . x x . . . . . . x .
review_views       . x x . . . . . . x .
manage_accounts    . . . . . . . . . . x
view_as            . . . . . . . . . . x
keep_register      . x x x . . . . x . .
keep_files         . x x x x . . . x . .
keep_log           . x x x x x . . x . .
see_exits          x x x x x . . . x . .
run_exits          . . x x x . . . x . .
sign_exits         x x x x x . . . . . .
monitor            . x x x x . . . x . .
open_look_back     . x x . . . . . . . .
assign_gaps        . x x x . . . . . . .
set_parameters     . x . . . . . . . . .
close_year         . x . . . . . . . . .
reconcile          . x . . . . . . . . .
"""

MAY: dict[Action, set[Role]] = {
    Action(action): {
        Role(role) for role, sign in zip(_ROLES.split(), signs, strict=True) if sign == "x"
    }
    for action, *signs in map(str.split, _TABLE.strip().splitlines())
}

PAGE_NEEDS: dict[str, Action] = {
    "leader": Action.SEE_AGGREGATES,
    "village": Action.SEE_AGGREGATES,
    "households": Action.SEE_HOUSEHOLDS,
    "exits": Action.SEE_EXITS,
    "monitoring": Action.MONITOR,
    "household": Action.SEE_HOUSEHOLDS,
    "gaps": Action.SEE_HOUSEHOLDS,
    "claims": Action.SEE_AGGREGATES,
    "closes": Action.SEE_SMALL_CELLS,
    "matrices": Action.SEE_AGGREGATES,
    "audit": Action.SEE_AUDIT,
    "accounts": Action.MANAGE_ACCOUNTS,
}
"""What a page is about."""

ROUTE_NEEDS: dict[str, Action] = {
    "/layers/{lang}/places.json": Action.SEE_AGGREGATES,
    "/layers/{lang}/values.{measure}.json": Action.SEE_AGGREGATES,
    "/export/map.html": Action.EXPORT_MAP,
    "/export/households.csv": Action.EXPORT_HOUSEHOLDS,
    "/export/audit.csv": Action.SEE_AUDIT,
    "/notice/{batch}.html": Action.EXPORT_HOUSEHOLDS,
}
"""What a route is about; its answer depends on who asks."""

SAME_FOR_ALL = {
    "/healthz", "/readyz", "/leader", "/tiles/{z:int}/{x:int}/{y:int}", "/demo/role/{role}",
    "/assets/fonts/{name}", "/assets/session.js", "/oidc/start", "/oidc/callback", "/sign-in",
    "/sign-in/assets/{name}", "/sign-out", "/second-factor", "/enrol", "/new-password",
}  # fmt: skip
"""Routes that hold nothing of the register; whether a session is needed, the gate's tests say."""


def may(role: Role, action: Action) -> bool:
    """Look a cell of the table up."""
    return role in MAY[action]


def admits(key: str, page: str) -> bool:
    """Tell whether a role of the demonstration's list may open a page."""
    return may(DEMO_VIEWERS[key][0].role, PAGE_NEEDS[page])
