"""Acts of a page of gaps: carried out, and said once on the next run; or why not."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from data.text import Lang, mark, render_error
from geo.errors import AppError
from pages.ui.cards import draw_notice
from pages.ui.words import speak

_DONE: Final = "gaps.done"
_SAID: Final = {
    "assigned": mark("已交办并记入审计。"),
    "withdrawn": mark("已撤回交办并记入审计。"),
    "entered": mark("已登记并记入审计。"),
    "voided": mark("已撤销并记入审计。"),
}


def draw_outcome(lang: Lang) -> None:
    """Say once what the last act came to."""
    say = speak(lang)
    done = st.session_state.pop(_DONE, "")
    if done:
        st.success(say(_SAID[done]), icon=":material/check:")


def carry_out(outcome: str, lang: Lang, act: Callable[[], object]) -> None:
    """Do something and say so on the next run, or say why not."""
    try:
        act()
    except AppError as error:
        draw_notice(render_error(error, lang))
        return
    st.session_state[_DONE] = outcome
    st.rerun()
