"""What the last entry of the register came to, said once, with a button that takes it back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import streamlit as st

from data.access import Viewer
from data.actions.enter_event import Entered
from data.actions.split_household import SplitOff
from data.actions.void_entry import Undoing, void_entry
from data.models import EventKind
from data.queries.instants import CHINA
from data.queries.statuses import get_register_file
from data.rules.transitions import KIND_NAMES
from data.shared import shared_database
from data.text import Lang, render_error
from geo.errors import AppError
from pages.ui.cards import draw_notice
from pages.ui.failures import plain
from pages.ui.words import join_sentences, speak

_DONE: Final = "register.done"
_UNDONE: Final = "register.undone"


@dataclass(frozen=True)
class _Done:
    """An entry just made: codes and numbers, and what its undoing is held against."""

    entered: Entered
    base: str


def keep_outcome(viewer: Viewer, entered: Entered) -> None:
    """Keep what the next run says of an entry."""
    today = datetime.now(CHINA).date()
    file = get_register_file(shared_database(), viewer, entered.household, as_of=today)
    st.session_state[_DONE] = _Done(entered, file.base)


def draw_outcome(viewer: Viewer, lang: Lang) -> None:
    """Say once what the last entry or undoing came to, and offer to undo an entry."""
    say, state = speak(lang), st.session_state
    undone = state.pop(_UNDONE, None)
    if isinstance(undone, AppError):
        draw_notice(render_error(undone, lang))
    elif undone is not None:
        household, kind, persons = undone
        text = say(
            "已撤销户 {household} 的“{kind}”，{persons} 人，并记入审计。",
            household=household, kind=say(KIND_NAMES[EventKind(kind)]), persons=persons,
        )  # fmt: skip
        st.success(plain(text), icon=":material/undo:")
    done = state.pop(_DONE, None)
    if done is None:
        return
    entered = done.entered
    with st.container(border=True, key="register_outcome"):
        st.success(plain(_sentence(entered, lang)), icon=":material/check:")
        st.button(
            say("撤销这次登记"),
            key=f"register.undo.{entered.act_id}",
            icon=":material/undo:",
            on_click=undo,
            args=(viewer, Undoing(
                entered.household, entered.act_id, "entered_by_mistake", done.base
            )),
        )  # fmt: skip


def undo(viewer: Viewer, undoing: Undoing) -> None:
    """Undo an entry, and keep what the next drawing says of it, a refusal too."""
    try:
        done = void_entry(shared_database(), viewer, undoing)
    except AppError as error:
        st.session_state[_UNDONE] = error
        return
    st.session_state[_UNDONE] = (done.household, str(done.kind), done.persons)
    st.session_state.pop(f"register.base.{undoing.household}", None)


def _sentence(entered: Entered, lang: Lang) -> str:
    say = speak(lang)
    parts = [
        say(
            "已登记户 {household} 的“{kind}”，{persons} 人。",
            household=entered.household, kind=say(KIND_NAMES[entered.kind]),
            persons=entered.persons,
        ),
    ]  # fmt: skip
    if entered.days is not None:
        parts.append(say("从发现到纳入 {days} 天。", days=entered.days))
    if isinstance(entered, SplitOff):
        parts.append(say("新户编码 {code}。", code=entered.new_household))
    return join_sentences(parts, lang)
