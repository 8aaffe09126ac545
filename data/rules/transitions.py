"""Which register event may follow which status, why, and how it counts in the accounts.

The accounting identity, per scope and period: closing = opening + newly identified + relapsed +
natural increase − exited − natural decrease − removed − closed. Splits and merges move members
between households and count nothing; a pre-exit and a correction change no status.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from data.models.register import EventKind, Status
from data.text import mark

Before = Status | None
"""Where a person stood; None for somebody who never was on the register."""

KIND_NAMES: Final[Mapping[EventKind, str]] = {
    EventKind.IDENTIFIED: mark("新识别"),
    EventKind.RELAPSED: mark("返贫"),
    EventKind.PRE_EXIT: mark("预脱贫"),
    EventKind.EXITED: mark("脱贫退出"),
    EventKind.NATURAL_INCREASE: mark("自然增加"),
    EventKind.NATURAL_DECREASE: mark("自然减少"),
    EventKind.REMOVED: mark("清退"),
    EventKind.CLOSED: mark("销户"),
    EventKind.SPLIT: mark("拆户"),
    EventKind.MERGED: mark("并户"),
    EventKind.CORRECTED: mark("更正"),
    EventKind.VOIDED: mark("撤销"),
}
STATUS_NAMES: Final[Mapping[Status, str]] = {
    Status.REGISTERED: mark("未脱贫"),
    Status.EXITED: mark("已脱贫"),
    Status.GONE: mark("已出册"),
}
NEVER_NAME: Final = mark("未入册")
"""How somebody is called who never was on the register."""

_ON_FILE: Final = frozenset({Status.REGISTERED, Status.EXITED})
_MAY_FOLLOW: Final[Mapping[EventKind, frozenset[Before]]] = {
    EventKind.IDENTIFIED: frozenset({None, Status.GONE}),
    EventKind.RELAPSED: frozenset({Status.EXITED}),
    EventKind.PRE_EXIT: frozenset({Status.REGISTERED}),
    EventKind.EXITED: frozenset({Status.REGISTERED}),
    EventKind.NATURAL_INCREASE: frozenset({None, Status.GONE}),
    EventKind.NATURAL_DECREASE: _ON_FILE,
    EventKind.REMOVED: _ON_FILE,
    EventKind.CLOSED: _ON_FILE,
    EventKind.SPLIT: _ON_FILE,
    EventKind.MERGED: _ON_FILE | {Status.GONE, None},
    EventKind.CORRECTED: _ON_FILE | {Status.GONE},
    EventKind.VOIDED: frozenset(),
}
"""A merge takes everybody along, on file or not: nobody stays behind in a household that ends."""

DETECTED: Final = frozenset({EventKind.IDENTIFIED, EventKind.RELAPSED})
"""Kinds that say when somebody was found: from that day to the entry the campaign counts days."""

_ENTERS: Final = DETECTED | {EventKind.NATURAL_INCREASE}
_LEAVES: Final = frozenset(
    {
        EventKind.EXITED,
        EventKind.NATURAL_DECREASE,
        EventKind.REMOVED,
        EventKind.CLOSED,
    }
)

_OTHER: Final = {"other": mark("其他（见依据）")}
REASONS: Final[Mapping[EventKind, Mapping[str, str]]] = {
    EventKind.IDENTIFIED: {
        "verified": mark("经核实符合识别标准"),
        "omitted_before": mark("此前漏评，补录"),
        **_OTHER,
    },
    EventKind.RELAPSED: {
        "income_fell": mark("收入下降"),
        "costs_rose": mark("支出增加"),
        **_OTHER,
    },
    EventKind.PRE_EXIT: {"planned": mark("列入脱贫计划"), **_OTHER},
    EventKind.NATURAL_INCREASE: {
        "birth": mark("出生"),
        "marriage": mark("婚入"),
        "moved_in": mark("迁入"),
        "returned": mark("回归"),
        **_OTHER,
    },
    EventKind.NATURAL_DECREASE: {
        "death": mark("死亡"),
        "married_out": mark("婚出"),
        "moved_away": mark("迁出"),
        **_OTHER,
    },
    EventKind.REMOVED: {
        "not_eligible": mark("经核实不符合识别标准"),
        "entered_wrongly": mark("错误登记"),
        **_OTHER,
    },
    EventKind.CLOSED: {
        "all_moved": mark("整户迁出"),
        "all_deceased": mark("全部成员已故"),
        **_OTHER,
    },
    EventKind.SPLIT: {"living_apart": mark("分户生活"), **_OTHER},
    EventKind.MERGED: {"living_together": mark("合户生活"), **_OTHER},
    EventKind.CORRECTED: {"wrong_entry": mark("登记内容有误"), **_OTHER},
}
"""Reasons to choose from, by kind; an exit gives its own in its case."""

VOID_REASONS: Final[Mapping[str, str]] = {
    "entered_by_mistake": mark("误登记"),
    "wrong_day": mark("日期有误"),
    "wrong_member": mark("成员有误"),
    "wrong_evidence": mark("依据不成立"),
}
"""Why an entry may be undone."""


def may_follow(kind: EventKind, before: Before) -> bool:
    """Tell whether an event of a kind may happen to somebody who stands so."""
    return before in _MAY_FOLLOW[kind]


def list_bases(kind: EventKind) -> tuple[str, ...]:
    """Name what one must be for an event of a kind to happen, for a sentence."""
    bases = _MAY_FOLLOW[kind]
    names = [name for status, name in STATUS_NAMES.items() if status in bases]
    return (*names, NEVER_NAME) if None in bases else tuple(names)


def sign_of(kind: EventKind, before: Before) -> int:
    """Give what an event adds to the persons on the register: +1, −1 or 0.

    Parameters
    ----------
    before
        Where the person stood: somebody who exited is no longer counted, and whoever leaves the
        file from there takes nothing away.
    """
    if kind in _ENTERS:
        return 0 if before is Status.REGISTERED else 1
    if kind in _LEAVES:
        return -1 if before is Status.REGISTERED else 0
    return 0


def days_to_inclusion(detected_on: date, included_on: date) -> int:
    """Count the days from the detection of poverty to its inclusion in the register."""
    return (included_on - detected_on).days
