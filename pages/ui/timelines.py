"""The timeline of a household on screen: what happened, who entered it, what was undone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import streamlit as st

from data.access import MASK, Action, Viewer, can
from data.actions.void_entry import Undoing
from data.models import EventKind
from data.queries.instants import CHINA
from data.queries.statuses import get_register_file
from data.queries.timeline import FACT_NAMES, list_timeline
from data.rules.exits import LEVEL_NAMES, STEP_NAMES, Step
from data.rules.monitoring import RULES
from data.rules.transitions import KIND_NAMES, REASONS, VOID_REASONS
from data.shared import shared_database
from data.text import Lang, format_day, mark, translate
from pages.ui import cache
from pages.ui.cards import draw_notice, draw_table
from pages.ui.register_outcomes import draw_outcome, undo
from pages.ui.words import speak

_GROUPS: Final = {
    "all": mark("全部"),
    "register": mark("登记事项"),
    "file": mark("档案与帮扶"),
    "exit": mark("脱贫程序与预警"),
}
_GROUP_OF: Final = {
    "register": "register",
    **dict.fromkeys(
        ("survey", "plan", "income", "ledger", "service", "measure", "pairing"), "file"
    ),
    **dict.fromkeys(("exit_step", "signature", "alert"), "exit"),
}
_CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "survey": {
        "situation": mark("现状"),
        "causes": mark("致贫原因"),
        "needs": mark("需求"),
    },
    "service": {
        "visit": mark("走访"),
        "home_work": mark("居家就业"),
        "bank_visit": mark("银行走访"),
        "enterprise_pairing": mark("企业结对"),
        "technician": mark("技术指导"),
    },
    "exit_step": {str(int(step)): STEP_NAMES[step] for step in Step},
    "signature": LEVEL_NAMES,
    "register": {str(kind): name for kind, name in KIND_NAMES.items()},
    "alert": {code: rule.name for code, rule in RULES.items()},
}
_STATES: Final[Mapping[str, Mapping[str, str]]] = {
    "register": {"out": mark("迁出本户"), "in": mark("迁入本户")},
    "survey": {"not_applicable": mark("不适用")},
    "measure": {
        "planned": mark("未实施"),
        "ongoing": mark("正在实施"),
        "done": mark("已实施"),
        "end": mark("结束"),
    },
    "pairing": {"start": mark("开始"), "end": mark("结束")},
    "alert": {"opened": mark("发现"), "closed": mark("销号")},
}
_HEIGHT: Final = 460
"""Pixels that a long timeline takes on the page."""
_FEW: Final = 9


def draw_timeline(viewer: Viewer, household: str, lang: Lang, *, with_undo: bool = False) -> None:
    """Draw what happened to a household, newest first; for who keeps the register, with an undo.

    Parameters
    ----------
    with_undo
        Whether an entry may be undone from here, and kinds of rows be chosen; without, the list
        is whole, as on paper.
    """
    say = speak(lang)
    frame = list_timeline(shared_database(), viewer, household)
    group: str | None = "all"
    if with_undo:
        draw_outcome(viewer, lang)
        group = st.segmented_control(
            say("显示"), list(_GROUPS), default="all", key=f"timeline.{household}.group",
            format_func=lambda code: say(_GROUPS[code]), label_visibility="collapsed",
        )  # fmt: skip
    rows = [
        row for row in frame.to_dict("records") if group in {None, "all", _GROUP_OF[row["kind"]]}
    ]
    if not rows:
        st.caption(say("没有这一类记录。"))
    else:
        names = _measure_names(viewer, lang)
        is_long = with_undo and len(rows) > _FEW
        with st.container(height=_HEIGHT if is_long else "content", border=False):
            draw_table(
                [say("日期"), say("事项"), say("说明"), say("登记人")],
                (
                    [
                        format_day(row["day"], lang),
                        _what(row, names, lang),
                        _why(row, lang),
                        _who(row, lang),
                    ]
                    for row in rows
                ),
                stack=True,
            )
    if with_undo:
        _draw_undo(viewer, household, frame.to_dict("records"), lang)


def _measure_names(viewer: Viewer, lang: Lang) -> dict[str, str]:
    choices = cache.choices(cache.version_for(viewer), viewer)
    return {code: name[lang] for code, name in choices.measures.items()}


def _what(row: Mapping[Any, Any], measures: Mapping[str, str], lang: Lang) -> str:
    """Name a row: the act with its persons, or the fact with its kind and state."""
    say = speak(lang)
    kind, code, state = (str(row[name]) for name in ("kind", "code", "state"))
    words = _CODES.get(kind, {})
    said = say(words[code]) if code in words else measures.get(code, code)
    if kind == "income":
        year, months = code.split("-")
        said = say("{year} 年 1–{months} 月", year=year, months=int(months))
    elif kind == "ledger":
        year, quarter = code.split("Q")
        said = say("{year} 年第 {quarter} 季度", year=year, quarter=quarter)
    elif kind == "plan":
        said = say("{year} 年度", year=code)
    if code == MASK:
        said = MASK
    parts = [said]
    if kind == "register":
        parts.append(say("{count} 人", count=row["persons"]))
    else:
        parts.insert(0, say(FACT_NAMES[kind]))
    if state in _STATES.get(kind, {}):
        parts.append(say(_STATES[kind][state]))
    return " · ".join(parts)


def _why(row: Mapping[Any, Any], lang: Lang) -> str:
    say = speak(lang)
    parts = []
    reason = row["reason"]
    if reason:
        known = REASONS.get(EventKind(row["code"]), {})
        parts.append(say(known[reason]) if reason in known else reason)
    if row["evidence"]:
        parts.append(str(row["evidence"]))
    if row["days"] is not None:
        day = format_day(row["detected_on"], lang)
        parts.append(say("{day}发现，{days} 天后纳入", day=day, days=row["days"]))
    if row["is_voided"]:
        at = row["voided_at"].astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
        parts.append(say("已由 {who} 于 {when} 撤销", who=row["voided_by"], when=at))
    return " · ".join(parts)


def _who(row: Mapping[Any, Any], lang: Lang) -> str:
    at = row["recorded_at"].astimezone(CHINA).strftime("%Y-%m-%d")
    sign = translate("已撤销", lang) if row["is_voided"] else ""
    return " · ".join(part for part in (at, row["recorded_by"], sign) if part)


def _draw_undo(viewer: Viewer, household: str, rows: list[dict[Any, Any]], lang: Lang) -> None:
    """Draw the choice of an entry that stands, and why it is undone."""
    say, state = speak(lang), st.session_state
    today = datetime.now(CHINA).date()
    file = get_register_file(shared_database(), viewer, household, as_of=today)
    standing = {
        str(row["entry"]): f"{format_day(row['day'], lang)} · {_what(row, {}, lang)}"
        for row in rows
        if row["kind"] == "register" and not row["is_voided"]
    }
    if not standing or not can(viewer, Action.KEEP_REGISTER, file.village):
        return
    shown = f"timeline.base.{household}"
    base = str(state.get(shown, file.base))
    state[shown] = file.base
    with (
        st.expander(say("撤销一项登记"), icon=":material/undo:"),
        st.form(f"timeline.{household}.undo", border=False, clear_on_submit=True),
    ):
        what, why = st.columns([0.6, 0.4])
        entry = what.selectbox(
            say("要撤销的登记"), list(standing), index=None, placeholder=say("请选择"),
            format_func=lambda entry: standing.get(entry, entry), key=f"timeline.{household}.entry",
        )  # fmt: skip
        reason = why.selectbox(
            say("撤销原因"), list(VOID_REASONS), index=None, placeholder=say("请选择"),
            format_func=lambda code: say(VOID_REASONS[code]), key=f"timeline.{household}.reason",
        )  # fmt: skip
        st.caption(say("撤销另记一条，原登记仍可按当时所知查到；较晚的登记须先撤销。"))
        wanted = st.form_submit_button(say("撤销"), icon=":material/undo:")
    if not wanted:
        return
    if entry is None or reason is None:
        draw_notice(say("请选择要撤销的登记和原因。"))
        return
    undo(viewer, Undoing(household, entry, reason, base))
    state.pop(shown, None)
    st.rerun()
