"""Who answers for which village, and which measures reach which causes?"""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from data.access import Action, Viewer, can
from data.actions.export_households import COLUMN_NAMES, STATUS_NAMES
from data.figures import format_figure
from data.queries.filters import Choices, Filter
from data.queries.instants import monthly_stops
from data.queries.matrices import EVERYBODY, NOBODY, Crossing, list_cell
from data.shared import shared_database
from data.text import Lang, format_day, format_number, join_words
from pages.ui import cache
from pages.ui.cards import draw_notice, draw_table
from pages.ui.grids import draw_grid
from pages.ui.session import language, require
from pages.ui.words import speak

viewer = require("matrices")
lang = language()
say = speak(lang)
version = cache.version_for(viewer)
choices = cache.choices(version, viewer)
_CAUSE, _MEASURE = "matrices.cause", "matrices.measure"


def name_term(row: Mapping[object, object], lang: Lang) -> str:
    """Write a leader's code with the term of the link."""
    say = speak(lang)
    first, after = row["valid_from"], row["valid_to"]
    if after is None:
        return say("{leader}（{first} 起）", leader=row["leader"], first=first)
    return say("{leader}（{first} 起，{after} 前）", leader=row["leader"], first=first, after=after)


def draw_leaders(links: pd.DataFrame, choices: Choices, lang: Lang) -> None:
    """Draw leaders by villages: a grid at a glance, then each village with the terms."""
    say = speak(lang)
    leaders = sorted(set(links["leader"].astype(str)))
    by_village = {
        str(code): rows.to_dict("records") for code, rows in links.groupby("village", sort=True)
    }
    bare = [code for code in choices.villages if code not in by_village]
    st.caption(
        say(
            "{leaders} 名领导，联系 {villages} 个村（社区）；没有领导联系的 {bare} 个。",
            leaders=len(leaders),
            villages=len(by_village),
            bare=len(bare),
        )
    )
    if bare:
        names = join_words((choices.villages[code][lang] for code in bare), lang)
        draw_notice(say("没有领导联系：{names}", names=names))
    draw_grid(
        say("村（社区）"),
        leaders,
        [
            (
                choices.villages[code][lang],
                {str(row["leader"]) for row in by_village.get(code, [])},
            )
            for code in choices.villages
        ],
    )
    draw_table(
        [say("村（社区）"), say("人数"), say("联系领导与任期")],
        (
            [
                choices.villages[code][lang],
                format_number(len(by_village.get(code, [])), lang),
                join_words((name_term(row, lang) for row in by_village[code]), lang)
                if code in by_village
                else say("无人联系"),
            ]
            for code in choices.villages
        ),
        stack=True,
    )
    st.caption(say("只列代号和任期，不作任何排名。"))


def name_areas(choices: Choices, lang: Lang) -> dict[str, str]:
    """Name the areas to choose from: all, then districts, then villages."""
    names = {"": choices.area[lang]}
    names |= {code: name[lang] for code, name in choices.districts.items() if code}
    return names | {code: name[lang] for code, name in choices.villages.items()}


def labels_of(crossing: Crossing, lang: Lang) -> tuple[dict[str, str], dict[str, str]]:
    """Name rows and columns of a crossing, sums included."""
    say = speak(lang)
    causes = {code: names[lang] for code, names in crossing.causes.items()}
    measures = {code: names[lang] for code, names in crossing.measures.items()}
    everybody = say("全部在册户")
    return causes | {EVERYBODY: everybody}, measures | {
        NOBODY: say("没有措施"),
        EVERYBODY: everybody,
    }


def draw_crossing(crossing: Crossing, lang: Lang) -> tuple[str, str]:
    """Draw causes by measures; a click on a cell, or two choices, name the list to open."""
    say = speak(lang)
    causes, measures = labels_of(crossing, lang)
    columns = list(crossing.counts.columns)
    rows = list(crossing.counts.index)
    shown = crossing.counts.rename(columns=measures)
    shown.insert(0, say("主要致贫原因"), [causes[code] for code in rows])
    key = f"matrices.cells.{crossing.area}.{crossing.as_of}.{len(rows)}"

    def choose() -> None:
        cells = st.session_state[key].selection.cells
        if not cells:
            return
        row, title = cells[0]
        st.session_state[_CAUSE] = rows[row]
        titles = list(measures.values())
        st.session_state[_MEASURE] = (
            list(measures)[titles.index(title)] if title in titles else EVERYBODY
        )

    st.dataframe(
        shown,
        hide_index=True,
        on_select=choose,
        selection_mode="single-cell",
        key=key,
        height="content",
    )
    st.caption(
        say("截至{day}，在册户（含已脱贫）。一户可有多项措施，各列不可相加。点选一格，打开名单。",
            day=format_day(crossing.as_of, lang))
    )  # fmt: skip
    left, right = st.columns(2)
    cause = left.selectbox(
        say("主要致贫原因"), _known(rows, _CAUSE), key=_CAUSE, format_func=causes.__getitem__
    )
    measure = right.selectbox(
        say("措施"), _known(columns, _MEASURE), key=_MEASURE, format_func=measures.__getitem__
    )
    return cause, measure


def _known(codes: Sequence[str], key: str) -> list[str]:
    """Give the sums first; a choice that this area does not have falls back to them."""
    ordered = [EVERYBODY, *(code for code in codes if code != EVERYBODY)]
    if st.session_state.get(key) not in {None, *ordered}:
        del st.session_state[key]
    return ordered


def draw_cell(viewer: Viewer, crossing: Crossing, cell: tuple[str, str], lang: Lang) -> None:
    """Draw the masked list behind a cell, each household with the way to its file."""
    say = speak(lang)
    cause, measure = cell
    if (cause, measure) == (EVERYBODY, EVERYBODY):
        st.caption(say("请选择原因或措施，打开名单。"))
        return
    listed = list_cell(
        shared_database(), viewer, crossing.area, cause, measure, as_of=crossing.as_of
    )
    st.caption(say("{count} 户；只列代号，姓名等已脱敏。", count=len(listed)))
    if listed.empty:
        return
    names = {code: name[lang] for code, name in choices.villages.items()}
    status = {code: say(title) for code, title in STATUS_NAMES.items()}
    shown = listed.assign(
        village=listed["village"].map(names),
        status=listed["status"].map(status),
        file=[f"/household?{urlencode({'household': code, 'lang': lang})}"
              for code in listed["household"]],
    )  # fmt: skip
    labels = {name: say(title) for name, title in COLUMN_NAMES.items() if name in shown}
    link = st.column_config.LinkColumn(say("档案"), display_text=say("打开"))
    st.dataframe(
        shown,
        hide_index=True,
        column_order=["household", "file", "village", "persons", "status", "measures", "cadres"],
        column_config={**labels, "village": say("村（社区）"), "file": link},
    )


def draw_village_crossing(viewer: Viewer, choices: Choices, lang: Lang) -> None:
    """Draw one village's table as far as it may be shown, for who sees no small cells."""
    say = speak(lang)
    draw_notice(
        say(
            "您的角色按村查看：不足 5 户的格不显示。全市和各区的合计表不提供，"
            "因为合计减去各村已显示的数，就能推出被隐去的格。"
        )
    )
    where, when = st.columns([0.7, 0.3])
    village = where.selectbox(
        say("村（社区）"),
        list(choices.villages),
        format_func=lambda code: choices.villages[code][lang],
        key="matrices.village",
    )
    with when:
        as_of = choose_day("matrices.day", lang)
    causes = cache.causes(version, viewer, village, as_of)
    facts = cache.village(version, viewer, village, as_of, "")
    name = "name_zh" if lang == "zh-CN" else "name_en"
    held = [code for code in facts.measures["code"] if code in causes]
    titles = facts.measures.set_index("code")[name]
    if not held:
        st.caption(say("该村没有可显示的数。"))
        return
    draw_table(
        [say("主要致贫原因"), *(str(titles[code]) for code in held)],
        (
            [
                str(row["cause_zh" if lang == "zh-CN" else "cause_en"]),
                *(format_figure(float(row[code]), lang) for code in held),
            ]
            for _, row in causes.iterrows()
        ),
    )
    st.caption(say("一户可有多项措施，各列不可相加。"))


def choose_day(key: str, lang: Lang) -> date:
    """Let the visitor choose a stop of the time slider."""
    say, stops = speak(lang), monthly_stops()
    return st.selectbox(
        say("日期"),
        stops,
        index=stops.index(Filter().as_of),
        format_func=lambda stop: format_day(stop, lang),
        key=key,
    )


st.subheader(say("矩阵"), anchor=False)
if not choices.villages:
    st.info(say("您的范围内没有村或社区。"))
    st.stop()
by_leader, by_cause = st.tabs([say("领导 × 村"), say("原因 × 措施")])
with by_leader:
    day = choose_day("matrices.leaders.day", lang)
    draw_leaders(cache.leader_links(version, viewer, day), choices, lang)
with by_cause:
    if can(viewer, Action.SEE_SMALL_CELLS):
        names = name_areas(choices, lang)
        where, when = st.columns([0.7, 0.3])
        area = where.selectbox(
            say("区域"), list(names), format_func=names.__getitem__, key="matrices.area"
        )
        with when:
            as_of = choose_day("matrices.cross.day", lang)
        crossing = cache.crossing(version, viewer, area, as_of)
        draw_cell(viewer, crossing, draw_crossing(crossing, lang), lang)
    else:
        draw_village_crossing(viewer, choices, lang)
