"""Evidence on screen: the rows that an alert rests on, by codes and days, without amounts."""

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from data.access import Viewer
from data.queries.alerts import Evidence, list_evidence
from data.rules.people import PERSON_CODES
from data.shared import shared_database
from data.text import Lang, mark
from pages.ui.cards import draw_table
from pages.ui.words import join_sentences, speak

_MODES: Final = {"lease": mark("租赁"), "employment": mark("务工"),
                 "dividend": mark("分红"), "order": mark("订单")}  # fmt: skip
_STAGES: Final = PERSON_CODES["schooling"]
_KINDS: Final = {
    "statement": mark("收入登记"),
    "bill": mark("医疗费用"),
    "place": mark("项目受益"),
    "unit": mark("项目单元"),
    "enrolment": mark("在校"),
}


def draw_evidence(viewer: Viewer, alert_id: str, lang: Lang) -> None:
    """Draw one row for each record that the alert rests on."""
    say = speak(lang)
    rows = list_evidence(shared_database(), viewer, alert_id)
    draw_table(
        [say("依据"), say("内容"), say("记录编号")],
        (
            [
                say(_KINDS[row.kind]),
                join_sentences(
                    (_describe(row, lang), "" if row.stands else say("（此后已撤销或更正）")), lang
                ),
                row.row,
            ]
            for row in rows
        ),
        stack=True,
    )
    st.caption(say("此处不显示金额。"))


def _describe(row: Evidence, lang: Lang) -> str:
    say, facts = speak(lang), row.facts
    if row.kind == "statement":
        return say("{year} 年 1–{months} 月累计，{day} 登记", **facts)
    if row.kind == "bill":
        return say("{day} 发生", **facts)
    if row.kind == "unit":
        told = say("第 {number} 号，免租至 {until}", **facts)
        assumed = say("（移交日期为假设）") if facts["is_assumed"] else ""
        return join_sentences((told, assumed), lang)
    return _subject(row, lang) + _span(facts, lang)


def _subject(row: Evidence, lang: Lang) -> str:
    say, facts = speak(lang), row.facts
    if row.kind == "enrolment":
        stage = _STAGES[facts["stage"]]
        return say(stage)
    mode = _MODES[facts["mode"]]
    name = facts["name_zh"] if lang == "zh-CN" else facts["name_en"]
    return f"{name} · {say(mode)}"


def _span(facts: Mapping[str, Any], lang: Lang) -> str:
    say = speak(lang)
    if facts["until"] is None:
        return say("，{first} 起", **facts)
    return say("，{first} 至 {until}（不含）", **facts)
