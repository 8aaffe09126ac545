"""Integrity and invariants: what must hold in any ledger, asked of the stored data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Select, func, or_, select, text
from sqlalchemy.orm import aliased

from data.access import OPERATOR
from data.engine import Database, check_integrity, reading
from data.generator import wuhai
from data.models import (
    Base,
    Cause,
    DistrictResponsible,
    HouseholdComposition,
    Kind,
    Pairing,
    Plan,
)
from data.queries.audit_chain import verify_chain
from data.queries.claims import list_claims
from data.queries.closes import list_closes
from data.queries.exit_problems import find_exit_problems
from data.queries.filters import DEFAULT_AS_OF, Filter
from data.queries.instants import OPENING, known, known_before, monthly_stops, valid
from data.queries.places import DatasetFacts, get_dataset
from data.queries.register import read_ledger
from data.queries.summary import summarize

_SECRETARY_AND_GOVERNOR: Final = 2
_APPEND_ONLY: Final = ("is_append_only_update", "is_append_only_delete", "is_never_replaced")
_KEPT_BY: Final = dict.fromkeys(Kind, ()) | {
    Kind.EVENT: (*_APPEND_ONLY, "void_is_sound"),
    Kind.RECORD: _APPEND_ONLY,
    Kind.VERSIONED: ("is_superseded_once", "is_never_deleted", "is_never_replaced"),
}
"""The triggers that keep a table of each kind."""
_AUDIT_TRIGGERS: Final = (
    "audit_entry_is_append_only_update",
    "audit_entry_is_kept",
    "audit_entry_is_never_replaced",
    "audit_head_is_never_replaced",
    "audit_head_never_goes_back",
    "audit_head_stays",
)
_WORKFLOW_TRIGGERS: Final = (
    "exit_step_follows_its_order",
    "exit_step_is_done_once",
    "exit_step_notice_lasts",
    "exit_step_approval_is_signed",
    "exit_step_void_is_last",
    "register_event_exit_is_approved",
    "signature_comes_after_the_notice",
    "signature_follows_its_order",
    "signature_is_given_once",
    "signature_void_is_last",
)


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
        findings += list(_files(connection))
        findings.append(_finding("exits have their procedure", find_exit_problems(connection)))
    altered = [str(close.year) for close in list_closes(db, OPERATOR) if not close.is_intact]
    findings.append(_finding("closed years are as they were closed", altered))
    report = verify_chain(db)
    broken = [f"{report.problem} at {report.at}"] if report.problem else []
    findings.append(_finding("the audit is one unbroken chain", broken))
    findings += list(_claims(db))
    facts = get_dataset(db)
    if facts.profile == "wuhai" and facts.is_as_generated:
        findings += list(_as_generated(db, facts))
    return findings


def _finding(rule: str, problems: list[str]) -> Finding:
    return Finding(rule=rule, holds=not problems, detail="; ".join(problems[:3]))


def _structure(connection: Connection) -> Iterator[Finding]:
    triggers = set(
        connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()
    )
    wanted = set(_AUDIT_TRIGGERS) | set(_WORKFLOW_TRIGGERS)
    for table in Base.metadata.tables.values():
        wanted |= {f"{table.name}_{rule}" for rule in _KEPT_BY[table.info["kind"]]}
    yield _finding("events and audit are append-only in the database", sorted(wanted - triggers))
    one, other = aliased(HouseholdComposition), aliased(HouseholdComposition)
    before = known_before(None)
    overlapping = connection.execute(
        select(func.count(one.member_id.distinct())).where(
            one.member_id == other.member_id,
            one.id < other.id,
            known(one, before),
            known(other, before),
            or_(one.valid_to.is_(None), one.valid_to > other.valid_from),
            or_(other.valid_to.is_(None), other.valid_to > one.valid_from),
        )
    ).scalar_one()
    yield _finding(
        "each member in one household on any day",
        [f"{overlapping} in several"] if overlapping else [],
    )
    for day in (OPENING, DEFAULT_AS_OF):
        main = (
            select(Cause.household_code)
            .where(known(Cause, before), valid(Cause, day), Cause.is_main)
            .group_by(Cause.household_code)
            .having(func.count() > 1)
        )
        several = connection.execute(main).scalars().all()
        yield _finding(
            f"one main cause a household on {day}",
            [f"{len(several)} with several"] if several else [],
        )
    responsible = connection.execute(
        select(DistrictResponsible.district_code, func.count())
        .where(known(DistrictResponsible, before), valid(DistrictResponsible, DEFAULT_AS_OF))
        .group_by(DistrictResponsible.district_code)
    ).all()
    wrong = [f"{code}: {n}" for code, n in responsible if n != _SECRETARY_AND_GOVERNOR]
    yield _finding("two first responsible persons a district", wrong)


def _files(connection: Connection) -> Iterator[Finding]:
    """Look for facts of one household that exclude each other."""
    one, other = aliased(Plan), aliased(Plan)
    before = known_before(None)
    overlapping = _overlapping(one, other, before).where(one.household_code == other.household_code)
    yield _finding(
        "one plan a household on any day",
        [f"{code}: several plans" for code in connection.execute(overlapping).scalars()],
    )
    pair, again = aliased(Pairing), aliased(Pairing)
    overlapping = _overlapping(pair, again, before).where(
        pair.household_code == again.household_code, pair.official_id == again.official_id
    )
    yield _finding(
        "a cadre is paired with a household once on any day",
        [f"{code}: the same pairing twice" for code in connection.execute(overlapping).scalars()],
    )


def _overlapping(one: Any, other: Any, before: datetime) -> Select[str]:  # noqa: ANN401 - aliases
    """Select the households of facts that are known and valid on a same day."""
    return (
        select(one.household_code)
        .distinct()
        .where(
            one.id < other.id,
            known(one, before),
            known(other, before),
            or_(one.valid_to.is_(None), one.valid_to > other.valid_from),
            or_(other.valid_to.is_(None), other.valid_to > one.valid_from),
            or_(one.valid_to.is_(None), one.valid_to > one.valid_from),
            or_(other.valid_to.is_(None), other.valid_to > other.valid_from),
        )
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


def _claims(db: Database) -> Iterator[Finding]:
    """Report residuals: an open one is a fact to explain, not a fault of the ledger."""
    for claim in list_claims(db, OPERATOR):
        if claim.residual:
            detail = f"published {claim.value:g}, ledger {claim.computed:g}, open"
            yield Finding(rule=f"claim {claim.id} {claim.metric}", holds=True, detail=detail)


def _as_generated(db: Database, facts: DatasetFacts) -> Iterator[Finding]:
    """Compare a demonstration that nobody has changed with the totals it was made for."""
    parameters = wuhai(int(facts.seed))
    on = {day: summarize(db, OPERATOR, Filter(as_of=day)) for day in (OPENING, DEFAULT_AS_OF)}
    for day, key, wanted in (
        (OPENING, "persons", parameters.persons),
        (DEFAULT_AS_OF, "persons", parameters.remaining_persons),
        (DEFAULT_AS_OF, "households", parameters.remaining_households),
        (DEFAULT_AS_OF, "exited", parameters.exited_persons),
        (DEFAULT_AS_OF, "leaders", parameters.leaders),
        (DEFAULT_AS_OF, "cadres", parameters.cadres),
        (OPENING, "coverage", 1.0),
        (DEFAULT_AS_OF, "coverage", 1.0),
    ):
        found = on[day][key]
        problems = [] if found == wanted else [f"found {found}"]
        yield _finding(f"demonstration: {key} {wanted} on {day}", problems)
    rows = on[DEFAULT_AS_OF]["by_village"]
    elsewhere = [
        row["code"]
        for row in rows
        if not row["code"].startswith(parameters.remaining_in) and row["persons"] != 0
    ]
    yield _finding(f"demonstration: true zero elsewhere on {DEFAULT_AS_OF}", elsewhere)
    alone = [row["code"] for row in rows if row["leaders"] == 0]
    yield _finding("demonstration: every village has a leader", alone)
