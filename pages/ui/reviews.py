"""Full views under review: who opened whose record and why, and a second person's verdict."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from data.access import ROLE_NAMES, Role, Viewer
from data.full_views import VERDICTS, describe_reason, list_full_views, review_full_view
from data.queries.instants import CHINA
from data.shared import shared_database
from data.text import Lang, mark
from geo.errors import AppError
from pages.ui.failures import show
from pages.ui.words import speak

_TITLES: Final = {
    "verdict": mark("结论"),
    "opened_at": mark("打开（北京时间）"),
    "until": mark("至"),
    "account": mark("账号"),
    "role": mark("角色"),
    "household_code": mark("户编码（代号）"),
    "reason": mark("理由"),
    "note": mark("补充说明"),
    "reviewed_by": mark("核查人"),
    "remark": mark("核查说明"),
}
_SIGNS: Final = {
    "justified": ":material/check_circle:",
    "unclear": ":material/help:",
    "unjustified": ":material/cancel:",
}
_DONE: Final = "audit.reviewed"


def draw_reviews(viewer: Viewer, lang: Lang) -> None:
    """Draw the full views of the viewer's areas, those that wait for a verdict first."""
    say = speak(lang)
    if st.session_state.pop(_DONE, False):
        st.success(say("结论已记入审计。"), icon=":material/check:")
    views = list_full_views(shared_database(), viewer)
    if views.empty:
        st.info(say("还没有人打开过完整信息。"), icon=":material/visibility_off:")
        return
    waiting = views[views["verdict"].isna()]
    st.caption(
        say(
            "最近 {count} 次查看，{waiting} 次待核查；自己的查看由他人核查，结论不能改写。",
            count=len(views), waiting=len(waiting),
        )
    )  # fmt: skip
    others = waiting[waiting["account"] != viewer.name]
    if len(others):
        _draw_form(viewer, others, lang)
    _draw_list(pd.concat([waiting, views[views["verdict"].notna()]]), lang)


def _draw_list(views: pd.DataFrame, lang: Lang) -> None:
    say = speak(lang)
    shown = views[list(_TITLES)].copy()
    shown["verdict"] = [say(VERDICTS[v]) if v else say("待核查") for v in shown["verdict"]]
    shown["opened_at"] = [
        at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") for at in views["opened_at"]
    ]
    shown["until"] = [at.astimezone(CHINA).strftime("%H:%M") for at in views["until"]]
    shown["role"] = [say(ROLE_NAMES[Role(role)]) for role in views["role"]]
    shown["reason"] = [describe_reason(str(code), lang) for code in views["reason"]]
    st.dataframe(
        shown.fillna(""),
        hide_index=True,
        column_config={name: say(title) for name, title in _TITLES.items()},
    )


def _draw_form(viewer: Viewer, views: pd.DataFrame, lang: Lang) -> None:
    """Draw the form in which one of the views gets its verdict."""
    say = speak(lang)
    labels = {str(row["id"]): _label(row, lang) for row in views.to_dict("records")}
    with st.form("audit.review", border=True, clear_on_submit=True):
        chosen = st.selectbox(
            say("待核查的查看"), list(labels), format_func=labels.__getitem__, key="audit.view"
        )
        verdict = st.segmented_control(
            say("结论"), list(VERDICTS), key="audit.verdict",
            format_func=lambda code: f"{_SIGNS[code]} {say(VERDICTS[code])}",
        )  # fmt: skip
        remark = st.text_input(
            say("核查说明（可不填）"), max_chars=80, key="audit.remark",
            placeholder=say("不要写姓名、证件号或电话"),
        )  # fmt: skip
        wanted = st.form_submit_button(say("记入结论"), type="primary")
    if not wanted:
        return
    if verdict is None:
        st.warning(say("请先选择结论。"))
        return
    try:
        review_full_view(shared_database(), viewer, chosen, verdict=verdict, remark=remark)
    except AppError as error:
        show(error)
        return
    st.session_state[_DONE] = True
    st.rerun()


def _label(row: Mapping[Any, Any], lang: Lang) -> str:
    opened = row["opened_at"].astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    reason = describe_reason(str(row["reason"]), lang)
    return " · ".join((opened, str(row["account"]), str(row["household_code"]), reason))
