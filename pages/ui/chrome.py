"""What stands on every page: the name, the mark of synthetic data, role and language."""

from pathlib import Path
from typing import Final

import streamlit as st

from data.access import ROLE_NAMES, Viewer
from data.door import DEMO_VIEWERS, role_key
from data.settings import load_settings
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
    demo = say("演示模式，仅限本机") if load_settings().mode == "demo" else ""
    who = encode_text(" · ".join(filter(None, (say(ROLE_NAMES[viewer.role]), demo))))
    strip.html(
        f'<div class="g-strip"><b>{title}</b>{mark}<span class="g-hide">{who}</span></div>',
        width="content",
    )
    with strip.popover(say("角色与语言"), icon=":material/person:", type="tertiary"):
        _draw_menu(viewer, lang)


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
