"""The household's file: whom, by whom, how; survey, plan, income, log and visits, masked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import pandas as pd
from sqlalchemy import Connection

from data.access import EVERYTHING, Action, Viewer, can, masking_level
from data.engine import Database, reading
from data.errors import FullViewOver
from data.full_views import get_full_view
from data.homes import get_home
from data.models import (
    STATUS_AFTER,
    Base,
    EventKind,
    IncomeStatement,
    LedgerEntry,
    MeasureAssignment,
    Pairing,
    Plan,
    ServiceEvent,
    Survey,
)
from data.queries.file_bases import file_base
from data.queries.file_parts import (
    FileReader,
    read_causes,
    read_incomes,
    read_log,
    read_measures,
    read_pairings,
    read_plan,
    read_survey,
    read_visits,
)
from data.queries.instants import known_before
from data.queries.people import HouseholdRecord, get_household
from data.queries.responsibility import list_first_responsible, list_leaders, list_team
from data.queries.statuses import fold_statuses, list_live_acts
from data.refusals import require
from data.rules.files import ThreeOnes

_PARTS_OF_FILE: Final[Mapping[str, type[Base]]] = {
    "survey": Survey,
    "income": IncomeStatement,
    "log": LedgerEntry,
    "visit": ServiceEvent,
    "plan": Plan,
    "measure": MeasureAssignment,
    "pairing": Pairing,
}


@dataclass(frozen=True)
class Answerable:
    """Who answers for a household on a day.

    Attributes
    ----------
    cadres
        One row a pairing in force: `id`, `official`, `since`.
    team
        The village's work team: `code`, `role`, the head first.
    leaders
        Codes of the leaders who contact the village.
    first
        The district's first responsible persons: `office`, `code`.
    """

    cadres: pd.DataFrame
    team: pd.DataFrame
    leaders: tuple[str, ...]
    first: pd.DataFrame


@dataclass(frozen=True)
class Standing:
    """Where a household stands on a day: its status, and since when; None where nobody is on it."""

    status: str | None
    since: date | None


@dataclass(frozen=True)
class HouseholdFile:
    """All that is held of one household, masked at the viewer's level; as of a day.

    Every frame says of each row when it was recorded and by which account (`recorded_at`,
    `recorded_by`; empty where a version does not say), and has its day.

    Attributes
    ----------
    record
        The members, masked.
    standing
        Registered, exited or gone, and since when.
    answerable
        By whom it is helped.
    measures
        Every measure known: `id`, `code`, `name_zh`, `name_en`, `state`, `amount_fen`,
        `valid_from`, `valid_to`, `is_current`.
    causes
        `code`, `name_zh`, `name_en`, `is_main`; the main one first.
    survey
        The latest entry of each block: `block`, `state`, `note`.
    plan, indicators, former_plans
        The plan in force (one row or none), its six indicators, and how many came before it.
    incomes
        Cumulative statements: the parts, `persons`, `net_fen`, `per_person_fen`, and `annual_fen`,
        an estimate; 分.
    increments
        By quarter: `year`, `quarter`, `net_fen`, `is_missing`, `falling`.
    log, visits
        The work log by quarter and the visits, the newest first, with the `official`.
    pairings
        Every pairing known: `id`, `official`, `valid_from`, `valid_to`, `is_current`.
    three_ones
        Whether log, plan and measures are there.
    bases
        For each part of the file what a form is opened against.
    is_open
        The viewer has an open full view of the household: nothing is masked.
    """

    code: str
    village: str
    as_of: date
    record: HouseholdRecord
    standing: Standing
    answerable: Answerable
    measures: pd.DataFrame = field(repr=False)
    causes: pd.DataFrame = field(repr=False)
    survey: pd.DataFrame = field(repr=False)
    plan: pd.DataFrame = field(repr=False)
    indicators: pd.DataFrame = field(repr=False)
    former_plans: int
    incomes: pd.DataFrame = field(repr=False)
    increments: pd.DataFrame = field(repr=False)
    log: pd.DataFrame = field(repr=False)
    visits: pd.DataFrame = field(repr=False)
    pairings: pd.DataFrame = field(repr=False)
    three_ones: ThreeOnes
    bases: Mapping[str, str]
    is_open: bool


def get_household_file(
    db: Database,
    viewer: Viewer,
    code: str,
    *,
    as_of: date,
    known_on: date | None = None,
    view: str = "",
) -> HouseholdFile:
    """Read a household's whole file, masked.

    Parameters
    ----------
    as_of
        The day: facts in force on it, events up to it.
    known_on
        Leave out what was recorded after this day.
    view
        The id of a full view that the viewer has opened; amounts show only inside one.

    Raises
    ------
    Denied
        The viewer's role sees no households.
    NotFound
        The household is missing or outside the viewer's scope.
    """
    require(viewer, Action.SEE_HOUSEHOLDS)
    record = get_household(db, viewer, code, as_of=as_of)
    with reading(db) as connection:
        home = get_home(connection, viewer, code)
        is_open = _is_open(connection, viewer, view, home.code)
        reader = FileReader(
            connection, viewer, home.code, as_of, known_before(known_on),
            EVERYTHING if is_open else masking_level(viewer),
        )  # fmt: skip
        pairings, measures = read_pairings(reader), read_measures(reader)
        plan, indicators, former = read_plan(reader)
        incomes, increments = read_incomes(reader)
        log = read_log(reader)
        return HouseholdFile(
            code=home.code,
            village=home.village,
            as_of=as_of,
            record=record,
            standing=_read_standing(reader, home.members, known_on),
            answerable=_read_answerable(db, viewer, home.village, as_of, pairings),
            measures=measures,
            causes=read_causes(reader),
            survey=read_survey(reader),
            plan=plan,
            indicators=indicators,
            former_plans=former,
            incomes=incomes,
            increments=increments,
            log=log,
            visits=read_visits(reader),
            pairings=pairings,
            three_ones=ThreeOnes(
                has_log=len(log) > 0,
                has_plan=len(plan) == 1,
                has_measure=bool(measures["is_current"].any()),
            ),
            bases={
                part: file_base(connection, model, home.code)
                for part, model in _PARTS_OF_FILE.items()
            },
            is_open=is_open,
        )


def _is_open(connection: Connection, viewer: Viewer, view: str, code: str) -> bool:
    if not view or not can(viewer, Action.SEE_IDENTITY):
        return False
    try:
        return get_full_view(connection, viewer, view).household == code
    except FullViewOver:
        return False


def _read_standing(reader: FileReader, members: tuple[str, ...], known_on: date | None) -> Standing:
    """Say where a household stands: on the register while one of its members is."""
    statuses = fold_statuses(reader.connection, members, reader.as_of, known_on=known_on)
    ranked = [s for s in ("registered", "exited", "gone") if s in statuses.values()]
    if not ranked:
        return Standing(None, None)
    days = [
        event.occurred_on
        for event in list_live_acts(reader.connection, members, known_on=known_on)
        if event.occurred_on <= reader.as_of
        and STATUS_AFTER.get(EventKind(event.kind)) == ranked[0]
        and statuses.get(event.member_id) == ranked[0]
    ]
    return Standing(ranked[0], max(days))


def _read_answerable(
    db: Database, viewer: Viewer, village: str, as_of: date, pairings: pd.DataFrame
) -> Answerable:
    current = pairings[pairings["is_current"].astype(bool)]
    cadres = current[["id", "official", "valid_from"]].rename(columns={"valid_from": "since"})
    return Answerable(
        cadres=cadres.reset_index(drop=True),
        team=list_team(db, viewer, village, as_of=as_of),
        leaders=tuple(list_leaders(db, viewer, village, as_of=as_of)),
        first=list_first_responsible(db, village[:6], as_of=as_of),
    )
