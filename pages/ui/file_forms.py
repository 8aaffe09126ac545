"""Forms of a household's file; what is known already stands in them."""

from datetime import date
from typing import Any, Final

import pandas as pd
import streamlit as st

from data.actions.enter_income import MOST_PERSONS, IncomeSheet, enter_income
from data.actions.log_work import WorkLog, log_work
from data.actions.make_plan import Aim, PlanDraft, make_plan
from data.actions.record_survey import SurveyBlock, record_survey
from data.actions.record_visit import Visit, record_visit
from data.rules.files import (
    BLOCK_STATES,
    BLOCKS,
    INDICATORS,
    SENSITIVE_INDICATORS,
    VISIT_KINDS,
    missing_blocks,
)
from data.rules.income import PARTS, SPANS
from data.shared import shared_database
from data.text import mark
from pages.ui.file_desk import Desk
from pages.ui.words import speak

_FEN: Final = 100
_LONGEST: Final = 120
_MONTHS: Final = 3
_IMPERSONAL: Final = mark("不要写姓名、证件号或电话")


def draw_survey_form(desk: Desk) -> None:
    """Ask for one block of the survey; the first that is missing is chosen."""
    say, base = speak(desk.lang), desk.base("survey")
    lacking = missing_blocks(desk.file.survey["block"])
    first = list(BLOCKS).index(lacking[0]) if lacking else 0
    with (
        st.expander(say("登记入户摸底"), icon=":material/edit_note:", expanded=bool(lacking)),
        st.form(desk.key("survey"), border=False),
    ):
        what, how, when = st.columns(3)
        with what:
            block = desk.choose_code(say("部分"), "survey.block", BLOCKS, first)
        with how:
            state = desk.choose_code(say("状态"), "survey.state", BLOCK_STATES)
        with when:
            day = desk.choose_day(say("摸底日期"), "survey.day")
        note = st.text_input(
            say("摸底记录"), key=desk.key("survey.note"), max_chars=_LONGEST,
            placeholder=say(_IMPERSONAL),
        )  # fmt: skip
        wanted = st.form_submit_button(say("登记"), type="primary")
    if wanted:
        survey = SurveyBlock(desk.file.code, block, state, note, day, base)
        desk.submit("survey", lambda: record_survey(shared_database(), desk.viewer, survey), day)


def draw_plan_form(desk: Desk) -> None:
    """Ask for a plan's six indicators; those of the plan in force stand in the form."""
    say, base = speak(desk.lang), desk.base("plan")
    if missing_blocks(desk.file.survey["block"]):
        st.caption(say("入户摸底三个部分填写或标为不适用之后，才能制定脱贫计划。"))
        return
    held = {str(row["indicator"]): row for row in desk.file.indicators.to_dict("records")}
    has_plan = len(desk.file.plan) > 0
    year = int(desk.file.plan["plan_year"].iloc[0]) if has_plan else desk.file.as_of.year
    title = say("修订脱贫计划") if has_plan else say("制定脱贫计划")
    with (
        st.expander(title, icon=":material/flag:", expanded=not has_plan),
        st.form(desk.key("plan"), border=False),
    ):
        which, when = st.columns(2)
        with which:
            plan_year = st.number_input(say("计划年度"), value=year, key=desk.key("plan.year"))
        with when:
            day = desk.choose_day(say("自何日起"), "plan.day")
        aims = {name: _ask_aim(desk, name, held.get(name, {})) for name in INDICATORS}
        st.caption(say("现状、目标留空则沿用上一份计划；新计划自该日起取代上一份。"))
        wanted = st.form_submit_button(say("登记"), type="primary")
    if wanted:
        draft = PlanDraft(desk.file.code, int(plan_year), day, aims, base)
        desk.submit("plan", lambda: make_plan(shared_database(), desk.viewer, draft), day)


def _ask_aim(desk: Desk, indicator: str, held: dict[Any, Any]) -> Aim:
    say, key = speak(desk.lang), f"plan.{indicator}"
    shown = {name: str(held.get(name, "")) for name in ("baseline", "target")}
    st.caption(say(INDICATORS[indicator]))
    now, then, planned, done = st.columns(4)
    texts = []
    for place, name, label in ((now, "baseline", say("现状")), (then, "target", say("目标"))):
        text = shown[name]
        # Never in the form, not even inside a full view: a field outlives it.
        is_hidden = name == "baseline" and bool(text) and indicator in SENSITIVE_INDICATORS
        texts.append(
            place.text_input(
                label, "" if is_hidden else text, key=desk.key(f"{key}.{name}"),
                max_chars=_LONGEST,
                placeholder=say("已填，不显示；留空沿用") if is_hidden else say(_IMPERSONAL),
            )
        )  # fmt: skip
    dates = [
        place.date_input(label, _date(held.get(name)), key=desk.key(f"{key}.{name}"))
        for place, name, label in (
            (planned, "planned_on", say("计划完成")),
            (done, "done_on", say("完成")),
        )
    ]
    return Aim(texts[0], texts[1], dates[0], dates[1])


def _date(value: object) -> date | None:
    return value if isinstance(value, date) and not pd.isna(value) else None


def draw_income_form(desk: Desk) -> None:
    """Ask for a cumulative sheet; the first months without one, and the persons, stand there."""
    say, base, file = speak(desk.lang), desk.base("income"), desk.file
    year = file.as_of.year
    held = set(file.incomes.loc[file.incomes["year"] == year, "months"])
    free = next((place for place, months in enumerate(SPANS) if months not in held), 0)
    cadres = file.answerable.cadres["official"]
    asker = desk.viewer.official or (str(cadres.iloc[0]) if len(cadres) else "")
    with (
        st.expander(say("登记收入"), icon=":material/payments:"),
        st.form(desk.key("income"), border=False),
    ):
        when, span, who, day_place = st.columns(4)
        of_year = when.number_input(say("年度"), value=year, key=desk.key("income.year"))
        with span:
            months = st.selectbox(say("累计月数"), SPANS, index=free, key=desk.key("income.months"))
        persons = who.number_input(
            say("计算人均的人数"), 1, MOST_PERSONS, max(1, len(file.record.members)),
            key=desk.key("income.persons"),
        )  # fmt: skip
        with day_place:
            day = desk.choose_day(say("调查日期"), "income.day")
        amounts = {}
        for place, (part, name) in zip(st.columns(len(PARTS)), PARTS.items(), strict=True):
            typed = place.number_input(
                say(name), min_value=0.0, value=0.0, step=100.0, format="%.2f",
                key=desk.key(f"income.{part}"),
            )  # fmt: skip
            amounts[part] = round(typed * _FEN)
        st.caption(say("金额为全户从年初累计，单位元。"))
        by, signed = st.columns(2, vertical_alignment="bottom")
        surveyor = by.text_input(
            say("调查人代号"), asker, key=desk.key("income.surveyor"), max_chars=_LONGEST
        )
        is_signed = signed.checkbox(say("农户已签字"), key=desk.key("income.signed"))
        wanted = st.form_submit_button(say("登记"), type="primary")
    if wanted:
        sheet = IncomeSheet(
            file.code, int(of_year), int(months), amounts, int(persons), surveyor, is_signed,
            day, base,
        )  # fmt: skip
        desk.submit("income", lambda: enter_income(shared_database(), desk.viewer, sheet), day)


def draw_log_form(desk: Desk) -> None:
    """Ask for a quarter's work; the quarter of the day shown and the paired cadre stand there."""
    say, base, file = speak(desk.lang), desk.base("log"), desk.file
    with (
        st.expander(say("填写台账"), icon=":material/menu_book:"),
        st.form(desk.key("log"), border=False),
    ):
        when, part, who, day_place = st.columns(4)
        year = when.number_input(say("年度"), value=file.as_of.year, key=desk.key("log.year"))
        quarter = part.selectbox(
            say("季度"), (1, 2, 3, 4), index=(file.as_of.month - 1) // _MONTHS,
            key=desk.key("log.quarter"),
        )  # fmt: skip
        with who:
            official = desk.choose_official(say("责任人"), "log.official")
        with day_place:
            day = desk.choose_day(say("日期"), "log.day")
        work = st.text_input(
            say("工作开展情况"), key=desk.key("log.work"), max_chars=_LONGEST,
            placeholder=say(_IMPERSONAL),
        )  # fmt: skip
        wanted = st.form_submit_button(say("登记"), type="primary")
    if wanted:
        log = WorkLog(file.code, int(year), int(quarter), work, day, base, official)
        desk.submit("log", lambda: log_work(shared_database(), desk.viewer, log), day)


def draw_visit_form(desk: Desk) -> None:
    """Ask for a visit or a service."""
    say, base = speak(desk.lang), desk.base("visit")
    with (
        st.expander(say("登记走访"), icon=":material/directions_walk:"),
        st.form(desk.key("visit"), border=False),
    ):
        what, who, when = st.columns(3)
        with what:
            kind = desk.choose_code(say("类型"), "visit.kind", VISIT_KINDS)
        with who:
            official = desk.choose_official(say("走访人"), "visit.official")
        with when:
            day = desk.choose_day(say("日期"), "visit.day")
        note = st.text_input(
            say("情况（可不填）"), key=desk.key("visit.note"), max_chars=_LONGEST,
            placeholder=say(_IMPERSONAL),
        )  # fmt: skip
        wanted = st.form_submit_button(say("登记"), type="primary")
    if wanted:
        visit = Visit(desk.file.code, kind, note, day, base, official)
        desk.submit("visit", lambda: record_visit(shared_database(), desk.viewer, visit), day)
