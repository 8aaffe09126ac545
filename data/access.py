"""Access: who looks, what they may do, which rows they reach, what is blanked.

The one choke point. A viewer is an argument of every query; rows are limited in SQL, so that
counts, maps and exports obey the same rule; columns are masked in one function.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import ColumnElement, Select, false, or_
from sqlalchemy import select as sql_select

from data.models import Household, Official, Pairing
from data.models.base import CODE_LENGTH
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
    HELPER = "helper"
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
    Role.HELPER: mark("帮扶责任人"),
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
    SEE_IDENTITY = "see_identity"
    FIND_PERSON = "find_person"
    CORRECT_PERSON = "correct_person"
    ERASE_PERSON = "erase_person"
    EXPORT_MAP = "export_map"
    EXPORT_HOUSEHOLDS = "export_households"
    SEE_AUDIT = "see_audit"
    REVIEW_VIEWS = "review_views"
    MANAGE_ACCOUNTS = "manage_accounts"
    VIEW_AS = "view_as"
    KEEP_REGISTER = "keep_register"
    KEEP_FILES = "keep_files"
    KEEP_LOG = "keep_log"
    SEE_EXITS = "see_exits"
    RUN_EXITS = "run_exits"
    SIGN_EXITS = "sign_exits"
    MONITOR = "monitor"
    OPEN_LOOK_BACK = "open_look_back"
    ASSIGN_GAPS = "assign_gaps"
    SET_PARAMETERS = "set_parameters"
    CLOSE_YEAR = "close_year"
    RECONCILE = "reconcile"


ACTION_NAMES: Final = {
    Action.SEE_AGGREGATES: mark("查看汇总数据"),
    Action.SEE_SMALL_CELLS: mark("查看不足五户的数据"),
    Action.SEE_HOUSEHOLDS: mark("查看户名单"),
    Action.SEE_IDENTITY: mark("查看完整的个人信息"),
    Action.FIND_PERSON: mark("按证件号查找"),
    Action.CORRECT_PERSON: mark("更正个人信息"),
    Action.ERASE_PERSON: mark("删除个人信息"),
    Action.EXPORT_MAP: mark("保存地图"),
    Action.EXPORT_HOUSEHOLDS: mark("导出户名单"),
    Action.SEE_AUDIT: mark("查看审计记录"),
    Action.REVIEW_VIEWS: mark("核查完整信息的查看"),
    Action.MANAGE_ACCOUNTS: mark("管理账号"),
    Action.VIEW_AS: mark("以其他角色预览"),
    Action.KEEP_REGISTER: mark("登记进出事件"),
    Action.KEEP_FILES: mark("维护户档案"),
    Action.KEEP_LOG: mark("填写帮扶台账和走访"),
    Action.SEE_EXITS: mark("查看脱贫程序"),
    Action.RUN_EXITS: mark("办理脱贫程序"),
    Action.SIGN_EXITS: mark("在脱贫程序上签字"),
    Action.MONITOR: mark("处置监测预警"),
    Action.OPEN_LOOK_BACK: mark("开展回头看"),
    Action.ASSIGN_GAPS: mark("交办缺口"),
    Action.SET_PARAMETERS: mark("设定规则参数"),
    Action.CLOSE_YEAR: mark("年度关账"),
    Action.RECONCILE: mark("签署对账结论"),
}

_COUNTS_HOUSEHOLDS: Final = frozenset(
    {Role.OFFICE, Role.DISTRICT, Role.TOWN, Role.TEAM, Role.CLERK}
)
_OWNS_DATA: Final = frozenset({Role.OFFICE, Role.DISTRICT})
_ALLOWED: Final[Mapping[Action, frozenset[Role]]] = {
    Action.SEE_AGGREGATES: _COUNTS_HOUSEHOLDS | {Role.LEADER, Role.PLANNER, Role.INSPECTOR},
    Action.SEE_SMALL_CELLS: _COUNTS_HOUSEHOLDS,
    Action.SEE_HOUSEHOLDS: _COUNTS_HOUSEHOLDS | {Role.HELPER},
    Action.SEE_IDENTITY: _COUNTS_HOUSEHOLDS | {Role.HELPER},
    Action.FIND_PERSON: _OWNS_DATA | {Role.TOWN, Role.CLERK},
    Action.CORRECT_PERSON: _OWNS_DATA | {Role.CLERK},
    Action.ERASE_PERSON: frozenset({Role.OFFICE}),
    Action.EXPORT_MAP: _COUNTS_HOUSEHOLDS | {Role.LEADER, Role.PLANNER, Role.INSPECTOR},
    Action.EXPORT_HOUSEHOLDS: _OWNS_DATA | {Role.TOWN, Role.TEAM, Role.CLERK},
    Action.SEE_AUDIT: _OWNS_DATA | {Role.AUDITOR},
    Action.REVIEW_VIEWS: _OWNS_DATA | {Role.AUDITOR},
    Action.MANAGE_ACCOUNTS: frozenset({Role.ADMIN}),
    Action.VIEW_AS: frozenset({Role.ADMIN}),
    Action.KEEP_REGISTER: _OWNS_DATA | {Role.TOWN, Role.CLERK},
    Action.KEEP_FILES: _COUNTS_HOUSEHOLDS,
    Action.KEEP_LOG: _COUNTS_HOUSEHOLDS | {Role.HELPER},
    Action.SEE_EXITS: _COUNTS_HOUSEHOLDS | {Role.LEADER},
    Action.RUN_EXITS: frozenset({Role.DISTRICT, Role.TOWN, Role.TEAM, Role.CLERK}),
    Action.SIGN_EXITS: _OWNS_DATA | {Role.LEADER, Role.TOWN, Role.TEAM},
    Action.MONITOR: _COUNTS_HOUSEHOLDS,
    Action.OPEN_LOOK_BACK: _OWNS_DATA,
    Action.ASSIGN_GAPS: _OWNS_DATA | {Role.TOWN},
    Action.SET_PARAMETERS: frozenset({Role.OFFICE}),
    Action.CLOSE_YEAR: frozenset({Role.OFFICE}),
    Action.RECONCILE: frozenset({Role.OFFICE}),
}
_IN_PREVIEW: Final = frozenset({Action.SEE_AGGREGATES})
"""All that an administrator who looks as another role may do: pages and figures, nobody's rows."""


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
    official
        The viewer's code in the list of officials, if there: a helper's paired households are the
        own ones, and a principal signs by the post in office that day.
    is_preview
        An administrator looks as this role.
    address
        Where the viewer looks from: a network address, or ``cli``.

    Notes
    -----
    Two viewers are equal who may see the same: name and address say who looks, not what is seen.
    """

    name: str = field(compare=False)
    role: Role
    areas: tuple[str, ...]
    official: str | None = None
    is_preview: bool = False
    address: str = field(default="", compare=False)

    @property
    def scope_key(self) -> str:
        """Role and areas in short, for the key of every cache."""
        own = f"/{self.official}" if self.official and self.role is Role.HELPER else ""
        preview = "?" if self.is_preview else ""
        return f"{self.role}{preview}@{'+'.join(sorted(self.areas))}{own}"


@dataclass(frozen=True)
class Stranger:
    """Somebody who has not signed in: known to the audit by the address alone."""

    address: str
    name: str = "-"
    role: str = "-"


OPERATOR: Final = Viewer(name="operator", role=Role.OFFICE, areas=("",), address="cli")
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
    if viewer.is_preview and action not in _IN_PREVIEW:
        return Decision(allowed=False, reason="a preview shows pages and figures only")
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


def scope_households(select: S, viewer: Viewer, *, today: date | None = None) -> S:
    """Limit a statement about households to the viewer's areas, a helper's to the own ones.

    Parameters
    ----------
    select
        Any SELECT that has `household` among its tables.
    viewer
        Who looks.
    today
        The day on which a pairing must be in force; today by default.
    """
    limited = scope(select, viewer, Household.village_code)
    if viewer.role is not Role.HELPER:
        return limited
    day = today or date.today()  # noqa: DTZ011 - a pairing's days are days of the calendar here
    own = (
        sql_select(Pairing.household_code)
        .join(Official, Official.id == Pairing.official_id)
        .where(
            Official.code == viewer.official,
            Pairing.superseded_at.is_(None),
            Pairing.valid_from <= day,
            or_(Pairing.valid_to.is_(None), Pairing.valid_to > day),
        )
    )
    return limited.where(Household.code.in_(own))


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
"""What stands for a value that is not shown."""

EVERYTHING: Final = 0
"""The level of an open full view, and of nothing else."""
DEFAULT_LEVEL: Final = 3
PLACES_ONLY: Final = 4

_BLANK_FROM: Final = {
    "name": 3, "id_number": 2, "phone": 2, "address": 2, "birth_year": 4, "health": 2,
    "finance": 1, "identity": 1, "position": 1,
}  # fmt: skip
"""The level from which nothing at all of a sensitive column is shown; before, a part."""
_ID_NUMBER_LENGTH: Final = 18
_PHONE_LENGTH: Final = 11
_OLDEST_BAND: Final = 80
_VILLAGE: Final = re.compile(r"(.*?(?:村|社区|嘎查|居委会))", re.DOTALL)


def masking_level(viewer: Viewer) -> int:
    """Give the level at which a viewer sees rows about people: 3 who knows households, else 4."""
    return DEFAULT_LEVEL if can(viewer, Action.SEE_HOUSEHOLDS) else PLACES_ONLY


def mask(
    frame: pd.DataFrame,
    origins: Mapping[str, Any],
    level: int = DEFAULT_LEVEL,
    *,
    on: date | None = None,
) -> pd.DataFrame:
    """Hide what is sensitive; the last step of every query that returns rows about people.

    Parameters
    ----------
    frame
        Rows about people.
    origins
        The mapped column that each column of the frame comes from; what that one declares
        sensitive decides.
    level
        0 everything; 1 name and numbers in part, health; 2 the surname; 3 codes, age band, sex;
        4 only where somebody lives. What a level shows can be worked out from the level below,
        so that a higher one never says more.
    on
        The day on which ages are counted; today by default.
    """
    masked = frame.copy()
    year = (on or date.today()).year  # noqa: DTZ011 - ages by the calendar here
    for name in frame.columns:
        origin = origins.get(name)
        if level >= PLACES_ONLY:
            if not _is_place(origin):
                masked[name] = MASK
        elif origin is not None and origin.info["sensitive"] is not None:
            kind = origin.info["sensitive"]
            masked[name] = [_mask_value(value, kind, level, year) for value in frame[name]]
    return masked


def _is_place(origin: Any) -> bool:  # noqa: ANN401 - a mapped column or none
    """Tell whether a column holds division codes, which are all that is that long."""
    return origin is not None and getattr(origin.type, "length", None) == CODE_LENGTH


def _mask_value(value: Any, kind: str, level: int, year: int) -> Any:  # noqa: ANN401 - any cell
    if level == EVERYTHING:
        return value
    if level >= _BLANK_FROM[kind]:
        return MASK
    if pd.isna(value) or value == "":
        return ""
    if kind == "birth_year":
        return _age_band(year - int(value))
    return _PARTLY[kind](str(value), level)


def _age_band(age: int) -> str:
    if age >= _OLDEST_BAND:
        return f"{_OLDEST_BAND}+"
    first = max(age, 0) // 10 * 10
    return f"{first}–{first + 9}"


def _mask_name(name: str, level: int) -> str:
    """Keep the surname; from level 2 on, not even how long the name is."""
    if len(name) == 1:
        return "*"
    return name[0] + "*" * (len(name) - 1 if level == 1 else 2)


def _mask_id_number(number: str, _level: int) -> str:
    return f"{number[:6]}********{number[-4:]}" if len(number) == _ID_NUMBER_LENGTH else MASK


def _mask_phone(phone: str, _level: int) -> str:
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) == _PHONE_LENGTH else MASK


def _mask_address(address: str, _level: int) -> str:
    """Keep what leads to the village; of an address without one, nothing."""
    village = _VILLAGE.match(address)
    return village[1] if village and village[1] != address else MASK


_PARTLY: Final[Mapping[str, Callable[[str, int], str]]] = {
    "name": _mask_name,
    "id_number": _mask_id_number,
    "phone": _mask_phone,
    "address": _mask_address,
    "health": lambda value, _level: value,
}
