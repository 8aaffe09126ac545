"""What is missing, where, who closes it and until when?"""

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data.access import Action, Viewer, can
from data.errors import UnknownValue
from data.queries.filters import Filter, parse_filter
from data.queries.gap_owners import name_units
from data.queries.instants import monthly_stops
from data.rules.gaps import GAP_NAMES, GAP_RULES, VILLAGE_KINDS, GapKind
from data.shared import shared_database
from data.text import Lang, format_day
from pages.ui import cache
from pages.ui.cards import draw_notice, draw_table
from pages.ui.entitlement_forms import draw_rules, draw_waterfall
from pages.ui.failures import plain
from pages.ui.gap_acts import draw_outcome
from pages.ui.gap_list import PAGE, draw_gap, draw_list, name_subject
from pages.ui.gap_map import GapMap, draw_gap_map
from pages.ui.session import language, require
from pages.ui.words import speak

viewer = require("gaps")
lang = language()
say = speak(lang)


def list_kinds(viewer: Viewer) -> list[GapKind]:
    """List the kinds that a viewer is told of: a helper answers for no village."""
    if can(viewer, Action.SEE_SMALL_CELLS):
        return list(GapKind)
    return [kind for kind in GapKind if kind not in VILLAGE_KINDS]


def read_kind(kinds: list[GapKind], lang: Lang) -> GapKind | None:
    """Read the kind that the address names; say so if there is no such kind."""
    text = st.query_params.get("kind", "")
    if text in {str(kind) for kind in kinds}:
        return GapKind(text)
    if text:
        problem = UnknownValue(field="kind", value=text[:40], choices=", ".join(kinds))
        draw_notice(problem.sentence(lang))
    return None


def choose_kind(
    kinds: list[GapKind], listed: pd.DataFrame, kind: GapKind | None, lang: Lang
) -> GapKind | None:
    """Draw one chip a kind with its count; a second click shows all kinds again."""
    say = speak(lang)
    counts = listed["kind"].value_counts()
    chosen: GapKind | None = st.pills(
        say("缺口类型"),
        kinds,
        default=kind,
        format_func=lambda k: f"{say(GAP_NAMES[k])} {int(counts.get(str(k), 0))}",
        key=f"gaps.kind.{kind}",
        label_visibility="collapsed",
    )
    return chosen


def choose_gap(
    listed: pd.DataFrame, names: Mapping[str, str], lang: Lang
) -> tuple[pd.DataFrame, Mapping[Hashable, Any] | None]:
    """Let the visitor turn the pages of the list and choose one gap; give the page and the gap."""
    say = speak(lang)
    pages, page = max(1, -(-len(listed) // PAGE)), 1
    what, turn = st.columns([0.7, 0.3])
    if pages > 1:
        page = turn.selectbox(
            say("页"), range(1, pages + 1), key=f"gaps.page.{len(listed)}",
            format_func=lambda number: say("第 {page} 页，共 {pages} 页", page=number, pages=pages),
        )  # fmt: skip
    shown = listed.iloc[(page - 1) * PAGE : page * PAGE]
    # By what it is: an assignment moves a gap to another place in the list.
    rows = {f"{row['kind']}/{row['subject']}": row for row in shown.to_dict("records")}
    labels = {
        key: " · ".join(
            (name_subject(row, names, lang), say(GAP_NAMES[GapKind(row["kind"])]),
             names.get(row["village"], ""))
        )
        for key, row in rows.items()
    }  # fmt: skip
    choice = what.selectbox(
        say("查看或交办一项"), list(rows), index=None, format_func=labels.__getitem__,
        key=f"gaps.choice.{page}.{len(listed)}", placeholder=say("选择下表中的一项"),
    )  # fmt: skip
    return shown, rows.get(choice or "")


def draw_map(viewer: Viewer, kind: GapKind | None, village: str, as_of: date, lang: Lang) -> None:
    """Draw where gaps of a kind, or of all, are; for who may see counts of a few households."""
    if can(viewer, Action.SEE_SMALL_CELLS):
        counts = cache.gap_counts(version, viewer, as_of)
        units, districts = cache.shapes(version, viewer)
        shown = counts[str(kind)] if kind else counts.sum(axis=1)
        draw_gap_map(GapMap(units, districts, shown), village, lang)


def draw_ages(village: str, as_of: date, lang: Lang) -> None:
    """Say how old the records are, place by place in the order of their codes."""
    say = speak(lang)
    ages = cache.ages(version, viewer, as_of)
    shown = ages[ages.index == village] if village else ages
    with st.expander(say("记录新旧（距最近一次登记的天数）"), icon=":material/history:"):
        draw_table(
            [say("村（社区）"), say("中位"), say("最久")],
            (
                (names[code], f"{row.median:g}", str(row.worst))
                for code, row in zip(shown.index, shown.itertuples(index=False), strict=True)
            ),
        )


version = cache.version_for(viewer)
choices = cache.choices(version, viewer)
if not choices.villages:
    st.info(say("您的范围内没有村或社区。"))
    st.stop()
names = {code: name[lang] for code, name in choices.villages.items()}
given = {key: st.query_params[key] for key in ("village", "as_of") if key in st.query_params}
filter_, problems = parse_filter(given, choices)
for problem in problems:
    draw_notice(problem.sentence(lang))

st.subheader(say("缺口清单"), anchor=False)
draw_outcome(lang)
work, rules, bills = st.tabs([say("清单"), say("补贴规则"), say("医疗费用试算")])
with work:
    kinds = list_kinds(viewer)
    kind = read_kind(kinds, lang)
    where, when, late = st.columns([0.45, 0.3, 0.25], vertical_alignment="bottom")
    village = where.selectbox(
        say("村（社区）"),
        ["", *names],
        index=["", *names].index(filter_.village),
        format_func=lambda code: names[code] if code else say("全部"),
    )
    stops = monthly_stops()
    as_of = when.selectbox(
        say("日期"),
        stops,
        index=stops.index(filter_.as_of),
        format_func=lambda stop: format_day(stop, lang),
    )
    is_late = late.toggle(say("只看逾期"), key="gaps.late")
    everything = cache.gaps(version, viewer, as_of)
    here = everything[everything["village"] == village] if village else everything
    kind = choose_kind(kinds, here, kind, lang)
    wanted = Filter(village=village, as_of=as_of).to_query(lang) | ({"kind": kind} if kind else {})
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
    carried = Filter(as_of=as_of).carried_forward(cache.last_event(version, viewer), lang)
    if carried:
        draw_notice(carried)
    listed = here[here["kind"] == kind] if kind else here
    if is_late:
        listed = listed[listed["due_on"] < as_of]
    listed = listed.reset_index(drop=True)
    if kind:
        st.caption(plain(say(GAP_RULES[kind])))
    if kind == GapKind.STALE and can(viewer, Action.SEE_SMALL_CELLS):
        draw_ages(village, as_of, lang)
    late_count = int((listed["due_on"] < as_of).sum())
    st.caption(
        say(
            "{count} 项，其中逾期 {late} 项；按期限排列，"
            "期限默认为起始（不早于 2016 年初）后 30 天（假设）。",
            count=len(listed), late=late_count,
        )
    )  # fmt: skip
    if listed.empty:
        st.info(say("没有符合条件的缺口。"), icon=":material/task_alt:")
        draw_map(viewer, kind, village, as_of, lang)
    else:
        page, chosen = choose_gap(listed, names, lang)
        units = name_units(shared_database(), viewer, sorted(set(page["owner"])))
        left, right = st.columns([0.58, 0.42], gap="large")
        with left:
            draw_list(page, names, units, as_of, lang)
            if chosen is not None:
                draw_map(viewer, kind, chosen["village"], as_of, lang)
        with right:
            if chosen is None:
                draw_map(viewer, kind, village, as_of, lang)
            else:
                with st.container(key="gap_chosen", border=True):
                    draw_gap(viewer, chosen, names, units, as_of, lang)
with rules:
    draw_rules(lang)
with bills:
    draw_waterfall(viewer, lang)
