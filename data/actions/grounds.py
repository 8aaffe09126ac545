"""The grounds of an entry: day, reason and evidence, and whether they can be so for its members."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from data.audit import require_impersonal
from data.errors import (
    DayOutOfRange,
    EntryNotPossible,
    NobodyChosen,
    NotFound,
    ReasonMissing,
    UnknownValue,
)
from data.full_views import require_nameless
from data.homes import Home
from data.models import EventKind
from data.queries.instants import CHINA
from data.queries.statuses import Standing, list_standings
from data.refusals import in_each_language
from data.rules.transitions import (
    DETECTED,
    KIND_NAMES,
    REASONS,
    days_to_inclusion,
    list_bases,
    may_follow,
)
from data.text import LANGS, join_words, mark, translate

FIRST_DAY: Final = date(2014, 1, 1)
"""The registers were set up in 2014: nothing of them happened before."""

ENTRY_FIELDS: Final = {
    "kind": mark("登记事项"),
    "reason": mark("原因"),
    "evidence": mark("依据"),
    "detected_on": mark("发现日期"),
    "household_type": mark("户属性"),
    "standard": mark("识别标准"),
    "main_cause": mark("主要致贫原因"),
    "sex": mark("性别"),
    "relation": mark("与户主关系"),
    "education": mark("文化程度"),
    "schooling": mark("在校情况"),
}
"""Fields of entries as forms and refusals name them."""


@dataclass(frozen=True)
class Grounds:
    """When something happened, why it is entered, and what proves it.

    Attributes
    ----------
    reason
        A code of `data.rules.transitions.REASONS` for the kind.
    evidence
        In words, without personal information.
    detected_on
        The day of detection, of newly identified and relapsed persons alone.
    """

    occurred_on: date
    reason: str
    evidence: str
    detected_on: date | None = None


def check_grounds(
    connection: Connection, home: Home | None, kind: EventKind, grounds: Grounds, *, now: datetime
) -> Grounds:
    """Check reason, evidence and days of an entry as far as no member is concerned.

    Parameters
    ----------
    home
        Whose names the evidence must not hold; None for a household that is only being made.

    Returns
    -------
    Grounds
        With the evidence trimmed, and without a day of detection where there can be none.
    """
    require_known("reason", grounds.reason, REASONS[kind])
    evidence = grounds.evidence.strip()
    if not evidence:
        raise ReasonMissing(field=in_each_language(ENTRY_FIELDS["evidence"]))
    require_impersonal(evidence)
    if home is not None:
        require_nameless(connection, home, evidence)
    detected = grounds.detected_on if kind in DETECTED else None
    if kind in DETECTED and detected is None:
        raise ReasonMissing(field=in_each_language(ENTRY_FIELDS["detected_on"]))
    today = now.astimezone(CHINA).date()
    require_day(grounds.occurred_on, detected, today)
    if detected is not None:
        require_day(detected, None, grounds.occurred_on)
    return Grounds(grounds.occurred_on, grounds.reason, evidence, detected)


def require_known(field: str, code: str, choices: Iterable[str]) -> None:
    """Refuse a missing code, and one that is none of the choices.

    Raises
    ------
    ReasonMissing, UnknownValue
        It is missing, or none of them.
    """
    label = in_each_language(ENTRY_FIELDS[field])
    if not code:
        raise ReasonMissing(field=label)
    if code not in choices:
        raise UnknownValue(field=label, value=code[:40], choices=", ".join(choices))


def require_day(day: date, first: date | None, last: date) -> None:
    """Refuse a day outside first to last, both included; no register is older than `FIRST_DAY`.

    Raises
    ------
    DayOutOfRange
        It lies outside.
    """
    earliest = max(first or FIRST_DAY, FIRST_DAY)
    if not earliest <= day <= last:
        raise DayOutOfRange(day=day.isoformat(), first=earliest.isoformat(), last=last.isoformat())


def choose_members(
    connection: Connection, household: str, members: Iterable[str], day: date, *, now: datetime
) -> tuple[list[Standing], list[Standing]]:
    """Find the chosen members among those who live in a household on a day.

    Returns
    -------
    tuple
        Those who were chosen, and the others.

    Raises
    ------
    DayOutOfRange
        They live there today, and did not yet on that day.
    NobodyChosen, NotFound
        None was chosen; one belongs to another household.
    """
    wanted = set(members)
    if not wanted:
        raise NobodyChosen
    there = list_standings(connection, household, day)
    absent = wanted - {standing.member_id for standing in there}
    if absent:
        today = now.astimezone(CHINA).date()
        for standing in list_standings(connection, household, today):
            if standing.member_id in absent:
                require_day(day, standing.since, today)
        raise NotFound(what=household)
    chosen = [standing for standing in there if standing.member_id in wanted]
    return chosen, [standing for standing in there if standing not in chosen]


def require_possible(household: str, kind: EventKind, chosen: Iterable[Standing]) -> None:
    """Refuse an event that cannot follow where a member stands.

    Raises
    ------
    EntryNotPossible
        It cannot, for one of them at least.
    """
    wrong = [standing for standing in chosen if not may_follow(kind, standing.status)]
    if wrong:
        raise EntryNotPossible(
            what=household,
            count=len(wrong),
            kind=in_each_language(KIND_NAMES[kind]),
            bases={
                lang: join_words((translate(name, lang) for name in list_bases(kind)), lang)
                for lang in LANGS
            },
        )


def require_days(
    chosen: Iterable[Standing],
    grounds: Grounds,
    *,
    now: datetime,
    has_moved: bool = False,
) -> None:
    """Refuse a day before what a member's last event or stay in the household says.

    Parameters
    ----------
    has_moved
        The members leave the household: they have lived there for one day at least.

    Raises
    ------
    DayOutOfRange
        It lies before, or so does the detection.
    """
    today = now.astimezone(CHINA).date()
    for standing in chosen:
        stay = standing.since + timedelta(days=1) if has_moved else standing.since
        first = max(stay, standing.last_on or stay)
        require_day(grounds.occurred_on, first, today)
        if grounds.detected_on is not None:
            require_day(grounds.detected_on, standing.last_on, grounds.occurred_on)


def days_of(grounds: Grounds) -> int | None:
    """Count the days from detection to inclusion, where there was a detection."""
    if grounds.detected_on is None:
        return None
    return days_to_inclusion(grounds.detected_on, grounds.occurred_on)
