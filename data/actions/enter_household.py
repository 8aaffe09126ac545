"""Enter a newly identified household: its code, its members, its main cause, and their entry."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from data.access import Action, Viewer, reaches
from data.actions.enter_event import Entered, append_act
from data.actions.grounds import Grounds, check_grounds, days_of, require_known
from data.audit import Deed, record
from data.engine import Database, transaction
from data.errors import HeadMissing, NobodyChosen, NotFound
from data.full_views import require_unnamed
from data.ledger import append_row, load_rows, new_id
from data.models import (
    Cause,
    CauseKind,
    EventKind,
    Household,
    HouseholdComposition,
    IdentityVault,
    Member,
    Village,
)
from data.refusals import refusals_recorded, require
from data.rules.people import HOUSEHOLD_TYPES, PERSON_CODES, STANDARDS, check_person
from data.vault import read_value, seal_identities

_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 12


@dataclass(frozen=True)
class Newcomer:
    """Somebody who enters the register.

    Attributes
    ----------
    facts
        `sex`, `relation`, `education`, `schooling` as codes of `data.rules.people`, `birth_year`,
        and what else `member` holds; what is missing is no or none.
    identity
        Texts of the vault's fields, as far as known.
    """

    facts: Mapping[str, Any]
    identity: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class NewHousehold:
    """A household that was found to be poor."""

    village: str
    household_type: str
    standard: str
    main_cause: str
    newcomers: tuple[Newcomer, ...]
    grounds: Grounds


def enter_household(
    db: Database, viewer: Viewer, wanted: NewHousehold, *, now: datetime | None = None
) -> Entered:
    """Enter a newly identified household under a new code.

    Raises
    ------
    BadIdNumber, BadValue
        An identity field cannot hold what was given.
    BirthYearOutOfRange, DayOutOfRange
        A year or day that cannot be.
    Denied, NotFound
        The viewer's role keeps no register; the village is missing or outside the viewer's areas.
    HeadMissing, NobodyChosen
        Not exactly one head; nobody at all.
    PersonalInReason, ReasonMissing, UnknownValue
        Reason, evidence or a code cannot be used.
    """
    moment = now or datetime.now(UTC)
    with (
        refusals_recorded(db, viewer, Action.KEEP_REGISTER, wanted.village),
        transaction(db) as connection,
    ):
        require(viewer, Action.KEEP_REGISTER)
        _require_village(connection, viewer, wanted.village)
        require_known("household_type", wanted.household_type, HOUSEHOLD_TYPES)
        require_known("standard", wanted.standard, STANDARDS)
        require_known("main_cause", wanted.main_cause, _list_causes(connection))
        grounds = check_grounds(connection, None, EventKind.IDENTIFIED, wanted.grounds, now=moment)
        for newcomer in wanted.newcomers:
            require_unnamed(newcomer.identity, grounds.evidence)
        _require_head(wanted.newcomers)
        code = make_household(connection, wanted.village, wanted.household_type, wanted.standard)
        members = add_newcomers(
            connection, code, wanted.newcomers, grounds, by=viewer.name, at=moment
        )
        append_row(
            connection, Cause, household_code=code, cause_code=wanted.main_cause, is_main=True,
            valid_from=grounds.occurred_on, recorded_at=moment,
        )  # fmt: skip
        act_id = append_act(
            connection, EventKind.IDENTIFIED, members, grounds, by=viewer.name, at=moment
        )
        record(
            connection, viewer, Deed.ENTRY, target=code,
            reason=f"{EventKind.IDENTIFIED}: {grounds.reason}", rows=len(members), at=now,
        )  # fmt: skip
    return Entered(code, act_id, EventKind.IDENTIFIED, len(members), days_of(grounds))


def _require_village(connection: Connection, viewer: Viewer, code: str) -> None:
    found = connection.execute(select(Village.code).where(Village.code == code)).first()
    if found is None or not reaches(viewer, code):
        raise NotFound(what=code[:40])


def _list_causes(connection: Connection) -> list[str]:
    return list(connection.execute(select(CauseKind.code).order_by(CauseKind.position)).scalars())


def _require_head(newcomers: Iterable[Newcomer]) -> None:
    relations = [newcomer.facts.get("relation") for newcomer in newcomers]
    if not relations:
        raise NobodyChosen
    if relations.count("head") != 1:
        raise HeadMissing


def make_household(connection: Connection, village: str, household_type: str, standard: str) -> str:
    """Make a household under a new pseudonym, which says nothing of it; give its code."""
    code = "H" + "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    append_row(
        connection,
        Household,
        code=code,
        village_code=village,
        household_type=household_type,
        standard=standard,
        location_precision="village",
    )
    return code


def add_newcomers(
    connection: Connection,
    household: str,
    newcomers: Iterable[Newcomer],
    grounds: Grounds,
    *,
    by: str,
    at: datetime,
) -> list[str]:
    """Make members of a household from a day on, their identities sealed; give their ids."""
    members = []
    for newcomer in newcomers:
        facts = check_person(newcomer.facts, on=grounds.occurred_on)
        for name, choices in PERSON_CODES.items():
            require_known(name, facts[name], choices)
        member = new_id()
        # Without a row in the vault somebody would look like erased by law.
        plain = {
            name: read_value(name, text) for name, text in newcomer.identity.items() if text.strip()
        }
        append_row(connection, Member, id=member, **facts)
        sealed = seal_identities(connection, [{"member_id": member, **plain}], by=by, at=at)
        load_rows(connection, IdentityVault, sealed)
        append_row(
            connection, HouseholdComposition, household_code=household, member_id=member,
            valid_from=grounds.occurred_on, recorded_at=at,
        )  # fmt: skip
        members.append(member)
    return members
