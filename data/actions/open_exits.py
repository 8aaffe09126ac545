"""Open exit cases for households of one town: all of them, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import Connection, func, select

from data.access import Action, Viewer
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import (
    DayOutOfRange,
    DistrictMissing,
    LineNotSet,
    NoHouseholdChosen,
    NotReadyToExit,
    OtherTown,
)
from data.homes import get_home
from data.ledger import append_row
from data.models import Division, ExitBatch, ExitCase
from data.queries.exit_candidates import Candidate, Readiness, find_candidates
from data.queries.instants import CHINA, known, known_before, valid
from data.queries.parameters import find_criterion
from data.refusals import refusals_recorded, require

_NAMED: Final = 5
"""So many households are named in a refusal."""


@dataclass(frozen=True)
class Opening:
    """Households of a town whose exits begin together.

    Attributes
    ----------
    town_code
        The town's 12 digits; its district answers for the batch.
    opened_on
        The day on which members, income and criteria are looked at.
    """

    town_code: str
    households: tuple[str, ...]
    opened_on: date


@dataclass(frozen=True)
class Opened:
    """What became of it."""

    batch_id: str
    cases: tuple[str, ...]


def open_exits(
    db: Database, viewer: Viewer, opening: Opening, *, now: datetime | None = None
) -> Opened:
    """Open a batch with one case a household.

    Raises
    ------
    DayOutOfRange
        The day is in the future.
    Denied, NotFound
        The viewer's role runs no exits; a household is missing or outside the viewer's scope.
    DistrictMissing, OtherTown
        No district answers for the town; a household is of another one.
    LineNotSet, NotReadyToExit
        Attainment cannot be judged; a household cannot begin.
    NoHouseholdChosen
        The batch would be empty.
    """
    moment = now or datetime.now(UTC)
    codes = tuple(dict.fromkeys(opening.households))
    with (
        refusals_recorded(db, viewer, Action.RUN_EXITS, codes[0] if codes else ""),
        transaction(db) as connection,
    ):
        require(viewer, Action.RUN_EXITS)
        _require_homes(connection, viewer, opening.town_code, codes)
        today = moment.astimezone(CHINA).date()
        if opening.opened_on > today:
            day = opening.opened_on.isoformat()
            raise DayOutOfRange(day=day, first="…", last=today.isoformat())
        district = _find_district(connection, opening.town_code, opening.opened_on)
        candidates = _require_ready(connection, viewer, codes, opening.opened_on)
        entry = {"opened_on": opening.opened_on, "recorded_at": moment, "recorded_by": viewer.name}
        batch = append_row(
            connection, ExitBatch, town_code=opening.town_code, district_code=district,
            name=_name(connection, opening), **entry,
        )  # fmt: skip
        criterion = find_criterion(connection, opening.opened_on)
        cases = [
            append_row(
                connection, ExitCase, batch_id=batch, household_code=one.household,
                members=list(one.members), window_quarters=criterion.quarters,
                line_fen=criterion.line_fen, statement_ids=list(one.attainment.statement_ids),
                **entry,
            )
            for one in candidates
        ]  # fmt: skip
        record(
            connection, viewer, Deed.ENTRY,
            target=opening.town_code, reason="exits opened", rows=len(cases), at=now,
        )  # fmt: skip
    return Opened(batch, tuple(cases))


def _require_homes(connection: Connection, viewer: Viewer, town: str, codes: Sequence[str]) -> None:
    if not codes:
        raise NoHouseholdChosen
    for code in codes:
        home = get_home(connection, viewer, code)
        if home.village[:9] != town[:9]:
            raise OtherTown(what=code)


def _name(connection: Connection, opening: Opening) -> str:
    """Name a batch by its day, and by its number among the town's of that day."""
    same = select(func.count()).where(
        ExitBatch.town_code == opening.town_code, ExitBatch.opened_on == opening.opened_on
    )
    return f"{opening.opened_on.isoformat()} ({connection.execute(same).scalar_one() + 1})"


def _find_district(connection: Connection, town: str, day: date) -> str:
    """Find the district that answers for a town."""
    code = town[:6].ljust(12, "0")
    found = connection.execute(
        select(Division.code).where(
            Division.code == code,
            Division.kind == "district",
            known(Division, known_before(None)),
            valid(Division, day),
        )
    ).scalar()
    if found is None or town != town[:9].ljust(12, "0"):
        raise DistrictMissing(what=town[:12])
    return str(found)


def _require_ready(
    connection: Connection, viewer: Viewer, codes: Sequence[str], day: date
) -> list[Candidate]:
    candidates = find_candidates(connection, viewer, day, households=codes)
    if any(one.readiness is Readiness.LINE_NOT_SET for one in candidates):
        raise LineNotSet
    wrong = [one.household for one in candidates if one.readiness is not Readiness.READY]
    if wrong:
        raise NotReadyToExit(count=len(wrong), what=", ".join(wrong[:_NAMED]))
    return candidates
