"""Look-backs on screen: four numbers that add up, the records, their outcomes, a new freeze."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import pandas as pd
import streamlit as st

from data.access import Action, Viewer, can, prefix_of
from data.actions.close_alert import UNDO_REASON
from data.actions.record_lookback import (
    OUTCOME,
    REASON,
    Finding,
    record_lookback,
    withdraw_lookback,
)
from data.errors import EntryChanged
from data.queries.lookbacks import (
    OUTCOMES,
    PENDING,
    Progress,
    list_items,
    list_lookbacks,
    progress_by_village,
)
from data.queries.places import list_division_names
from data.shared import shared_database
from data.text import Lang, format_day, mark, render_error
from geo.errors import AppError
from pages.ui.cards import draw_figures, draw_notice, draw_table
from pages.ui.failures import plain
from pages.ui.lookback_opening import draw_opening
from pages.ui.words import speak

OUTCOME_NAMES: Final = {
    "verified": mark("属实"),
    "corrected": mark("已更正"),
    "removed": mark("已清退"),
    PENDING: mark("待核查"),
}
_CAMPAIGN: Final = "lookback.campaign"
_BASES: Final = "lookback.bases"
_DONE: Final = "lookback.done"
_ROUND: Final = "lookback.round"
_LONGEST: Final = 120


def draw_lookbacks(viewer: Viewer, villages: Mapping[str, str], day: date, lang: Lang) -> None:
    """Draw the tab of look-backs: the chosen one, its records, and the form of a new one."""
    say = speak(lang)
    done = st.session_state.pop(_DONE, "")
    if done:
        st.success(done, icon=":material/check:")
    running = list_lookbacks(shared_database(), viewer)
    if running:
        chosen = _choose(running, lang)
        _draw_progress(chosen, lang)
        _draw_records(viewer, chosen, villages, day, lang)
    else:
        st.info(say("您的范围内还没有回头看。"), icon=":material/history:")
    if can(viewer, Action.OPEN_LOOK_BACK):
        with st.expander(say("开展新的回头看"), icon=":material/add:", expanded=not running):
            opened = draw_opening(viewer, day, lang)
        if opened is not None:
            st.session_state[_CAMPAIGN] = opened.campaign_id
            _finish(say("已冻结 {count} 户，回头看开始。", count=opened.population))


def _choose(running: Sequence[Progress], lang: Lang) -> Progress:
    say = speak(lang)
    by_id = {one.id: one for one in running}
    ids = list(by_id)
    wanted = st.session_state.get(_CAMPAIGN)
    chosen = st.selectbox(
        say("回头看"), ids, index=ids.index(wanted) if wanted in ids else 0,
        format_func=lambda one: f"{by_id[one].name} · {by_id[one].frozen_on}",
    )  # fmt: skip
    st.session_state[_CAMPAIGN] = chosen
    return by_id[chosen]


def _draw_progress(one: Progress, lang: Lang) -> None:
    """Draw the equation of the look-back, and what it rests on."""
    say = speak(lang)
    signs = {"verified": "", "corrected": "＋ ", "removed": "＋ ", PENDING: "＋ "}
    figures = [
        (signs[outcome] + say(name), str(getattr(one, outcome)), "", say("户"))
        for outcome, name in OUTCOME_NAMES.items()
    ]
    label = say("冻结户数") if one.population is not None else say("冻结户数（您的范围）")
    draw_figures([*figures, (f"＝ {label}", str(one.households), "", say("户"))])
    names = list_division_names(shared_database(), lang)
    told = say(
        "范围：{division}；领导小组：{led_by}；名册冻结于{day}，{due}前完成；名册校验值 {hash}。",
        division=names[prefix_of(one.division)],
        led_by=one.led_by,
        day=format_day(one.frozen_on, lang),
        due=format_day(one.due_on, lang),
        hash=one.frame_hash[:12],
    )
    st.caption(plain(told))


def _draw_records(
    viewer: Viewer, one: Progress, villages: Mapping[str, str], day: date, lang: Lang
) -> None:
    say = speak(lang)
    items = list_items(shared_database(), viewer, one.id)
    counted = progress_by_village(items)
    wide, narrow = st.columns([0.56, 0.44], gap="large")
    with wide:
        village = _choose_village(counted, villages, lang)
        here = items[items["village"] == village].reset_index(drop=True)
        _draw_table_of(here, lang)
        with st.expander(say("各村（社区）进度"), icon=":material/location_on:"):
            _draw_villages(counted, villages, lang)
    with narrow:
        _draw_outcome(viewer, one, here, day, lang)
        _draw_withdrawal(viewer, here, lang)


def _choose_village(counted: pd.DataFrame, villages: Mapping[str, str], lang: Lang) -> str:
    say = speak(lang)
    chosen: str = st.selectbox(
        say("村（社区）"), list(counted["village"]), key="lookback.village",
        format_func=villages.__getitem__,
    )  # fmt: skip
    return chosen


def _draw_table_of(here: pd.DataFrame, lang: Lang) -> None:
    say = speak(lang)
    shown = here.assign(
        outcome=[say(OUTCOME_NAMES[str(outcome)]) for outcome in here["outcome"]],
        found_on=["" if pd.isna(found) else str(found) for found in here["found_on"]],
    )
    st.dataframe(
        shown,
        hide_index=True,
        column_order=["household", "outcome", "found_on", "found_by", "reason"],
        column_config={
            "household": say("户编码"),
            "outcome": say(OUTCOME),
            "found_on": say("核查日期"),
            "found_by": say("登记人"),
            "reason": say(REASON),
        },
    )
    waiting = int((here["outcome"] == PENDING).sum())
    st.caption(
        say("{count} 户，待核查 {waiting} 户；户编码为代号。", count=len(here), waiting=waiting)
    )


def _draw_villages(counted: pd.DataFrame, villages: Mapping[str, str], lang: Lang) -> None:
    say = speak(lang)
    draw_table(
        [say("村（社区）"), say("冻结户数"), *(say(name) for name in OUTCOME_NAMES.values())],
        (
            [
                villages[str(row["village"])],
                str(row["households"]),
                *(str(row[outcome]) for outcome in OUTCOME_NAMES),
            ]
            for row in counted.to_dict("records")
        ),
        stack=True,
    )


def _draw_outcome(viewer: Viewer, one: Progress, here: pd.DataFrame, day: date, lang: Lang) -> None:
    """Draw the form of outcomes: one record or many, against what was seen when it was drawn."""
    say = speak(lang)
    key = f"lookback.{one.id}.{st.session_state.setdefault(_ROUND, 0)}"
    outcomes = dict(zip(here["household"], here["outcome"], strict=True))
    waiting = [code for code, outcome in outcomes.items() if outcome == PENDING]
    picked_key = f"{key}.picked.{here['village'].iloc[0]}"

    def pick_all() -> None:
        st.session_state[picked_key] = waiting

    picked: list[str] = st.multiselect(
        say("选择户"), list(outcomes), key=picked_key, placeholder=say("可多选"),
        format_func=lambda code: f"{code} · {say(OUTCOME_NAMES[outcomes[code]])}",
    )  # fmt: skip
    if waiting:
        st.button(
            say("选中本村待核查的 {count} 户", count=len(waiting)), on_click=pick_all,
            key=f"{picked_key}.all", icon=":material/select_all:",
        )  # fmt: skip
    bases = _bases_seen(one.id, picked, here)
    with st.form(key, border=True):
        if len(picked) > 1:
            st.caption(say("已选 {count} 户：批量只登记“属实”。", count=len(picked)))
        choices = OUTCOMES[:1] if len(picked) > 1 else OUTCOMES
        outcome = st.selectbox(
            say(OUTCOME), choices, index=0 if len(picked) > 1 else None,
            format_func=lambda code: say(OUTCOME_NAMES[code]), placeholder=say("请选择"),
        )  # fmt: skip
        reason = st.text_area(
            say(REASON),
            max_chars=_LONGEST,
            key=f"{key}.reason",
            placeholder=say("不要写姓名、证件号或电话"),
        )
        found_on = st.date_input(say("核查日期"), value=max(day, one.frozen_on), key=f"{key}.day")
        st.caption(
            say("“已更正”须先在户档案中更正；“已清退”须先登记清退。新结果替换旧结果，旧的仍可查。")
        )
        wanted = st.form_submit_button(
            say("登记结果"), icon=":material/fact_check:", type="primary"
        )
    if not wanted:
        return
    finding = Finding(one.id, bases, outcome or "", reason, found_on)
    try:
        count = record_lookback(shared_database(), viewer, finding)
    except AppError as error:
        draw_notice(render_error(error, lang))
        if isinstance(error, EntryChanged):
            # They have been told: what they submit next is meant against the newest state.
            st.session_state.pop(_BASES, None)
        return
    _finish(say("已登记 {count} 户的核查结果，并记入审计。", count=count))


def _bases_seen(campaign: str, picked: Sequence[str], here: pd.DataFrame) -> dict[str, str]:
    """Give the outcomes that stood when these records were picked, not those of this run."""
    chosen = (campaign, *sorted(picked))
    seen = st.session_state.get(_BASES)
    if seen is None or seen[0] != chosen:
        now = dict(zip(here["household"], here["outcome_id"], strict=True))
        seen = (chosen, {code: str(now[code]) for code in picked})
        st.session_state[_BASES] = seen
    bases: dict[str, str] = seen[1]
    return bases


def _draw_withdrawal(viewer: Viewer, here: pd.DataFrame, lang: Lang) -> None:
    say = speak(lang)
    recorded = here[here["outcome"] != PENDING]
    if recorded.empty:
        return
    labels = {
        str(row.outcome_id): f"{row.household} · {say(OUTCOME_NAMES[str(row.outcome)])}"
        for row in recorded.itertuples()
    }
    with st.expander(say("撤回一户的结果"), icon=":material/undo:"):
        key = f"lookback.withdraw.{st.session_state[_ROUND]}"
        with st.form(key, border=False):
            outcome = st.selectbox(
                say("已登记的户"), list(labels), index=None, format_func=labels.__getitem__,
                placeholder=say("请选择"),
            )  # fmt: skip
            reason = st.text_input(
                say(UNDO_REASON), max_chars=_LONGEST, key=f"{key}.reason",
                placeholder=say("不要写姓名、证件号或电话"),
            )  # fmt: skip
            wanted = st.form_submit_button(say("撤回，恢复为待核查"))
        if not wanted:
            return
        if outcome is None:
            draw_notice(say("请先选择一户。"))
            return
        try:
            withdraw_lookback(shared_database(), viewer, outcome, reason)
        except AppError as error:
            draw_notice(render_error(error, lang))
            return
        _finish(say("已撤回，该户恢复为待核查。"))


def _finish(said: str) -> None:
    st.session_state[_DONE] = said
    st.session_state.pop(_BASES, None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.rerun()
