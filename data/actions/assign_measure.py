"""Assign a measure to a household, change how far it has come, and end it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from data.access import Action, Viewer
from data.actions.enter_income import MOST_FEN
from data.actions.filing import filing, require_choice, require_number
from data.audit import Deed
from data.engine import Database
from data.errors import MeasureStands, NegativeAmount, NothingChanged
from data.models import Measure, MeasureAssignment
from data.refusals import in_each_language
from data.rules.files import MEASURE_STATES, do_overlap
from data.text import mark

VOCABULARY = "WH5"
"""The vocabulary that assignments use."""


@dataclass(frozen=True)
class MeasureEntry:
    """A measure that a household is to have from a day on.

    Attributes
    ----------
    amount_fen
        What it is worth, in 分; None where unknown.
    """

    household: str
    measure: str
    state: str
    since: date
    base: str
    amount_fen: int | None = None


@dataclass(frozen=True)
class MeasureChange:
    """How far a household's measure has come from a day on.

    Attributes
    ----------
    assignment
        The id of the version in force.
    state
        The new state; None ends the measure.
    amount_fen
        The new amount; None keeps the old one.
    """

    household: str
    assignment: str
    state: str | None
    on: date
    base: str
    amount_fen: int | None = None


def assign_measure(
    db: Database, viewer: Viewer, measure: MeasureEntry, *, now: datetime | None = None
) -> str:
    """Enter that a household has a measure from a day on; give the assignment's id.

    Raises
    ------
    DayOutOfRange
        The day lies in the future.
    Denied, NotFound
        The viewer's role keeps no files; the household is missing or outside the scope.
    EntryChanged
        Somebody else changed the household's measures since the form was opened.
    MeasureStands
        The household has the measure on that day or later.
    NegativeAmount, NumberOutOfRange, UnknownValue
        Measure, state or amount cannot be used.
    """
    with filing(db, viewer, Action.KEEP_FILES, measure.household, now=now) as entry:
        names = entry.connection.execute(
            select(Measure.code, Measure.name_zh)
            .where(Measure.vocabulary == VOCABULARY)
            .order_by(Measure.position)
        )
        require_choice(mark("帮扶措施"), measure.measure, {r.code: r.name_zh for r in names})
        _require_usable(measure.state, measure.amount_fen)
        entry.require_day(measure.since)
        entry.require_base(MeasureAssignment, measure.base)
        for row in entry.list_versions(MeasureAssignment):
            span = (row["valid_from"], row["valid_to"])
            if row["measure_code"] == measure.measure and do_overlap(span, (measure.since, None)):
                raise MeasureStands(what=entry.home.code, since=row["valid_from"].isoformat())
        made = entry.append(
            MeasureAssignment, vocabulary=VOCABULARY, measure_code=measure.measure,
            state=measure.state, amount_fen=measure.amount_fen, valid_from=measure.since,
            valid_to=None,
        )  # fmt: skip
        entry.record(Deed.ENTRY, f"measure: {measure.measure}, {measure.state}")
    return made


def change_measure(
    db: Database, viewer: Viewer, change: MeasureChange, *, now: datetime | None = None
) -> str:
    """Enter a measure's new state or amount from a day on, or its end; give the new version's id.

    What held before that day stays readable; after an end the id is empty.

    Raises
    ------
    DayOutOfRange
        The day lies before the version in force, or in the future.
    Denied, NotFound
        The viewer's role keeps no files; household or assignment is missing or outside the scope.
    EntryChanged
        Somebody else changed the household's measures since the form was opened.
    NegativeAmount, NumberOutOfRange, UnknownValue
        State or amount cannot be used.
    NothingChanged
        State and amount are as they were, or the measure has ended already.
    """
    with filing(db, viewer, Action.KEEP_FILES, change.household, now=now) as entry:
        row = entry.find_version(MeasureAssignment, change.assignment)
        entry.require_base(MeasureAssignment, change.base)
        _require_usable(change.state or row["state"], change.amount_fen)
        entry.require_day(change.on, row["valid_from"])
        amount = row["amount_fen"] if change.amount_fen is None else change.amount_fen
        is_same = (change.state, amount) == (row["state"], row["amount_fen"])
        if is_same or row["valid_to"] is not None:
            raise NothingChanged
        entry.end_version(MeasureAssignment, row, change.on)
        made = ""
        if change.state is not None:
            made = entry.append(
                MeasureAssignment, vocabulary=row["vocabulary"],
                measure_code=row["measure_code"], state=change.state, amount_fen=amount,
                valid_from=change.on, valid_to=None,
            )  # fmt: skip
        reason = f"measure: {row['measure_code']}, {change.state or 'ended'}"
        entry.record(Deed.EDIT, reason)
    return made


def _require_usable(state: str, amount_fen: int | None) -> None:
    require_choice(mark("实施状态"), state, MEASURE_STATES)
    if amount_fen is not None:
        if amount_fen < 0:
            raise NegativeAmount(field=in_each_language(mark("金额")))
        require_number(mark("金额"), amount_fen, 0, MOST_FEN)
