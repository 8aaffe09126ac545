"""Failures on screen: an expected one as its sentence, any other as a log number."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from data.errors import SettingsRefused
from data.text import DEFAULT_LANG, Lang, render_error, translate
from geo.errors import AppError
from pages.ui.session import language

_LOG = logging.getLogger("guatu.pages")


@contextmanager
def shown() -> Iterator[None]:
    """Show an expected failure of the block as a sentence, and stop there."""
    try:
        yield
    except AppError as error:
        show(error)
        st.stop()


def _language() -> Lang:
    try:
        return language()
    except SettingsRefused:
        return DEFAULT_LANG


def show(error: AppError) -> None:
    """Show an expected failure as its sentence."""
    st.error(plain(render_error(error, _language())), icon=":material/info:")


def plain(text: str) -> str:
    """Keep text as written: Markdown would fetch an image or make a link of it."""
    return "".join("\\" + sign if sign in _MARKDOWN else sign for sign in text)


_MARKDOWN = frozenset("\\`*_{}[]()#+-.!|<>~$:&")


def on_script_error(error: Exception) -> bool:
    """Show a failure that reached no page's end; Streamlit then shows nothing of its own."""
    if isinstance(error, AppError):
        show(error)
        return True
    number = secrets.token_hex(4)
    _LOG.error("unexpected failure %s", number, exc_info=error)
    st.error(translate("系统出错，日志编号 {number}。请稍后重试。", _language(), number=number))
    return True
