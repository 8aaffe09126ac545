"""Opening exits: the trial run of a town, the form of a batch, and the figures that it rests on."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import streamlit as st

from data.access import Viewer
from data.actions.open_exits import Opening, open_exits
from data.actions.set_parameter import Setting, set_parameter
from data.queries.exit_candidates import READINESS_NAMES, Candidate, Readiness, list_candidates
from data.queries.parameters import INCOME_LINE, PARAMETER_NAMES, WINDOW
from data.rules.attainment import DEFAULT_WINDOW, LEAST_WINDOW, LONGEST_WINDOW
from data.shared import shared_database
from data.text import Lang, join_words, mark
from pages.ui.cards import draw_table
from pages.ui.exit_files import FEN, place_name
from pages.ui.exit_forms import attempt
from pages.ui.failures import plain
from pages.ui.words import speak


def draw_opening(
    viewer: Viewer, towns: Sequence[str], names: Mapping[str, str], day: date, lang: Lang
) -> None:
    """Draw the trial run for a town, and the form that opens a batch of it."""
    say = speak(lang)
    left, right = st.columns([0.6, 0.4])
    town = left.selectbox(
        say("所在镇（街道）"),
        towns,
        format_func=lambda code: place_name(code, names),
        key="exits.town",
    )
    opened_on = right.date_input(say("立档日期"), value=day, key="exits.opened_on")
    if not isinstance(opened_on, date):
        return
    candidates = list_candidates(shared_database(), viewer, town, opened_on)
    if not candidates:
        st.caption(say("该镇（街道）在您的范围内当日没有未脱贫的户。"))
        return
    _draw_trial(candidates, names, lang)
    ready = [one.household for one in candidates if one.readiness is Readiness.READY]
    if not ready:
        return
    with st.form("exits.open", border=False):
        st.multiselect(
            say("本批的户"), ready, default=ready, key="exits.chosen",
            placeholder=say("选择户编码"),
        )  # fmt: skip
        st.form_submit_button(
            say("建立批次"), type="primary", on_click=_open, args=(viewer, town, opened_on, lang)
        )


def _draw_trial(candidates: Sequence[Candidate], names: Mapping[str, str], lang: Lang) -> None:
    say = speak(lang)
    counts = {one: sum(c.readiness is one for c in candidates) for one in Readiness}
    told = join_words(
        (f"{say(READINESS_NAMES[one])} {count}" for one, count in counts.items() if count), lang
    )
    st.caption(plain(say("试算：{told} 户", told=told)))
    draw_table(
        [say("户编码（代号）"), say("村（社区）"), say("人数"), say("结果"), say("各季度")],
        (
            [
                one.household,
                place_name(one.village, names, is_short=True),
                str(len(one.members)),
                say(READINESS_NAMES[one.readiness]),
                " ".join(
                    f"{quarter.end.year}-{quarter.end.months:02d} {_SIGNS[quarter.is_reached]}"
                    for quarter in one.attainment.quarters
                    if quarter.statement is not None
                ),
            ]
            for one in candidates
        ),
        stack=True,
    )


_SIGNS: Final = {True: "✓", False: "✗", None: "?"}


def _open(viewer: Viewer, town: str, opened_on: date, lang: Lang) -> None:
    say = speak(lang)
    opening = Opening(town, tuple(st.session_state["exits.chosen"]), opened_on)
    attempt(
        lambda: open_exits(shared_database(), viewer, opening),
        say("已立档 {count} 户。", count=len(opening.households)),
    )


_IN_HUNDREDTHS: Final = {
    INCOME_LINE: mark("元／人·年"),
    "monitoring.self_pay_fen": mark("元"),
    "monitoring.income_drop": mark("百分比（%）"),
    "monitoring.self_pay_share": mark("百分比（%）"),
}
"""Parameters that are kept in hundredths of what is typed, with its unit."""


def draw_parameters(viewer: Viewer, day: date, lang: Lang) -> None:
    """Draw the form that sets the line or the window, by a document."""
    say = speak(lang)
    code = st.selectbox(
        say("规则参数"),
        list(PARAMETER_NAMES),
        format_func=lambda one: say(PARAMETER_NAMES[one]),
        key="exits.parameter",
    )
    key = f"exits.set.{code}"
    with st.form(key, border=False):
        left, right = st.columns(2)
        if code == WINDOW:
            left.number_input(
                say("季度数"), LEAST_WINDOW, LONGEST_WINDOW, DEFAULT_WINDOW, key=f"{key}.value"
            )
        elif code in _IN_HUNDREDTHS:
            left.number_input(
                say(_IN_HUNDREDTHS[code]), min_value=0.01, value=None, step=0.01,
                key=f"{key}.value",
            )  # fmt: skip
        else:
            left.number_input(
                say("天数或年龄"), min_value=1, value=None, step=1, key=f"{key}.value"
            )
        right.date_input(say("生效日期"), value=day, key=f"{key}.from")
        st.text_input(say("依据文件"), key=f"{key}.title", max_chars=80)
        left, middle, right = st.columns(3)
        left.text_input(say("文号"), key=f"{key}.number", max_chars=40)
        middle.date_input(say("成文日期"), value=day, key=f"{key}.on")
        right.text_input(say("页码"), key=f"{key}.page", max_chars=10)
        st.form_submit_button(
            say("登记参数"), type="primary", on_click=_set, args=(viewer, code, lang)
        )


def _set(viewer: Viewer, code: str, lang: Lang) -> None:
    say, state, key = speak(lang), st.session_state, f"exits.set.{code}"
    given = Decimal(str(state[f"{key}.value"] or 0))
    setting = Setting(
        code=code, value=int(given * FEN if code in _IN_HUNDREDTHS else given),
        valid_from=state[f"{key}.from"], document_title=state[f"{key}.title"],
        document_number=state[f"{key}.number"], document_on=state[f"{key}.on"],
        document_page=state[f"{key}.page"],
    )  # fmt: skip
    attempt(lambda: set_parameter(shared_database(), viewer, setting), say("参数已登记。"))
