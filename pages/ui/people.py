"""Members of a household on screen: words for what they are, masked rows, the full record."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from data.access import MASK
from data.queries.people import HouseholdRecord
from data.rules.people import PERSON_CODES
from data.text import Lang, mark, translate
from data.vault import CODED, FIELD_NAMES
from pages.ui.cards import draw_table
from pages.ui.words import speak

RELATIONS: Final = PERSON_CODES["relation"]
SEXES: Final = PERSON_CODES["sex"]
_EDUCATIONS: Final = PERSON_CODES["education"]
_SCHOOLINGS: Final = PERSON_CODES["schooling"]
_TITLES: Final = (
    mark("成员"), mark("性别"), mark("年龄段"), mark("文化程度"), mark("在校情况"),
)  # fmt: skip
_MASKED: Final = ("name", "id_number", "phone", "health")
_FULL: Final = {
    ("id_number", "phone", "address"): (1.6, 1.1, 1),
    ("health", "labour", "is_disabled", "is_tekun", "is_orphan"): (1, 1, 1, 1, 1),
}
"""Lines of a person's slip, with the width of each place."""


def name_member(record: HouseholdRecord, member_id: str, lang: Lang) -> str:
    """Tell a member from the others of the household without naming anybody: 1 户主."""
    say = speak(lang)
    ids = list(record.members["id"])
    place = ids.index(member_id)
    relation = str(record.members["relation"].iloc[place])
    return f"{place + 1} · {say(RELATIONS.get(relation, relation))}"


def draw_masked(record: HouseholdRecord, lang: Lang) -> None:
    """Draw one row a member: relation, sex, age band, schooling, and what is hidden."""
    say = speak(lang)
    draw_table(
        [say(title) for title in _TITLES] + [say(FIELD_NAMES[name]) for name in _MASKED],
        (
            [
                f"{number} · {_word(RELATIONS, row['relation'], lang)}",
                _word(SEXES, row["sex"], lang),
                str(row["birth_year"]),
                _word(_EDUCATIONS, row["education"], lang),
                _word(_SCHOOLINGS, row["schooling"], lang),
                *_hidden(row, lang),
            ]
            for number, row in enumerate(record.members.to_dict("records"), start=1)
        ),
        stack=True,
    )


def _hidden(row: Mapping[Any, Any], lang: Lang) -> list[str]:
    if row["is_erased"]:
        return [translate("已依法删除", lang), *["–"] * (len(_MASKED) - 1)]
    return [MASK] * len(_MASKED)


def _word(words: Mapping[str, str], code: object, lang: Lang) -> str:
    return speak(lang)(words[str(code)]) if str(code) in words else str(code)


def draw_full(record: HouseholdRecord, lang: Lang) -> None:
    """Draw everything about each member, as plain text that no markup can come out of."""
    for number, row in enumerate(record.members.to_dict("records"), start=1):
        with st.container(border=True, key=f"person_{number}"):
            _draw_person(pd.Series(row), lang)


def _draw_person(row: pd.Series, lang: Lang) -> None:
    say = speak(lang)
    facts = " · ".join((
        _word(RELATIONS, row["relation"], lang),
        _word(SEXES, row["sex"], lang),
        say("{year} 年生", year=row["birth_year"]),
    ))  # fmt: skip
    who, what = st.columns([0.5, 0.5], vertical_alignment="center")
    who.text(say("已依法删除") if row["is_erased"] else row["name"])
    what.text(facts)
    if row["is_erased"]:
        return
    for names, widths in _FULL.items():
        for place, name in zip(st.columns(widths), names, strict=True):
            place.caption(say(FIELD_NAMES[name]))
            value = str(row[name])
            place.text(_word(CODED[name], value, lang) if name in CODED else value or "–")
