"""Record a visit or a service at a household."""

from dataclasses import dataclass
from datetime import date, datetime

from data.access import Action, Viewer
from data.actions.filing import filing, find_answerable, require_choice
from data.actions.log_work import name_doer
from data.audit import Deed
from data.engine import Database
from data.models import ServiceEvent
from data.rules.files import VISIT_KINDS
from data.text import mark


@dataclass(frozen=True)
class Visit:
    """What took place at a household, and what the form was opened against.

    Attributes
    ----------
    kind
        A code of `data.rules.files.VISIT_KINDS`.
    note
        In words, without personal information; may be empty.
    official
        The code of who came; None for the paired cadre. A helper's is the own one.
    """

    household: str
    kind: str
    note: str
    occurred_on: date
    base: str
    official: str | None = None


def record_visit(db: Database, viewer: Viewer, visit: Visit, *, now: datetime | None = None) -> str:
    """Enter a visit or service; give its id.

    Raises
    ------
    DayOutOfRange
        The day lies in the future.
    Denied, NotFound
        The viewer's role keeps no log; the household or official is missing or outside the scope.
    EntryChanged
        Somebody else entered a visit since the form was opened.
    PersonalInReason, UnknownValue
        Kind or note cannot be used.
    """
    with filing(db, viewer, Action.KEEP_LOG, visit.household, now=now) as entry:
        require_choice(mark("类型"), visit.kind, VISIT_KINDS)
        note = entry.read_text(mark("情况"), visit.note, is_optional=True)
        entry.require_day(visit.occurred_on)
        entry.require_base(ServiceEvent, visit.base)
        official = name_doer(viewer, visit.official)
        made = entry.append(
            ServiceEvent, occurred_on=visit.occurred_on, kind=visit.kind, note=note,
            official_id=find_answerable(entry, visit.occurred_on, official),
        )  # fmt: skip
        entry.record(Deed.ENTRY, f"visit: {visit.kind}")
    return made
