"""Who visits and in which language: settled by the shell, asked for by every page."""

from typing import Final

import streamlit as st

from data.access import ACTION_NAMES, ROLE_NAMES, Viewer
from data.door import admit, note_refusal
from data.errors import AccessError, Denied, SignInRequired
from data.settings import load_settings
from data.text import Lang, choose_lang, render_error, translate
from pages.registry import BY_NAME

_VIEWER: Final = "guatu.viewer"
_LANG: Final = "guatu.lang"
LANG_WIDGET: Final = "guatu.lang_widget"


def enter() -> Viewer:
    """Let the visitor in, once a run, at the shell.

    Raises
    ------
    SignInRequired
        Nobody is signed in.
    """
    st.session_state.pop(_VIEWER, None)
    viewer = admit(load_settings(), st.context.cookies, st.context.ip_address or "")
    st.session_state[_VIEWER] = viewer
    return viewer


def require(page: str) -> Viewer:
    """Give the visitor of a page, or say why not and stop: the first line of every page.

    A page file that runs without the shell finds no visitor and is refused like a stranger.
    """
    try:
        return _admitted(page)
    except AccessError as error:
        st.error(render_error(error, language()))
        st.stop()


def _admitted(page: str) -> Viewer:
    viewer = st.session_state.get(_VIEWER)
    if not isinstance(viewer, Viewer):
        raise SignInRequired
    wanted = BY_NAME[page]
    if not wanted.admits(viewer):
        note_refusal(viewer, page)
        lang = language()
        raise Denied(
            role=translate(ROLE_NAMES[viewer.role], lang),
            action=translate(ACTION_NAMES[wanted.needs], lang),
        )
    return viewer


def language() -> Lang:
    """Give the visitor's language: the address's, else the last one, else the setting."""
    remembered = st.session_state.get(_LANG, load_settings().lang)
    lang = choose_lang(st.query_params.get("lang"), choose_lang(remembered))
    st.session_state[_LANG] = lang
    return lang


def change_language() -> None:
    """Take over the language that the visitor chose in the menu."""
    lang = choose_lang(st.session_state.get(LANG_WIDGET))
    st.session_state[_LANG] = lang
    st.query_params["lang"] = lang
