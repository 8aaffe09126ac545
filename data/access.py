"""Access: who looks, what they may do, which rows they reach, what is blanked.

The one choke point. A viewer is an argument of every query; rows are limited in SQL, so that
counts, maps and exports obey the same rule; columns are masked in one function.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import ColumnElement, Select, false, or_

from data.text import mark
from geo.classify import SUPPRESSED

SMALL_CELL_HOUSEHOLDS: Final = 5
"""Cells of fewer households are suppressed for roles that may not see more."""

DIVISION_LEVELS: Final = (2, 4, 6, 9, 12)
"""Lengths of the code of a province, city, district, town and village."""

S = TypeVar("S", bound=Select[*tuple[Any, ...]])


class Role(StrEnum):
    """What somebody is to the register."""

    LEADER = "leader"
    OFFICE = "office"
    DISTRICT = "district"
    TOWN = "town"
    TEAM = "team"
    PLANNER = "planner"
    INSPECTOR = "inspector"
    CLERK = "clerk"
    AUDITOR = "auditor"
    ADMIN = "admin"


ROLE_NAMES: Final = {
    Role.LEADER: mark("市级领导"),
    Role.OFFICE: mark("市扶贫办"),
    Role.DISTRICT: mark("区扶贫办"),
    Role.TOWN: mark("镇（街道）"),
    Role.TEAM: mark("驻村工作队"),
    Role.PLANNER: mark("规划人员"),
    Role.INSPECTOR: mark("督查组"),
    Role.CLERK: mark("数据员"),
    Role.AUDITOR: mark("审计"),
    Role.ADMIN: mark("管理员"),
}


class Action(StrEnum):
    """What a viewer may want to do."""

    SEE_AGGREGATES = "see_aggregates"
    SEE_SMALL_CELLS = "see_small_cells"
    SEE_HOUSEHOLDS = "see_households"


ACTION_NAMES: Final = {
    Action.SEE_AGGREGATES: mark("查看汇总数据"),
    Action.SEE_SMALL_CELLS: mark("查看不足五户的数据"),
    Action.SEE_HOUSEHOLDS: mark("查看户名单"),
}

_WORKS_WITH_HOUSEHOLDS: Final = frozenset(
    {Role.OFFICE, Role.DISTRICT, Role.TOWN, Role.TEAM, Role.CLERK}
)
_ALLOWED: Final = {
    Action.SEE_AGGREGATES: _WORKS_WITH_HOUSEHOLDS | {Role.LEADER, Role.PLANNER, Role.INSPECTOR},
    Action.SEE_SMALL_CELLS: _WORKS_WITH_HOUSEHOLDS,
    Action.SEE_HOUSEHOLDS: _WORKS_WITH_HOUSEHOLDS,
}


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks: made once, at the door.

    Attributes
    ----------
    name
        The account's name, never a person's.
    role
        What the viewer is to the register.
    areas
        Leading digits of the division codes the viewer may see; ``""`` is everything, no area
        at all is nothing.
    """

    name: str
    role: Role
    areas: tuple[str, ...]

    @property
    def scope_key(self) -> str:
        """Role and areas in short, for the key of every cache."""
        return f"{self.role}@{'+'.join(sorted(self.areas))}"


OPERATOR: Final = Viewer(name="operator", role=Role.OFFICE, areas=("",))
"""Whoever holds the machine and the database file: the command line."""


@dataclass(frozen=True)
class Decision:
    """Whether something is allowed, and the reason."""

    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.allowed


def can(viewer: Viewer, action: Action, on: str | None = None) -> Decision:
    """Decide whether a viewer may do something, here.

    Parameters
    ----------
    viewer
        Who wants to.
    action
        What they want.
    on
        The division code it concerns; None when it concerns no place.
    """
    if viewer.role not in _ALLOWED[action]:
        return Decision(allowed=False, reason=f"role {viewer.role} may not {action}")
    if on is not None and not reaches(viewer, on):
        return Decision(allowed=False, reason=f"{on} is outside the viewer's areas")
    return Decision(allowed=True, reason=f"role {viewer.role} may {action}")


def reaches(viewer: Viewer, code: str) -> bool:
    """Tell whether a division lies in the viewer's areas."""
    return code.startswith(viewer.areas) if viewer.areas else False


def prefix_of(code: str) -> str:
    """Give the leading digits that everything inside a division shares with its code."""
    significant = code.rstrip("0")
    return next(code[:n] for n in DIVISION_LEVELS if n >= len(significant))


def within(column: Any, prefix: str) -> ColumnElement[bool]:  # noqa: ANN401 - a mapped column
    """Say in SQL that a 12-digit code lies under the division with these leading digits."""
    clause: ColumnElement[bool] = column.between(prefix.ljust(12, "0"), prefix.ljust(12, "9"))
    return clause


def scope(select: S, viewer: Viewer, column: Any) -> S:  # noqa: ANN401 - a mapped column
    """Limit a statement to the viewer's areas.

    Parameters
    ----------
    select
        Any SELECT that has `column` among its tables.
    viewer
        Who looks.
    column
        The 12-digit division code that places a row.
    """
    if not viewer.areas:
        return select.where(false())
    if "" in viewer.areas:
        return select
    return select.where(or_(*(within(column, area) for area in viewer.areas)))


def suppress(
    values: npt.NDArray[np.float64], households: npt.NDArray[np.int64], viewer: Viewer
) -> npt.NDArray[np.float64]:
    """Hide each value that rests on one to four households, if the viewer may not see those."""
    return hide(values, is_small(households), viewer, SUPPRESSED)


def hide(
    values: npt.NDArray[np.float64], marked: npt.NDArray[np.bool_], viewer: Viewer, state: float
) -> npt.NDArray[np.float64]:
    """Put a state in the place of the marked values, if the viewer may not see small cells."""
    if can(viewer, Action.SEE_SMALL_CELLS):
        return values
    return np.where(marked, state, values)


def is_small(households: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Tell which counts are positive and below the smallest cell that may be shown."""
    small: npt.NDArray[np.bool_] = (households > 0) & (households < SMALL_CELL_HOUSEHOLDS)
    return small


MASK: Final = "***"


def mask(frame: pd.DataFrame, origins: Mapping[str, Any]) -> pd.DataFrame:
    """Blank what is sensitive; the last step of every query that returns rows about people.

    Parameters
    ----------
    frame
        Rows about people.
    origins
        The mapped column that each column of the frame comes from; whatever that one declares
        sensitive is blanked, for every role: seeing it takes a right, a reason and a record.
    """
    masked = frame.copy()
    for name, origin in origins.items():
        if origin.info["sensitive"] is not None:
            masked[name] = MASK
    return masked
