"""What was signed about a published figure, what could explain it, and the form that signs."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from data.access import Action, Viewer, can
from data.actions.settle_claim import Verdict, reopen_claim, settle_claim
from data.queries.instants import CHINA
from data.queries.reconciling import ReviewedClaim
from data.queries.settlements import AGREED, CORRECTED, EXPLAINED, STATUS_NAMES
from data.rules.accounting import MEANINGS, Reading
from data.shared import shared_database
from data.text import Lang, mark, render_error
from geo.errors import AppError
from pages.ui.cards import draw_columns, draw_notice, draw_table
from pages.ui.equations import signed
from pages.ui.words import speak

_TOLD: Final = "claims.told"
_DONE: Final = "claims.done"
_NO_READING: Final = ""
_DONE_TEXTS: Final = {
    "settled": mark("结论已签署并留存。公布数、台账和差额都没有改变。"),
    "reopened": mark("已恢复为未解释，此前的结论仍可查看。"),
}


def draw_told(lang: Lang) -> None:
    """Say once what the last form came to."""
    refused, done = st.session_state.pop(_TOLD, ""), st.session_state.pop(_DONE, "")
    if refused:
        draw_notice(refused)
    if done:
        st.success(speak(lang)(_DONE_TEXTS[done]), icon=":material/check:")


def draw_readings(claim: ReviewedClaim, lang: Lang) -> None:
    """Draw the four readings: what each says, what would decide, whether anything supports it."""
    say = speak(lang)
    blocks = []
    for reading, meaning in MEANINGS.items():
        rows = [(say("内容"), say(meaning.says)), (say("判据"), say(meaning.wants))]
        if meaning.leaves:
            rows.append((say("未决"), say(meaning.leaves)))
        if claim.supported is not None:
            held = say("有，支持") if reading in claim.supported else say("没有")
            rows.append((say("证据"), held))
        blocks.append((say("解释 {code}", code=reading), say(meaning.name), rows))
    draw_columns(blocks)


def draw_status(claim: ReviewedClaim, definition: str, lang: Lang) -> None:
    """Say what stands, who signed it and when, and what was signed before."""
    say = speak(lang)
    standing = claim.standing
    if standing is None:
        status = say(STATUS_NAMES[claim.status])
        draw_notice(say("{claim}：{status}。", claim=definition, status=status))
    else:
        held = say("采信解释 {code}。", code=standing.reading) if standing.reading else ""
        draw_notice(
            say(
                "{claim}：{status}。{held}{note}（{by} 签署，{at}）",
                claim=definition,
                status=say(STATUS_NAMES[claim.status]),
                held=held,
                note=standing.note or say("以有日期的登记事件为据"),
                by=standing.signed_by,
                at=standing.recorded_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
            )
        )
    earlier = [each for each in claim.history if each is not standing]
    if earlier:
        st.caption(say("此前签署的结论"))
        draw_table(
            [say("签署时间"), say("状态"), say("解释"), say("差额"), say("说明"), say("签署人")],
            [
                [
                    each.recorded_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
                    say(STATUS_NAMES[each.status]),
                    each.reading or "–",
                    signed(each.residual, lang),
                    each.note or "–",
                    each.signed_by,
                ]
                for each in earlier
            ],
            stack=True,
        )


def draw_form(viewer: Viewer, claim: ReviewedClaim, lang: Lang) -> None:
    """Draw the form that signs a verdict, or takes it back, for whom it is."""
    if not can(viewer, Action.RECONCILE) or claim.residual is None:
        return
    is_settled = claim.status in {EXPLAINED, CORRECTED}
    if is_settled:
        _draw_reopen(viewer, claim, lang)
    elif claim.status != AGREED or claim.supported:
        _draw_settle(viewer, claim, lang)


def _draw_settle(viewer: Viewer, claim: ReviewedClaim, lang: Lang) -> None:
    say = speak(lang)
    reading_key, note_key = f"claims.reading.{claim.id}", f"claims.note.{claim.id}"

    def name(code: str) -> str:
        if code == _NO_READING:
            return say("不采信以上任何一种")
        return f"{code} {say(MEANINGS[Reading(code)].name)}"

    with st.form(f"claims.settle.{claim.id}"):
        st.caption(
            say(
                "结案需要有日期的登记事件支持所选解释，或写明说明并签署。"
                "结案不改变公布数、台账和差额，也不产生任何登记。"
            )
        )
        st.selectbox(
            say("采信的解释"), [_NO_READING, *map(str, Reading)], key=reading_key, format_func=name
        )
        st.text_input(
            say("说明（不写姓名、证件号、电话）"), key=note_key, max_chars=120, autocomplete="off"
        )
        st.form_submit_button(
            say("签署结论（{name}）", name=viewer.name),
            icon=":material/draw:",
            on_click=_submit(settle_claim, viewer, claim, (reading_key, note_key), lang),
        )


def _draw_reopen(viewer: Viewer, claim: ReviewedClaim, lang: Lang) -> None:
    say = speak(lang)
    note_key = f"claims.reopen.note.{claim.id}"
    with st.form(f"claims.reopen.{claim.id}"):
        st.text_input(
            say("恢复为未解释的原因"), key=note_key, max_chars=120, autocomplete="off"
        )  # fmt: skip
        st.form_submit_button(
            say("恢复为未解释"),
            icon=":material/undo:",
            on_click=_submit(reopen_claim, viewer, claim, ("", note_key), lang),
        )


def _submit(
    act: Callable[..., object],
    viewer: Viewer,
    claim: ReviewedClaim,
    keys: tuple[str, str],
    lang: Lang,
) -> Callable[[], None]:
    """Give what a button does: sign against the figures that the form was drawn with."""
    reading_key, note_key = keys

    def submit() -> None:
        code = st.session_state.get(reading_key, _NO_READING) if reading_key else _NO_READING
        verdict = Verdict(
            claim_id=claim.id,
            reading=Reading(code) if code else None,
            note=str(st.session_state.get(note_key, "")),
            base=claim.base,
            seen=claim.residual,
        )
        try:
            act(shared_database(), viewer, verdict)
        except AppError as error:
            st.session_state[_TOLD] = render_error(error, lang)
            return
        st.session_state[_DONE] = "reopened" if act is reopen_claim else "settled"

    return submit


def status_word(claim: ReviewedClaim | None, residual: float | None, lang: Lang) -> str:
    """Give the word for a figure's state in the table of claims."""
    say = speak(lang)
    if claim is not None and claim.standing is not None:
        return say(STATUS_NAMES[claim.status])
    return say("未解释") if residual else say("相符")
