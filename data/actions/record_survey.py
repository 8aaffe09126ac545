"""Record one block of a household's survey: filled in, or said not to apply."""

from dataclasses import dataclass
from datetime import date, datetime

from data.access import Action, Viewer
from data.actions.filing import filing, require_choice
from data.audit import Deed
from data.engine import Database
from data.models import Survey
from data.rules.files import BLOCK_STATES, BLOCKS
from data.text import mark


@dataclass(frozen=True)
class SurveyBlock:
    """What was found at a household, and what the form was opened against.

    Attributes
    ----------
    block, state
        Codes of `data.rules.files.BLOCKS` and `BLOCK_STATES`.
    note
        In words, without personal information; may be empty where the block does not apply.
    """

    household: str
    block: str
    state: str
    note: str
    occurred_on: date
    base: str


def record_survey(
    db: Database, viewer: Viewer, survey: SurveyBlock, *, now: datetime | None = None
) -> str:
    """Enter a block of a survey; the latest one of a block counts. Give the entry's id.

    Raises
    ------
    DayOutOfRange
        The day lies in the future.
    Denied, NotFound
        The viewer's role keeps no files; the household is missing or outside the scope.
    EntryChanged
        Somebody else wrote to the survey since the form was opened.
    PersonalInReason, ReasonMissing, UnknownValue
        Block, state or note cannot be used.
    """
    with filing(db, viewer, Action.KEEP_FILES, survey.household, now=now) as entry:
        require_choice(mark("部分"), survey.block, BLOCKS)
        require_choice(mark("状态"), survey.state, BLOCK_STATES)
        is_filled = survey.state == "filled"
        note = entry.read_text(mark("摸底记录"), survey.note, is_optional=not is_filled)
        entry.require_day(survey.occurred_on)
        entry.require_base(Survey, survey.base)
        made = entry.append(
            Survey, occurred_on=survey.occurred_on, block=survey.block, state=survey.state,
            note=note,
        )  # fmt: skip
        entry.record(Deed.ENTRY, f"survey: {survey.block}, {survey.state}")
    return made
