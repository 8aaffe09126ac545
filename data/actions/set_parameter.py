"""Set a figure that a rule needs, with the document that says so."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import Connection, or_, select

from data.access import Action, Viewer
from data.audit import Deed, record, require_impersonal
from data.engine import Database, transaction
from data.errors import DayOutOfRange, ParameterOutOfRange, ReasonMissing, UnknownValue
from data.ledger import append_row, supersede
from data.models import RuleParameter
from data.queries.instants import CHINA
from data.queries.parameters import INCOME_LINE, PARAMETER_NAMES, WINDOW
from data.refusals import in_each_language, refusals_recorded, require
from data.rules.attainment import LEAST_WINDOW, LONGEST_WINDOW
from data.rules.triggers import THRESHOLD_RANGES
from data.text import mark

_RANGES: Final = {
    INCOME_LINE: (1, 100_000_000),
    WINDOW: (LEAST_WINDOW, LONGEST_WINDOW),
    **THRESHOLD_RANGES,
}
"""What can be such a figure at all: from 0.01 to 1,000,000 元; two to twelve quarters; the rest as
the rules of monitoring say."""
_FIELDS: Final = {
    "document_title": mark("依据文件"),
    "document_number": mark("文号"),
    "document_page": mark("页码"),
}


@dataclass(frozen=True)
class Setting:
    """A figure and the document that sets it.

    Attributes
    ----------
    value
        A line in 分, a window in quarters.
    valid_from
        The first day on which it is in force; it replaces what was to be in force from then on.
    """

    code: str
    value: int
    valid_from: date
    document_title: str
    document_number: str
    document_on: date
    document_page: str


def set_parameter(
    db: Database, viewer: Viewer, setting: Setting, *, now: datetime | None = None
) -> str:
    """Set a parameter from a day on; give the new row's id.

    Raises
    ------
    DayOutOfRange
        The document is of the future.
    Denied
        The viewer's role sets no parameters.
    ParameterOutOfRange, UnknownValue
        There is no such parameter, or it cannot have that value.
    PersonalInReason, ReasonMissing
        The document is not described, or by what looks personal.
    """
    moment = now or datetime.now(UTC)
    with (
        refusals_recorded(db, viewer, Action.SET_PARAMETERS),
        transaction(db) as connection,
    ):
        require(viewer, Action.SET_PARAMETERS)
        document = _checked(setting, moment)
        _end_former(connection, setting, by=viewer.name, at=moment)
        new = append_row(
            connection, RuleParameter, code=setting.code, value=setting.value, **document,
            document_on=setting.document_on, valid_from=setting.valid_from, recorded_at=moment,
            recorded_by=viewer.name,
        )  # fmt: skip
        record(connection, viewer, Deed.EDIT, reason=setting.code, rows=1, at=now)
    return new


def _checked(setting: Setting, moment: datetime) -> dict[str, str]:
    """Check a setting; give the document's texts, trimmed."""
    if setting.code not in _RANGES:
        raise UnknownValue(field="parameter", value=setting.code[:40], choices=", ".join(_RANGES))
    least, most = _RANGES[setting.code]
    if not least <= setting.value <= most:
        label = in_each_language(PARAMETER_NAMES[setting.code])
        raise ParameterOutOfRange(field=label, least=least, most=most)
    texts = {name: str(getattr(setting, name)).strip() for name in _FIELDS}
    for name, text in texts.items():
        if not text:
            raise ReasonMissing(field=in_each_language(_FIELDS[name]))
        require_impersonal(text)
    today = moment.astimezone(CHINA).date()
    if setting.document_on > today:
        raise DayOutOfRange(day=setting.document_on.isoformat(), first="…", last=today.isoformat())
    return texts


def _end_former(connection: Connection, setting: Setting, *, by: str, at: datetime) -> None:
    """Supersede what would be in force later; what was in force before stays so until the day."""
    columns = [c for c in RuleParameter.__table__.columns if c.name != "superseded_at"]
    later = or_(RuleParameter.valid_to.is_(None), RuleParameter.valid_to > setting.valid_from)
    former = connection.execute(
        select(*columns).where(
            RuleParameter.code == setting.code, RuleParameter.superseded_at.is_(None), later
        )
    ).mappings()
    for row in former.all():
        supersede(connection, RuleParameter, row["id"], superseded_at=at)
        if row["valid_from"] < setting.valid_from:
            kept = {name: value for name, value in row.items() if name != "id"}
            shortened = {"valid_to": setting.valid_from, "recorded_at": at, "recorded_by": by}
            append_row(connection, RuleParameter, **(kept | shortened))
