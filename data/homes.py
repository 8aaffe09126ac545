"""Homes: which household somebody asks for, and who lives there now, within the viewer's scope."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, case, or_, select

from data.access import Viewer, scope_households
from data.errors import NotFound
from data.models import Household, HouseholdComposition, Member


@dataclass(frozen=True)
class Home:
    """A household in the viewer's scope: its village, and its members with the head first."""

    code: str
    village: str
    members: tuple[str, ...]


def get_home(
    connection: Connection, viewer: Viewer, code: str, *, today: date | None = None
) -> Home:
    """Find a household that the viewer may reach, and who lives there.

    Parameters
    ----------
    today
        The day that pairings and compositions are read for; today by default.

    Raises
    ------
    NotFound
        It does not exist or is outside the viewer's scope: the answer is the same.
    """
    statement = select(Household.village_code).where(Household.code == code)
    scoped = scope_households(statement, viewer, today=today)
    village = connection.execute(scoped).scalar_one_or_none()
    if village is None:
        raise NotFound(what=code[:40])
    return Home(code, village, _list_members(connection, code, today))


def find_home(
    connection: Connection, viewer: Viewer, member_id: str, *, today: date | None = None
) -> Home | None:
    """Find the household where a member lives now, if it is in the viewer's scope."""
    home = HouseholdComposition
    statement = (
        select(Household.code)
        .join(home, home.household_code == Household.code)
        .where(home.member_id == member_id, home.superseded_at.is_(None), *_lives_there(today))
    )
    code = connection.execute(scope_households(statement, viewer, today=today)).scalar()
    return None if code is None else get_home(connection, viewer, code, today=today)


def _list_members(connection: Connection, code: str, today: date | None) -> tuple[str, ...]:
    home = HouseholdComposition
    rank = case({"head": 0, "spouse": 1, "parent": 2, "child": 3}, value=Member.relation, else_=4)
    statement = (
        select(home.member_id)
        .join(Member, Member.id == home.member_id)
        .where(home.household_code == code, home.superseded_at.is_(None), *_lives_there(today))
        .order_by(rank, Member.birth_year, Member.id)
    )
    return tuple(connection.execute(statement).scalars())


def _lives_there(today: date | None) -> tuple[ColumnElement[bool], ...]:
    day = today or date.today()  # noqa: DTZ011 - days of the calendar here
    home = HouseholdComposition
    return home.valid_from <= day, or_(home.valid_to.is_(None), home.valid_to > day)
