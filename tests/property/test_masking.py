"""Masking as a property: a higher level never says more, and no value survives level 2."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.access import MASK, mask
from data.models import Cause, Household, IdentityVault, Measure, MeasureAssignment, Member

ON = date(2016, 12, 31)
LEVELS = range(5)
ORIGINS = {
    "household": Household.code, "village": Household.village_code, "name": IdentityVault.name,
    "id_number": IdentityVault.id_number, "phone": IdentityVault.phone,
    "address": IdentityVault.address, "health": IdentityVault.health,
    "tekun": IdentityVault.is_tekun, "orphan": IdentityVault.is_orphan, "cause": Cause.cause_code,
    "amount": MeasureAssignment.amount_fen, "born": Member.birth_year, "sex": Member.sex,
    "measure": Measure.name_zh,
}  # fmt: skip
HAN = "张王李赵欧阳诸葛明德惠兰村社区嘎查组"
NAMES = st.text(HAN + "AbcÉ·", min_size=2, max_size=6)
NUMBERS = st.one_of(
    st.text("0123456789", min_size=17, max_size=17).flatmap(
        lambda body: st.sampled_from("0123456789X").map(lambda last: body + last)
    ),
    st.text("0123456789", min_size=15, max_size=15),
    st.text("EGH0123456789", min_size=8, max_size=10),
)
PHONES = st.one_of(st.text("0123456789", min_size=11, max_size=11),
                   st.text("0123456789-", min_size=7, max_size=14))  # fmt: skip
ADDRESSES = st.text(HAN + "0123456789号 ", min_size=4, max_size=20)
PEOPLE = st.fixed_dictionaries(
    {
        "household": st.text("H0123456789", min_size=5, max_size=13),
        "village": st.text("0123456789", min_size=12, max_size=12),
        "name": NAMES, "id_number": NUMBERS, "phone": PHONES, "address": ADDRESSES,
        "health": st.sampled_from(["healthy", "severe", "chronic"]),
        "tekun": st.sampled_from(["yes", "no"]), "orphan": st.sampled_from(["yes", "no"]),
        "cause": st.sampled_from(["illness", "schooling"]),
        "amount": st.integers(0, 10**9), "born": st.integers(1916, 2016),
        "sex": st.sampled_from(["male", "female"]), "measure": st.sampled_from(["a", "b"]),
    }
)  # fmt: skip
MAYBE = st.fixed_dictionaries(
    {name: st.one_of(st.just(""), NAMES if name == "name" else ADDRESSES)
     for name in ("name", "id_number", "phone", "address")}
)  # fmt: skip


def shown(person: dict[str, object], level: int) -> dict[str, object]:
    """Mask one person and give the row."""
    frame = pd.DataFrame([person], dtype=object)
    (row,) = mask(frame, ORIGINS, level, on=ON).to_dict("records")
    return row


@given(PEOPLE)
@pytest.mark.row(21)
def test_no_planted_value_survives_level_two(person):
    planted = [str(person[n]) for n in ("name", "id_number", "phone", "address")]
    for level in (2, 3, 4):
        row = shown(person, level)
        text = "\x1f".join(str(row[name]) for name in row if name not in {"household", "village"})
        assert not any(value in text for value in planted)
        digits = [c for n in ("name", "id_number", "phone", "address") for c in str(row[n])]
        assert not any(c.isdigit() for c in digits)
        assert {row[n] for n in ("health", "cause", "tekun", "orphan", "amount")} == {MASK}
        assert str(person["born"]) != str(row["born"])


@given(PEOPLE, PEOPLE, MAYBE)
@pytest.mark.row(21)
def test_what_a_level_shows_can_be_worked_out_from_the_one_below(one, other, changed):
    """Two people who look the same at a level look the same at every higher one."""
    for another in (other, {**one, **changed}, {**other, "name": one["name"]}):
        pairs = [(shown(one, level), shown(another, level)) for level in LEVELS]
        for name in ORIGINS:
            alike = [a[name] == b[name] for a, b in pairs]
            assert alike == sorted(alike), (name, alike)


@given(PEOPLE)
def test_level_zero_is_everything_and_four_the_place_alone(person):
    assert shown(person, 0) == person
    assert shown(person, 4) == dict.fromkeys(person, MASK) | {"village": person["village"]}


@given(PEOPLE)
def test_masking_again_or_in_steps_adds_nothing(person):
    frame = pd.DataFrame([person], dtype=object)
    before = frame.copy()
    assert mask(frame, ORIGINS, 3, on=ON).to_dict("records") == [shown(person, 3)]
    pd.testing.assert_frame_equal(frame, before)
