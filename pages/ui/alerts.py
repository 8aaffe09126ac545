"""Alerts on screen: run the rules, read what they found, close an alert or open it again."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pandas as pd
import streamlit as st

from data.access import Viewer
from data.actions.run_monitoring import Ran, run_monitoring
from data.queries.alerts import count_by_village, list_alerts
from data.queries.monitored import get_thresholds
from data.rules.monitoring import RULES, state_rule
from data.rules.triggers import PREFIX, THRESHOLD_NAMES, Thresholds
from data.shared import shared_database
from data.text import Lang, format_day, join_words, render_error
from geo.errors import AppError
from pages.ui.alert_forms import STATES, draw_alert
from pages.ui.cards import draw_figures, draw_notice, draw_table
from pages.ui.words import speak

_CHOSEN: Final = "monitoring.alert"
_RAN: Final = "monitoring.ran"
_DAY: Final = "monitoring.day"
_SOON_DAYS: Final = 7
_PERCENT: Final = frozenset({"income_drop", "self_pay_share"})
_ALL: Final = ""


def draw_alerts(viewer: Viewer, villages: Mapping[str, str], day: date, lang: Lang) -> None:
    """Draw the tab of monitoring: figures, the run, the list, and the chosen alert."""
    say = speak(lang)
    db = shared_database()
    # Days overdue are told for the day that the rules were last run for.
    day = st.session_state.get(_DAY) or day
    open_ = list_alerts(db, viewer, state="open", on=day)
    thresholds = get_thresholds(db, viewer, on=day)
    _draw_figures(open_, day, lang)
    _draw_run(viewer, day, lang)
    wide, narrow = st.columns([0.56, 0.44], gap="large")
    with wide:
        listed = _choose(viewer, open_, villages, day, lang)
        if listed.empty:
            told = say("没有符合条件的预警。") if len(open_) else say("还没有预警。请先运行规则。")
            st.info(told, icon=":material/notifications_off:")
        else:
            _draw_list(listed, villages, lang)
        _draw_villages(open_, villages, lang)
        _draw_rules(thresholds, lang)
    alert = _find_chosen(viewer, day)
    with narrow:
        if alert is None:
            st.caption(say("请选择一条预警，查看依据并处置。"))
        else:
            # On a phone what was chosen stands above the list, as a household's record does.
            with st.container(key="household_record"):
                draw_alert(viewer, alert, villages, (day, thresholds), lang)


def _draw_figures(open_: pd.DataFrame, day: date, lang: Lang) -> None:
    say = speak(lang)
    late = int((open_["overdue"] > 0).sum())
    homes = str(open_["household"].nunique())
    soon = sum(0 <= (due - day).days <= _SOON_DAYS for due in open_["due_on"])
    note = say("截至 {day}", day=day)
    draw_figures(
        [
            (say("待处置预警"), str(len(open_)), "", ""),
            (say("其中已逾期"), str(late), "", note),
            (say("{days} 天内到期", days=_SOON_DAYS), str(soon), "", note),
            (say("涉及户数"), homes, "", ""),
        ]
    )


def _draw_run(viewer: Viewer, day: date, lang: Lang) -> None:
    """Draw the form of a run; its result is said after the lists were read anew."""
    say = speak(lang)
    with st.form("monitoring.run", border=False):
        when, button, _rest = st.columns([0.25, 0.25, 0.5], vertical_alignment="bottom")
        on = when.date_input(say("按哪一天的数据"), value=day, key=_DAY)
        wanted = button.form_submit_button(
            say("运行规则"), icon=":material/play_arrow:", type="primary", width="stretch"
        )
    if wanted:
        try:
            with st.spinner(say("正在核对各户……")):
                ran = run_monitoring(shared_database(), viewer, on=on)
        except AppError as error:
            draw_notice(render_error(error, lang))
            return
        st.session_state[_RAN] = ran
        st.rerun()
    last = st.session_state.pop(_RAN, None)
    if isinstance(last, Ran):
        _say_result(last, lang)


def _say_result(ran: Ran, lang: Lang) -> None:
    say = speak(lang)
    day = format_day(ran.on, lang)
    if not ran.written and not ran.was_known:
        st.success(say("按{day}的数据，没有发现需要预警的户。", day=day), icon=":material/check:")
        return
    names = [
        f"{say(RULES[rule].name)} {count}" for rule, count in ran.new.items() if count
    ]  # fmt: skip
    told = say("（{rules}）", rules=join_words(names, lang)) if names else ""
    detail = told if lang == "zh-CN" or not told else f" {told}"
    st.success(
        say(
            "按{day}的数据：新增预警 {new} 条{detail}；另有 {known} 条此前已登记。",
            day=day, new=ran.written, detail=detail, known=ran.was_known,
        ),
        icon=":material/check:",
    )  # fmt: skip


def _choose(
    viewer: Viewer, open_: pd.DataFrame, villages: Mapping[str, str], day: date, lang: Lang
) -> pd.DataFrame:
    """Let the visitor narrow the list by state, rule and village."""
    say = speak(lang)
    by_state, by_rule, by_village = st.columns([0.28, 0.36, 0.36])
    state = by_state.segmented_control(
        say("状态"), list(STATES), default="open", format_func=lambda code: say(STATES[code]),
        key="monitoring.state",
    )  # fmt: skip
    rule = by_rule.selectbox(
        say("规则"), [_ALL, *RULES], key="monitoring.rule",
        format_func=lambda code: f"{code} {say(RULES[code].name)}" if code else say("全部规则"),
    )  # fmt: skip
    village = by_village.selectbox(
        say("村（社区）"), [_ALL, *villages], key="monitoring.village",
        format_func=lambda code: villages[code] if code else say("全部村（社区）"),
    )  # fmt: skip
    listed = open_
    if state == "closed":
        listed = list_alerts(shared_database(), viewer, state="closed", on=day)
    if rule:
        listed = listed[listed["rule"] == rule]
    if village:
        listed = listed[listed["village"] == village]
    return listed.reset_index(drop=True)


def _draw_list(listed: pd.DataFrame, villages: Mapping[str, str], lang: Lang) -> None:
    """Draw the alerts, those due first on top; choosing a row or a line opens one."""
    say = speak(lang)
    ids = [str(one) for one in listed["id"]]
    labels = {
        str(row.id): f"{row.due_on} · {row.household} · {say(RULES[str(row.rule)].name)}"
        for row in listed.itertuples()
    }
    rows_key = f"monitoring.rows.{len(ids)}.{ids[0]}"
    chosen = st.session_state.get(_CHOSEN)
    pick_key = f"monitoring.pick.{len(ids)}.{ids[0]}.{chosen}"

    def choose_row() -> None:
        rows = st.session_state[rows_key].selection.rows
        st.session_state[_CHOSEN] = ids[rows[0]] if rows else None

    def choose_line() -> None:
        st.session_state[_CHOSEN] = st.session_state[pick_key]

    st.selectbox(
        say("打开一条预警"), ids, index=ids.index(chosen) if chosen in ids else None,
        format_func=labels.__getitem__, key=pick_key, on_change=choose_line,
        placeholder=say("按期限选择，或点选下表中的一行"),
    )  # fmt: skip
    shown = pd.DataFrame(
        {
            "due_on": listed["due_on"],
            "rule": [say(RULES[str(rule)].name) for rule in listed["rule"]],
            "household": listed["household"],
            "village": listed["village"].map(villages),
            "owners": [join_words(codes, lang) or "–" for codes in listed["owners"]],
            "overdue": listed["overdue"],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        column_config={
            "due_on": say("处置期限"),
            "rule": say("规则"),
            "household": say("户编码"),
            "village": say("村（社区）"),
            "owners": say("帮扶责任人"),
            "overdue": say("逾期天数"),
        },
        on_select=choose_row,
        selection_mode="single-row",
        key=rows_key,
    )
    st.caption(say("{count} 条，按处置期限排列；户编码为代号。", count=len(listed)))


def _draw_villages(open_: pd.DataFrame, villages: Mapping[str, str], lang: Lang) -> None:
    say = speak(lang)
    if open_.empty:
        return
    with st.expander(say("各村（社区）待处置情况"), icon=":material/location_on:"):
        draw_table(
            [say("村（社区）"), say("待处置预警"), say("其中已逾期"), say("涉及户数")],
            (
                [villages[str(row.village)], str(row.open), str(row.overdue), str(row.households)]
                for row in count_by_village(open_).itertuples()
            ),
            stack=True,
        )


def _draw_rules(thresholds: Thresholds, lang: Lang) -> None:
    """Draw every rule as it is applied, and what it compares with."""
    say = speak(lang)
    with st.expander(say("规则与参数"), icon=":material/rule:"):
        draw_table(
            [say("规则"), say("名称"), say("内容")],
            ([rule.id, say(rule.name), state_rule(rule.id, thresholds, lang)]
             for rule in RULES.values()),
            stack=True,
        )  # fmt: skip
        draw_table(
            [say("参数"), say("取值"), say("依据")],
            (
                [say(label), *_figure(code.removeprefix(PREFIX), thresholds, lang)]
                for code, label in THRESHOLD_NAMES.items()
            ),
            stack=True,
        )
        st.caption(say("标为“假设”的取值没有文件依据，是本系统的起始值。"))


def _figure(name: str, thresholds: Thresholds, lang: Lang) -> tuple[str, str]:
    """Word a threshold and what it rests on."""
    say = speak(lang)
    value = getattr(thresholds, name)
    if value is None:
        return say("未设定"), say("待附文件")
    text = f"{value / 100:.2f}" if name.endswith("_fen") else str(value)
    if name in _PERCENT:
        text = f"{value / 100:g}%"
    return text, say("依文件设定") if name in thresholds.documented else say("假设")


def _find_chosen(viewer: Viewer, day: date) -> Mapping[str, Any] | None:
    """Find the chosen alert in whichever state it is now."""
    chosen = st.session_state.get(_CHOSEN)
    if not chosen:
        return None
    for state in STATES:
        listed = list_alerts(shared_database(), viewer, state=state, on=day)
        for row in listed[listed["id"] == chosen].to_dict("records"):
            return row
    return None
