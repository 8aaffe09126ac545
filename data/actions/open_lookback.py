"""Open a look-back: freeze the records of a division on a day, to be verified one by one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, select

from data.access import Action, Viewer, prefix_of, reaches
from data.audit import Deed, record, require_impersonal
from data.engine import Database, transaction
from data.errors import (
    DayOutOfRange,
    DueTooEarly,
    LookbackEmpty,
    LookbackExists,
    NotFound,
    ReasonMissing,
)
from data.ledger import append_row, load_rows
from data.models import Division, LookbackCampaign, LookbackItem
from data.queries.instants import CHINA, OPENING, known, known_before
from data.queries.lookbacks import read_frozen
from data.refusals import in_each_language, refusals_recorded, require
from data.rules.monitoring import hash_frame
from data.text import mark

NAME = mark("名称")
LED_BY = mark("领导小组")


@dataclass(frozen=True)
class Opening:
    """What somebody wants to have verified.

    Attributes
    ----------
    division
        The 12-digit code of a city, district, town or village.
    led_by
        The leading group: a unit or a code, nobody's name.
    frozen_on
        The day whose records are verified.
    due_on
        The day until which all are.
    """

    name: str
    division: str
    led_by: str
    frozen_on: date
    due_on: date


@dataclass(frozen=True)
class Opened:
    """The look-back, and how many records it froze."""

    campaign_id: str
    population: int


def open_lookback(
    db: Database, viewer: Viewer, opening: Opening, *, now: datetime | None = None
) -> Opened:
    """Freeze the households that are on file in a division on a day.

    Raises
    ------
    DayOutOfRange, DueTooEarly
        The day of the freeze is before the campaign or in the future; the due day is before it.
    Denied, NotFound
        The viewer's role opens no look-back; the division is missing or outside the areas.
    LookbackEmpty, LookbackExists
        Nobody is on file there; the division has a look-back of that name.
    PersonalInReason, ReasonMissing
        Name or leading group cannot be used.
    """
    moment = now or datetime.now(UTC)
    target = opening.division
    with (
        refusals_recorded(db, viewer, Action.OPEN_LOOK_BACK, target),
        transaction(db) as connection,
    ):
        require(viewer, Action.OPEN_LOOK_BACK)
        _require_division(connection, viewer, target)
        name, led_by = _text(opening.name, NAME), _text(opening.led_by, LED_BY)
        _require_days(opening, moment.astimezone(CHINA).date())
        _require_new(connection, name, target)
        frozen = read_frozen(connection, viewer, prefix_of(target), opening.frozen_on)
        if not frozen:
            raise LookbackEmpty(day=str(opening.frozen_on))
        campaign = append_row(
            connection, LookbackCampaign, name=name, division_code=target, led_by=led_by,
            frozen_on=opening.frozen_on, due_on=opening.due_on, population=len(frozen),
            frame_hash=hash_frame(frozen), recorded_at=moment, recorded_by=viewer.name,
        )  # fmt: skip
        rows = ({"campaign_id": campaign, "household_code": code} for code in sorted(frozen))
        load_rows(connection, LookbackItem, rows)
        record(connection, viewer, Deed.ENTRY, target=target, rows=len(frozen), at=now)
    return Opened(campaign, len(frozen))


def _require_division(connection: Connection, viewer: Viewer, code: str) -> None:
    there = select(Division.id).where(
        Division.code == code, known(Division, known_before(None))
    )  # fmt: skip
    if not reaches(viewer, code) or connection.execute(there).first() is None:
        raise NotFound(what=code[:40])


def _text(text: str, field: str) -> str:
    told = text.strip()
    if not told:
        raise ReasonMissing(field=in_each_language(field))
    require_impersonal(told)
    return told


def _require_days(opening: Opening, today: date) -> None:
    if not OPENING <= opening.frozen_on <= today:
        raise DayOutOfRange(day=str(opening.frozen_on), first=str(OPENING), last=str(today))
    if opening.due_on < opening.frozen_on:
        raise DueTooEarly(day=str(opening.due_on), first=str(opening.frozen_on))


def _require_new(connection: Connection, name: str, division: str) -> None:
    same = select(LookbackCampaign.id).where(
        LookbackCampaign.name == name, LookbackCampaign.division_code == division
    )
    if connection.execute(same).first() is not None:
        raise LookbackExists(what=name)
