"""The fields of a form in which somebody enters the register: codes, and who it is if known."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from data.actions.enter_household import Newcomer
from data.actions.grounds import ENTRY_FIELDS
from data.queries.filters import Filter
from data.rules.people import PERSON_CODES
from data.text import Lang, mark
from data.vault import FIELD_NAMES
from pages.ui.words import speak

_FLAGS: Final = {
    "medical_insurance": mark("参加新农合"),
    "pension_insurance": mark("参加养老保险"),
    "has_skill": mark("掌握实用技能"),
    "is_boarding": mark("寄宿生"),
}
_IDENTITY: Final = ("name", "id_number", "phone")
_OLDEST: Final = 120


def wording(words: Mapping[str, str], lang: Lang) -> Callable[[str], str]:
    """Give what shows a code in words."""
    return lambda code: speak(lang)(words[code])


def ask_newcomer(key: str, lang: Lang, *, number: int = 0) -> Newcomer:
    """Ask what a form needs to know of somebody; all but the codes may be left empty.

    Parameters
    ----------
    number
        The place in a new household, whose first is proposed as its head; 0 for who joins one.
    """
    say = speak(lang)
    if number:
        st.caption(say("第 {number} 人", number=number))
    facts: dict[str, Any] = {}
    *places, last = st.columns(len(PERSON_CODES) + 1)
    for place, (name, words) in zip(places, PERSON_CODES.items(), strict=True):
        proposed = list(words).index("head") if name == "relation" and number == 1 else None
        facts[name] = (
            place.selectbox(
                say(ENTRY_FIELDS[name]),
                list(words),
                index=proposed,
                key=f"{key}.{name}",
                format_func=wording(words, lang),
                placeholder=say("请选择"),
            )
            or ""
        )
    year = Filter().as_of.year
    facts["birth_year"] = last.number_input(
        say("出生年份"), year - _OLDEST, None, None, key=f"{key}.birth_year", step=1
    )
    more = st.columns(len(_FLAGS) + 1, vertical_alignment="bottom")
    for place, (name, label) in zip(more[:-1], _FLAGS.items(), strict=True):
        facts[name] = place.checkbox(say(label), key=f"{key}.{name}")
    facts["months_away"] = more[-1].number_input(
        say("外出务工月数"), 0, 12, 0, key=f"{key}.months_away"
    )
    identity = {
        name: place.text_input(
            say(FIELD_NAMES[name]), key=f"{key}.{name}", autocomplete="off",
            placeholder=say("可以以后补录"),
        )
        for place, name in zip(st.columns(len(_IDENTITY)), _IDENTITY, strict=True)
    }  # fmt: skip
    return Newcomer(facts, identity)
