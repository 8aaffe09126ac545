"""What can be done with one household's record: open it in full, close, correct, erase.

Of a full view the session keeps the id alone; the record is read anew at every run, and a form's
fields start empty, so that nothing of a person waits in the session.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from data.access import Action, Viewer, can
from data.actions.correct_person import Correction, correct_person
from data.actions.erase_person import ERASURE_REASONS, Erasure, erase_person
from data.errors import FullViewOver, StaleEdit
from data.full_views import REASONS, close_full_view, open_full_view
from data.queries.people import HouseholdRecord, read_full_view
from data.settings import load_settings
from data.shared import shared_database
from data.text import Lang, mark, render_error, translate
from data.vault import CODED, FIELD_NAMES
from geo.encode import encode_text
from geo.errors import AppError
from pages.ui.cards import draw_notice
from pages.ui.people import draw_full, name_member
from pages.ui.words import speak

_VIEW: Final = "households.view"
_BASE: Final = "households.base"
_ROUND: Final = "households.round"
_DONE: Final = "households.done"
_REFRESH_S: Final = 5
_ABREAST: Final = 3
_NOTHING: Final = frozenset({"-", "－", "—"})
"""What is typed for a value that nobody has."""
_DONE_TEXTS: Final = {
    "corrected": mark("已更正，并记入审计。"),
    "erased": mark("已依法删除，登记事件与统计数保留。"),
    "unswept": mark("已依法删除。有人正在读取，数据库文件中的残留稍后须再清除一次。"),
}


def draw_outcome(lang: Lang) -> None:
    """Say once what the last form came to."""
    done = st.session_state.pop(_DONE, "")
    if done:
        st.success(speak(lang)(_DONE_TEXTS[done]), icon=":material/check:")


def find_open(viewer: Viewer, household: str, lang: Lang) -> HouseholdRecord | None:
    """Give the complete record if this household's view is open; say so when it has run out."""
    view_id = st.session_state.get(_VIEW, "")
    if not view_id:
        return None
    try:
        full = read_full_view(shared_database(), viewer, view_id)
    except FullViewOver as error:
        del st.session_state[_VIEW]
        draw_notice(render_error(error, lang))
        return None
    return full if full.household == household else None


def open_view() -> str:
    """Give the id of the full view that this session opened last; empty without any."""
    return str(st.session_state.get(_VIEW, ""))


def draw_request(viewer: Viewer, household: str, lang: Lang) -> None:
    """Ask for the reason, and open the complete record."""
    say = speak(lang)
    with st.form("households.request", border=True):
        st.caption(
            say(
                "查看将记入审计，{minutes} 分钟后自动隐藏，事后由他人核查。",
                minutes=load_settings().full_view_minutes,
            )
        )
        why, more = st.columns(2)
        reason = why.selectbox(
            say("查看理由"),
            list(REASONS),
            index=None,
            format_func=_wording(REASONS, lang),
            placeholder=say("请选择"),
        )
        note = more.text_input(
            say("补充说明（可不填）"), max_chars=80, placeholder=say("不要写姓名、证件号或电话")
        )
        wanted = st.form_submit_button(
            say("查看完整信息"), icon=":material/visibility:", type="primary"
        )
    if not wanted:
        return
    if reason is None:
        draw_notice(say("请先选择查看理由。"))
        return
    try:
        view = open_full_view(shared_database(), viewer, household, reason=reason, note=note)
    except AppError as error:
        draw_notice(render_error(error, lang))
        return
    st.session_state[_VIEW] = view.id
    st.session_state.pop(_BASE, None)
    st.rerun()


def draw_open(viewer: Viewer, full: HouseholdRecord, lang: Lang) -> None:
    """Draw the complete record, which hides itself, and what may be done with it."""
    say = speak(lang)
    with st.container(key="full_view"):
        _draw_running(viewer, lang)
        if st.button(say("立即隐藏"), icon=":material/visibility_off:"):
            close_full_view(shared_database(), viewer, st.session_state.pop(_VIEW))
            st.rerun()
        members = [str(m) for m in full.members["id"] if str(m) in full.versions]
        if members and can(viewer, Action.CORRECT_PERSON, full.village):
            with st.expander(say("更正信息"), icon=":material/edit:"):
                _draw_correction(viewer, full, members, lang)
        if members and can(viewer, Action.ERASE_PERSON, full.village):
            with st.expander(say("依法删除个人信息"), icon=":material/delete_forever:"):
                _draw_erasure(viewer, full, members, lang)


@st.fragment(run_every=_REFRESH_S)
def _draw_running(viewer: Viewer, lang: Lang) -> None:
    """Read the record anew every few seconds; when the time is up, the whole page hides it."""
    say = speak(lang)
    try:
        full = read_full_view(shared_database(), viewer, st.session_state.get(_VIEW, ""))
    except AppError:
        st.rerun()
    ends = full.until or datetime.now(UTC)
    seconds = max(1, int((ends - datetime.now(UTC)).total_seconds()))
    left = encode_text(
        say("完整信息 · 剩余 {m} 分 {s} 秒，到时自动隐藏", m=seconds // 60, s=seconds % 60)
    )
    # The browser hides it by itself too, should the server not answer by then.
    st.html(
        f'<p class="g-notice" role="status">{left}</p>'
        f"<style>@keyframes g-over-{seconds}{{to{{visibility:hidden}}}}"
        f".st-key-full_view{{animation:g-over-{seconds} 1ms {seconds}s forwards}}</style>"
    )
    draw_full(full, lang)


def _wording(words: Mapping[str, str], lang: Lang) -> Callable[[str], str]:
    return lambda code: speak(lang)(words[code])


def _choose_member(full: HouseholdRecord, members: list[str], key: str, lang: Lang) -> str:
    chosen: str = st.selectbox(
        translate("成员", lang),
        members,
        format_func=lambda member: name_member(full, member, lang),
        key=f"households.{key}_member",
    )
    return chosen


def _draw_correction(viewer: Viewer, full: HouseholdRecord, members: list[str], lang: Lang) -> None:
    """Draw the form of new values; after somebody else's edit what was typed stays in it."""
    say = speak(lang)
    state = st.session_state
    member = _choose_member(full, members, "edit", lang)
    base = state.setdefault(_BASE, {}).setdefault(member, full.versions[member])
    round_ = state.setdefault(_ROUND, 0)
    with st.form(f"households.edit.{member}", border=False):
        typed: dict[str, str | None] = {}
        places = [p for _ in range(0, len(FIELD_NAMES), _ABREAST) for p in st.columns(_ABREAST)]
        for (name, label), place in zip(FIELD_NAMES.items(), places, strict=False):
            key = f"households.{round_}.{member}.{name}"
            if name in CODED:
                typed[name] = place.selectbox(
                    say(label), list(CODED[name]), index=None, key=key,
                    format_func=_wording(CODED[name], lang),
                    placeholder=say("不改动则留空"),
                )  # fmt: skip
            else:
                typed[name] = place.text_input(
                    say(label), key=key, autocomplete="off", placeholder=say("不改动则留空")
                )
        st.caption(say("证件号码、电话、住址填“-”，表示没有或不详。"))
        wanted = st.form_submit_button(say("提交更正"), type="primary")
    if not wanted:
        return
    changes = {n: "" if text in _NOTHING else text for n, text in typed.items() if text}
    try:
        correct_person(shared_database(), viewer, Correction(member, base, changes))
    except AppError as error:
        draw_notice(render_error(error, lang))
        if isinstance(error, StaleEdit):
            # They have been told: what they submit next is meant against the newest version.
            state[_BASE][member] = full.versions[member]
        return
    del state[_BASE]
    state[_ROUND] = round_ + 1
    state[_DONE] = "corrected"
    st.rerun()


def _draw_erasure(viewer: Viewer, full: HouseholdRecord, members: list[str], lang: Lang) -> None:
    say = speak(lang)
    st.caption(
        say("删除后姓名、证件号、电话、住址与健康信息无法恢复；登记事件与统计数保留，只见代号。")
    )
    member = _choose_member(full, members, "erase", lang)
    with st.form("households.erase", border=False):
        why, sure = st.columns(2)
        reason = why.selectbox(
            say("删除理由"),
            list(ERASURE_REASONS),
            index=None,
            format_func=_wording(ERASURE_REASONS, lang),
            placeholder=say("请选择"),
        )
        typed = sure.text_input(
            say("输入户编码 {code} 以确认", code=full.household), autocomplete="off"
        )
        wanted = st.form_submit_button(say("删除，不可恢复"), icon=":material/delete_forever:")
    if not wanted:
        return
    if reason is None:
        draw_notice(say("请先选择删除理由。"))
        return
    try:
        done = erase_person(shared_database(), viewer, Erasure(member, reason, typed))
    except AppError as error:
        draw_notice(render_error(error, lang))
        return
    st.session_state[_DONE] = "erased" if done.is_swept else "unswept"
    st.rerun()
