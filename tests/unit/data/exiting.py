"""Exits to test with: principals and incomes for the tiny world, and a procedure with a clock."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, func, select

from data.access import Role, Viewer
from data.actions.open_exits import Opened, Opening, open_exits
from data.actions.set_parameter import Setting, set_parameter
from data.actions.sign_exits import Signing, sign_exits
from data.actions.take_exit_step import StepTaken, take_exit_step
from data.actions.void_exit_entry import Voiding, void_exit_entry
from data.engine import Database, reading, transaction
from data.ledger import append_row, load_rows
from data.models import AuditEntry, EventKind, IncomeStatement, Official, Org, Post
from data.queries.exit_files import Case, base_of, load_cases
from data.queries.parameters import INCOME_LINE
from data.queries.signatures import digest_of, list_seats, seat_or_none
from data.rules.exit_states import Undo
from data.rules.exits import LEVELS, Step, notice_ends
from tests.unit.data.tiny_world import (
    EXITS,
    SIZES,
    VILLAGES,
    append,
    members_of,
    recorded,
    versioned,
)

TOWN: Final = "990121100000"
OPENED: Final = date(2017, 1, 5)
RELAPSED: Final = date(2017, 1, 2)
LINE_FEN: Final = 300_000
SINCE: Final = date(2016, 1, 1)
CLERK: Final = Viewer("exits-clerk", Role.CLERK, ("",))
OFFICE: Final = Viewer("exits-office", Role.OFFICE, ("",))
UNITS: Final = {
    "village-JIA": ("village", "990121100201"), "village-YI": ("village", "990121100202"),
    "village-BING": ("village", "990122100201"), "town": ("town", "990121100000"),
    "town-2": ("town", "990122100000"), "secretary": ("district", "990121000000"),
    "governor": ("district", "990121000000"), "district-2": ("district", "990122000000"),
    "mayor": ("city", "990100000000"),
}  # fmt: skip
"""Principals: of which level and place."""
_ROLES: Final = {
    "village": Role.TEAM, "town": Role.TOWN, "district": Role.DISTRICT, "city": Role.LEADER,
}  # fmt: skip


LOOSE: Final = [f"{sum(SIZES[key] for key in EXITS)} exits without a case"]
"""What is found in the tiny world, whose exits have no cases, as soon as there is one."""
STILL_THERE: Final = ("A4", "A5", "A6", "B2")
"""The households of the town that have not exited."""


def signer(code: str) -> Viewer:
    """Give the account of a principal, or of anybody else with a code."""
    level, place = UNITS.get(code, ("city", "990100000000"))
    area = "" if level == "city" else place.rstrip("0") if level != "village" else place
    return Viewer(f"account-{code}", _ROLES[level], (area,), official=code)


def add_official(connection: Connection, code: str, level: str) -> None:
    load_rows(
        connection, Official, [{"id": code, "code": code, "role": "principal", "level": level}]
    )


def add_post(
    connection: Connection, code: str, org: str, *, until: date | None = None, **facts: Any
) -> str:
    """Give an official a post from the beginning of 2016 on."""
    key = f"post-{code}-{org}-{until}"
    row = versioned(key, SINCE, until) | {
        "official_id": code, "org_id": org, "title": "head", "is_principal": True,
    }  # fmt: skip
    load_rows(connection, Post, [row | facts])
    return key


def add_principals(db: Database) -> None:
    """Give each unit of the tiny world its principal, and a district two."""
    with transaction(db) as connection:
        for place, level in sorted({(place, level) for level, place in UNITS.values()}):
            load_rows(
                connection, Org,
                [{"id": f"org-{place}", "name_zh": "单位", "name_en": "Unit", "level": level,
                  "division_code": place}],
            )  # fmt: skip
        for code, (level, place) in UNITS.items():
            add_official(connection, code, level)
            add_post(connection, code, f"org-{place}")


def state_income(
    connection: Connection, household: str, year: int, months: int, per_capita_fen: int
) -> str:
    """State an income whose annualised per-capita amount is this."""
    persons = SIZES[household]
    return append_row(
        connection, IncomeStatement, household_code=household, year=year, months=months,
        wage_fen=per_capita_fen * persons * months // 12, business_fen=0, property_fen=0,
        transfer_fen=0, cost_fen=0, persons=persons, surveyor="test", is_signed=True,
        occurred_on=date(year, months, 28), recorded_at=recorded(date(year, months, 28)),
        recorded_by="test",
    )  # fmt: skip


def add_incomes(db: Database, households: Iterable[str] = STILL_THERE, fen: int = LINE_FEN) -> None:
    """State four quarters of 2016, exactly at the line by default."""
    with transaction(db) as connection:
        for household in households:
            for months in (3, 6, 9, 12):
                state_income(connection, household, 2016, months, fen)


LINE: Final = Setting(
    code=INCOME_LINE, value=LINE_FEN, valid_from=SINCE, document_title="示例文件",
    document_number="例字 1 号", document_on=date(2015, 12, 1), document_page="2",
)  # fmt: skip


def prepare_exits(db: Database) -> None:
    """Add all that exits stand on: principals, incomes, and the line."""
    add_principals(db)
    add_incomes(db)
    set_parameter(db, OFFICE, LINE, now=noon(OPENED))


def has_principals(db: Database) -> bool:
    with reading(db) as connection:
        return (
            connection.execute(select(Org.id).where(Org.id == "org-990121100201")).first()
            is not None
        )


def make_ready(db: Database, household: str) -> None:
    """Let a household that exited in 2016 be poor again, and attain; once a world, the rest."""
    if not has_principals(db):
        add_principals(db)
        set_parameter(db, OFFICE, LINE, now=noon(OPENED))
    add_incomes(db, [household])
    with transaction(db) as connection:
        for member in members_of(household):
            append(connection, member, EventKind.RELAPSED, RELAPSED)


def plant_case(db: Database, household: str) -> "Procedure":
    """Open a case for such a household, by one who may; one that is open already is withdrawn."""
    make_ready(db, household)
    with reading(db) as connection:
        cases = load_cases(connection, OFFICE, is_complete=False)
    for case in cases:
        if case.household == household and not case.state.is_withdrawn:
            # Somebody may have written about it just now, by the clock on the wall.
            tomorrow = datetime.now(UTC).date() + timedelta(days=1)
            former = Procedure(db, day=tomorrow, batch=case.batch_id)
            if not case.state.steps:
                former.step(Step.SELECTED)
            former.undo(household, Step.SELECTED)
    procedure = Procedure(db)
    procedure.open(household, town=VILLAGES[household[0]][:9].ljust(12, "0"))
    return procedure


def noon(day: date) -> datetime:
    """Give noon of a day in China."""
    return datetime.combine(day, time(4), tzinfo=UTC)


def count_audit(db: Database) -> int:
    with reading(db) as connection:
        return connection.execute(select(func.count()).select_from(AuditEntry)).scalar_one()


@dataclass
class Procedure:
    """Exits as an office runs them, one day after another."""

    db: Database
    day: date = OPENED
    batch: str = ""
    by: Viewer = field(default=CLERK)

    @property
    def now(self) -> datetime:
        return noon(self.day)

    def later(self, days: int = 1) -> "Procedure":
        self.day += timedelta(days=days)
        return self

    def open(self, *households: str, town: str = TOWN) -> Opened:
        opened = open_exits(self.db, self.by, Opening(town, households, self.day), now=self.now)
        self.batch = opened.batch_id
        return opened

    def cases(self, *households: str) -> list[Case]:
        with reading(self.db) as connection:
            found = load_cases(connection, OFFICE, batches=[self.batch])
        return [case for case in found if not households or case.household in households]

    def step(self, step: Step, *households: str, **facts: Any) -> int:
        chosen = self.cases(*households)
        given = {
            "batch_id": self.batch, "cases": tuple(case.id for case in chosen), "step": step,
            "done_on": self.day, "place": "村委会", "base": base_of(chosen),
        }  # fmt: skip
        return take_exit_step(self.db, self.by, StepTaken(**(given | facts)), now=self.now)

    def steps(self, first: Step, last: Step, *households: str) -> "Procedure":
        """Take steps one day after another."""
        for step in list(Step)[first - 1 : last]:
            self.later().step(step, *households)
        return self

    def digest(self, code: str) -> str:
        """Give what the screen of a signer would show."""
        with reading(self.db) as connection:
            seats = list_seats(connection, code)
        waiting = [c for c in self.cases() if seat_or_none(c, seats, self.day) is not None]
        return digest_of(waiting)

    def sign(self, code: str, *, digest: str | None = None) -> int:
        wanted = self.digest(code) if digest is None else digest
        return sign_exits(self.db, signer(code), Signing(self.batch, wanted), now=self.now)

    def sign_all(self, village: str = "village-JIA") -> "Procedure":
        for code in (village, "town", "secretary", "mayor"):
            self.sign(code)
        return self

    def undo(self, household: str, target: Step | str) -> Undo:
        (case,) = self.cases(household)
        voiding = Voiding(self.batch, case.id, target, "wrong_entry", base_of([case]))
        return void_exit_entry(self.db, self.by, voiding, now=self.now)

    def wait_for_notice(self) -> "Procedure":
        """Let the days of the notice pass."""
        done = self.cases()[0].state.day_of(Step.NOTICED)
        assert done is not None
        self.day = max(self.day, notice_ends(done))
        return self

    def ready(self, *households: str) -> "Procedure":
        """Open a batch and bring it to the day on which signing begins."""
        self.open(*households)
        return self.steps(Step.SELECTED, Step.NOTICED).wait_for_notice()


assert tuple(_ROLES) == LEVELS
