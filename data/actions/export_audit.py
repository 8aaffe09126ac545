"""Export the audit: the rows that a filter leaves, counted and recorded like any export."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from data.access import ACTION_NAMES, ROLE_NAMES, Action, Role, Viewer
from data.audit import DEED_NAMES, RESULT_NAMES, Deed, record
from data.engine import Database, transaction
from data.exports.sheet import Cell, write_sheet
from data.full_views import describe_reason
from data.queries.audit import COLUMNS, AuditFilter, list_entries
from data.queries.instants import CHINA
from data.quotas import require_quota
from data.refusals import refusals_recorded, require
from data.settings import load_settings
from data.text import Lang, mark, translate

MOST_ROWS: Final = 50_000
COLUMN_NAMES: Final = {
    "seq": mark("序号"),
    "at": mark("时间（北京时间）"),
    "actor": mark("账号"),
    "role": mark("角色"),
    "address": mark("来自"),
    "deed": mark("行为"),
    "target": mark("对象"),
    "result": mark("结果"),
    "reason": mark("理由"),
    "rows": mark("行数"),
}


def export_audit(
    db: Database, viewer: Viewer, filter_: AuditFilter, *, lang: Lang, now: datetime | None = None
) -> bytes:
    """Write the audit rows that a filter leaves as CSV, newest first.

    Raises
    ------
    Denied
        The viewer's role reads no audit.
    ExportsUsedUp
        The account has exported often enough today.
    """
    moment = now or datetime.now(UTC)
    with refusals_recorded(db, viewer, Action.SEE_AUDIT):
        require(viewer, Action.SEE_AUDIT)
        listed = list_entries(db, viewer, filter_, most=MOST_ROWS)
        with transaction(db) as connection:
            require_quota(
                connection, viewer, Deed.EXPORT, most=load_settings().exports_per_day, now=now
            )
            record(
                connection, viewer, Deed.EXPORT,
                target="audit", reason=describe(filter_), rows=len(listed), at=now,
            )  # fmt: skip
    heading: list[tuple[Cell, ...]] = [
        (translate("审计记录", lang),),
        (
            translate("导出", lang),
            viewer.name,
            moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
        ),
        (translate("行数", lang), len(listed)),
    ]
    titles = [translate(title, lang) for title in COLUMN_NAMES.values()]
    rows = (describe_entry(entry, lang) for entry in listed.to_dict("records"))
    return write_sheet(heading, titles, rows)


def describe(filter_: AuditFilter) -> str:
    """Put a filter into a few codes; an account is not named, for anything may have been typed."""
    days = (day.strftime("%Y/%m/%d") if day else "" for day in (filter_.since, filter_.until))
    codes = (one for one in (filter_.deed, filter_.result) if one in {*DEED_NAMES, *RESULT_NAMES})
    actor = "account" if filter_.actor else ""
    return " ".join(filter(None, ("audit.csv", *days, *codes, actor)))


def describe_entry(entry: Mapping[Any, Any], lang: Lang) -> list[Cell]:
    """Put one row of the audit into words, in the order of `COLUMN_NAMES`."""
    role, result = str(entry["role"]), str(entry["result"])
    words: dict[str, Cell] = {
        "at": entry["at"].astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
        "role": translate(ROLE_NAMES[Role(role)], lang) if role in set(Role) else role,
        "deed": translate(DEED_NAMES[Deed(entry["deed"])], lang),
        "result": translate(RESULT_NAMES[result], lang),
        "reason": _describe_why(str(entry["reason"]), lang),
    }
    return [words.get(name, entry[name]) for name in COLUMNS]


def _describe_why(text: str, lang: Lang) -> str:
    """Put a reason into words; a refusal's begins with what was wanted."""
    code, colon, rest = text.partition(": ")
    if code in set(Action):
        return translate(ACTION_NAMES[Action(code)], lang) + colon + rest
    return describe_reason(text, lang)
