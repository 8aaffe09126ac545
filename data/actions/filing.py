"""Filing: what every entry into a household's file has in common, in one transaction."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from data.access import Action, Viewer
from data.actions.grounds import require_day
from data.audit import Deed, record, require_impersonal
from data.engine import Database, transaction
from data.errors import NotFound, NumberOutOfRange, ReasonMissing, UnknownValue
from data.full_views import require_nameless
from data.homes import Home, get_home
from data.ledger import append_row, supersede
from data.models import (
    Base,
    IncomeStatement,
    LedgerEntry,
    MeasureAssignment,
    Official,
    Pairing,
    Plan,
    PlanIndicator,
    Post,
    ServiceEvent,
    Survey,
    TeamMember,
    WorkTeam,
)
from data.models.base import EventTimes, HouseholdFact
from data.queries.file_bases import require_file_base
from data.queries.instants import CHINA, known, known_before, valid
from data.refusals import in_each_language, refusals_recorded, require

EVENTS: Mapping[str, type[EventTimes]] = {
    "survey": Survey,
    "income": IncomeStatement,
    "log": LedgerEntry,
    "visit": ServiceEvent,
}
"""Parts of a file that are events: a wrong one is voided."""
FACTS: Mapping[str, type[HouseholdFact]] = {
    "plan": Plan,
    "measure": MeasureAssignment,
    "pairing": Pairing,
}
"""Parts of a file that are in force from a day on: a new version takes the old one's place."""


@dataclass(frozen=True)
class Filing:
    """An entry in the making: where, who, which household, at which instant."""

    connection: Connection
    viewer: Viewer
    home: Home
    moment: datetime

    @property
    def today(self) -> date:
        """The day of the entry in China."""
        return self.moment.astimezone(CHINA).date()

    def require_base(self, model: type[Base], base: str) -> None:
        """Refuse to write when the part of the file moved since the form was opened.

        Raises
        ------
        EntryChanged
            It did.
        """
        require_file_base(self.connection, model, self.home.code, base)

    def require_day(self, day: date, first: date | None = None) -> None:
        """Refuse a day before the first possible one, or in the future.

        Raises
        ------
        DayOutOfRange
            It is.
        """
        require_day(day, first, self.today)

    def read_text(self, field: str, text: str, *, is_optional: bool = False) -> str:
        """Trim what was typed, and refuse it when it says nothing or says who somebody is.

        Raises
        ------
        PersonalInReason
            It holds a long number or a name of the household, or is too long.
        ReasonMissing
            It is empty.
        """
        said = text.strip()
        if not said and not is_optional:
            raise ReasonMissing(field=in_each_language(field))
        require_impersonal(said)
        require_nameless(self.connection, self.home, said)
        return said

    def append(self, model: type[Any], **facts: Any) -> str:  # noqa: ANN401 - any column
        """Append a row at this instant; an event also says who enters it."""
        if "recorded_by" in model.__table__.columns:
            facts["recorded_by"] = self.viewer.name
        return append_row(
            self.connection, model,
            **{"recorded_at": self.moment, "household_code": self.home.code} | facts,
        )  # fmt: skip

    def find_version(self, model: type[HouseholdFact], fact_id: str) -> Mapping[str, Any]:
        """Read a version of the household that is not superseded, by its id.

        Raises
        ------
        NotFound
            There is none in this household.
        """
        found = [row for row in self.list_versions(model) if row["id"] == fact_id]
        if not found:
            raise NotFound(what=fact_id[:26])
        return found[0]

    def list_versions(self, model: type[HouseholdFact]) -> list[Mapping[str, Any]]:
        """Read the household's versions that are not superseded, the earliest first."""
        statement = (
            select(*model.__table__.columns)  # type: ignore[attr-defined]
            .where(model.household_code == self.home.code, model.superseded_at.is_(None))
            .order_by(model.valid_from, model.id)
        )
        return [dict(row) for row in self.connection.execute(statement).mappings()]

    def end_version(self, model: type[HouseholdFact], row: Mapping[str, Any], day: date) -> None:
        """End a fact from a day on: what was in force before that day stays readable.

        A fact that ends on its own first day was in force on no day: no version remains.
        """
        supersede(self.connection, model, str(row["id"]), superseded_at=self.moment)
        if row["valid_from"] < day:
            self.copy_version(model, row, valid_to=day)

    def copy_version(
        self, model: type[HouseholdFact], row: Mapping[str, Any], *, valid_to: date | None
    ) -> str:
        """Append a version that repeats another one but for its end; a plan with its indicators."""
        kept = {k: v for k, v in row.items() if k not in {"id", "recorded_at", "superseded_at"}}
        copied = self.append(model, **kept | {"valid_to": valid_to})
        if model is Plan:
            indicators = select(*PlanIndicator.__table__.columns).where(
                PlanIndicator.plan_id == row["id"]
            )
            for line in self.connection.execute(indicators).mappings().all():
                append_row(self.connection, PlanIndicator, **dict(line) | {"plan_id": copied})
        return copied

    def record(self, deed: Deed, reason: str, *, rows: int = 1) -> None:
        """Write the one row of the audit."""
        record(
            self.connection, self.viewer, deed,
            target=self.home.code, reason=reason, rows=rows, at=self.moment,
        )  # fmt: skip


@contextmanager
def filing(
    db: Database, viewer: Viewer, action: Action, household: str, *, now: datetime | None = None
) -> Iterator[Filing]:
    """Open a transaction in which a viewer writes to one household's file.

    Raises
    ------
    Denied, NotFound
        The viewer's role may not; the household is missing or outside the viewer's scope.
    """
    with (
        refusals_recorded(db, viewer, action, household),
        transaction(db) as connection,
    ):
        require(viewer, action)
        home = get_home(connection, viewer, household)
        yield Filing(connection, viewer, home, now or datetime.now(UTC))


def require_choice(field: str, value: str, choices: Mapping[str, str]) -> None:
    """Refuse a value that is none of the choices.

    Raises
    ------
    UnknownValue
        It is none.
    """
    if value not in choices:
        raise UnknownValue(
            field=in_each_language(field), value=str(value)[:40], choices=", ".join(choices)
        )


def require_number(field: str, number: int, least: int, most: int) -> None:
    """Refuse a number outside `least` to `most`, both included.

    Raises
    ------
    NumberOutOfRange
        It lies outside.
    """
    if not least <= number <= most:
        raise NumberOutOfRange(field=in_each_language(field), least=least, most=most)


def find_answerable(filing_: Filing, day: date, code: str | None) -> str | None:
    """Find who did something at a household on a day: a paired cadre, or one of the village's team.

    Parameters
    ----------
    code
        The official's code; None for the one who has been paired longest.

    Returns
    -------
    str or None
        The official's id; None when nobody was named and nobody is paired.

    Raises
    ------
    NotFound
        The named official is neither paired with the household nor in the village's team that day.
    """
    before = known_before(None)
    paired = (
        select(Official.id, Official.code)
        .join(Pairing, Pairing.official_id == Official.id)
        .where(
            Pairing.household_code == filing_.home.code,
            known(Pairing, before),
            valid(Pairing, day),
        )
        .order_by(Pairing.valid_from, Official.code)
    )
    found = filing_.connection.execute(paired).all()
    if code is None:
        return str(found[0].id) if found else None
    team = (
        select(Official.id, Official.code)
        .join(TeamMember, TeamMember.official_id == Official.id)
        .join(WorkTeam, WorkTeam.code == TeamMember.team_code)
        .where(
            WorkTeam.village_code == filing_.home.village,
            known(WorkTeam, before), valid(WorkTeam, day),
            known(TeamMember, before), valid(TeamMember, day),
        )
    )  # fmt: skip
    for row in (*found, *filing_.connection.execute(team).all()):
        if row.code == code:
            return str(row.id)
    raise NotFound(what=code[:40])


def holds_post(connection: Connection, official_id: str, day: date) -> bool:
    """Tell whether an official holds any post on a day."""
    statement = select(Post.id).where(
        Post.official_id == official_id,
        Post.superseded_at.is_(None),
        Post.valid_from <= day,
        or_(Post.valid_to.is_(None), Post.valid_to > day),
    )
    return connection.execute(statement).first() is not None
