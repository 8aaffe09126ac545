"""Two times: what was known when the year was closed, and what is known of it today?"""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date, datetime

import pandas as pd
import streamlit as st

from data.access import Action, Viewer, can
from data.actions.close_year import close_year
from data.models.register import EventKind
from data.queries.closes import (
    DISTRICT_LENGTH,
    Close,
    compare_close,
    list_closes,
    list_late_entries,
    list_recording_days,
)
from data.queries.filters import Choices, Filter
from data.queries.instants import CHINA, OPENING, known_before, monthly_stops
from data.rules.transitions import KIND_NAMES
from data.shared import shared_database
from data.text import Lang, format_day, format_number, join_words, render_error
from geo.errors import AppError
from pages.ui import cache
from pages.ui.cards import draw_notice, draw_table
from pages.ui.equations import signed
from pages.ui.failures import plain
from pages.ui.grids import TimesRow, draw_times
from pages.ui.session import language, require
from pages.ui.words import speak

viewer = require("closes")
lang = language()
say = speak(lang)
version = cache.version_for(viewer)
choices = cache.choices(version, viewer)
_MOST_ENTRIES = 200


def name_area(area: str, choices: Choices, lang: Lang) -> str:
    """Name an area."""
    if not area:
        return choices.area[lang]
    if len(area) == DISTRICT_LENGTH:
        return choices.districts[area][lang] if area in choices.districts else area
    return choices.villages[area][lang] if area in choices.villages else area


def draw_comparison(
    compared: pd.DataFrame, choices: Choices, titles: tuple[str, str], lang: Lang
) -> None:
    """Draw both counts at both times with their differences, area by area."""
    say = speak(lang)
    draw_times(
        say("区域"),
        [say("未脱贫（人）"), say("已脱贫（人）")],
        [*titles, say("差")],
        [
            TimesRow(
                name=name_area(str(row["area"]), choices, lang),
                is_top=len(str(row["area"])) <= DISTRICT_LENGTH,
                cells=[_cells(row, name, lang) for name in ("remaining", "exited")],
            )
            for row in compared.to_dict("records")
        ],
    )


def _cells(row: Mapping[Hashable, object], name: str, lang: Lang) -> tuple[str, str, str]:
    before, after = int(str(row[name])), int(str(row[f"{name}_later"]))
    difference = after - before
    sign = "+" if difference > 0 else ""
    moved = f"{sign}{signed(difference, lang)}" if difference else ""
    return format_number(before, lang), format_number(after, lang), moved


def only_changed(compared: pd.DataFrame) -> pd.DataFrame:
    """Keep the whole, and the areas where the two times tell something else."""
    moved = (compared["remaining"] != compared["remaining_later"]) | (
        compared["exited"] != compared["exited_later"]
    )
    return compared[moved | (compared["area"] == "")]


def draw_entries(late: pd.DataFrame, choices: Choices, lang: Lang) -> None:
    """Draw what was entered in between: the only thing that can explain a difference."""
    say = speak(lang)
    rows = []
    for row in late.head(_MOST_ENTRIES).to_dict("records"):
        kind = say(KIND_NAMES[EventKind(row["kind"])])
        if row["voided"]:
            taken = say(KIND_NAMES[EventKind(row["voided"])])
            kind = say("撤销“{kind}”", kind=taken)
        rows.append(
            [
                format_day(row["recorded_on"], lang),
                name_area(str(row["village"]), choices, lang),
                kind,
                format_day(row["occurred_on"], lang),
                format_number(row["persons"], lang),
                str(row["recorded_by"]),
            ]
        )
    draw_table(
        [say("登记日"), say("村（社区）"), say("事件"), say("发生日"), say("人数"), say("登记人")],
        rows,
        stack=True,
    )
    if len(late) > _MOST_ENTRIES:
        st.caption(
            say("只列出最早的 {shown} 行，共 {count} 行。", shown=_MOST_ENTRIES, count=len(late))
        )


def draw_two_times(viewer: Viewer, choices: Choices, lang: Lang) -> None:
    """Let the reader slide both times, and show what that changes."""
    say = speak(lang)
    stops = monthly_stops()
    as_of = st.select_slider(
        say("截至（事情发生到哪一天）"),
        stops,
        value=Filter().as_of,
        format_func=lambda stop: format_day(stop, lang),
        key="closes.as_of",
    )
    recorded: list[date | None] = [*list_recording_days(shared_database(), viewer), None]

    def name(day: date | None) -> str:
        return say("今天") if day is None else format_day(day, lang)

    left, right = st.columns(2)
    after_year = next((d for d in recorded if d is None or d > Filter().as_of), None)
    first = left.select_slider(
        say("甲：当时所知（登记到哪一天）"),
        recorded,
        value=after_year,
        format_func=name,
        key="closes.first",
    )
    second = right.select_slider(
        say("乙：后来所知（登记到哪一天）"),
        recorded,
        value=None,
        format_func=name,
        key="closes.second",
    )
    times = cache.two_times(cache.version_for(viewer), viewer, first, second)
    changes = {stop: count for stop, count in times.count_changes().items() if count}
    if changes:
        listed = join_words(
            (
                say("{day}（{count} 个村）", day=format_day(stop, lang), count=count)
                for stop, count in changes.items()
            ),
            lang,
        )
        st.caption(plain(say("甲、乙两个时刻所知不同的截至日：{listed}", listed=listed)))
    else:
        st.caption(say("甲、乙两个时刻所知，在每个截至日都相同。"))
    is_short = st.toggle(say("只看有差异的区域"), key="closes.short")
    compared = times.at(as_of)
    draw_comparison(
        only_changed(compared) if is_short else compared, choices, (say("甲"), say("乙")), lang
    )
    late = list_late_entries(
        shared_database(), viewer, as_of, after=_after(first), until=known_before(second)
    )
    if len(late):
        st.subheader(say("甲、乙之间的登记（关于该截至日及以前）"), anchor=False)
        draw_entries(late, choices, lang)


def _after(first: date | None) -> datetime:
    return known_before(first)


def draw_close(close: Close, viewer: Viewer, choices: Choices, lang: Lang) -> None:
    """Draw a closed year: its hash, its figures beside today's, and what came later."""
    say = speak(lang)
    st.subheader(say("{year} 年（已关账）", year=close.year), anchor=False)
    sentence = say(
        "{day}的名册（含已脱贫），{rows} 人，由 {by} 于 {at} 关账。校验值 {hash}：{verdict}。",
        day=format_day(close.as_of, lang),
        rows=format_number(close.rows, lang),
        by=close.closed_by,
        at=close.closed_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
        hash=close.frame_hash,
        verdict=say("与冻结时一致") if close.is_intact else say("与冻结时不一致，请立即核查"),
    )
    draw_notice(sentence)
    compared = compare_close(shared_database(), viewer, close.year)
    changed = only_changed(compared)
    if len(changed) == 1 and not (changed["area"] != "").any():
        st.caption(say("关账以来没有登记改变该年数字：关账时所知与今天所知相同。"))
    draw_comparison(changed, choices, (say("关账时"), say("今天")), lang)
    late = list_late_entries(
        shared_database(), viewer, close.as_of, after=close.closed_at, until=known_before(None)
    )
    if len(late):
        st.caption(say("关账之后登记的、该年及以前的事件"))
        draw_entries(late, choices, lang)


def draw_closing_form(viewer: Viewer, years: Sequence[int], lang: Lang) -> None:
    """Draw the button that closes a year, behind a confirmation."""
    say = speak(lang)
    state = st.session_state

    def close() -> None:
        if not state.get("closes.sure"):
            state["closes.told"] = say("请先勾选确认，没有关账。")
            return
        try:
            close_year(shared_database(), viewer, state["closes.year"])
        except AppError as error:
            state["closes.told"] = render_error(error, lang)
            return
        state["closes.done"] = True

    with st.form("closes.form"):
        st.selectbox(say("年度"), years, key="closes.year")
        st.checkbox(
            say("我确认：关账冻结该年最后一日的名册，每年只能一次，不能撤回。"),
            key="closes.sure",
        )
        st.form_submit_button(say("年度关账"), icon=":material/lock:", on_click=close)


st.subheader(say("两个时间"), anchor=False)
st.caption(
    say(
        "每个数字都有两个时间：事情发生在哪一天，和我们在哪一天得知。"
        "后来的更正只改变今天所知，不改变关账时所知。"
    )
)
told = st.session_state.pop("closes.told", "")
if told:
    draw_notice(told)
if st.session_state.pop("closes.done", False):
    st.success(say("已关账，名册已冻结。"), icon=":material/check:")
last = cache.last_event(version, viewer)
if last is None:
    st.info(say("您的范围内没有登记事件。"))
    st.stop()
draw_two_times(viewer, choices, lang)
st.subheader(say("年度关账"), anchor=False)
closes = list_closes(shared_database(), viewer)
if not closes:
    st.caption(say("尚未对任何年度关账：目前只有“今天所知”，没有“关账时所知”可以对照。"))
for each in closes:
    draw_close(each, viewer, choices, lang)
if can(viewer, Action.CLOSE_YEAR):
    waiting = [
        year
        for year in range(OPENING.year, last.year + 1)
        if year not in {close.year for close in closes} and year < datetime.now(CHINA).year
    ]
    if waiting:
        draw_closing_form(viewer, waiting, lang)
