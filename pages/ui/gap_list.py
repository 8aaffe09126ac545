"""The worklist of gaps: what, where, since when, who, until when; assign one or take it back."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd
import streamlit as st

from data.access import MASK, Action, Viewer, can
from data.actions.assign_gap import Assignment, assign_gap, withdraw_gap
from data.queries.gap_owners import Owner, list_owners
from data.rules.causes import EXPECTED
from data.rules.entitlements import RULE_SENTENCES
from data.rules.gaps import GAP_NAMES, GAP_RULES, VILLAGE_KINDS, GapKind
from data.shared import shared_database
from data.text import Lang
from pages.ui.cards import draw_card, draw_table
from pages.ui.failures import plain
from pages.ui.gap_acts import carry_out
from pages.ui.payment_forms import draw_entitlements, draw_payments
from pages.ui.words import speak

PAGE: Final = 30
"""Gaps on one page of the list."""


def name_owner(code: str, units: Mapping[str, Mapping[Lang, str]], lang: Lang) -> str:
    """Write an owner: an official's code as it is, a unit by the name of its division."""
    say = speak(lang)
    return say("{name}（单位）", name=units[code][lang]) if code in units else code


def draw_list(
    listed: pd.DataFrame,
    names: Mapping[str, str],
    units: Mapping[str, Mapping[Lang, str]],
    as_of: date,
    lang: Lang,
) -> None:
    """Draw one page of the list, the earliest due first.

    Parameters
    ----------
    listed
        Rows of `data.queries.gaps.list_gaps`.
    names
        Villages' names by code.
    units
        Names of owning units.
    """
    say = speak(lang)
    draw_table(
        [say("对象"), say("缺口"), say("村（社区）"), say("期限"), say("责任人"), say("起始")],
        (
            [
                name_subject(row, names, lang),
                say(GAP_NAMES[GapKind(row["kind"])]),
                names.get(row["village"], row["village"]),
                _write_due(row, as_of, lang),
                name_owner(row["owner"], units, lang),
                row["since"].isoformat(),
            ]
            for row in listed.to_dict("records")
        ),
        stack=True,
    )


def name_subject(row: Mapping[Any, Any], names: Mapping[str, str], lang: Lang) -> str:
    """Name what a gap is about: a household's pseudonym, or the village itself."""
    say = speak(lang)
    if GapKind(row["kind"]) in VILLAGE_KINDS:
        return say("全村") if row["subject"] in names else str(row["subject"])
    return str(row["subject"])


def _write_due(row: Mapping[Any, Any], as_of: date, lang: Lang) -> str:
    say = speak(lang)
    day = row["due_on"].isoformat()
    return say("{day} 逾期", day=day) if row["due_on"] < as_of else day


def draw_gap(
    viewer: Viewer,
    row: Mapping[Any, Any],
    names: Mapping[str, str],
    units: Mapping[str, Mapping[Lang, str]],
    as_of: date,
    lang: Lang,
) -> None:  # fmt: skip
    """Draw one gap with its rule, the way to the household's file, and who closes it."""
    say = speak(lang)
    kind = GapKind(row["kind"])
    facts = [
        (say("起始"), row["since"].isoformat()),
        (say("期限"), _write_due(row, as_of, lang)),
        (say("责任人"), name_owner(row["owner"], units, lang)),
        (say("交办"), say("已交办") if row["task"] else say("默认（尚未交办）")),
    ]
    title = f"{name_subject(row, names, lang)} · {say(GAP_NAMES[kind])}"
    where = names.get(row["village"], row["village"])
    draw_card(title, where, [(say("办理"), facts)])
    for text in (say(GAP_RULES[kind]), *_details(row, lang)):
        st.caption(plain(text))
    if kind not in VILLAGE_KINDS:
        if kind is GapKind.UNRECEIVED:
            draw_entitlements(viewer, str(row["subject"]), as_of, lang)
            if can(viewer, Action.KEEP_FILES, row["village"]):
                draw_payments(viewer, str(row["subject"]), as_of, lang)
        st.link_button(
            say("打开户档案"), f"/household?household={row['subject']}",
            icon=":material/folder_shared:",
        )  # fmt: skip
    if can(viewer, Action.ASSIGN_GAPS, row["village"]):
        _draw_assignment(viewer, row, as_of, lang)


def _details(row: Mapping[Any, Any], lang: Lang) -> list[str]:
    """Quote the rule that this household in particular does not meet."""
    say = speak(lang)
    cause = row["cause"]
    if cause == MASK:
        return [say("主要致贫原因为敏感信息，在户档案的完整信息中查看。")]
    if cause in EXPECTED:
        return [say(EXPECTED[cause].rule)]
    return [f"{rule} {say(RULE_SENTENCES[rule])}" for rule in str(row["rules"]).split(",") if rule]


def _draw_assignment(viewer: Viewer, row: Mapping[Any, Any], as_of: date, lang: Lang) -> None:
    """Draw the form that says who closes the gap until when, and the way back."""
    say = speak(lang)
    owners = list_owners(shared_database(), viewer, row["village"], as_of=as_of)
    if row["owner"] not in {owner.code for owner in owners}:
        owners = [Owner(row["owner"]), *owners]
    units = {owner.code: owner.names for owner in owners if owner.names}
    codes = [owner.code for owner in owners]
    gap = f"{row['kind']}.{row['subject']}.{row['task']}"
    with st.form(f"gaps.assign.{gap}", border=True):
        who, when = st.columns([0.6, 0.4])
        owner = who.selectbox(
            say("责任人或单位"), codes, index=codes.index(row["owner"]),
            format_func=lambda code: name_owner(code, units, lang),
        )  # fmt: skip
        due = when.date_input(
            say("期限"), value=max(row["due_on"], as_of + timedelta(days=30)), min_value=as_of
        )
        reason = st.text_input(
            say("交办说明"), max_chars=80, placeholder=say("不要写姓名、证件号或电话")
        )
        wanted = st.form_submit_button(
            say("交办"), icon=":material/assignment_ind:", type="primary"
        )
    if wanted and isinstance(due, date):
        carry_out("assigned", lang, lambda: assign_gap(
            shared_database(), viewer,
            Assignment(GapKind(row["kind"]), row["subject"], owner, due, reason, as_of,
                       row["task"]),
        ))  # fmt: skip
    if row["task"] and st.button(say("撤回交办"), icon=":material/undo:"):
        carry_out("withdrawn", lang, lambda: withdraw_gap(shared_database(), viewer, row["task"]))
