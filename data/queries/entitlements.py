"""Entitlements of pupils and households: what the rules give, what was paid, what is open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import func, select

from data.access import MASK, Action, Viewer, mask, masking_level, scope_households
from data.engine import Database, reading
from data.errors import FullViewOver
from data.full_views import get_full_view
from data.homes import Home, get_home
from data.models import Enrolment, Household, Payment, SubsidyRule
from data.queries.frames import read_frame
from data.queries.gap_facts import Reader, read_spans
from data.queries.instants import days, known_before, standing
from data.refusals import require
from data.rules.entitlements import (
    Entitlement,
    Person,
    State,
    apply_rules,
    boarding_support,
    outstanding,
    preschool_support,
)
from data.vault import open_identities

_SEALED: Final = ("is_orphan", "is_disabled", "is_tekun")


def list_rules(db: Database) -> pd.DataFrame:
    """List the rules in their order: code, names, populations, state, and the source's title."""
    statement = select(
        SubsidyRule.code,
        SubsidyRule.name_zh,
        SubsidyRule.name_en,
        SubsidyRule.population_zh,
        SubsidyRule.population_en,
        SubsidyRule.state,
        SubsidyRule.source_id,
    ).order_by(SubsidyRule.position)
    with reading(db) as connection:
        return read_frame(connection, statement)


def read_unreceived(reader: Reader, *, counts_high_school: bool = False) -> pd.DataFrame:
    """Find the households whose registered pupils are due something this year and lack it.

    Only what stands plainly on file is evaluated here: enrolment, boarding, fee, registration.

    Returns
    -------
    pandas.DataFrame
        `household`, `since`, and `rules`, their codes joined by commas; no amounts.
    """
    pupils = _read_pupils(reader)
    paid = _read_paid(reader)
    opening = np.datetime64(f"{reader.as_of.year}-01-01")
    found = []
    for row in pupils.to_dict("records"):
        person = _pupil(row)
        due = (
            preschool_support(person),
            boarding_support(person, counts_high_school=counts_high_school),
        )
        rules = [
            item.rule for item in due if outstanding(item, paid.get((row["member"], item.rule), 0))
        ]
        since = max(opening, np.datetime64(row["first"], "D"), np.datetime64(row["since"], "D"))
        found += [(row["household"], since, rule) for rule in rules]
    frame = pd.DataFrame(found, columns=["household", "since", "rule"])
    return (
        frame.groupby("household", sort=True)
        .agg(since=("since", "min"), rules=("rule", lambda rules: ",".join(sorted(set(rules)))))
        .reset_index()
    )


def _read_pupils(reader: Reader) -> pd.DataFrame:
    """Read the enrolments in force of members on the register; the latest of several counts."""
    enrolled = read_spans(
        reader,
        Enrolment,
        Enrolment.member_id.label("member"),
        Enrolment.stage,
        Enrolment.school_kind,
        Enrolment.is_boarding,
        Enrolment.fee_fen,
    ).standing
    registered = reader.registered[["member", "household", "since"]]
    latest = enrolled.sort_values("first").drop_duplicates("member", keep="last")
    return latest.merge(registered, on=["member", "household"])


def _pupil(row: Mapping[Any, Any], **facts: Any) -> Person:  # noqa: ANN401 - any fact
    return Person(
        is_registered=True,
        stage=str(row["stage"]),
        school_kind=str(row["school_kind"]),
        is_boarding=bool(row["is_boarding"]),
        fee_fen=None if pd.isna(row["fee_fen"]) else int(row["fee_fen"]),
        **facts,
    )


def _read_paid(reader: Reader) -> dict[tuple[str, str], int]:
    """Sum the standing payments of the day's year up to the day, by member and rule, in 分."""
    statement = (
        select(Payment.member_id, Payment.rule_code, func.sum(Payment.amount_fen))
        .join(Household, Household.code == Payment.household_code)
        .where(
            standing(Payment, known_before(None)),
            Payment.year == reader.as_of.year,
            Payment.occurred_on <= reader.as_of,
        )
        .group_by(Payment.member_id, Payment.rule_code)
    )
    rows = reader.connection.execute(scope_households(statement, reader.viewer)).all()
    return {(str(member), str(rule)): int(paid) for member, rule, paid in rows}


@dataclass(frozen=True)
class HouseholdEntitlements:
    """What the rules say of a household's members for a year.

    Attributes
    ----------
    rows
        `member`, `place` (1 is the head), `rule`, `state`, `lacks`, and in 分 `due`, `paid` and
        `open`: `data.access.MASK` unless a full view is open.
    is_full
        Whether a full view is open: the sealed facts are then looked at as well.
    """

    household: str
    year: int
    rows: pd.DataFrame
    is_full: bool


def list_entitlements(
    db: Database,
    viewer: Viewer,
    household: str,
    *,
    as_of: date,
    view_id: str | None = None,
    counts_high_school: bool = False,
) -> HouseholdEntitlements:
    """Say for each member of a household what each rule gives on a day.

    Parameters
    ----------
    view_id
        The viewer's open full view of this household; without it nothing sealed is evaluated, and
        no amount is shown.
    counts_high_school
        Whether boarders of a high school count for R-EDU-4.

    Raises
    ------
    Denied
        The viewer's role sees no households.
    FullViewOver
        The view is over, or of another household.
    NotFound
        The household is missing or outside the viewer's scope.
    """
    require(viewer, Action.SEE_HOUSEHOLDS)
    with reading(db) as connection:
        home = get_home(connection, viewer, household)
        is_full = view_id is not None
        if view_id is not None:
            require(viewer, Action.SEE_IDENTITY)
            if get_full_view(connection, viewer, view_id).household != home.code:
                raise FullViewOver
        reader = Reader(connection, viewer, as_of)
        people = _people(reader, home, is_full=is_full)
        paid = _read_paid(reader)
    rows = [
        _row(place, member, found, paid.get((member, found.rule), 0), is_full=is_full)
        for place, (member, person) in enumerate(people.items(), start=1)
        for found in apply_rules(person, counts_high_school=counts_high_school)
        if found.state is not State.NOT_DUE
    ]
    columns = ["member", "place", "rule", "state", "lacks", "due", "paid", "open"]
    return HouseholdEntitlements(
        home.code, as_of.year, pd.DataFrame(rows, columns=columns, dtype=object), is_full
    )


def _people(reader: Reader, home: Home, *, is_full: bool) -> dict[str, Person]:
    """Put together what the rules ask of each member; sealed facts in a full view alone."""
    registered = set(reader.registered["member"])
    pupils = {str(row["member"]): row for row in _read_pupils(reader).to_dict("records")}
    held = open_identities(reader.connection, home.members) if is_full else {}
    people = {}
    for member in home.members:
        sealed: dict[str, Any] = {
            name: _yes(held[member].texts[name]) if member in held else None for name in _SEALED
        }
        if member in pupils:
            people[member] = _pupil(pupils[member], **sealed)
        else:
            people[member] = Person(is_registered=member in registered, **sealed)
    return people


def _yes(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def _row(
    place: int, member: str, found: Entitlement, paid: int, *, is_full: bool
) -> tuple[object, ...]:
    # A state that rests on what a list may not hold is not told here either.
    amounts: tuple[object, ...] = (MASK, MASK, MASK)
    if is_full:
        due = found.amount_fen
        amounts = (due, paid, None if due is None else outstanding(found, paid))
    return (member, place, found.rule, str(found.state), found.lacks, *amounts)


def list_payments(db: Database, viewer: Viewer, household: str) -> pd.DataFrame:
    """List what was paid to a household's members and stands, the newest first.

    Returns
    -------
    pandas.DataFrame
        `id`, `member`, `rule`, `year`, `paid_on`, `recorded_by`; no amounts.

    Raises
    ------
    Denied
        The viewer's role sees no households.
    NotFound
        The household is missing or outside the viewer's scope.
    """
    require(viewer, Action.SEE_HOUSEHOLDS)
    statement = (
        select(
            Payment.id,
            Payment.member_id.label("member"),
            Payment.rule_code.label("rule"),
            Payment.year,
            Payment.occurred_on.label("paid_on"),
            Payment.recorded_by,
        )
        .where(Payment.household_code == household, standing(Payment, known_before(None)))
        .order_by(Payment.occurred_on.desc(), Payment.id.desc())
    )
    origins = {"member": Payment.member_id, "rule": Payment.rule_code}
    with reading(db) as connection:
        get_home(connection, viewer, household)
        found = read_frame(connection, statement, dtype=object)
    return mask(found, origins, masking_level(viewer))


def days_of(values: pd.Series) -> list[date]:
    """Turn a column of days into dates of the calendar."""
    return [date.fromisoformat(str(day)) for day in days(values)]
