"""The entry: one ASGI application of pages and routes. Composition only.

Streamlit runs the script ``pages/shell.py``, never this file: with a folder ``pages/`` beside
the script, a deep link on a fresh server would run a page without the shell.
"""

from pathlib import Path

import streamlit as st

from pages.ui.failures import on_script_error
from web.routes import exception_handlers, lifespan, middleware, routes

ROOT = Path(__file__).resolve().parent

app = st.App(
    ROOT / "pages" / "shell.py",
    routes=routes(),
    middleware=middleware(),
    exception_handlers=exception_handlers(),
    lifespan=lifespan,
    on_script_error=on_script_error,
)
