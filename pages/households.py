"""Who lives there, what is held about them, and may I see it now?"""

from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from data.access import Action, Role, Viewer, can
from data.actions.export_households import COLUMN_NAMES, STATUS_NAMES
from data.actions.find_person import find_person
from data.queries.filters import Choices, Filter, parse_filter
from data.queries.people import HouseholdRecord, get_household, list_own_households
from data.shared import shared_database
from data.text import Lang, format_day, render_error
from geo.errors import AppError
from pages.ui import cache
from pages.ui.cards import draw_notice
from pages.ui.failures import plain
from pages.ui.people import draw_masked
from pages.ui.person_forms import draw_open, draw_outcome, draw_request, find_open
from pages.ui.register_forms import draw_new_household
from pages.ui.session import language, require
from pages.ui.words import speak

viewer = require("households")
lang = language()
say = speak(lang)


def go_to(household: str, village: str = "") -> None:
    """Put a choice into the address, which the next run reads."""
    wanted = {"village": village, "household": household, "lang": language()}
    st.query_params.from_dict({name: value for name, value in wanted.items() if value})


def find_chosen(viewer: Viewer, lang: Lang) -> HouseholdRecord | None:
    """Read the household that the address names, masked; say why not."""
    code = st.query_params.get("household", "")
    if not code:
        return None
    try:
        return get_household(shared_database(), viewer, code, as_of=Filter().as_of)
    except AppError as error:
        draw_notice(render_error(error, lang))
        return None


def draw_search(viewer: Viewer, lang: Lang) -> None:
    """Draw the search by ID number; the session forgets the number before it is drawn again."""
    say = speak(lang)
    state = st.session_state
    key = f"households.find.{state.setdefault('households.searches', 0)}"

    def find() -> None:
        number = state.pop(key, "")
        state["households.searches"] += 1
        try:
            found = find_person(shared_database(), viewer, number)
        except AppError as error:
            state["households.not_found"] = render_error(error, lang)
            return
        go_to(found.household, found.village)

    with st.form("households.find", border=False):
        field, button = st.columns([0.7, 0.3], vertical_alignment="bottom")
        field.text_input(
            say("用证件号找人"), key=key, autocomplete="off", placeholder=say("输入完整证件号")
        )
        button.form_submit_button(
            say("查找"), icon=":material/search:", width="stretch", on_click=find
        )
    sentence = state.pop("households.not_found", "")
    if sentence:
        draw_notice(sentence)


def choose_village(choices: Choices, chosen: HouseholdRecord | None, lang: Lang) -> str:
    """Let the visitor choose a village; a chosen household brings its own."""
    say = speak(lang)
    given = {"village": st.query_params["village"]} if "village" in st.query_params else {}
    filter_, problems = parse_filter(given, choices)
    for problem in problems:
        draw_notice(problem.sentence(lang))
    codes = list(choices.villages)
    current = chosen.village if chosen else filter_.village or codes[0]
    village = st.selectbox(
        say("村（社区）"),
        codes,
        index=codes.index(current),
        format_func=lambda code: choices.villages[code][lang],
    )
    if village != current:
        go_to("", village)
        st.rerun()
    return village


def draw_list(listed: pd.DataFrame, current: str, lang: Lang) -> None:
    """Draw the households; choosing a row or a code opens one."""
    say = speak(lang)
    codes = list(listed["household"])
    rows_key, code_key = f"households.rows.{len(codes)}.{codes[0]}", f"households.code.{current}"

    def choose_row() -> None:
        rows = st.session_state[rows_key].selection.rows
        go_to(codes[rows[0]] if rows else "", st.query_params.get("village", ""))

    def choose_code() -> None:
        go_to(st.session_state[code_key] or "", st.query_params.get("village", ""))

    st.selectbox(
        say("打开一户"),
        codes,
        index=codes.index(current) if current in codes else None,
        key=code_key,
        on_change=choose_code,
        placeholder=say("选择户编码，或点选下表中的一行"),
    )
    labels = {name: say(title) for name, title in COLUMN_NAMES.items()}
    st.dataframe(
        listed.assign(status=listed["status"].map({k: say(v) for k, v in STATUS_NAMES.items()})),
        hide_index=True,
        # The cause is health, and hidden from everybody here: no column for it.
        column_order=[name for name in ("village", *COLUMN_NAMES) if name != "cause"],
        column_config=labels | {"village": say("村（社区）")},
        on_select=choose_row,
        selection_mode="single-row",
        key=rows_key,
    )


def draw_record(viewer: Viewer, record: HouseholdRecord, where: str, lang: Lang) -> None:
    """Draw one household: masked, or in full while a view of it is open."""
    say = speak(lang)
    st.subheader(say("户 {code}", code=record.household), anchor=False)
    st.caption(plain(say("{village} · {count} 人", village=where, count=len(record.members))))
    st.page_link(
        "household.py",
        label=say("打开户档案"),
        icon=":material/folder_shared:",
        query_params={"household": record.household, "lang": lang},
    )
    draw_outcome(lang)
    full = find_open(viewer, record.household, lang)
    if full is not None:
        draw_open(viewer, full, lang)
        return
    draw_masked(record, lang)
    if can(viewer, Action.SEE_IDENTITY, record.village):
        draw_request(viewer, record.household, lang)


version = cache.version_for(viewer)
choices = cache.choices(version, viewer)
if not choices.villages:
    st.info(say("您的范围内没有村或社区。"))
    st.stop()
as_of = Filter().as_of
chosen = find_chosen(viewer, lang)
wide, narrow = st.columns([0.46, 0.54], gap="large")
with wide:
    is_helper = viewer.role is Role.HELPER
    if is_helper:
        listed = list_own_households(shared_database(), viewer, as_of=as_of)
        village = ""
        names = {code: name[lang] for code, name in choices.villages.items()}
        listed["village"] = listed["village"].map(names)
    else:
        village = choose_village(choices, chosen, lang)
        listed = cache.households(version, viewer, village, as_of)
    if can(viewer, Action.FIND_PERSON):
        draw_search(viewer, lang)
    if listed.empty:
        st.caption(say("您目前没有结对的帮扶户。") if is_helper else say("该村没有在册户。"))
    else:
        draw_list(listed, chosen.household if chosen else "", lang)
        day = format_day(as_of, lang)
        st.caption(say("{count} 户，截至{day}；姓名等已脱敏。", count=len(listed), day=day))
    if not is_helper and can(viewer, Action.EXPORT_HOUSEHOLDS, village) and len(listed):
        address = f"/export/households.csv?{urlencode({'village': village, 'lang': lang})}"
        st.link_button(say("导出脱敏户名单"), address, icon=":material/download:")
with narrow:
    if chosen is None:
        st.caption(say("请选择一户，查看其成员。"))
    else:
        with st.container(key="household_record"):
            draw_record(viewer, chosen, choices.villages[chosen.village][lang], lang)
if not is_helper:
    draw_new_household(viewer, village, lang)
