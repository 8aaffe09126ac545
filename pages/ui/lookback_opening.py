"""The form of a new look-back: which records are frozen, on which day, until when verified."""

from datetime import date, timedelta
from typing import Final

import streamlit as st

from data.access import Viewer, reaches
from data.actions.open_lookback import LED_BY, NAME, Opened, Opening, open_lookback
from data.queries.places import list_division_names
from data.shared import shared_database
from data.text import Lang, render_error
from geo.errors import AppError
from pages.ui.cards import draw_notice
from pages.ui.words import speak

_ROUND: Final = "lookback.openings"
_LONGEST: Final = 120
_USUAL_DAYS: Final = 90
_CITY_DIGITS: Final = 4


def draw_opening(viewer: Viewer, day: date, lang: Lang) -> Opened | None:
    """Draw the form that freezes the records of a division; give what it froze."""
    say = speak(lang)
    names = {
        prefix.ljust(12, "0"): name
        for prefix, name in list_division_names(shared_database(), lang).items()
        if len(prefix) >= _CITY_DIGITS and reaches(viewer, prefix)
    }
    state = st.session_state
    round_ = state.setdefault(_ROUND, 0)
    key = f"lookback.open.{round_}"
    with st.form(key, border=False):
        st.caption(say("按冻结日期的在册户（含已脱贫）冻结名册；冻结后名册不再变化，逐户核查。"))
        name = st.text_input(say(NAME), max_chars=_LONGEST, key=f"{key}.name")
        left, right = st.columns(2)
        division = left.selectbox(
            say("范围"), list(names), format_func=names.__getitem__, key=f"{key}.division"
        )
        led_by = right.text_input(
            say(LED_BY), max_chars=_LONGEST, key=f"{key}.led_by",
            placeholder=say("单位或代号，不写姓名"),
        )  # fmt: skip
        frozen_on = left.date_input(say("冻结日期"), value=day, key=f"{key}.frozen")
        due_on = right.date_input(
            say("完成期限"), value=day + timedelta(days=_USUAL_DAYS), key=f"{key}.due"
        )
        wanted = st.form_submit_button(
            say("冻结名册，开展回头看"), icon=":material/lock:", type="primary"
        )
    if not wanted:
        return None
    opening = Opening(name, division or "", led_by, frozen_on, due_on)
    try:
        opened = open_lookback(shared_database(), viewer, opening)
    except AppError as error:
        draw_notice(render_error(error, lang))
        return None
    state[_ROUND] = round_ + 1
    return opened
