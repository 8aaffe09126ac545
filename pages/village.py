"""One village, one chart: what it comes to, who answers for it, what is missing?"""

import streamlit as st

from data.access import Action, can
from data.figures import format_figure
from data.queries.filters import Filter, parse_filter
from data.queries.instants import monthly_stops
from data.text import format_day, mark
from pages.ui import cache
from pages.ui.cards import draw_card, draw_figures, draw_notice, draw_table
from pages.ui.charts import draw_history
from pages.ui.panel import detail_groups, village_figure
from pages.ui.session import language, require
from pages.ui.words import speak

viewer = require("village")
lang = language()
say = speak(lang)
version = cache.version_for(viewer)
choices = cache.choices(version, viewer)
if not choices.villages:
    st.info(say("您的范围内没有村或社区。"))
    st.stop()

given = {key: st.query_params[key] for key in ("village", "as_of") if key in st.query_params}
filter_, problems = parse_filter(given, choices)
for problem in problems:
    draw_notice(problem.sentence(lang))
codes, stops = list(choices.villages), monthly_stops()
where, when = st.columns([0.7, 0.3])
village = where.selectbox(
    say("村（社区）"),
    codes,
    index=codes.index(filter_.village) if filter_.village else 0,
    format_func=lambda code: choices.villages[code][lang],
)
as_of = when.selectbox(
    say("日期"),
    stops,
    index=stops.index(filter_.as_of),
    format_func=lambda stop: format_day(stop, lang),
)
shown = Filter(village=village, as_of=as_of)
wanted = shown.to_query(lang)
if st.query_params.to_dict() != wanted:
    st.query_params.from_dict(wanted)
carried = shown.carried_forward(cache.last_event(version, viewer), lang)
if carried:
    draw_notice(carried)
facts = cache.village(version, viewer, village, as_of, "")

note = say("截至{day} · 据台账登记事件汇总", day=format_day(facts.as_of, lang))
draw_figures(
    (say(label), *village_figure(facts, key, lang), note)
    for key, label in (
        ("on_register", mark("建档立卡（含已脱贫）")),
        ("exited", mark("已脱贫")),
        ("remaining", mark("未脱贫")),
        ("coverage", mark("结对覆盖")),
        ("reach", mark("措施覆盖")),
        ("places", mark("户均项目名额")),
    )
)

left, right = st.columns([0.6, 0.4], gap="large")
with left:
    st.subheader(say("人口变化（人）"), anchor=False)
    history = cache.history(version, viewer, village)
    draw_history(history, {"remaining": say("未脱贫"), "exited": say("已脱贫")})
    if (history[["remaining", "exited"]] < 0).to_numpy().any():
        st.caption(say("不足 5 户或可推知不足 5 户的时点不显示，曲线在该处断开。"))

    st.subheader(say("措施与致贫原因（户）"), anchor=False)
    causes = cache.causes(version, viewer, village, facts.as_of)
    held = [code for code in facts.measures["code"] if code in causes]
    cause_name, measure_name = (
        ("cause_zh", "name_zh") if lang == "zh-CN" else ("cause_en", "name_en")
    )
    labels = facts.measures.set_index("code")[measure_name]
    draw_table(
        [say("主要致贫原因"), *(labels[code] for code in held)],
        (
            [str(row[cause_name]), *(format_figure(float(row[code]), lang) for code in held)]
            for _, row in causes.iterrows()
        ),
    )
    st.caption(say("一户可有多项措施，各列不可相加。"))
with right:
    draw_card(facts.names[lang], note, detail_groups(facts, lang))

st.subheader(say("户名单"), anchor=False)
if can(viewer, Action.SEE_HOUSEHOLDS, village):
    listed = cache.households(version, viewer, village, facts.as_of)
    status = {"registered": say("未脱贫"), "exited": say("已脱贫")}
    st.dataframe(
        listed.assign(status=listed["status"].map(status)),
        hide_index=True,
        column_config={
            "household": say("户编码（代号）"),
            "persons": say("人数"),
            "status": say("状态"),
            "cause": say("主要致贫原因"),
            "measures": say("帮扶措施"),
            "cadres": say("帮扶责任人数"),
        },
    )
    st.caption(say("姓名、证件号和电话不在此列表中。"))
else:
    st.caption(say("您的角色只看汇总，不显示户名单。"))
