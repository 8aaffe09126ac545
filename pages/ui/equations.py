"""The accounting identity on screen: a sum that can be checked by eye."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Final

import streamlit as st

from data.models.register import EventKind
from data.rules.accounting import SIGNS, Account, Flows
from data.rules.transitions import KIND_NAMES
from data.text import Lang, format_number, mark
from geo.encode import encode_text
from pages.ui.words import speak

Term = tuple[str, str, str, str]
"""A sign before it, the label over it, the figure, and a class that styles it."""

_MOVED: Final = mark("区域间迁移（净）")


def draw_equation(terms: Iterable[Term]) -> None:
    """Draw terms in a row that wraps."""
    body = "".join(_term(*term) for term in terms)
    st.html(f'<div class="g-sum">{body}</div>')


def _term(sign: str, label: str, figure: str, kind: str) -> str:
    before = f"<i>{encode_text(sign)}</i>" if sign else ""
    return (
        f'<div>{before}<span class="{encode_text(kind)}"><small>{encode_text(label)}</small>'
        f"<b>{encode_text(figure)}</b></span></div>"
    )


def account_terms(account: Account, lang: Lang) -> list[Term]:
    """Write an account as opening ± flows = closing; moves only where there are any."""
    say = speak(lang)
    terms: list[Term] = [("", say("期初"), format_number(account.opening, lang), "g-end")]
    for each in fields(Flows):
        persons = getattr(account.flows, each.name)
        kind = "" if persons else "g-zero"
        if each.name == "moved":
            if persons:
                sign = "−" if persons < 0 else "+"
                terms.append((sign, say(_MOVED), format_number(abs(persons), lang), kind))
            continue
        event = EventKind(each.name)
        sign = "−" if SIGNS[event] < 0 else "+"
        terms.append((sign, say(KIND_NAMES[event]), format_number(persons, lang), kind))
    return [*terms, ("=", say("期末"), format_number(account.closing, lang), "g-end")]


def residual_terms(claimed: float, computed: float, lang: Lang) -> list[Term]:
    """Write published − ledger = residual."""
    say = speak(lang)
    residual = claimed - computed
    return [
        ("", say("公布数"), format_number(claimed, lang), "g-end"),
        ("−", say("台账期末"), format_number(computed, lang), "g-end"),
        ("=", say("差额"), signed(residual, lang), "g-gap" if residual else "g-end"),
    ]


def signed(value: float | None, lang: Lang) -> str:
    """Write a difference with a true minus sign."""
    return format_number(value, lang).replace("-", "−")
