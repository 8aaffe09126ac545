"""The household's file: its words, what it must hold, and when two spans of days overlap."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from data.text import mark

BLOCKS: Final[Mapping[str, str]] = {
    "situation": mark("现状"),
    "causes": mark("致贫原因"),
    "needs": mark("需求"),
}
"""The three blocks of a survey."""
BLOCK_STATES: Final[Mapping[str, str]] = {
    "filled": mark("已填"),
    "not_applicable": mark("不适用"),
}
INDICATORS: Final[Mapping[str, str]] = {
    "income": mark("人均可支配收入"),
    "housing": mark("安全住房"),
    "schooling": mark("无辍学"),
    "illness": mark("无因病致贫返贫"),
    "medical_insurance": mark("新农合"),
    "pension": mark("养老保险"),
}
"""The six indicators of an exit plan."""
SENSITIVE_INDICATORS: Final = frozenset({"income", "illness"})
"""Indicators whose baseline is as sensitive as an amount or an illness."""
VISIT_KINDS: Final[Mapping[str, str]] = {
    "visit": mark("走访"),
    "home_work": mark("居家就业"),
    "bank_visit": mark("银行走访"),
    "enterprise_pairing": mark("企业结对"),
    "technician": mark("技术指导"),
}
MEASURE_STATES: Final[Mapping[str, str]] = {
    "planned": mark("未实施"),
    "ongoing": mark("正在实施"),
    "done": mark("已实施"),
}
VOID_REASONS: Final[Mapping[str, str]] = {
    "entered_by_mistake": mark("误登记"),
    "wrong_day": mark("日期有误"),
    "wrong_content": mark("内容有误"),
    "wrong_household": mark("登错户"),
}
"""Why an entry of a file may be undone."""

_QUARTER: Final = 3


@dataclass(frozen=True)
class ThreeOnes:
    """Whether a household has one work log, one plan and measures (三个一)."""

    has_log: bool
    has_plan: bool
    has_measure: bool

    @property
    def is_complete(self) -> bool:
        """Whether none of the three is missing."""
        return self.has_log and self.has_plan and self.has_measure


def missing_blocks(done: Iterable[str]) -> list[str]:
    """List the blocks of a survey that are neither filled nor said not to apply."""
    held = set(done)
    return [block for block in BLOCKS if block not in held]


def do_overlap(first: tuple[date, date | None], second: tuple[date, date | None]) -> bool:
    """Tell whether two half-open spans of days share one; without an end they go on.

    A span that ends on its first day holds no day at all.
    """
    (start, end), (other_start, other_end) = first, second
    begins = max(start, other_start)
    ends = min(end or date.max, other_end or date.max)
    return begins < ends


def quarter_start(year: int, quarter: int) -> date:
    """Give the first day of a quarter."""
    return date(year, quarter * _QUARTER - 2, 1)
