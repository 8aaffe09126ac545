"""Auditors and data owners: who did what, to which data, and is nothing missing from the record?"""

from datetime import datetime
from typing import Final
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from data.access import Role, Viewer
from data.actions.export_audit import COLUMN_NAMES, describe_entry
from data.audit import DEED_NAMES, RESULT_NAMES
from data.queries.audit import PAGE, AuditFilter, count_entries, list_actors, list_entries
from data.queries.audit_chain import PROBLEMS, verify_chain
from data.queries.instants import CHINA
from data.shared import shared_database
from data.text import Lang, format_number
from geo.encode import encode_text
from pages.ui.cards import draw_notice
from pages.ui.reviews import draw_reviews
from pages.ui.session import language, require
from pages.ui.words import speak

viewer = require("audit")
lang = language()
say = speak(lang)
BEFORE: Final = "audit.before"
REPORT: Final = "audit.report"
ROW_PX: Final = 36
FIELD_PX: Final = 172


def start_over() -> None:
    """Begin again at the newest row once the filter changes."""
    st.session_state.pop(BEFORE, None)


def draw_chain(lang: Lang) -> None:
    """Draw what the last proof of the chain found, and the button for another."""
    say = speak(lang)
    told, button = st.columns([0.72, 0.28], vertical_alignment="center")
    if button.button(say("核对审计链"), icon=":material/link:", width="stretch"):
        bar = told.progress(0.0, say("正在从头到尾核对……"))
        report = verify_chain(
            shared_database(), advanced=lambda done, total: bar.progress(min(1.0, done / total))
        )
        bar.empty()
        st.session_state[REPORT] = report, datetime.now(CHINA)
    if REPORT not in st.session_state:
        told.caption(say("每条记录都带有覆盖前一条的校验值；改动、删除、插入或截断都能被发现。"))
        return
    report, at = st.session_state[REPORT]
    time = at.strftime("%Y-%m-%d %H:%M:%S")
    with told:
        if report.holds:
            checked = format_number(report.checked, lang)
            text = say(
                "审计链完整 · 已核对 {checked} 条 · 北京时间 {time}", checked=checked, time=time
            )
            st.html(f'<p class="g-proof" role="status">{encode_text(text)}</p>')
        else:
            where = say(PROBLEMS[report.problem], at=report.at)
            draw_notice(
                say("审计链断开：{where}。请保留数据库原样，立即联系安全负责人。", where=where)
            )


def draw_filter(viewer: Viewer, lang: Lang) -> AuditFilter:
    """Draw the filter; give what stands in it."""
    say = speak(lang)
    names = list_actors(shared_database(), viewer)
    with st.container(horizontal=True):
        since = st.date_input(
            say("自"), value=None, key="audit.since", on_change=start_over, width=FIELD_PX
        )
        until = st.date_input(
            say("至"), value=None, key="audit.until", on_change=start_over, width=FIELD_PX
        )
        deed = st.selectbox(
            say("行为"), ["", *DEED_NAMES], key="audit.deed", on_change=start_over, width=FIELD_PX,
            format_func=lambda code: say(DEED_NAMES[code]) if code else say("全部"),
        )  # fmt: skip
        result = st.selectbox(
            say("结果"), ["", *RESULT_NAMES], key="audit.result", on_change=start_over,
            format_func=lambda code: say(RESULT_NAMES[code]) if code else say("全部"),
            width=FIELD_PX,
        )  # fmt: skip
        actor = st.selectbox(
            say("账号"), ["", *names], key="audit.actor", on_change=start_over, width=FIELD_PX,
            format_func=lambda name: name or say("全部"),
        )  # fmt: skip
    return AuditFilter(since=since, until=until, deed=deed, result=result, actor=actor)


def draw_rows(viewer: Viewer, filter_: AuditFilter, lang: Lang) -> None:
    """Draw one page of rows, the newest first, with the way to older ones and out of here."""
    say = speak(lang)
    before: list[int] = st.session_state.get(BEFORE, [])
    listed = list_entries(shared_database(), viewer, filter_, before=before[-1] if before else None)
    if listed.empty:
        st.info(say("没有符合条件的记录。"), icon=":material/search_off:")
        return
    titles = {name: say(title) for name, title in COLUMN_NAMES.items()}
    entries = (describe_entry(entry, lang) for entry in listed.to_dict("records"))
    rows = [[entry[0], *("" if cell is None else str(cell) for cell in entry[1:])]
            for entry in entries]  # fmt: skip
    st.dataframe(
        pd.DataFrame(rows, columns=list(titles)),
        hide_index=True,
        column_config=titles,
        height=min(15, len(rows) + 1) * ROW_PX,
    )
    total = format_number(count_entries(shared_database(), viewer, filter_), lang)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(say("共 {total} 条，每页 {page} 条，时间为北京时间。", total=total, page=PAGE))
        if st.button(say("较新"), icon=":material/chevron_left:", disabled=not before):
            st.session_state[BEFORE] = before[:-1]
            st.rerun()
        if st.button(say("较旧"), icon=":material/chevron_right:", disabled=len(listed) < PAGE):
            st.session_state[BEFORE] = [*before, int(listed["seq"].iloc[-1])]
            st.rerun()
        wanted = {
            "since": filter_.since, "until": filter_.until, "deed": filter_.deed,
            "result": filter_.result, "actor": filter_.actor, "lang": lang,
        }  # fmt: skip
        query = urlencode({name: str(value) for name, value in wanted.items() if value})
        st.link_button(
            say("导出（计入审计）"), f"/export/audit.csv?{query}", icon=":material/download:"
        )


st.subheader(say("审计记录"), anchor=False)
if viewer.role is Role.DISTRICT:
    st.caption(say("只列出涉及本区区划和户的记录，以及范围在本区之内的账号所做或所涉的记录。"))
log, reviews = st.tabs([say("操作记录"), say("完整信息查看核查")])
with log:
    draw_chain(lang)
    draw_rows(viewer, draw_filter(viewer, lang), lang)
with reviews:
    draw_reviews(viewer, lang)
