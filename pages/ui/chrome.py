"""What stands on every page: the name, the mark of synthetic data, role and language."""

from pathlib import Path
from typing import Final

import streamlit as st

from data.access import ROLE_NAMES, Viewer
from data.accounts import end_preview
from data.door import DEMO_VIEWERS, role_key
from data.sessions import SESSION_COOKIE
from data.settings import load_settings
from data.shared import shared_database
from data.text import LANGS, Lang
from geo.encode import encode_text
from pages.ui import cache
from pages.ui.session import LANG_WIDGET, change_language
from pages.ui.words import speak

FOLDER: Final = Path(__file__).resolve().parent
FAVICON: Final = FOLDER / "favicon.png"
_LANG_NAMES: Final = {"zh-CN": "中文", "en": "English"}


def draw_chrome(viewer: Viewer, lang: Lang) -> None:
    """Draw the strip above a page."""
    say = speak(lang)
    facts = cache.dataset()[1]
    st.html(FOLDER / "style.css")
    strip = st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    )
    title = encode_text(say("乌海脱贫攻坚挂图"))
    synthetic = encode_text(say("合成数据"))
    mark = f'<span class="g-mark">{synthetic}</span>' if facts.is_synthetic else ""
    if facts.is_synthetic:
        st.html(f'<div class="g-print">{synthetic}</div>')
    is_demo = load_settings().mode == "demo"
    about = say("演示模式，仅限本机") if is_demo else viewer.name
    who = encode_text(" · ".join((say(ROLE_NAMES[viewer.role]), about)))
    strip.html(
        f'<div class="g-strip"><b>{title}</b>{mark}<span class="g-hide">{who}</span></div>',
        width="content",
    )
    label = say("角色与语言") if is_demo else say("账号与语言")
    with strip.popover(label, icon=":material/person:", type="tertiary"):
        _draw_menu(viewer, lang)
    if viewer.is_preview:
        _draw_preview(viewer, lang)


def _draw_menu(viewer: Viewer, lang: Lang) -> None:
    say = speak(lang)
    st.segmented_control(
        say("语言"),
        options=list(LANGS),
        format_func=lambda code: _LANG_NAMES[code],
        default=lang,
        key=LANG_WIDGET,
        on_change=change_language,
    )
    if load_settings().mode != "demo":
        _draw_account(viewer, lang)
        return
    current = role_key(viewer)
    links = ""
    for key, (_viewer, label) in DEMO_VIEWERS.items():
        here = ' aria-current="true"' if key == current else ""
        text = encode_text(say(label))
        links += (
            f'<a href="/demo/role/{encode_text(key)}?lang={lang}" target="_self"{here}>{text}</a>'
        )
    st.html(f'<nav class="g-menu">{links}</nav>')


def _draw_account(viewer: Viewer, lang: Lang) -> None:
    """Draw who is signed in, and the way out: a form, for leaving changes something."""
    say = speak(lang)
    name, leave = encode_text(viewer.name), encode_text(say("退出登录"))
    change = encode_text(say("修改口令"))
    st.html(
        f'<nav class="g-menu"><b>{name}</b>'
        f'<a href="/new-password?lang={lang}" target="_self">{change}</a>'
        f'<form method="post" action="/sign-out" target="_self">'
        f'<input type="hidden" name="lang" value="{lang}">'
        f"<button>{leave}</button></form></nav>"
    )


def _draw_preview(viewer: Viewer, lang: Lang) -> None:
    """Say on every page whose eyes an administrator looks through, and offer the way back."""
    say = speak(lang)
    with st.container(horizontal=True, vertical_alignment="center", key="preview"):
        st.text(say("正在以“{role}”预览，只看页面和汇总。", role=say(ROLE_NAMES[viewer.role])))
        if st.button(say("结束预览"), type="tertiary", key="guatu.end_preview"):
            end_preview(shared_database(), viewer, st.context.cookies.get(SESSION_COOKIE, ""))
            st.rerun()
