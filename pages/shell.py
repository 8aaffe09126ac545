"""The script that Streamlit runs: who comes in, which pages there are, how failures show."""

import streamlit as st

from pages.registry import PAGES
from pages.ui import cache
from pages.ui.chrome import FAVICON, draw_chrome
from pages.ui.failures import shown
from pages.ui.session import enter, language
from pages.ui.words import speak

st.set_page_config(
    page_title="挂图 Guatu",
    page_icon=str(FAVICON),
    layout="wide",
    initial_sidebar_state="collapsed",
)
with shown():
    viewer = enter()
    lang = language()
    say = speak(lang)
    # A page that is not the visitor's stays out of the menu, and refuses on its own by address. The
    # list goes over the wire at every run: an icon that nobody sees is left out.
    shown_pages = {
        entry.name: st.Page(
            f"{entry.name}.py",
            title=say(entry.title),
            icon=entry.icon if entry.admits(viewer) else None,
            url_path=entry.name,
            default=entry is PAGES[0],
            visibility="visible" if entry.admits(viewer) else "hidden",
        )
        for entry in PAGES
    }
    page = st.navigation(list(shown_pages.values()), position="top")
    own = [entry.name for entry in PAGES if entry.admits(viewer)]
    is_front = page is shown_pages[PAGES[0].name]
    is_own = any(page is shown_pages[name] for name in own)
    if own and not is_own and (is_front or viewer.is_preview):
        st.switch_page(shown_pages[own[0]])
    draw_chrome(viewer, lang)
    page.run()
    cache.settle()
