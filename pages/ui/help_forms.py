"""Forms about how a household is helped: its measures and who is paired with it."""

from collections.abc import Mapping
from typing import Final

import pandas as pd
import streamlit as st

from data.actions.assign_measure import (
    MeasureChange,
    MeasureEntry,
    assign_measure,
    change_measure,
)
from data.actions.pair_household import PairingEnd, PairingEntry, end_pairing, pair_household
from data.rules.files import MEASURE_STATES
from data.shared import shared_database
from data.text import Lang, mark, translate
from pages.ui.file_desk import Desk
from pages.ui.words import name_of, speak

_FEN: Final = 100
_ENDS: Final = "ended"
_STATES: Final = {**MEASURE_STATES, _ENDS: mark("结束该措施")}


def draw_measure_forms(desk: Desk, names: Mapping[str, str]) -> None:
    """Ask for a new measure, and how far one in force has come.

    Parameters
    ----------
    names
        The vocabulary's measures by code, in the reader's language.
    """
    held = desk.file.measures[desk.file.measures["is_current"].astype(bool)]
    free = {code: name for code, name in names.items() if code not in set(held["code"])}
    if free:
        _draw_assignment(desk, free)
    open_ = {
        str(row["id"]): f"{names[row['code']]} · {name_of(MEASURE_STATES, row['state'], desk.lang)}"
        for row in held[held["valid_to"].isna()].to_dict("records")
    }
    if open_:
        _draw_change(desk, open_)


def _ask_amount(desk: Desk, name: str) -> int | None:
    """Ask for an amount in yuan; give 分, None where nothing was typed."""
    typed = st.number_input(
        translate("金额（元，可不填）", desk.lang), min_value=0.0, value=None, step=100.0,
        format="%.2f", key=desk.key(name),
    )  # fmt: skip
    return None if typed is None else round(typed * _FEN)


def _draw_assignment(desk: Desk, free: Mapping[str, str]) -> None:
    say, base = speak(desk.lang), desk.base("measure")
    with (
        st.expander(say("新增措施"), icon=":material/add:"),
        st.form(desk.key("measure"), border=False),
    ):
        what, how, worth, when = st.columns(4)
        with what:
            code = st.selectbox(
                say("帮扶措施"), list(free), key=desk.key("measure.code"),
                format_func=lambda code: free[code],
            )  # fmt: skip
        with how:
            state = desk.choose_code(say("实施状态"), "measure.state", MEASURE_STATES)
        with worth:
            amount = _ask_amount(desk, "measure.amount")
        with when:
            day = desk.choose_day(say("自何日起"), "measure.day")
        wanted = st.form_submit_button(say("登记"), type="primary")
    if wanted:
        entry = MeasureEntry(desk.file.code, code, state, day, base, amount)
        desk.submit("measure", lambda: assign_measure(shared_database(), desk.viewer, entry), day)


def _draw_change(desk: Desk, held: Mapping[str, str]) -> None:
    say, base = speak(desk.lang), desk.base("measure")
    with (
        st.expander(say("更新或结束措施"), icon=":material/update:"),
        st.form(desk.key("change"), border=False),
    ):
        what, how, worth, when = st.columns(4)
        with what:
            chosen = st.selectbox(
                say("帮扶措施"), list(held), key=desk.key("change.id"),
                format_func=lambda row: held[row],
            )  # fmt: skip
        with how:
            state = desk.choose_code(say("改为"), "change.state", _STATES, 1)
        with worth:
            amount = _ask_amount(desk, "change.amount")
        with when:
            day = desk.choose_day(say("自何日起"), "change.day")
        wanted = st.form_submit_button(say("登记"), type="primary")
    if not wanted:
        return
    change = MeasureChange(
        desk.file.code, chosen, None if state == _ENDS else state, day, base, amount
    )
    desk.submit(
        "measure",
        # After an end no version is made: the one that ended leads to the undo.
        lambda: change_measure(shared_database(), desk.viewer, change) or chosen,
        day,
    )


def draw_pairing_forms(desk: Desk) -> None:
    """Ask for a new pairing, and for the end of one in force."""
    say, base = speak(desk.lang), desk.base("pairing")
    with (
        st.expander(say("新增结对"), icon=":material/person_add:"),
        st.form(desk.key("pair"), border=False),
    ):
        who, when = st.columns(2)
        official = who.text_input(
            say("帮扶责任人代号"), key=desk.key("pair.official"), max_chars=40,
            placeholder=say("例如：干部 0001"),
        )  # fmt: skip
        with when:
            day = desk.choose_day(say("自何日起"), "pair.day")
        wanted = st.form_submit_button(say("登记"), type="primary")
    if wanted:
        entry = PairingEntry(desk.file.code, official, day, base)
        desk.submit("pairing", lambda: pair_household(shared_database(), desk.viewer, entry), day)
    held = desk.file.pairings
    held = held[held["is_current"].astype(bool) & held["valid_to"].isna()]
    if len(held):
        _draw_pairing_end(desk, held, base)


def _draw_pairing_end(desk: Desk, held: pd.DataFrame, base: str) -> None:
    say = speak(desk.lang)
    codes = dict(zip(held["id"].map(str), held["official"].map(str), strict=True))
    with (
        st.expander(say("结束结对"), icon=":material/person_remove:"),
        st.form(desk.key("part"), border=False),
    ):
        who, when = st.columns(2)
        with who:
            chosen = st.selectbox(
                say("帮扶责任人"), list(codes), key=desk.key("part.id"),
                format_func=lambda row: codes[row],
            )  # fmt: skip
        with when:
            day = desk.choose_day(say("自何日起不再结对"), "part.day")
        wanted = st.form_submit_button(say("登记"), type="primary")
    if not wanted:
        return

    def end() -> str:
        end_pairing(shared_database(), desk.viewer, PairingEnd(desk.file.code, chosen, day, base))
        return chosen

    desk.submit("pairing", end, day)


def measure_names(choices: Mapping[str, Mapping[Lang, str]], lang: Lang) -> dict[str, str]:
    """Give the names of the measures that are assigned: those of Wuhai's own vocabulary."""
    return {code: name[lang] for code, name in choices.items() if "." not in code}
