"""Export a village's households: masked, counted, recorded, and marked with who took it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from data.access import Action, Viewer
from data.audit import Deed, record
from data.engine import Database, transaction
from data.exports.sheet import Cell, write_sheet
from data.queries.people import list_households
from data.queries.places import get_dataset, get_unit
from data.quotas import require_quota
from data.refusals import refusals_recorded, require
from data.settings import load_settings
from data.text import Lang, format_day, mark, translate

STATUS_NAMES: Final = {"registered": mark("未脱贫"), "exited": mark("已脱贫")}
COLUMN_NAMES: Final = {
    "household": mark("户编码（代号）"),
    "persons": mark("人数"),
    "status": mark("状态"),
    "cause": mark("主要致贫原因"),
    "measures": mark("帮扶措施"),
    "cadres": mark("帮扶责任人数"),
}
_CHINA: Final = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class HouseholdFile:
    """A file to hand over, with a name that holds codes and a date only."""

    name: str
    content: bytes
    rows: int


def export_households(
    db: Database,
    viewer: Viewer,
    village: str,
    *,
    as_of: date,
    lang: Lang,
    now: datetime | None = None,
) -> HouseholdFile:
    """Write a village's households, masked as on the screen, as CSV.

    Raises
    ------
    Denied, NotFound
        The viewer's role exports no households; the village is missing or out of scope.
    ExportsUsedUp
        The account has made as many exports today as the settings allow.
    """
    moment = now or datetime.now(UTC)
    with refusals_recorded(db, viewer, Action.EXPORT_HOUSEHOLDS, village):
        require(viewer, Action.EXPORT_HOUSEHOLDS)
        unit = get_unit(db, viewer, village)
        listed = list_households(db, viewer, village, as_of=as_of)
        with transaction(db) as connection:
            most = load_settings().exports_per_day
            require_quota(connection, viewer, Deed.EXPORT, most=most, now=now)
            record(
                connection, viewer, Deed.EXPORT,
                target=village, reason="households.csv", rows=len(listed), at=now,
            )  # fmt: skip

    def say(message: str, **facts: object) -> str:
        return translate(message, lang, **facts)

    named = str(unit["name_zh" if lang == "zh-CN" else "name_en"])
    heading: list[tuple[Cell, ...]] = [
        (say("户名单"), named, village),
        (say("来源"), say("据台账登记事件汇总")),
        (say("截至"), format_day(as_of, lang)),
        (say("脱敏级别"), say("3 级：户编码、年龄段、性别")),
        (say("导出"), viewer.name, moment.astimezone(_CHINA).strftime("%Y-%m-%d %H:%M:%S")),
        (say("行数"), len(listed)),
    ]
    if get_dataset(db).is_synthetic:
        heading.insert(0, (say("合成数据"),))
    rows = (
        [_cell(say(STATUS_NAMES[v]) if name == "status" else v) for name, v in row.items()]
        for row in listed[list(COLUMN_NAMES)].to_dict("records")
    )
    content = write_sheet(heading, [say(title) for title in COLUMN_NAMES.values()], rows)
    name = f"guatu-households-{village}-{as_of.isoformat()}.csv"
    return HouseholdFile(name=name, content=content, rows=len(listed))


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value
    number = float(value)  # type: ignore[arg-type]
    return None if number != number else int(number)  # noqa: PLR0124 - a missing number
