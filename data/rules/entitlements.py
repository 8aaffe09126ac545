"""Entitlements: what a person is due under a rule for a year, exactly, in integer 分.

Source: the public article on Wuhai's help (2017). A rule of which only the name is known computes
nothing until its document is attached; where a fact or a parameter is missing, nothing is assumed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from data.errors import ParametersMissing
from data.text import mark

BOARDING_FEN: Final = 100_000
"""R-EDU-4: 1,000 yuan per person and year."""
PLACES_PAID: Final = frozenset({"public", "inclusive"})
"""R-EDU-1: kinds of kindergarten that the rule speaks of."""


class State(StrEnum):
    """What a rule says of a person."""

    DUE = "due"
    NOT_DUE = "not_due"
    PENDING = "pending_document"
    UNKNOWN = "unknown"


STATE_NAMES: Final = {
    State.DUE: mark("应享受"),
    State.NOT_DUE: mark("不符合条件"),
    State.PENDING: mark("待附文件"),
    State.UNKNOWN: mark("需核对"),
}

RULE_SENTENCES: Final = {
    "R-EDU-1": mark(
        "公办和普惠性民办幼儿园中的家庭经济困难儿童（建档立卡）、孤儿和残疾儿童，资助保教费的 50%。"
    ),
    "R-EDU-2": mark("义务教育“四免一补”：只知名称，附上文件前不计算任何金额。"),
    "R-EDU-3": mark("高中“三免一补”：只知名称，附上文件前不计算任何金额。"),
    "R-EDU-4": mark("建档立卡寄宿学生每人每年补助 1,000 元；走读生没有。"),
    "R-HEA-1": mark("特困人员“两免七减”：只知名称，附上文件前不计算任何金额。"),
    "R-HEA-2": mark("特困人员参保的个人缴费由财政全额资助。"),
    "R-HEA-3": mark("建档立卡人员起付线降低、报销比例提高：参数未知，不计算任何金额。"),
    "R-HEA-4": mark(
        "基本医保、大病保险、医疗救助依次支付，余额由救助供养经费解决；"
        "各层比例未知，由使用者自行填写。"
    ),
}
"""What each rule says, as it is quoted."""

FACT_NAMES: Final = {
    "fee_fen": mark("保教费"),
    "is_orphan": mark("孤儿"),
    "is_disabled": mark("残疾"),
    "is_tekun": mark("特困人员"),
    "contribution_fen": mark("参保个人缴费"),
}
"""What may have to be looked up before a rule can say anything."""


@dataclass(frozen=True)
class Person:
    """What the rules ask of a person; None is not known, and never read as no.

    Attributes
    ----------
    is_registered
        On the register of poor households that day.
    stage, school_kind, is_boarding
        The enrolment that day; an empty stage is nobody's pupil.
    fee_fen
        The kindergarten's fee of a year, in 分.
    contribution_fen
        The person's own contribution to the insurance for the year, in 分.
    """

    is_registered: bool
    stage: str = ""
    school_kind: str = ""
    is_boarding: bool = False
    fee_fen: int | None = None
    is_orphan: bool | None = None
    is_disabled: bool | None = None
    is_tekun: bool | None = None
    contribution_fen: int | None = None


@dataclass(frozen=True)
class Entitlement:
    """What a rule says of a person: a state, an amount where it is due, the facts it lacks."""

    rule: str
    state: State
    amount_fen: int | None = None
    lacks: tuple[str, ...] = ()


def preschool_support(person: Person) -> Entitlement:
    """Apply R-EDU-1; half of an odd number of 分 is rounded down, never paid above one half."""
    rule = "R-EDU-1"
    if person.stage != "kindergarten" or person.school_kind not in PLACES_PAID:
        return Entitlement(rule, State.NOT_DUE)
    reasons = (person.is_registered, person.is_orphan, person.is_disabled)
    if not any(reasons):
        lacks = tuple(
            name for name in ("is_orphan", "is_disabled") if getattr(person, name) is None
        )
        return Entitlement(rule, State.UNKNOWN if lacks else State.NOT_DUE, lacks=lacks)
    if person.fee_fen is None:
        return Entitlement(rule, State.UNKNOWN, lacks=("fee_fen",))
    return Entitlement(rule, State.DUE, person.fee_fen // 2)


def boarding_support(person: Person, *, counts_high_school: bool = False) -> Entitlement:
    """Apply R-EDU-4.

    Parameters
    ----------
    counts_high_school
        Whether boarders of a high school count too: the source leaves it open.
    """
    stages = {"compulsory", "high"} if counts_high_school else {"compulsory"}
    is_due = person.is_registered and person.is_boarding and person.stage in stages
    if is_due:
        return Entitlement("R-EDU-4", State.DUE, BOARDING_FEN)
    return Entitlement("R-EDU-4", State.NOT_DUE)


def contribution_support(person: Person) -> Entitlement:
    """Apply R-HEA-2: who is in extreme hardship pays nothing of the own contribution."""
    rule = "R-HEA-2"
    if person.is_tekun is False:
        return Entitlement(rule, State.NOT_DUE)
    lacks = tuple(
        name for name in ("is_tekun", "contribution_fen") if getattr(person, name) is None
    )
    if lacks:
        return Entitlement(rule, State.UNKNOWN, lacks=lacks)
    return Entitlement(rule, State.DUE, person.contribution_fen)


def self_paid(person: Person) -> int | None:
    """Give what a person pays of the own contribution, in 分; None where it is not known."""
    support = contribution_support(person)
    if support.state is State.UNKNOWN or person.contribution_fen is None:
        return None
    return person.contribution_fen - (support.amount_fen or 0)


def _named_only(rule: str, concerns: Callable[[Person], bool | None]) -> Callable[..., Entitlement]:
    """Give a rule that knows whom it concerns, and no amount."""

    def apply(person: Person) -> Entitlement:
        concerned = concerns(person)
        if concerned is None:
            return Entitlement(rule, State.UNKNOWN, lacks=("is_tekun",))
        return Entitlement(rule, State.PENDING if concerned else State.NOT_DUE)

    return apply


RULES: Final[Mapping[str, Callable[[Person], Entitlement]]] = {
    "R-EDU-1": preschool_support,
    "R-EDU-2": _named_only("R-EDU-2", lambda person: person.stage == "compulsory"),
    "R-EDU-3": _named_only("R-EDU-3", lambda person: person.stage == "high"),
    "R-EDU-4": boarding_support,
    "R-HEA-1": _named_only("R-HEA-1", lambda person: person.is_tekun),
    "R-HEA-2": contribution_support,
    "R-HEA-3": _named_only("R-HEA-3", lambda person: person.is_registered),
}
"""Rules about a person; R-HEA-4 is about a bill and stands in `data.rules.medical`."""
COMPUTED: Final = ("R-EDU-1", "R-EDU-4", "R-HEA-2")
"""Rules that come to an amount."""


def apply_rules(person: Person, *, counts_high_school: bool = False) -> list[Entitlement]:
    """Apply every rule to a person, in their order."""
    found = [rule(person) for rule in RULES.values()]
    boarding = boarding_support(person, counts_high_school=counts_high_school)
    return [boarding if entitlement.rule == "R-EDU-4" else entitlement for entitlement in found]


@dataclass(frozen=True)
class InsuranceTerms:
    """What R-HEA-3 needs to know for a year and a level of hospital; None is not known.

    Attributes
    ----------
    deductible_fen
        What is paid by oneself before anything else, in 分.
    ratio
        What is paid of the rest, in parts of ten thousand.
    """

    year: int | None = None
    hospital_level: str | None = None
    deductible_fen: int | None = None
    ratio: int | None = None


def reimburse(total_fen: int, terms: InsuranceTerms) -> int:
    """Apply R-HEA-3 to a bill; give what the insurance pays, in 分, rounded down.

    Raises
    ------
    ParametersMissing
        A parameter is not known: nothing is assumed.
    """
    missing = [name for name in INSURANCE_TERMS if getattr(terms, name) is None]
    if terms.deductible_fen is None or terms.ratio is None or missing:
        raise ParametersMissing(rule="R-HEA-3", count=len(missing))
    return max(total_fen - terms.deductible_fen, 0) * terms.ratio // 10_000


INSURANCE_TERMS: Final[Sequence[str]] = ("year", "hospital_level", "deductible_fen", "ratio")


def outstanding(entitlement: Entitlement, paid_fen: int) -> int:
    """Give what is due and not yet received, in 分; nothing where nothing is computed."""
    if entitlement.state is not State.DUE or entitlement.amount_fen is None:
        return 0
    return max(entitlement.amount_fen - paid_fen, 0)
