"""Forms of the exit procedure: sign, take a step, undo.

What a press of a button writes is what stood on the screen: the handlers get the base that the
form was drawn with, and a write by somebody else in between is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import streamlit as st

from data.access import Viewer
from data.actions.sign_exits import Signing, sign_exits
from data.actions.take_exit_step import StepTaken, take_exit_step
from data.actions.void_exit_entry import Voiding, void_exit_entry
from data.figures import format_figure
from data.queries.exit_batches import BatchFile
from data.queries.exit_files import Case, base_of
from data.queries.signatures import ToSign
from data.rules.exit_states import UNDO_REASONS, Undo, plan_undo
from data.rules.exits import LEVEL_NAMES, STEP_NAMES, Step, notice_ends
from data.shared import shared_database
from data.text import Lang, format_day, join_words
from geo.errors import AppError
from pages.ui.exit_files import place_name
from pages.ui.failures import plain, show
from pages.ui.words import speak

_OUTCOME: Final = "exits.outcome"


def draw_outcome() -> None:
    """Say what became of the last press of a button."""
    outcome = st.session_state.pop(_OUTCOME, None)
    if isinstance(outcome, AppError):
        show(outcome)
    elif outcome is not None:
        st.success(plain(str(outcome)), icon=":material/check:")


def attempt(action: Callable[[], Any], done: str) -> None:
    """Write; keep the sentence about it for the run that follows."""
    try:
        action()
    except AppError as error:
        st.session_state[_OUTCOME] = error
        return
    st.session_state[_OUTCOME] = done


# ── Signing ─────────────────────────────────────────────────────────────────────────────────────


def draw_to_sign(
    viewer: Viewer, waiting: Sequence[ToSign], names: Mapping[str, str], today: date, lang: Lang
) -> None:
    """Draw what waits for the viewer's signature, each with its button."""
    say = speak(lang)
    if not waiting:
        st.caption(say("待您签字：0 批。"))
        if viewer.official is None:
            st.caption(say("您的账号没有关联干部代号；签字须由当日在任的主要负责人办理。"))
        return
    for number, one in enumerate(waiting):
        with st.container(border=True, key=f"to_sign_{number}"):
            told, button = st.columns([0.74, 0.26], vertical_alignment="center")
            with told:
                _draw_wanted(one, names, today, lang)
            with button, st.popover(say("签字…"), type="primary", width="stretch"):
                st.caption(
                    say(
                        "您以{level}级主要负责人的身份签署本批全部待签的户，日期为今天。"
                        "签字不能代签；此后内容改动，签字即作废。",
                        level=say(LEVEL_NAMES[one.level]),
                    )
                )
                st.button(
                    say("确认签字"),
                    key=f"exits.sign.{one.batch_id}.{one.level}",
                    type="primary",
                    on_click=_sign,
                    args=(viewer, one, lang),
                )


def _draw_wanted(one: ToSign, names: Mapping[str, str], today: date, lang: Lang) -> None:
    say = speak(lang)
    due = say("{day} 前签", day=format_day(one.due_on, lang))
    if one.due_on < today:
        due = say("已超过期限 {day}", day=format_day(one.due_on, lang))
    st.text(f"{place_name(one.town_code, names)} · {one.name}")
    households = say("{count} 户", count=format_figure(one.households, lang))
    if one.households < 0:
        households = say("不足 5 户，户数对本角色不显示；所签内容由校验值锁定")
    st.caption(
        plain(
            " · ".join((say("{level}级签字", level=say(LEVEL_NAMES[one.level])), households, due))
        )
    )


def _sign(viewer: Viewer, one: ToSign, lang: Lang) -> None:
    say = speak(lang)
    signing = Signing(one.batch_id, one.digest)
    attempt(lambda: sign_exits(shared_database(), viewer, signing), say("已签字，记入审计。"))


# ── A step ──────────────────────────────────────────────────────────────────────────────────────


def waiting_for(batch: BatchFile) -> dict[Step, list[Case]]:
    """Group a batch's cases by the step that may be taken next; unsigned ones wait for theirs."""
    found: dict[Step, list[Case]] = {}
    for case in batch.cases:
        step = case.state.next_step
        if step is None or (step is Step.APPROVED and case.state.next_level is not None):
            continue
        found.setdefault(step, []).append(case)
    return dict(sorted(found.items()))


def draw_step(viewer: Viewer, batch: BatchFile, day: date, lang: Lang) -> None:
    """Draw the form that takes a step in all cases that wait for it, but for those left out."""
    say = speak(lang)
    waiting = waiting_for(batch)
    if not waiting:
        st.caption(say("本批目前没有可办的步骤：或待签字，或已办完。"))
        return
    step = st.selectbox(
        say("办理步骤"),
        list(waiting),
        format_func=lambda one: say(
            "{step}（{count} 户）", step=say(STEP_NAMES[one]), count=len(waiting[one])
        ),
        key=f"exits.step.{batch.id}",
    )
    cases = waiting[step]
    # A step is done on the day of the one before or later: never offer an earlier one.
    day = max(day, *(one.state.last_day or one.opened_on for one in cases))
    key = f"exits.form.{batch.id}.{int(step)}"
    with st.form(key, border=False):
        st.multiselect(
            say("本次不办的户"), [case.household for case in cases], key=f"{key}.out",
            placeholder=say("默认全部办理"),
        )  # fmt: skip
        left, right = st.columns(2)
        left.date_input(
            say("公示起") if step is Step.NOTICED else say("办理日期"), value=day, key=f"{key}.day"
        )
        if step is Step.NOTICED:
            right.date_input(
                say("公示期满日（至少七天后，当日起可签字）"),
                value=notice_ends(day),
                key=f"{key}.until",
            )
        st.text_input(say("地点"), key=f"{key}.place", max_chars=40)
        st.text_input(
            say("记录（可不填）"), key=f"{key}.note", max_chars=80,
            placeholder=say("不要写姓名、证件号或电话"),
        )  # fmt: skip
        left, right = st.columns(2)
        left.checkbox(say("原件注明日期"), value=True, key=f"{key}.dated")
        right.checkbox(say("原件已盖章"), value=True, key=f"{key}.sealed")
        st.form_submit_button(
            say("登记该步"), type="primary", on_click=_take,
            args=(viewer, batch, step, (key, tuple(cases)), lang),
        )  # fmt: skip


def _take(
    viewer: Viewer, batch: BatchFile, step: Step, form: tuple[str, tuple[Case, ...]], lang: Lang
) -> None:
    say, (key, cases), state = speak(lang), form, st.session_state
    left_out = set(state[f"{key}.out"])
    chosen = [case for case in cases if case.household not in left_out]
    taken = StepTaken(
        batch_id=batch.id, cases=tuple(case.id for case in chosen), step=step,
        done_on=state[f"{key}.day"], place=state[f"{key}.place"], base=base_of(chosen),
        note=state[f"{key}.note"], notice_until=state.get(f"{key}.until"),
        is_dated=state[f"{key}.dated"], is_sealed=state[f"{key}.sealed"],
    )  # fmt: skip
    attempt(
        lambda: take_exit_step(shared_database(), viewer, taken),
        say("已登记“{step}”，{count} 户。", step=say(STEP_NAMES[step]), count=len(chosen)),
    )


# ── Undo ────────────────────────────────────────────────────────────────────────────────────────


def draw_undo(viewer: Viewer, case: Case, lang: Lang) -> None:
    """Draw what can be undone in a case, and say before what falls with it."""
    say, state = speak(lang), case.state
    targets: list[Step | str] = [
        *(one.done.step for one in reversed(state.steps)),
        *(one.level for one in reversed(state.signatures)),
    ]
    if not targets:
        return
    key = f"exits.undo.{case.id}"
    with st.popover(say("撤销或更正…")):
        target = st.selectbox(
            say("从哪一项起撤销"), targets, format_func=lambda one: _entry(one, lang),
            key=f"{key}.target",
        )  # fmt: skip
        undo = plan_undo(state, target)
        st.caption(plain(say("将一并作废：{told}。", told=_told(undo, lang))))
        st.caption(say("更正即撤销后重新办理：签字须重签，公示须重新期满。"))
        st.selectbox(
            say("原因"), list(UNDO_REASONS), format_func=lambda code: say(UNDO_REASONS[code]),
            key=f"{key}.reason",
        )  # fmt: skip
        st.button(
            say("确认撤销"), key=f"{key}.go", on_click=_undo, args=(viewer, case, target, lang)
        )


def _entry(target: Step | str, lang: Lang) -> str:
    say = speak(lang)
    if isinstance(target, Step):
        return f"{int(target)} {say(STEP_NAMES[target])}"
    return say("{level}级签字", level=say(LEVEL_NAMES[target]))


def _told(undo: Undo, lang: Lang) -> str:
    names = [
        *(_entry(one.done.step, lang) for one in undo.late_steps),
        *(_entry(one.level, lang) for one in undo.signatures),
        *(_entry(one.done.step, lang) for one in undo.early_steps),
    ]
    return join_words(names, lang)


def _undo(viewer: Viewer, case: Case, target: Step | str, lang: Lang) -> None:
    say = speak(lang)
    reason = st.session_state[f"exits.undo.{case.id}.reason"]
    voiding = Voiding(case.batch_id, case.id, target, reason, base_of([case]))
    attempt(lambda: void_exit_entry(shared_database(), viewer, voiding), say("已撤销。"))
