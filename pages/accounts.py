"""Administrators: who may sign in, as what, where, and until when?"""

from collections.abc import Callable
from datetime import timedelta, timezone
from typing import Any

import streamlit as st

from data.access import ROLE_NAMES, Role, Viewer
from data.accounts import (
    AccountFacts,
    Rights,
    add_account,
    change_rights,
    disable_account,
    enable_account,
    end_sessions,
    list_accounts,
    reset_account,
    start_preview,
)
from data.queries.places import list_division_names
from data.sessions import SESSION_COOKIE
from data.settings import load_settings
from data.shared import shared_database
from data.text import Lang, join_words
from geo.errors import AppError
from pages.ui.cards import draw_notice, draw_table
from pages.ui.failures import show
from pages.ui.session import language, require
from pages.ui.words import speak

viewer = require("accounts")
lang = language()
say = speak(lang)
db = shared_database()
CHINA = timezone(timedelta(hours=8))
FIRST = "guatu.first_password"
SEEN = "guatu.seen_version"


def attempt(action: Callable[[], Any], done: str) -> None:
    """Do something, then show the page as it is now; a failure is shown and nothing is lost."""
    st.session_state.pop(SEEN, None)  # what is done next is done in the light of the answer
    try:
        action()
    except AppError as error:
        show(error)
        return
    st.toast(done)
    st.rerun()


def version_seen(key: str, account: AccountFacts) -> int:
    """Give the version that stood in the fields when they were drawn, not the one of this run.

    Every press of a button reads the accounts anew: what somebody else saved meanwhile would
    otherwise be overwritten unseen.
    """
    is_drawn_anew = f"{key}.role" not in st.session_state
    name, version = st.session_state.get(SEEN, (None, 0))
    if is_drawn_anew or name != account.name:
        version = account.version
    st.session_state[SEEN] = (account.name, version)
    return version


def state_of(account: AccountFacts, lang: Lang) -> str:
    """Word the state of an account."""
    say = speak(lang)
    waiting = account.is_disabled or account.is_locked or account.must_change_password
    states = [
        (not waiting, say("可用")),
        (account.is_disabled, say("已停用")),
        (account.is_locked, say("已锁定")),
        (account.must_change_password, say("待更换一次性口令")),
        (account.has_second_factor, say("已绑定验证器")),
        (account.oidc_subject is not None, say("统一身份")),
    ]
    return join_words([text for holds, text in states if holds], lang)


def areas_of(account: AccountFacts, names: dict[str, str], lang: Lang) -> str:
    """Word the areas of an account, and what else limits it."""
    say = speak(lang)
    words = [say("全部") if area == "" else names.get(area, area) for area in account.areas]
    if account.official_code:
        words = [say("本人结对户"), account.official_code]
    if account.expires_on:
        words.append(say("至 {day}", day=account.expires_on))
    return join_words(words, lang) or "–"


def draw_list(accounts: list[AccountFacts], names: dict[str, str], lang: Lang) -> None:
    """Draw one row an account."""
    say = speak(lang)
    draw_table(
        [say("账号"), say("角色"), say("范围"), say("状态"), say("最近活动"), say("会话")],
        (
            [
                account.name,
                say(ROLE_NAMES[account.role]),
                areas_of(account, names, lang),
                state_of(account, lang),
                account.last_seen_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
                if account.last_seen_at
                else "–",
                str(account.sessions),
            ]
            for account in accounts
        ),
        stack=True,
    )
    st.caption(say("时间为北京时间。"))


def draw_rights(key: str, before: AccountFacts | None, names: dict[str, str], lang: Lang) -> Rights:
    """Draw the fields of role, areas and term; give what stands in them."""
    say = speak(lang)
    roles = list(Role)
    role = st.selectbox(
        say("角色"),
        roles,
        index=roles.index(before.role) if before else 0,
        format_func=lambda one: say(ROLE_NAMES[one]),
        key=f"{key}.role",
    )
    # An area that has no name any more stays chosen: saving must not take it away unseen.
    given = [area for area in before.areas if area] if before else []
    areas = st.multiselect(
        say("范围（管理员、审计不设；市级角色可留空，为全部）"),
        list(dict.fromkeys((*names, *given))),
        default=given,
        format_func=lambda code: names.get(code, code),
        placeholder=say("选择市、区、镇或村"),
        key=f"{key}.areas",
    )
    official = st.text_input(
        say("干部代号（帮扶责任人必填，签字的主要负责人可填）"),
        value=(before.official_code or "") if before else "",
        key=f"{key}.official",
    )
    until = st.date_input(
        say("最后一天（督查组必填）"),
        value=before.expires_on if before else None,
        key=f"{key}.until",
    )
    return Rights(
        role=role,
        areas=tuple(areas),
        official_code=official.strip() or None,
        expires_on=until or None,
    )


def draw_first_password(lang: Lang) -> None:
    """Show a new one-time password, this once."""
    say = speak(lang)
    given = st.session_state.pop(FIRST, None)
    if given is None:
        return
    name, first = given
    with st.container(border=True):
        st.text(say("{name} 的一次性口令，只显示这一次，72 小时内有效：", name=name))
        st.code(first, language=None)


def hand_over(name: str, make: Callable[[], str]) -> None:
    """Make a one-time password and keep it for the next run, which shows it."""
    st.session_state[FIRST] = (name, make())


def draw_new(viewer: Viewer, names: dict[str, str], lang: Lang) -> None:
    """Draw the form of a new account."""
    say = speak(lang)
    with st.form("accounts.new", border=False):
        name = st.text_input(say("账号（小写字母、数字和 . _ -）"), autocomplete="off").strip()
        rights = draw_rights("accounts.new", None, names, lang)
        if not st.form_submit_button(say("增加账号"), type="primary"):
            return
        if not name:
            draw_notice(say("请填写账号。"))
        else:
            attempt(
                lambda: hand_over(name, lambda: add_account(db, viewer, name, rights)),
                say("已增加"),
            )


def draw_change(viewer: Viewer, account: AccountFacts, names: dict[str, str], lang: Lang) -> None:
    """Draw what can be done to one account; each is refused if somebody was quicker."""
    say = speak(lang)
    name, key = account.name, f"accounts.{account.name}"
    version = version_seen(key, account)
    with st.form(key, border=False):
        rights = draw_rights(key, account, names, lang)
        if st.form_submit_button(say("保存角色与范围"), type="primary"):
            attempt(lambda: change_rights(db, viewer, name, rights, version=version), say("已保存"))
    with st.container(horizontal=True):
        if account.is_disabled or account.is_locked:
            label = say("启用") if account.is_disabled else say("解除锁定")
            if st.button(label, key=f"{key}.enable"):
                attempt(lambda: enable_account(db, viewer, name, version=version), say("已启用"))
        if not account.is_disabled:
            with st.popover(say("停用")):
                st.caption(say("停用后不能登录，可以再启用。"))
                if st.button(say("确认停用"), key=f"{key}.disable"):
                    attempt(
                        lambda: disable_account(db, viewer, name, version=version), say("已停用")
                    )
        is_own = name == viewer.name
        with st.popover(say("重置口令"), disabled=is_own):
            st.caption(say("原口令、第二道验证和恢复码都失效；新的一次性口令只显示一次。"))
            if st.button(say("确认重置"), key=f"{key}.reset", disabled=is_own):
                attempt(
                    lambda: hand_over(
                        name, lambda: reset_account(db, viewer, name, version=version)
                    ),
                    say("已重置"),
                )
        if st.button(say("结束其全部会话"), key=f"{key}.end", disabled=account.sessions == 0):
            attempt(lambda: end_sessions(db, viewer, name), say("已结束"))
    st.caption(say("停用、重置或变更后，该账号的会话立即结束。"))
    if is_own:
        # The session that is to show the one-time password would end before it is shown.
        st.caption(say("这是您自己的账号：口令请在右上角菜单中修改。"))


def draw_preview(viewer: Viewer, names: dict[str, str], lang: Lang) -> None:
    """Draw the form that lets an administrator look as another role."""
    say = speak(lang)
    st.caption(say("预览只看该角色的页面和汇总数据，不含任何户和人；每次预览记入审计。"))
    token = st.context.cookies.get(SESSION_COOKIE, "")
    if load_settings().mode == "demo":
        st.caption(say("演示模式请用右上角的角色列表。"))
        return
    roles = [role for role in Role if role is not Role.ADMIN]
    with st.form("accounts.preview", border=False):
        role = st.selectbox(say("角色"), roles, format_func=lambda one: say(ROLE_NAMES[one]))
        areas = st.multiselect(
            say("范围"), list(names), format_func=lambda code: names[code],
            placeholder=say("选择市、区、镇或村"),
        )  # fmt: skip
        if st.form_submit_button(say("开始预览")):
            rights = Rights(role=role, areas=tuple(areas))
            attempt(lambda: start_preview(db, viewer, token, rights), say("正在预览"))


names = list_division_names(db, lang)
accounts = list_accounts(db)
with st.container():  # there even when empty: what stands below keeps its place and its open tab
    draw_first_password(lang)
if load_settings().mode == "demo":
    st.info(say("演示模式没有登录；这里增加的账号在正式运行时才能使用。"))
listing, side = st.columns([0.62, 0.38], gap="large")
with listing:
    st.subheader(say("账号列表"), anchor=False)
    if accounts:
        draw_list(accounts, names, lang)
    else:
        st.info(say("还没有账号。请在右侧增加第一个账号。"))
with side:
    change, new, preview = st.tabs([say("变更"), say("增加"), say("以角色预览")])
    with change:
        by_name = {account.name: account for account in accounts}
        chosen = st.selectbox(
            say("账号"), list(by_name), index=None, placeholder=say("选择要变更的账号")
        )
        if chosen:
            draw_change(viewer, by_name[chosen], names, lang)
    with new:
        draw_new(viewer, names, lang)
    with preview:
        draw_preview(viewer, names, lang)
