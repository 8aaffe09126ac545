"""One household, one file: whom is it about, who helps, how, and what is still missing?"""

from collections.abc import Callable
from datetime import date, datetime

import streamlit as st

from data.access import Action, Role, can
from data.errors import BadDate
from data.queries.filters import Filter
from data.queries.household_file import HouseholdFile, get_household_file
from data.queries.instants import CHINA
from data.queries.people import HouseholdRecord, list_own_households
from data.shared import shared_database
from data.text import Lang, format_day, render_error
from geo.errors import AppError
from pages.ui import cache
from pages.ui.cards import draw_notice
from pages.ui.failures import plain
from pages.ui.file_desk import Desk
from pages.ui.file_forms import (
    draw_income_form,
    draw_log_form,
    draw_plan_form,
    draw_survey_form,
    draw_visit_form,
)
from pages.ui.file_tables import (
    draw_causes,
    draw_incomes,
    draw_log,
    draw_measures,
    draw_pairings,
    draw_plan,
    draw_survey,
    draw_visits,
    label_entries,
)
from pages.ui.file_views import draw_trio, hide_when_over
from pages.ui.help_forms import draw_measure_forms, draw_pairing_forms, measure_names
from pages.ui.people import draw_masked
from pages.ui.person_forms import draw_open, draw_outcome, draw_request, find_open, open_view
from pages.ui.register_forms import draw_register_forms
from pages.ui.session import language, require
from pages.ui.timelines import draw_timeline
from pages.ui.words import speak

viewer = require("household")
lang = language()
say = speak(lang)
version = cache.version_for(viewer)
choices = cache.choices(version, viewer)
given = st.query_params.to_dict()


def go_to(**parts: str) -> None:
    """Put a choice into the address, which the next run reads."""
    kept: dict[str, str] = {name: given[name] for name in ("household", "as_of") if name in given}
    wanted = kept | {"lang": str(language())} | parts
    st.query_params.from_dict({name: value for name, value in wanted.items() if value})


def read_day() -> date:
    """Read the day that the address names; the ledger's last one without any."""
    text = given.get("as_of", "")
    if not text:
        return Filter().as_of
    try:
        return min(date.fromisoformat(text), datetime.now(CHINA).date())
    except ValueError:
        draw_notice(BadDate(value=text[:20]).sentence(lang))
        return Filter().as_of


def choose_household(current: HouseholdFile | None) -> None:
    """Let a household be chosen: a helper's among the own ones, else in a village."""
    codes: list[str]
    if viewer.role is Role.HELPER:
        listed = list_own_households(shared_database(), viewer, as_of=Filter().as_of)
        codes = list(listed["household"])
        if not codes:
            st.caption(say("您目前没有结对的帮扶户。"))
            return
    else:
        villages = list(choices.villages)
        here = villages.index(current.village) if current else 0
        village = st.selectbox(
            say("村（社区）"), villages, index=here, key=f"file.village.{current and current.code}",
            format_func=lambda code: choices.villages[code][lang],
        )  # fmt: skip
        codes = list(cache.households(version, viewer, village, Filter().as_of)["household"])
    at = codes.index(current.code) if current and current.code in codes else None
    key = f"file.choice.{current and current.code}"
    st.selectbox(
        say("户编码（代号）"), codes, index=at, key=key, placeholder=say("选择户编码"),
        on_change=lambda: go_to(household=st.session_state[key] or ""),
    )  # fmt: skip


def draw_head(file: HouseholdFile) -> None:
    """Draw which household this is, and on which day; another one and another day are near."""
    where = choices.villages[file.village][lang]
    day = format_day(file.as_of, lang)
    title, choices_ = st.columns([0.66, 0.34], vertical_alignment="center")
    with title:
        st.subheader(say("户 {code}", code=file.code), anchor=False)
        st.caption(plain(say("{village} · 截至{day}", village=where, day=day)))
    line = choices_.container(horizontal=True, horizontal_alignment="right", key="file_choices")
    with line.popover(say("换一户"), icon=":material/swap_horiz:"):
        choose_household(file)
    with line.popover(say("日期与打印"), icon=":material/print:"):
        key = f"file.as_of.{file.as_of}"
        st.date_input(
            say("日期"), file.as_of, max_value=datetime.now(CHINA).date(), key=key,
            on_change=lambda: go_to(as_of=st.session_state[key].isoformat()),
        )  # fmt: skip
        st.caption(say("事件和事实按此日显示；此后发生的不计。"))
        if st.button(say("打开打印版"), icon=":material/print:", width="stretch"):
            go_to(print="1")
            st.rerun()


def draw_tabs(desk: Desk, full: HouseholdRecord | None) -> None:
    """Draw the parts of the file by tab, each with its forms."""
    titles = (
        say("档案"), say("收入"), say("措施与结对"), say("台账与走访"), say("登记事件与时间线"),
    )  # fmt: skip
    archive, income, help_, work, register = st.tabs(titles)
    with archive:
        draw_members(desk.file, full)
        draw_part(desk, "survey", draw_survey, draw_survey_form, title=say("入户摸底"))
        st.subheader(say("致贫原因"), anchor=False)
        draw_causes(desk.file, lang)
        draw_part(desk, "plan", draw_plan, draw_plan_form, title=say("脱贫计划"))
    with income:
        if not desk.file.is_open:
            st.caption(say("金额属于敏感信息：在“档案”中说明理由、打开完整信息后显示。"))
        draw_part(desk, "income", draw_incomes, draw_income_form)
    with help_:
        draw_part(desk, "measure", draw_measures, draw_help, title=say("帮扶措施"))
        draw_part(desk, "pairing", draw_pairings, draw_pairing_forms, title=say("结对帮扶"))
    with work:
        draw_part(desk, "log", draw_log, draw_log_form, title=say("帮扶台账"))
        draw_part(desk, "visit", draw_visits, draw_visit_form, title=say("走访与服务"))
    with register:
        draw_register_forms(viewer, desk.file.code, lang)
        draw_timeline(viewer, desk.file.code, lang, with_undo=True)


def draw_part(
    desk: Desk,
    part: str,
    draw: Callable[[HouseholdFile, Lang], None],
    draw_forms: Callable[[Desk], None],
    *,
    title: str = "",
) -> None:
    """Draw a part of the file, what its last entry came to, and, for who keeps it, its forms."""
    if title:
        st.subheader(title, anchor=False)
    draw(desk.file, lang)
    desk.draw_outcome(part)
    if desk.keeps_log if part in {"log", "visit"} else desk.keeps_file:
        draw_forms(desk)
        desk.draw_undo(part, label_entries(desk.file, part, lang))


def draw_help(desk: Desk) -> None:
    """Draw the forms about measures, with the names of Wuhai's own."""
    draw_measure_forms(desk, measure_names(choices.measures, lang))


def draw_members(file: HouseholdFile, full: HouseholdRecord | None) -> None:
    """Draw the members: masked, or in full while a view of them is open."""
    st.subheader(say("家庭成员"), anchor=False)
    draw_outcome(lang)
    if full is not None:
        draw_open(viewer, full, lang)
        return
    draw_masked(file.record, lang)
    if can(viewer, Action.SEE_IDENTITY, file.village):
        with st.expander(say("查看完整信息"), icon=":material/visibility:"):
            draw_request(viewer, file.code, lang)


def draw_print(file: HouseholdFile) -> None:
    """Draw the whole file in one column, as it leaves the printer: no forms, nothing in full."""
    st.subheader(say("家庭成员"), anchor=False)
    draw_masked(file.record, lang)
    for title, draw in (
        (say("入户摸底"), draw_survey),
        (say("致贫原因"), draw_causes),
        (say("脱贫计划"), draw_plan),
        (say("收入"), draw_incomes),
        (say("帮扶措施"), draw_measures),
        (say("结对帮扶"), draw_pairings),
        (say("帮扶台账"), draw_log),
        (say("走访与服务"), draw_visits),
    ):
        st.subheader(title, anchor=False)
        draw(file, lang)
    st.subheader(say("登记事件与时间线"), anchor=False)
    with st.container(key="file_timeline"):
        draw_timeline(viewer, file.code, lang)


def draw_foot(file: HouseholdFile) -> None:
    """Say what the page rests on: day, source, version, and that it is made up where it is."""
    facts = cache.dataset()[1]
    parts = [
        say("合成数据") if facts.is_synthetic else "",
        say("截至{day}", day=format_day(file.as_of, lang)),
        say("来源：台账登记"),
        say("数据版本 {version}", version=facts.version),
    ]
    st.caption(plain(" · ".join(part for part in parts if part)))


if not choices.villages:
    st.info(say("您的范围内没有村或社区。"))
    st.stop()
code, as_of = given.get("household", ""), read_day()
if not code:
    st.caption(say("请选择一户。"))
    choose_household(None)
    st.stop()
is_print = "print" in given
full = None if is_print else find_open(viewer, code, lang)
try:
    file = get_household_file(
        shared_database(), viewer, code, as_of=as_of, view=open_view() if full else ""
    )
except AppError as error:
    draw_notice(render_error(error, lang))
    choose_household(None)
    st.stop()
with st.container(key="household_file"):
    if is_print:
        where = choices.villages[file.village][lang]
        st.subheader(say("一户一档 · 户 {code}", code=file.code), anchor=False)
        st.caption(plain(where))
        draw_foot(file)
        with st.container(horizontal=True, key="print_hint"):
            st.caption(say("用浏览器的“打印”输出，或存为 PDF。姓名与金额不在打印版中。"))
            st.button(say("返回"), icon=":material/arrow_back:", on_click=go_to)
        draw_trio(file, lang)
        draw_print(file)
    else:
        desk = Desk(viewer, file, lang)
        draw_head(file)
        with st.container(key="file_hiding"):
            if full is not None and full.until is not None:
                hide_when_over(full.until)
        draw_trio(file, lang)
        draw_tabs(desk, full)
    draw_foot(file)
