"""One alert on screen: the rule it quotes, its evidence, closing it, opening it again."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

import streamlit as st

from data.access import Viewer
from data.actions.close_alert import (
    OUTCOME,
    REASON,
    UNDO_REASON,
    Closing,
    close_alert,
    reopen_alert,
)
from data.rules.monitoring import OUTCOMES, RULES, state_rule
from data.rules.triggers import Thresholds
from data.shared import shared_database
from data.text import Lang, format_day, join_words, mark, render_error
from geo.errors import AppError
from pages.ui.cards import draw_card, draw_notice
from pages.ui.evidence import draw_evidence
from pages.ui.words import speak

STATES: Final = {"open": mark("待处置"), "closed": mark("已销号")}
_DONE: Final = "monitoring.done"
_ROUND: Final = "monitoring.round"
_OFFERED: Final = "monitoring.offered"
"""The alert whose closing was last offered."""
_LONGEST: Final = 120


def draw_alert(
    viewer: Viewer,
    alert: Mapping[str, Any],
    villages: Mapping[str, str],
    terms: tuple[date, Thresholds],
    lang: Lang,
) -> None:
    """Draw one alert: the rule it quotes, its evidence, who answers, and what can be done."""
    say, household = speak(lang), str(alert["household"])
    day, thresholds = terms
    rule = RULES[alert["rule"]]
    is_closed = bool(alert["closing"])
    state = STATES["closed" if is_closed else "open"]
    owners = join_words(alert["owners"], lang) or say("无结对责任人")
    rows = [
        (say("村（社区）"), villages[alert["village"]]),
        (say("帮扶责任人"), owners),
        (say("预警日期"), format_day(alert["opened_on"], lang)),
        (say("处置期限"), format_day(alert["due_on"], lang)),
        (say("状态"), say(state)),
    ]
    if alert["overdue"] and not is_closed:
        rows.append((say("逾期天数"), str(alert["overdue"])))
    draw_card(
        f"{rule.id} {say(rule.name)}",
        say("户 {code}", code=household),
        [(say("预警"), rows)],
    )
    draw_notice(state_rule(rule.id, thresholds, lang))
    draw_evidence(viewer, alert["id"], lang)
    address = f"/household?{urlencode({'household': household, 'lang': lang})}"
    st.link_button(say("打开户档案"), address, icon=":material/folder_open:")
    done = st.session_state.pop(_DONE, "")
    if done:
        st.success(say(done), icon=":material/check:")
    if is_closed:
        _draw_undo(viewer, alert, lang)
    else:
        _draw_closing(viewer, alert, day, lang)


def _draw_closing(viewer: Viewer, alert: Mapping[str, Any], day: date, lang: Lang) -> None:
    say = speak(lang)
    st.session_state[_OFFERED] = alert["id"]
    key = f"monitoring.close.{alert['id']}.{st.session_state.setdefault(_ROUND, 0)}"
    with st.form(key, border=True):
        st.caption(say("处置后销号，并记入审计；销号可以撤销。"))
        outcome = st.selectbox(
            say(OUTCOME), list(OUTCOMES), index=None, key=f"{key}.outcome",
            format_func=lambda code: say(OUTCOMES[code]), placeholder=say("请选择"),
        )  # fmt: skip
        reason = st.text_area(
            say(REASON),
            max_chars=_LONGEST,
            key=f"{key}.reason",
            placeholder=say("不要写姓名、证件号或电话"),
        )
        closed_on = st.date_input(
            say("处置日期"), value=max(day, alert["opened_on"]), key=f"{key}.day"
        )
        wanted = st.form_submit_button(say("确认销号"), icon=":material/task_alt:", type="primary")
    if not wanted:
        return
    closing = Closing(str(alert["id"]), outcome or "", reason, closed_on)
    try:
        close_alert(shared_database(), viewer, closing)
    except AppError as error:
        draw_notice(render_error(error, lang))
        return
    del st.session_state[_OFFERED]
    _finish(mark("已销号，并记入审计。需要时可在下方撤销。"))


def _draw_undo(viewer: Viewer, alert: Mapping[str, Any], lang: Lang) -> None:
    """Say how the alert ended, and let the closing be undone."""
    say, outcome = speak(lang), OUTCOMES[alert["outcome"]]
    if st.session_state.pop(_OFFERED, "") == alert["id"]:
        # The form was on the screen, and what was typed into it went nowhere.
        who = alert["closed_by"]
        draw_notice(say("这条预警在您打开后已由 {who} 销号，您填写的内容没有写入。", who=who))
    draw_card(
        say(outcome),
        str(alert["reason"]),
        [
            (
                say("销号情况"),
                [
                    (say("处置日期"), format_day(alert["closed_on"], lang)),
                    (say("登记人"), str(alert["closed_by"])),
                ],
            )
        ],
    )
    key = f"monitoring.undo.{alert['closing']}"
    with st.form(key, border=True):
        reason = st.text_input(
            say(UNDO_REASON),
            max_chars=_LONGEST,
            key=f"{key}.reason",
            placeholder=say("不要写姓名、证件号或电话"),
        )
        wanted = st.form_submit_button(say("撤销销号"), icon=":material/undo:")
    if not wanted:
        return
    try:
        reopen_alert(shared_database(), viewer, str(alert["closing"]), reason)
    except AppError as error:
        draw_notice(render_error(error, lang))
        return
    _finish(mark("已撤销销号，预警恢复为待处置。"))


def _finish(said: str) -> None:
    st.session_state[_DONE] = said
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.rerun()
