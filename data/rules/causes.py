"""Help according to cause: which measures a main cause asks for, as a table to be edited.

Source: start values of this project, to be replaced by the city's own rules; editing a row is all
there is to it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from data.text import mark


@dataclass(frozen=True)
class Expectation:
    """What a main cause asks for: any one of these is enough.

    Attributes
    ----------
    measures
        Codes of Wuhai's five.
    projects
        Kinds of project in which a place counts as well.
    rule
        The rule's sentence, as it is quoted.
    """

    measures: frozenset[str]
    projects: frozenset[str]
    rule: str


def _row(measures: str, rule: str, projects: str = "") -> Expectation:
    return Expectation(frozenset(measures.split()), frozenset(projects.split()), rule)


EXPECTED: Final[Mapping[str, Expectation]] = {
    "illness": _row("health", mark("因病：应有健康救助扶持。")),
    "disability": _row(
        "health social", mark("因残：应有健康救助扶持、社保兜底或家庭手工作坊之一。"), "workshop"
    ),
    "schooling": _row("education", mark("因学：应有教育扶持。")),
    "no_skill": _row("employment industry", mark("缺技术：应有就业创业（培训）或产业扶持之一。")),
    "no_labour": _row(
        "social", mark("缺劳力：应有社保兜底或家庭手工作坊，不能只有就业。"), "workshop"
    ),
    "no_capital": _row(
        "industry", mark("缺资金：应有产业扶持；既能经营又缺资金的可申请小额信贷。")
    ),
    "disaster": _row("industry employment", mark("因灾：应有产业扶持或就业创业扶持之一。")),
    "no_land": _row("industry employment", mark("缺土地：应有产业扶持或就业创业扶持之一。")),
    "no_water": _row("industry employment", mark("缺水：应有产业扶持或就业创业扶持之一。")),
    "transport": _row(
        "industry employment", mark("交通条件落后：应有产业扶持或就业创业扶持之一。")
    ),
    "motivation": _row(
        "industry employment", mark("自身发展动力不足：应有产业扶持或就业创业扶持之一。")
    ),
    "other": _row("industry employment", mark("其它：应有产业扶持或就业创业扶持之一。")),
}
"""Expected measures by main cause."""


def find_mismatch(
    cause: str, measures: Collection[str], projects: Collection[str]
) -> Expectation | None:
    """Find the rule that a household's measures do not meet; None where they do.

    Parameters
    ----------
    cause
        The main cause; one that the table does not know expects nothing.
    measures
        Measures of Wuhai's five in force. Without any there is nothing to match: that is a gap of
        its own.
    projects
        Kinds of project in which the household has a place.
    """
    expected = EXPECTED.get(cause)
    if expected is None or not (measures or projects):
        return None
    is_met = expected.measures.intersection(measures) or expected.projects.intersection(projects)
    return None if is_met else expected
