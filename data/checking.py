"""Integrity and invariants: what must hold in any ledger, asked of the stored data."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, func, select, text

from data.access import OPERATOR
from data.engine import Database, check_integrity, reading
from data.models import (
    Cause,
    DistrictResponsible,
    HouseholdComposition,
    LeaderVillageLink,
    RegisterEvent,
    Village,
)
from data.queries.filters import DEFAULT_AS_OF, Filter
from data.queries.instants import OPENING, known, known_before, monthly_stops, valid
from data.queries.places import get_dataset
from data.queries.register import read_ledger
from data.queries.summary import summarize

_WUHAI = {
    "persons on the register at 2016-01-01": (OPENING, "persons", 1515),
    "persons on the register at 2016-12-31": (DEFAULT_AS_OF, "persons", 91),
    "persons exited by 2016-12-31": (DEFAULT_AS_OF, "exited", 1424),
    "leaders": (DEFAULT_AS_OF, "leaders", 37),
    "cadres": (DEFAULT_AS_OF, "cadres", 1521),
    "villages": (DEFAULT_AS_OF, "villages", 19),
}


@dataclass(frozen=True)
class Finding:
    """One invariant and whether it holds."""

    rule: str
    holds: bool
    detail: str


def check_ledger(db: Database) -> list[Finding]:
    """Check the file, the append-only rules, the folds and, for Wuhai, the published totals."""
    findings = [_finding("file and references are sound", check_integrity(db))]
    with reading(db) as connection:
        findings += list(_structure(connection))
        findings += list(_folds(connection))
    if get_dataset(db).profile == "wuhai":
        findings += list(_published(db))
    return findings


def _finding(rule: str, problems: list[str]) -> Finding:
    return Finding(rule=rule, holds=not problems, detail="; ".join(problems[:3]))


def _structure(connection: Connection) -> Iterator[Finding]:
    triggers = set(
        connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
    )
    wanted = {
        "register_event_is_append_only_update",
        "register_event_is_append_only_delete",
        "register_event_void_is_sound",
    }
    yield _finding("events are append-only in the database", sorted(wanted - triggers))
    twice = (
        select(HouseholdComposition.member_id)
        .where(known(HouseholdComposition, known_before(None)))
        .group_by(HouseholdComposition.member_id)
    )
    for day in (OPENING, DEFAULT_AS_OF):
        rows = twice.where(valid(HouseholdComposition, day)).having(func.count() > 1)
        found = connection.execute(rows).scalars().all()
        yield _finding(
            f"each member in one household on {day}", [f"{len(found)} in several"] if found else []
        )
    main = (
        select(Cause.household_code)
        .where(known(Cause, known_before(None)), Cause.is_main)
        .group_by(Cause.household_code)
        .having(func.count() > 1)
    )
    several = connection.execute(main).scalars().all()
    yield _finding(
        "one main cause a household", [f"{len(several)} with several"] if several else []
    )


def _folds(connection: Connection) -> Iterator[Finding]:
    stops = monthly_stops()
    ledger = read_ledger(connection, OPERATOR, Filter(), stops)
    persons = ledger.registered + ledger.exited + ledger.exited_before
    problems = [
        f"{stop}: {int(persons[:, i].sum())} in the fold, {wanted} by SQL"
        for i, stop in enumerate(stops)
        if int(persons[:, i].sum()) != (wanted := _on_file_by_sql(connection, stop))
    ]
    yield _finding("the fold equals SQL as-of at every stop", problems)
    unpaired = [
        f"{stop}: {n} unpaired"
        for i, stop in enumerate(stops)
        if (n := int(np.sum((ledger.registered[:, i] > 0) & ~ledger.paired[:, i])))
    ]
    yield _finding("every registered household is paired", unpaired)


_ON_FILE = text(
    """
    SELECT count(*) FROM (
        SELECT e.member_id FROM register_event AS e
        WHERE e.kind IN ('identified', 'relapsed', 'natural_increase', 'exited',
                         'natural_decrease', 'removed', 'closed')
          AND e.occurred_on <= :day
          AND NOT EXISTS (SELECT 1 FROM register_event AS v WHERE v.voids_event_id = e.id)
          AND NOT EXISTS (
              SELECT 1 FROM register_event AS later
              WHERE later.member_id = e.member_id AND later.occurred_on <= :day
                AND later.kind IN ('identified', 'relapsed', 'natural_increase', 'exited',
                                   'natural_decrease', 'removed', 'closed')
                AND NOT EXISTS (
                    SELECT 1 FROM register_event AS w WHERE w.voids_event_id = later.id)
                AND (later.occurred_on, later.recorded_at, later.id)
                    > (e.occurred_on, e.recorded_at, e.id))
          AND e.kind IN ('identified', 'relapsed', 'natural_increase', 'exited'))
    """
)


def _on_file_by_sql(connection: Connection, day: object) -> int:
    """Count persons on file on a day by another road than the fold."""
    return int(connection.execute(_ON_FILE, {"day": str(day)}).scalar_one())


def _published(db: Database) -> Iterator[Finding]:
    for rule, (day, key, wanted) in _WUHAI.items():
        found = summarize(db, OPERATOR, Filter(as_of=day))[key]
        yield _finding(f"{rule}: {wanted}", [] if found == wanted else [f"found {found}"])
    at_end = summarize(db, OPERATOR, Filter(as_of=DEFAULT_AS_OF))["by_village"]
    elsewhere = [
        row["code"] for row in at_end if row["district"] != "150303" and row["persons"] != 0
    ]
    yield _finding("outside 海南区 true zero at 2016-12-31", elsewhere)
    with reading(db) as connection:
        linked = connection.execute(
            select(func.count(LeaderVillageLink.village_code.distinct()))
        ).scalar_one()
        villages = connection.execute(select(func.count()).select_from(Village)).scalar_one()
        responsible = connection.execute(
            select(DistrictResponsible.district_code, func.count()).group_by(
                DistrictResponsible.district_code
            )
        ).all()
        other = connection.execute(
            select(func.count())
            .select_from(RegisterEvent)
            .where(
                RegisterEvent.kind.not_in(("identified", "exited", "voided")),
            )
        ).scalar_one()
    yield _finding(
        "every village has a leader", [] if linked == villages else [f"{linked} of {villages}"]
    )
    wrong = [f"{code}: {n}" for code, n in responsible if n != 2]  # noqa: PLR2004 - secretary and governor
    yield _finding("two first responsible persons a district", wrong)
    yield _finding("no event besides exits in 2016 and 2017", [f"{other} others"] if other else [])
