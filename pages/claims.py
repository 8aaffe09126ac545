"""Published figures: does the ledger confirm them, and where not, what is open?"""

import streamlit as st

from data.queries.claims import HIDDEN, NO_BASE, OTHER_DEFINITION, OUT_OF_SCOPE
from data.text import format_day, format_number, mark
from pages.ui import cache
from pages.ui.cards import draw_notice, draw_table
from pages.ui.session import language, require
from pages.ui.words import speak

viewer = require("claims")

WHY = {
    OTHER_DEFINITION: mark("口径不同，不计算"),
    OUT_OF_SCOPE: mark("不在您的范围内"),
    NO_BASE: mark("台账中没有可比数据"),
    HIDDEN: mark("不足 5 户，不显示"),
}

lang = language()
say = speak(lang)
if st.query_params.to_dict() != {"lang": lang}:
    st.query_params.from_dict({"lang": lang})
version = cache.version_for(viewer)
claims = cache.claims(version, viewer)
st.subheader(say("公布数与台账对照"), anchor=False)
if not claims:
    st.info(say("此数据集没有公布数。"))
    st.stop()

if cache.dataset()[1].is_synthetic:
    draw_notice(
        say(
            "公布数是公开的真实数字；台账是按这些数字生成的合成数据，"
            "因此“相符”只说明演示数据按此生成，不构成对公布数的核实。"
        )
    )

opened = [claim for claim in claims if claim.is_open]
for claim in opened:
    draw_notice(
        say(
            "{day}，{definition}：公布 {claimed} 人，台账按事件折算为 {computed} 人，"
            "未解释差额 {residual}。原因未明，不作调整。",
            day=format_day(claim.as_of, lang),
            definition=claim.definition_zh if lang == "zh-CN" else claim.definition_en,
            claimed=format_number(claim.value, lang),
            computed=format_number(claim.computed, lang),
            residual=format_number(claim.residual, lang).replace("-", "−"),
        )
    )

units = {
    "person": say("人"),
    "village": say("个"),
    "unit": say("栋"),
    "household": say("户"),
    "percent": "%",
}
rows = []
for claim in claims:
    if claim.why is None:
        state = say("未解释") if claim.residual else say("相符")
    else:
        state = say(WHY[claim.why])
    note = claim.note_zh if lang == "zh-CN" else claim.note_en
    decimals = 0 if float(claim.value).is_integer() else 2
    residual = format_number(claim.residual, lang).replace("-", "−")
    rows.append(
        (
            claim.id,
            claim.definition_zh if lang == "zh-CN" else claim.definition_en,
            claim.as_of_text if lang == "zh-CN" else format_day(claim.as_of, lang),
            format_number(claim.value, lang, decimals=decimals) + " " + units[claim.unit],
            format_number(claim.computed, lang),
            residual,
            state,
            claim.source,
            note or "",
        )
    )
draw_table(
    [
        say("编号"),
        say("定义"),
        say("时点"),
        say("公布数"),
        say("台账（合成）") if cache.dataset()[1].is_synthetic else say("台账"),
        say("差额"),
        say("状态"),
        say("来源"),
        say("说明"),
    ],
    rows,
    stack=True,
)
st.caption(
    say(
        "差额 = 公布数 − 台账。两列 2015 年末 1,517 与 2016 年初 1,515 的差异同样未解释，保持公开。"
    )
)
