"""The product without its gate: the same pages and routes, and nothing around them."""

import streamlit as st

from data.settings import ROOT
from pages.ui.failures import on_script_error
from web.routes import exception_handlers, lifespan, routes

app = st.App(
    ROOT / "pages" / "shell.py",
    routes=routes(),
    exception_handlers=exception_handlers(),
    lifespan=lifespan,
    on_script_error=on_script_error,
)
