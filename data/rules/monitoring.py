"""Monitoring: five rules over a household's rows, and what a look-back freezes.

Each rule says in one sentence what it finds and names the rows that it rests on. Every threshold
is an assumption until a document sets it, and is shown beside what the rule found.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from data.rules.triggers import (
    Pairs,
    Rows,
    Thresholds,
    find_illness,
    find_income_drops,
    find_job_ends,
    find_lease_ends,
    find_school_leaving,
)
from data.text import Lang, mark, translate


@dataclass(frozen=True)
class Rule:
    """A rule: its name, its sentence, and how it looks."""

    id: str
    name: str
    sentence: str
    find: Callable[[Rows, date, Thresholds], Pairs]


@dataclass(frozen=True)
class Found:
    """What a rule found: at which household, and on which rows it rests."""

    rule: str
    household: str
    evidence: tuple[str, ...]

    @property
    def evidence_hash(self) -> str:
        """The digest by which the same evidence is known again."""
        return hash_evidence(self.evidence)


RULES: Final = {
    rule.id: rule
    for rule in (
        Rule(
            "M-INCOME",
            mark("收入骤降"),
            mark(
                "最近一期收入登记折算的人均年收入，比上年同期（没有时比上一期）下降"
                " {income_drop}% 及以上。"
            ),
            find_income_drops,
        ),
        Rule(
            "M-ILLNESS",
            mark("就医自付过高"),
            mark(
                "一笔医疗费用经各层报销后的自付部分，超过该户上一完整年度收入的"
                " {self_pay_share}%{self_pay}。"
            ),
            find_illness,
        ),
        Rule(
            "M-LEASE",
            mark("租赁到期"),
            mark("租用单元的免租截止日在前后 {horizon_days} 天内，或租赁已结束且没有其他租赁。"),
            find_lease_ends,
        ),
        Rule(
            "M-JOB",
            mark("务工中断"),
            mark("项目务工在最近 {horizon_days} 天内结束，且没有其他项目务工。"),
            find_job_ends,
        ),
        Rule(
            "M-SCHOOL",
            mark("义务教育阶段离校"),
            mark(
                "{first_age} 至 {last_age} 岁（按出生年份）的成员在校已结束，且没有其他在校登记。"
            ),
            find_school_leaving,
        ),
    )
}
"""The rules by id, in the order in which they are listed."""

OUTCOMES: Final = {
    "helped": mark("已落实帮扶"),
    "cleared": mark("风险已消除"),
    "unfounded": mark("核实后不属实"),
    "corrected": mark("数据有误，已更正"),
    "relapsed": mark("已登记返贫"),
}
"""How an alert ends."""


def find_all(rows: Rows, day: date, thresholds: Thresholds) -> list[Found]:
    """Run all rules; what they find, ordered by rule, household and evidence."""
    found = {
        Found(rule.id, household, tuple(sorted(evidence)))
        for rule in RULES.values()
        for household, evidence in rule.find(rows, day, thresholds)
    }
    return sorted(found, key=lambda one: (one.rule, one.household, one.evidence))


def due_on(opened_on: date, thresholds: Thresholds) -> date:
    """Give the day until which an alert is to be dealt with."""
    return opened_on + timedelta(days=thresholds.due_days)


def state_rule(rule: str, thresholds: Thresholds, lang: Lang) -> str:
    """Word a rule with its thresholds."""
    limit = thresholds.self_pay_fen
    amount = "" if limit is None else f"{limit / 100:.2f}"
    return translate(
        RULES[rule].sentence,
        lang,
        income_drop=f"{thresholds.income_drop / 100:g}",
        self_pay_share=f"{thresholds.self_pay_share / 100:g}",
        self_pay=translate("，或超过 {amount} 元", lang, amount=amount) if amount else "",
        horizon_days=thresholds.horizon_days,
        first_age=thresholds.first_age,
        last_age=thresholds.last_age,
    )


def hash_evidence(evidence: Iterable[str]) -> str:
    """Give the digest of a set of rows, whatever their order."""
    return _digest(sorted(set(evidence)))


def hash_frame(households: Mapping[str, Sequence[str]]) -> str:
    """Give the digest of a frozen list: households with their members, whatever their order."""
    return _digest([[code, sorted(households[code])] for code in sorted(households)])


def _digest(facts: object) -> str:
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()
