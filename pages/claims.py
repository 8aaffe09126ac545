"""Published figures: does the ledger confirm them, and where not, what is open?"""

from collections.abc import Sequence

import streamlit as st

from data.access import Viewer, prefix_of, reaches
from data.queries.claims import (
    HIDDEN,
    NO_BASE,
    OTHER_DEFINITION,
    OUT_OF_SCOPE,
    ClaimFigure,
)
from data.queries.flows import REMAINING
from data.queries.instants import OPENING
from data.queries.reconciling import Reconciled, ReviewedClaim
from data.queries.settlements import CORRECTED, EXPLAINED
from data.text import Lang, format_day, format_number, mark
from pages.ui import cache
from pages.ui.cards import draw_notice, draw_table
from pages.ui.equations import account_terms, draw_equation, residual_terms
from pages.ui.failures import plain
from pages.ui.session import language, require
from pages.ui.settling import draw_form, draw_readings, draw_status, draw_told, status_word
from pages.ui.words import speak

viewer = require("claims")

WHY = {
    OTHER_DEFINITION: mark("口径不同，不计算"),
    OUT_OF_SCOPE: mark("不在您的范围内"),
    NO_BASE: mark("台账中没有可比数据"),
    HIDDEN: mark("不足 5 户，不显示"),
}


def find_closings(claims: Sequence[ClaimFigure], viewer: Viewer) -> list[ClaimFigure]:
    """Choose the claims about who remains after the opening, within the viewer's areas."""
    return [
        claim
        for claim in claims
        if claim.computed_by == REMAINING
        and claim.as_of > OPENING
        and reaches(viewer, prefix_of(claim.scope))
    ]


def find_review(seen: Reconciled, claim: ClaimFigure) -> ReviewedClaim | None:
    """Find what was made of a claim among those about its day and area."""
    return next((each for each in seen.claims if each.id == claim.id), None)


def name_area(area: str, viewer: Viewer, lang: Lang) -> str:
    """Name the area of an account."""
    choices = cache.choices(cache.version_for(viewer), viewer)
    return choices.districts[area][lang] if area in choices.districts else choices.area[lang]


def draw_accounts(claim: ClaimFigure, seen: Reconciled, viewer: Viewer, lang: Lang) -> None:
    """Draw the identity for the area of the opening's figure, then for the claim's own."""
    say = speak(lang)
    version = cache.version_for(viewer)
    accounts = [seen]
    opening = next(
        (
            each
            for each in claims
            if each.computed_by == REMAINING
            and each.as_of == OPENING
            and each.scope != claim.scope
            and reaches(viewer, prefix_of(each.scope))
        ),
        None,
    )
    if opening is not None and seen.area == prefix_of(claim.scope):
        accounts.insert(0, cache.reconciled(version, viewer, opening.scope, claim.as_of))
    for account in accounts:
        if account.account is not None:
            span = say(
                "{area}，{first}至{last}",
                area=name_area(account.area, viewer, lang),
                first=format_day(OPENING, lang),
                last=format_day(account.as_of, lang),
            )
            st.caption(plain(span))
            draw_equation(account_terms(account.account, lang))


def draw_closing(claim: ClaimFigure, viewer: Viewer, lang: Lang) -> None:
    """Draw all about one claim: source, accounts, residual, status, readings, form."""
    say = speak(lang)
    seen = cache.reconciled(cache.version_for(viewer), viewer, claim.scope, claim.as_of)
    review = find_review(seen, claim)
    definition = claim.definition_zh if lang == "zh-CN" else claim.definition_en
    st.subheader(plain(f"{claim.id} · {definition}"), anchor=False)
    st.caption(
        plain(
            say(
                "{day}；来源见上表第 {id} 行",
                day=claim.as_of_text if lang == "zh-CN" else format_day(claim.as_of, lang),
                id=claim.id,
            )
        )
    )
    if review is None or review.residual is None or review.computed is None:
        st.caption(say(WHY[claim.why or NO_BASE]))
        return
    draw_accounts(claim, seen, viewer, lang)
    if seen.base == "claims":
        st.caption(say("台账期初没有登记人员：期初和脱贫退出取自公布数，登记事件在此之上加减。"))
    draw_equation(residual_terms(review.claimed, review.computed, lang))
    draw_status(review, definition, lang)
    draw_readings(review, lang)
    if review.published is not None and review.published > claim.as_of:
        day = format_day(review.published, lang)
        st.caption(say("公布日按 {day} 计；来源只写到年份的，取该年最后一日。", day=day))
    draw_form(viewer, review, lang)


lang = language()
say = speak(lang)
if st.query_params.to_dict() != {"lang": lang}:
    st.query_params.from_dict({"lang": lang})
version = cache.version_for(viewer)
claims = cache.claims(version, viewer)
st.subheader(say("公布数与台账对照"), anchor=False)
if not claims:
    st.info(say("此数据集没有公布数。"))
    st.stop()

if cache.dataset()[1].is_synthetic:
    draw_notice(
        say(
            "公布数是公开的真实数字；台账是按这些数字生成的合成数据，"
            "因此“相符”只说明演示数据按此生成，不构成对公布数的核实。"
        )
    )

draw_told(lang)
closings = find_closings(claims, viewer)
reviews = {
    claim.id: find_review(cache.reconciled(version, viewer, claim.scope, claim.as_of), claim)
    for claim in closings
}
settled = {
    key for key, review in reviews.items() if review and review.status in {EXPLAINED, CORRECTED}
}
opened = [claim for claim in claims if claim.is_open and claim.id not in settled]
for claim in opened:
    draw_notice(
        say(
            "{day}，{definition}：公布 {claimed} 人，台账按事件折算为 {computed} 人，"
            "未解释差额 {residual}。原因未明，不作调整。",
            day=format_day(claim.as_of, lang),
            definition=claim.definition_zh if lang == "zh-CN" else claim.definition_en,
            claimed=format_number(claim.value, lang),
            computed=format_number(claim.computed, lang),
            residual=format_number(claim.residual, lang).replace("-", "−"),
        )
    )

units = {
    "person": say("人"),
    "village": say("个"),
    "unit": say("栋"),
    "household": say("户"),
    "percent": "%",
}
rows = []
for claim in claims:
    if claim.why is None:
        state = status_word(reviews.get(claim.id), claim.residual, lang)
    else:
        state = say(WHY[claim.why])
    note = claim.note_zh if lang == "zh-CN" else claim.note_en
    decimals = 0 if float(claim.value).is_integer() else 2
    residual = format_number(claim.residual, lang).replace("-", "−")
    rows.append(
        (
            claim.id,
            claim.definition_zh if lang == "zh-CN" else claim.definition_en,
            claim.as_of_text if lang == "zh-CN" else format_day(claim.as_of, lang),
            format_number(claim.value, lang, decimals=decimals) + " " + units[claim.unit],
            format_number(claim.computed, lang),
            residual,
            state,
            claim.source,
            note or "",
        )
    )
draw_table(
    [
        say("编号"),
        say("定义"),
        say("时点"),
        say("公布数"),
        say("台账（合成）") if cache.dataset()[1].is_synthetic else say("台账"),
        say("差额"),
        say("状态"),
        say("来源"),
        say("说明"),
    ],
    rows,
    stack=True,
)
st.caption(
    say(
        "差额 = 公布数 − 台账。两列 2015 年末 1,517 与 2016 年初 1,515 的差异同样未解释，保持公开。"
    )
)
for claim in closings:
    draw_closing(claim, viewer, lang)
