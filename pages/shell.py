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
    page = st.navigation(
        [
            st.Page(
                f"{entry.name}.py",
                title=say(entry.title),
                icon=entry.icon,
                url_path=entry.name,
                default=entry is PAGES[0],
            )
            for entry in PAGES
        ],
        position="top",
    )
    draw_chrome(viewer, lang)
    page.run()
    cache.settle()
