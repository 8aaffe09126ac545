"""Exits: what waits for my signature, and how far is each batch in the nine steps?"""

from datetime import UTC, datetime
from urllib.parse import urlencode

import streamlit as st

from data.access import Action, Viewer, can
from data.errors import NotFound
from data.queries.exit_batches import BatchFile, Progress, get_batch, list_batches
from data.queries.exit_files import get_case
from data.queries.filters import Filter
from data.queries.instants import CHINA
from data.queries.parameters import get_criterion
from data.queries.places import list_division_names
from data.queries.signatures import list_to_sign
from data.shared import shared_database
from data.text import Lang
from pages.ui import cache
from pages.ui.exit_files import (
    draw_batches,
    draw_case,
    draw_cases,
    draw_course,
    draw_criterion,
    draw_notice_preview,
    place_name,
)
from pages.ui.exit_forms import draw_outcome, draw_step, draw_to_sign, draw_undo
from pages.ui.exit_openings import draw_opening, draw_parameters
from pages.ui.failures import plain
from pages.ui.session import language, require
from pages.ui.words import speak

viewer = require("exits")
lang = language()
say = speak(lang)
db = shared_database()
today = datetime.now(UTC).astimezone(CHINA).date()
DAY = Filter().as_of


def go_to(batch: str, case: str = "") -> None:
    """Put a choice into the address, which the next run reads."""
    wanted = {"batch": batch, "case": case, "lang": language()}
    st.query_params.from_dict({name: value for name, value in wanted.items() if value})


def choose_batch(batches: list[Progress], names: dict[str, str], lang: Lang) -> str:
    """Let the visitor choose a batch; the address may name one."""
    say = speak(lang)
    codes = {one.id: one for one in batches}
    current = st.query_params.get("batch", "")
    key = f"exits.batch.{current}.{len(codes)}"

    def choose() -> None:
        go_to(st.session_state[key] or "")

    chosen = st.selectbox(
        say("打开一个批次"),
        list(codes),
        index=list(codes).index(current) if current in codes else None,
        format_func=lambda code: f"{place_name(codes[code].town_code, names)} · {codes[code].name}",
        placeholder=say("选择批次，办理步骤或查看各户"),
        key=key,
        on_change=choose,
    )
    # A link may lead to a batch that is not in the list that is open.
    return chosen or (current if current not in codes else "")


def draw_batch(viewer: Viewer, batch: BatchFile, names: dict[str, str], lang: Lang) -> None:
    """Draw one batch: its cases, the step form, the notice, one case."""
    say = speak(lang)
    st.subheader(plain(f"{place_name(batch.town_code, names)} · {batch.name}"), anchor=False)
    st.caption(plain(say("责任区：{district}", district=place_name(batch.district_code, names))))
    may_run = can(viewer, Action.RUN_EXITS)
    wide, narrow = st.columns([0.58, 0.42], gap="large")
    with wide:
        draw_cases(batch.cases, names, today, lang)
    with narrow:
        tabs = st.tabs([say("办理步骤"), say("公示")] if may_run else [say("公示")])
        if may_run:
            with tabs[0]:
                draw_step(viewer, batch, DAY, lang)
        with tabs[-1]:
            draw_notice_preview(batch, names, lang)
            if can(viewer, Action.EXPORT_HOUSEHOLDS):
                address = f"/notice/{batch.id}.html?{urlencode({'lang': lang})}"
                st.link_button(say("打印公示"), address, icon=":material/print:")
    draw_chosen_case(viewer, batch, names, lang)


def draw_chosen_case(viewer: Viewer, batch: BatchFile, names: dict[str, str], lang: Lang) -> None:
    """Let the visitor choose one case of a batch, and draw it."""
    say = speak(lang)
    by_id = {case.id: case for case in batch.cases}
    current = st.query_params.get("case", "")
    key = f"exits.case.{batch.id}.{current}"

    def choose() -> None:
        go_to(batch.id, st.session_state[key] or "")

    chosen = st.selectbox(
        say("打开一户的档案"),
        list(by_id),
        index=list(by_id).index(current) if current in by_id else None,
        format_func=lambda case: by_id[case].household,
        placeholder=say("选择户编码"),
        key=key,
        on_change=choose,
    )
    if not chosen:
        return
    found = get_case(db, viewer, chosen)
    left, right = st.columns([0.36, 0.64], gap="large")
    with left:
        draw_case(found, names, lang)
        if can(viewer, Action.RUN_EXITS):
            draw_undo(viewer, by_id[chosen], lang)
    with right:
        draw_course(found, lang)


def list_towns(viewer: Viewer) -> list[str]:
    """List the towns of the viewer's villages."""
    choices = cache.choices(cache.version_for(viewer), viewer)
    return sorted({code[:9].ljust(12, "0") for code in choices.villages})


names = list_division_names(db, lang)
with st.container():  # there even when empty: what stands below keeps its place
    draw_outcome()
if can(viewer, Action.SIGN_EXITS):
    st.subheader(say("待我签字"), anchor=False)
    draw_to_sign(viewer, list_to_sign(db, viewer, today), names, today, lang)
st.subheader(say("脱贫批次"), anchor=False)
is_complete = st.toggle(say("看已办完的批次"), key="exits.complete")
batches = list_batches(db, viewer, today, is_complete=is_complete)
with st.container():  # the table comes first, and is left out while a batch of many is open
    if not batches:
        st.info(say("没有已办完的批次。") if is_complete else say("没有办理中的批次。"))
    elif not is_complete or not st.query_params.get("batch"):
        draw_batches(batches, names, lang)
chosen = choose_batch(batches, names, lang) if can(viewer, Action.SEE_HOUSEHOLDS) else ""
if chosen:
    try:
        draw_batch(viewer, get_batch(db, viewer, chosen), names, lang)
    except NotFound:
        st.info(say("该批次不在您的范围内，或已不存在。"))
left, right = st.columns([0.6, 0.4], gap="large")
with right:
    draw_criterion(get_criterion(db, viewer, DAY), lang)
    if can(viewer, Action.SET_PARAMETERS):
        with st.expander(say("按文件登记规则参数")):
            draw_parameters(viewer, DAY, lang)
with left:
    if can(viewer, Action.RUN_EXITS) and st.toggle(say("新建批次（按镇）"), key="exits.opening"):
        towns = list_towns(viewer)
        if towns:
            draw_opening(viewer, towns, names, DAY, lang)
        else:
            st.info(say("您的范围内没有村或社区。"))
    st.caption(
        say(
            "九步程序、七天公示和层层签字按第三方转述，待核；"
            "签字期限为公示期满后七天，是假设值。一级只签一次，签字日期为当天。"
        )
    )
