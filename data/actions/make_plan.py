"""Make a household's exit plan with its six indicators; it takes the former plan's place."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from data.access import Action, Viewer
from data.actions.filing import Filing, filing, require_number
from data.audit import Deed
from data.engine import Database
from data.errors import PlanIncomplete, SurveyIncomplete
from data.ledger import append_row
from data.models import Plan, PlanIndicator, Survey
from data.queries.instants import known_before, standing
from data.refusals import in_each_language
from data.rules.files import BLOCKS, INDICATORS, missing_blocks
from data.text import LANGS, join_words, mark, translate

_YEARS = (1_949, 2_100)


@dataclass(frozen=True)
class Aim:
    """What a plan says of one indicator.

    Attributes
    ----------
    baseline, target
        In words, without personal information; left empty, the former plan's hold on.
    """

    baseline: str = ""
    target: str = ""
    planned_on: date | None = None
    done_on: date | None = None


@dataclass(frozen=True)
class PlanDraft:
    """A plan as somebody wants to make it, by the six codes of `data.rules.files.INDICATORS`."""

    household: str
    plan_year: int
    valid_from: date
    aims: Mapping[str, Aim]
    base: str


def make_plan(
    db: Database, viewer: Viewer, draft: PlanDraft, *, now: datetime | None = None
) -> str:
    """Enter a plan; on each day from then on it is the household's only one. Give its id.

    Raises
    ------
    DayOutOfRange
        A day in the future, or before the former plan.
    Denied, NotFound
        The viewer's role keeps no files; the household is missing or outside the scope.
    EntryChanged
        Somebody else made a plan since the form was opened.
    NumberOutOfRange, PersonalInReason
        The year or a text cannot be used.
    PlanIncomplete
        An indicator lacks its baseline or target.
    SurveyIncomplete
        A block of the survey is neither filled nor said not to apply by that day.
    """
    with filing(db, viewer, Action.KEEP_FILES, draft.household, now=now) as entry:
        require_number(mark("计划年度"), draft.plan_year, *_YEARS)
        entry.require_day(draft.valid_from)
        _require_survey(entry, draft.valid_from)
        entry.require_base(Plan, draft.base)
        former = next((row for row in entry.list_versions(Plan) if row["valid_to"] is None), None)
        if former is not None:
            entry.require_day(draft.valid_from, former["valid_from"])
        aims = _complete(entry, draft.aims, None if former is None else str(former["id"]))
        if former is not None:
            entry.end_version(Plan, former, draft.valid_from)
        made = entry.append(
            Plan, plan_year=draft.plan_year, planned_by=viewer.official or viewer.name,
            valid_from=draft.valid_from, valid_to=None,
        )  # fmt: skip
        for indicator, aim in aims.items():
            append_row(
                entry.connection, PlanIndicator, plan_id=made, indicator=indicator,
                baseline=aim.baseline, target=aim.target, planned_on=aim.planned_on,
                done_on=aim.done_on,
            )  # fmt: skip
        entry.record(Deed.ENTRY, f"plan: {draft.plan_year}", rows=1 + len(aims))
    return made


def _require_survey(entry: Filing, day: date) -> None:
    statement = select(Survey.block).where(
        Survey.household_code == entry.home.code,
        Survey.occurred_on <= day,
        standing(Survey, known_before(None)),
    )
    lacking = missing_blocks(entry.connection.execute(statement).scalars())
    if lacking:
        raise SurveyIncomplete(
            what=entry.home.code,
            day=day.isoformat(),
            blocks={
                lang: join_words((translate(BLOCKS[block], lang) for block in lacking), lang)
                for lang in LANGS
            },
        )


def _complete(entry: Filing, aims: Mapping[str, Aim], former: str | None) -> dict[str, Aim]:
    """Read all six indicators; what was left empty holds on from the former plan."""
    held = {
        row.indicator: row
        for row in entry.connection.execute(
            select(PlanIndicator.indicator, PlanIndicator.baseline, PlanIndicator.target).where(
                PlanIndicator.plan_id == former
            )
        )
    }
    complete = {}
    for indicator, name in INDICATORS.items():
        aim, old = aims.get(indicator, Aim()), held.get(indicator)
        baseline = entry.read_text(name, aim.baseline, is_optional=True)
        target = entry.read_text(name, aim.target, is_optional=True)
        if aim.done_on is not None:
            entry.require_day(aim.done_on)
        complete[indicator] = Aim(
            baseline or (old.baseline if old else ""),
            target or (old.target if old else ""),
            aim.planned_on,
            aim.done_on,
        )
    lacking = [i for i, aim in complete.items() if not (aim.baseline and aim.target)]
    if lacking:
        names = [in_each_language(INDICATORS[indicator]) for indicator in lacking]
        raise PlanIncomplete(
            indicators={lang: join_words((name[lang] for name in names), lang) for lang in LANGS}
        )
    return complete
