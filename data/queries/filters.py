"""The filter: one object that knows its SQL, its sentence and its place in the URL."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, TypeVar

from sqlalchemy import Select

from data.access import within
from data.errors import BadDate, DataError, DayReplaced, NotFound, UnknownValue, VillageElsewhere
from data.queries.instants import LAST_STOP, OPENING, monthly_stops
from data.text import Lang, format_day, mark, translate

INDICATORS: Final = {
    "remaining": mark("未脱贫人口"),
    "exited": mark("已脱贫人口"),
    "on_register": mark("建档立卡人口（含已脱贫）"),
    "reach": mark("措施覆盖率"),
    "coverage": mark("结对帮扶覆盖率"),
    "leaders": mark("联系领导人数"),
    "places": mark("户均项目名额"),
}
KINDS: Final = {
    "greenhouse": mark("温室大棚"),
    "pv_park": mark("光伏农业产业园"),
    "vineyard": mark("葡萄种植"),
    "workshop": mark("家庭手工作坊"),
    "tourism": mark("生态旅游"),
}
MODES: Final = {"symbols": mark("村点"), "shade": mark("分区")}
VOCABULARIES: Final = {"WH5": mark("乌海五项"), "NAT5": mark("国家五个一批")}
DEFAULT_AS_OF: Final = date(2016, 12, 31)
NO_KIND: Final = "none"

S = TypeVar("S", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True)
class Choices:
    """What a filter may name: districts, measures and villages with their names by language.

    `area` names all that the viewer sees. `exactness` says of a measure of another vocabulary how
    it reads in Wuhai's five: one_to_one, ambiguous or none.
    """

    districts: Mapping[str, Mapping[Lang, str]]
    measures: Mapping[str, Mapping[Lang, str]]
    villages: Mapping[str, Mapping[Lang, str]]
    area: Mapping[Lang, str] = field(
        default_factory=lambda: {"zh-CN": "全部区域", "en": "all areas"}
    )
    exactness: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Filter:
    """What the reader wants to see.

    Attributes
    ----------
    district
        Six digits, or empty for all that the viewer sees.
    measure
        A measure of Wuhai's five, or ``NAT5.code`` of the national vocabulary; empty for all.
    as_of
        The day the picture shows.
    indicator, kinds, village, mode
        The colour's meaning, the project kinds drawn, the selected village, symbols or shades.
    """

    district: str = ""
    measure: str = ""
    as_of: date = DEFAULT_AS_OF
    indicator: str = "remaining"
    kinds: tuple[str, ...] = field(default=tuple(KINDS))
    village: str = ""
    mode: str = "symbols"

    def narrow(self, select: S, column: Any) -> S:  # noqa: ANN401 - a mapped column
        """Limit a statement to the chosen district by the column that holds a village's code."""
        return select.where(within(column, self.district)) if self.district else select

    def sentence(self, choices: Choices, lang: Lang) -> str:
        """Say in one sentence what the picture shows."""
        place = choices.districts[self.district][lang] if self.district else choices.area[lang]
        measure = (
            translate(
                "措施“{name}”（{vocabulary}）",
                lang,
                name=choices.measures[self.measure][lang],
                vocabulary=translate(VOCABULARIES[vocabulary_of(self.measure)], lang),
            )
            if self.measure
            else translate("全部措施", lang)
        )
        return translate(
            "截至{day}，{place}，{measure}：{indicator}。",
            lang,
            day=format_day(self.as_of, lang),
            place=place,
            measure=measure,
            indicator=translate(INDICATORS[self.indicator], lang),
        )

    def caveat(self, choices: Choices, lang: Lang) -> str | None:
        """Say where the chosen measure does not mean one measure of Wuhai's five."""
        texts = {
            "ambiguous": mark("该措施与乌海五项口径不是一一对应，这里只计一一对应的部分。"),
            "none": mark("该措施在乌海五项口径中没有对应，没有数据可显示。"),
        }
        text = texts.get(choices.exactness.get(self.measure, ""))
        return None if text is None else translate(text, lang)

    def carried_forward(self, last_event_on: date | None, lang: Lang) -> str | None:
        """Say where figures of a month after the last event are those of that event's day.

        At the end of the time slider, say instead whether something happened after it.
        """
        if last_event_on is not None and self.as_of == LAST_STOP < last_event_on:
            return translate(
                "时间轴止于{day}；此后至{last}还有登记事件，本页不含。",
                lang,
                day=format_day(LAST_STOP, lang),
                last=format_day(last_event_on, lang),
            )
        if last_event_on is None or self.as_of.replace(day=1) <= last_event_on:
            return None
        return translate(
            "{day}之后没有登记事件，以下沿用该日数字，不代表其后情况。",
            lang,
            day=format_day(last_event_on, lang),
        )

    def to_query(self, lang: Lang) -> dict[str, str]:
        """Write the filter as parameters of a URL; what stands at its default is left out."""
        default = Filter()
        written = self.to_plain()
        query = {
            key: str(value)
            for key, value in written.items()
            if key != "kinds" and value != default.to_plain()[key]
        }
        query["as_of"] = written["as_of"]
        if self.kinds != default.kinds:
            query["kinds"] = ",".join(self.kinds) or NO_KIND
        query["lang"] = lang
        return query

    def to_plain(self) -> dict[str, Any]:
        """Write the filter as plain values for the browser."""
        return {
            "district": self.district,
            "measure": self.measure,
            "as_of": self.as_of.isoformat(),
            "indicator": self.indicator,
            "kinds": list(self.kinds),
            "village": self.village,
            "mode": self.mode,
        }


def vocabulary_of(measure: str) -> str:
    """Name the vocabulary of a measure's code."""
    return measure.split(".", maxsplit=1)[0] if "." in measure else "WH5"


def parse_filter(parameters: Mapping[str, Any], choices: Choices) -> tuple[Filter, list[DataError]]:
    """Read a filter; each value that cannot be used is replaced by the nearest valid one.

    Parameters
    ----------
    parameters
        Texts of a URL, or the plain values that the browser sends back.
    choices
        What may be named.

    Returns
    -------
    tuple
        The filter and one failure for each value that was replaced.
    """
    problems: list[DataError] = []
    wanted = Filter()
    known = {
        "district": ["", *choices.districts],
        "measure": ["", *choices.measures],
        "indicator": list(INDICATORS),
        "mode": list(MODES),
    }
    chosen: dict[str, Any] = {}
    for name, values in known.items():
        text = str(parameters.get(name, getattr(wanted, name)))
        text = _six_digits(text) if name == "district" else text
        if text in values:
            chosen[name] = text
        else:
            shown = ", ".join(value for value in values if value)
            problems.append(UnknownValue(field=name, value=_short(text), choices=shown))
    wanted = replace(wanted, **chosen)
    wanted = _with_kinds(parameters, wanted, problems)
    wanted = _with_village(parameters, wanted, choices, problems)
    return _with_day(parameters, wanted, problems), problems


def _short(text: str) -> str:
    """Keep a wrong value short enough for a sentence, and encodable."""
    text = text.encode(errors="replace").decode()
    return text if len(text) <= 40 else text[:39] + "…"  # noqa: PLR2004 - fits one line


def _six_digits(text: str) -> str:
    whole = len(text) == 12 and text.endswith("000000")  # noqa: PLR2004 - a padded district code
    return text[:6] if whole else text


def _with_kinds(parameters: Mapping[str, Any], wanted: Filter, problems: list[DataError]) -> Filter:
    if "kinds" not in parameters:
        return wanted
    given = parameters["kinds"]
    listed = given if isinstance(given, (list, tuple)) else str(given).split(",")
    names = list(dict.fromkeys(map(str, listed)))
    unknown = [name for name in names if name not in {*KINDS, NO_KIND, ""}]
    if unknown:
        named = _short(", ".join(unknown))
        problems.append(UnknownValue(field="kinds", value=named, choices=", ".join(KINDS)))
    kinds = tuple(kind for kind in KINDS if kind in names)
    nothing_usable = not kinds and bool(unknown)
    return wanted if nothing_usable else replace(wanted, kinds=kinds)


def _with_village(
    parameters: Mapping[str, Any], wanted: Filter, choices: Choices, problems: list[DataError]
) -> Filter:
    village = str(parameters.get("village", ""))
    if not village:
        return wanted
    if village not in choices.villages:
        problems.append(NotFound(what=_short(village)))
        return wanted
    if not village.startswith(wanted.district):
        problems.append(VillageElsewhere(village=village, district=wanted.district))
        return wanted
    return replace(wanted, village=village)


def _with_day(parameters: Mapping[str, Any], wanted: Filter, problems: list[DataError]) -> Filter:
    """Find the stop that a date means: its own, or the end of its month."""
    text = str(parameters.get("as_of", DEFAULT_AS_OF.isoformat()))
    try:
        day = date.fromisoformat(text if len(text) > len("2016-12") else f"{text}-28")
    except ValueError:
        problems.append(BadDate(value=_short(text)))
        return wanted
    stops = monthly_stops()
    if day in stops and len(text) > len("2016-12"):
        return replace(wanted, as_of=day)
    nearest = next((s for s in stops[1:] if s >= day), LAST_STOP)
    nearest = OPENING if day < OPENING else nearest
    if len(text) > len("2016-12") or not OPENING <= day <= LAST_STOP:
        problems.append(DayReplaced(value=text, shown=nearest.isoformat()))
    return replace(wanted, as_of=nearest)
