"""The accounting identity of the register, and what could explain a published figure beside it.

Per scope and period: closing = opening + newly identified + relapsed + natural increase − exited −
natural decrease − removed − closed. Splits and merges move members between households: they count
nothing in the city, and are told apart where they cross the border of a smaller area.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Final

from data.models.register import STATUS_AFTER, EventKind, Status
from data.text import mark

SIGNS: Final[Mapping[EventKind, int]] = {
    kind: 1 if status is Status.REGISTERED else -1 for kind, status in STATUS_AFTER.items()
}
"""How each kind of event counts in the identity; the other kinds count nothing."""


@dataclass(frozen=True)
class Flows:
    """Persons who came onto the register and left it in a period, by kind of event.

    Attributes
    ----------
    moved
        Registered persons who moved into the area less those who moved out of it, by splits and
        merges; 0 in the whole city.
    """

    identified: int = 0
    relapsed: int = 0
    natural_increase: int = 0
    exited: int = 0
    natural_decrease: int = 0
    removed: int = 0
    closed: int = 0
    moved: int = 0

    @property
    def net(self) -> int:
        """By how many persons the register grew."""
        return self.non_exit - self.exited + self.moved

    @property
    def non_exit(self) -> int:
        """By how many it grew through events other than exits from poverty, moves left out."""
        return (
            self.identified + self.relapsed + self.natural_increase
            - self.natural_decrease - self.removed - self.closed
        )  # fmt: skip

    def __add__(self, other: "Flows") -> "Flows":
        pairs = {each.name: getattr(self, each.name) for each in fields(self)}
        return Flows(**{name: n + getattr(other, name) for name, n in pairs.items()})


@dataclass(frozen=True)
class Account:
    """The register of an area over a period.

    Attributes
    ----------
    opening
        Persons on the register at the start; None where nothing says how many.
    flows
        What came and went since, up to and including the closing day.
    """

    opening: int | None
    flows: Flows = field(default_factory=Flows)

    @property
    def closing(self) -> int | None:
        """Persons on the register at the end; None without an opening."""
        return None if self.opening is None else self.opening + self.flows.net


def count_event(kind: EventKind, previous: EventKind | None, *, is_first_counted: bool) -> int:
    """Tell how an event changes the number of persons on the register: 1, −1 or 0.

    Parameters
    ----------
    kind
        What happened.
    previous
        The same person's event before, of those that carry status; None for the first.
    is_first_counted
        Whether a first event always counts: where the opening balance is a published figure, its
        persons have no event of their own. Otherwise nobody leaves who never came.
    """
    sign = SIGNS.get(kind, 0)
    if previous is None and is_first_counted:
        return sign
    was_registered = previous is not None and SIGNS.get(previous, 0) > 0
    return 0 if (sign > 0) == was_registered else sign


def residual_of(claimed: float, computed: float | None) -> float | None:
    """Give claimed − computed; None, not 0, where nothing can be computed."""
    return None if computed is None else claimed - computed


class Reading(StrEnum):
    """What could explain a residual; the evidence decides."""

    DATE = "A"
    FLOW = "B"
    MISPRINT = "C"
    CLEANING = "D"


@dataclass(frozen=True)
class Meaning:
    """A reading in words: what it says, what would support it, what it leaves open."""

    name: str
    says: str
    wants: str
    leaves: str = ""


MEANINGS: Final[Mapping[Reading, Meaning]] = {
    Reading.DATE: Meaning(
        mark("日期"),
        mark("台账在该日的数正确；公布数是较晚时点的数，报道中写成了年末。"),
        mark("截至日之后、公布之前登记的进出，净数等于差额"),
        mark("平台旧栏目为何是 1,517（基期更早或范围更大）"),
    ),
    Reading.FLOW: Meaning(
        mark("流量"),
        mark("期间除脱贫退出外还有其他净减少，两列数字都减少了同样多。"),
        mark("期间内登记的、脱贫退出以外的进出，净数等于差额"),
        mark("两列数字为何始终相差 2"),
    ),
    Reading.MISPRINT: Meaning(
        mark("误印"),
        mark("公布的数字印错了。"),
        mark("公布者的更正"),
    ),
    Reading.CLEANING: Meaning(
        mark("清理"),
        mark("不符合条件的人员被清退，或改列他类。"),
        mark("有日期的清退登记，人数等于差额"),
    ),
}


@dataclass(frozen=True)
class Evidence:
    """What the ledger holds about a published figure.

    Attributes
    ----------
    claimed
        The published figure, about the account's last day.
    account
        Up to that day.
    after
        What came and went later, up to the day of publication.
    is_corrected
        Whether the publisher corrected the figure.
    """

    claimed: float
    account: Account
    after: Flows
    is_corrected: bool = False


def judge_readings(evidence: Evidence) -> frozenset[Reading]:
    """Tell which readings dated events or a correction support; none by default.

    The gap that stands without other events than exits is what the events must account for,
    exactly: half an explanation supports nothing.
    """
    supported = {Reading.MISPRINT} if evidence.is_corrected else set()
    opening, within, after = evidence.account.opening, evidence.account.flows, evidence.after
    if opening is None:
        return frozenset(supported)
    gap = evidence.claimed - (opening - within.exited)
    residual = residual_of(evidence.claimed, evidence.account.closing)
    if gap and within.non_exit == gap:
        supported.add(Reading.FLOW)
    if residual and after.net == residual:
        supported.add(Reading.DATE)
    if (gap and -within.removed == gap) or (residual and -after.removed == residual):
        supported.add(Reading.CLEANING)
    return frozenset(supported)


_DATED: Final = re.compile(r"\d{4}(-\d{2}-\d{2})?(?=$|\D)")


def published_by(dated: str) -> date | None:
    """Read the day by which a source was published: a bare year means its last day.

    Parameters
    ----------
    dated
        As the list of sources has it: a day, a year, or a span of years, of which the last
        counts. None where it holds neither.
    """
    found = [match[0] for match in _DATED.finditer(dated)]
    if not found:
        return None
    last = found[-1]
    return date(int(last), 12, 31) if len(last) == len("2016") else date.fromisoformat(last)
