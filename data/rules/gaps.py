"""Gaps: what is missing at a household or a village, by which rule, since when, due when.

A gap says what is to be done, never how good anybody is: it has no weight, and lists of gaps are
in the order of their due dates.
"""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from data.text import mark


class GapKind(StrEnum):
    """What can be missing."""

    UNPAIRED = "unpaired"
    NO_LEDGER = "no_ledger"
    NO_PLAN = "no_plan"
    NO_MEASURE = "no_measure"
    SURVEY_MISSING = "survey_missing"
    MISMATCH = "mismatch"
    NO_SKILL = "no_skill"
    UNRECEIVED = "entitled_not_receiving"
    STALE = "stale"
    NO_LEADER = "no_leader"
    NO_TEAM = "no_team"


GAP_NAMES: Final = {
    GapKind.UNPAIRED: mark("未结对帮扶"),
    GapKind.NO_LEDGER: mark("缺台账"),
    GapKind.NO_PLAN: mark("缺脱贫计划"),
    GapKind.NO_MEASURE: mark("缺帮扶措施"),
    GapKind.SURVEY_MISSING: mark("未完成入户摸底"),
    GapKind.MISMATCH: mark("措施与原因不符"),
    GapKind.NO_SKILL: mark("没有实用技能"),
    GapKind.UNRECEIVED: mark("应享未享"),
    GapKind.STALE: mark("信息陈旧"),
    GapKind.NO_LEADER: mark("无联系领导"),
    GapKind.NO_TEAM: mark("无驻村工作队"),
}

GAP_RULES: Final = {
    GapKind.UNPAIRED: mark("结对帮扶全覆盖：当日仍在册的户至少有一名结对的帮扶责任人。"),
    GapKind.NO_LEDGER: mark(
        "三个一之“一本台账”：当年截至当日至少有一条帮扶台账；第一季度内，上年第四季度的也算。"
    ),
    GapKind.NO_PLAN: mark("三个一之“一个脱贫计划”：当日有且只有一个现行计划。"),
    GapKind.NO_MEASURE: mark("三个一之“一套帮扶措施”：当日至少有一项措施在执行。"),
    GapKind.SURVEY_MISSING: mark("入户摸底：现状、原因、需求三部分均已填写或标明不适用。"),
    GapKind.MISMATCH: mark("因贫施策：正在执行的措施须含主要致贫原因所对应的一项。"),
    GapKind.NO_SKILL: mark(
        "雨露计划：有劳动年龄（16 至 59 岁）成员的在册户，至少有一名成员登记了实用技能。"
    ),
    GapKind.UNRECEIVED: mark(
        "应享未享：当年应享金额减去截至当日已登记的发放仍有余额；"
        "只计在册学生的 R-EDU-1 和 R-EDU-4，待附文件的规则不计算。"
    ),
    GapKind.STALE: mark("及时更新：距最近一次登记该户任何事项已超过 90 天。"),
    GapKind.NO_LEADER: mark("领导联系：当日至少有一名联系领导。"),
    GapKind.NO_TEAM: mark("驻村帮扶：当日有驻村工作队。"),
}
"""What each gap violates, as it is quoted."""

VILLAGE_KINDS: Final = (GapKind.NO_LEADER, GapKind.NO_TEAM)
"""Gaps of a village; all others are of a household."""
DUE_DAYS: Final = 30
CAMPAIGN_OPENED: Final = date(2016, 1, 1)
"""No gap is due before there was anybody to close it."""
"""Assumption: days after its first day until which an unassigned gap is to be closed."""
WORKING_AGES: Final = (16, 59)
"""Assumption: ages by year of birth, both included."""
_LAST_QUARTER: Final = 10


def due_on(since: date) -> date:
    """Give the day until which a gap that nobody set a day for is to be closed."""
    return max(since, CAMPAIGN_OPENED) + timedelta(days=DUE_DAYS)


def is_of_working_age(birth_year: int, day: date) -> bool:
    """Tell whether somebody counts as of working age on a day, by the year of birth."""
    first, last = WORKING_AGES
    return first <= day.year - birth_year <= last


def log_counts_from(day: date) -> date:
    """Give the first day of an entry in the work log that still counts on a day."""
    if day.month <= 3:  # noqa: PLR2004 - the first quarter
        return date(day.year - 1, _LAST_QUARTER, 1)
    return date(day.year, 1, 1)


def log_lapsed_on(last: date) -> date:
    """Give the first day on which a household's last entry in the work log no longer counts."""
    year = last.year + 1
    return date(year, 4, 1) if last.month >= _LAST_QUARTER else date(year, 1, 1)
