"""Masking: five levels, decided by what a column declares."""

from datetime import date

import pandas as pd
import pytest

from data.access import MASK, Role, Viewer, mask, masking_level
from data.door import DEMO_VIEWERS
from data.models import Base, Cause, Household, IdentityVault, Member

ON = date(2016, 12, 31)
PERSON = {
    "household": "H1", "village": "150303104238", "persons": 3, "name": "张德明",
    "id_number": "150302196601011234", "phone": "13800000001", "address": "东兴村3组12号",
    "health": "severe", "is_tekun": "yes", "born": 1966, "sex": "female", "cause": "因病",
}  # fmt: skip
ORIGINS = {
    "household": Household.code, "village": Household.village_code, "name": IdentityVault.name,
    "id_number": IdentityVault.id_number, "phone": IdentityVault.phone,
    "address": IdentityVault.address, "health": IdentityVault.health,
    "is_tekun": IdentityVault.is_tekun, "born": Member.birth_year, "sex": Member.sex,
    "cause": Cause.cause_code,
}  # fmt: skip
LEVELS = {
    0: PERSON,
    1: {**PERSON, "name": "张**", "id_number": "150302********1234", "phone": "138****0001",
        "address": "东兴村", "is_tekun": MASK, "born": "50–59"},
    2: {**PERSON, "name": "张**", "id_number": MASK, "phone": MASK, "address": MASK,
        "health": MASK, "is_tekun": MASK, "born": "50–59", "cause": MASK},
    3: {**PERSON, "name": MASK, "id_number": MASK, "phone": MASK, "address": MASK,
        "health": MASK, "is_tekun": MASK, "born": "50–59", "cause": MASK},
    4: dict.fromkeys(PERSON, MASK) | {"village": "150303104238"},
}  # fmt: skip


def shown(level, **changed):
    frame = pd.DataFrame([{**PERSON, **changed}], dtype=object)
    (row,) = mask(frame, ORIGINS, level, on=ON).to_dict("records")
    return row


@pytest.mark.row(21)
@pytest.mark.parametrize("level", LEVELS)
def test_each_level_shows_what_it_says(level):
    assert shown(level) == LEVELS[level]


def test_the_default_is_codes_age_band_and_sex():
    frame = pd.DataFrame([PERSON], dtype=object)
    assert mask(frame, ORIGINS, on=ON).to_dict("records") == [LEVELS[3]]
    assert frame.to_dict("records") == [PERSON]


@pytest.mark.parametrize(
    ("name", "at_one", "at_two"),
    [("张明", "张*", "张**"), ("张", "*", "*"), ("欧阳修明", "欧***", "欧**"), ("", "", "")],
)
def test_from_level_two_on_a_name_does_not_tell_its_length(name, at_one, at_two):
    assert (shown(1, name=name)["name"], shown(2, name=name)["name"]) == (at_one, at_two)


@pytest.mark.parametrize(
    ("field", "value", "wanted"),
    [
        ("id_number", "150302660101123", MASK), ("id_number", "E12345678", MASK),
        ("id_number", None, ""), ("phone", "0473-2012345", MASK), ("phone", "", ""),
        ("address", "海南区解放街12号", MASK), ("address", "东兴村", MASK),
        ("address", "西门社区一号院村", "西门社区"), ("address", "巴彦嘎查5号", "巴彦嘎查"),
    ],
)  # fmt: skip
def test_what_has_another_form_is_shown_in_no_part(field, value, wanted):
    assert shown(1, **{field: value})[field] == wanted


@pytest.mark.parametrize(
    ("born", "band"), [(2016, "0–9"), (2007, "0–9"), (2006, "10–19"), (1937, "70–79"),
                       (1936, "80+"), (1900, "80+"), (2017, "0–9")],
)  # fmt: skip
def test_ages_are_bands_of_ten_years(born, band):
    assert shown(3, born=born)["born"] == band


def test_at_level_four_a_column_of_unknown_origin_is_hidden_too():
    assert shown(4)["persons"] == MASK


@pytest.mark.row(21)
@pytest.mark.parametrize("role", Role)
def test_a_viewers_level_follows_from_the_role(role):
    viewer = next(v for v, _ in DEMO_VIEWERS.values() if v.role is role)
    knows = {Role.OFFICE, Role.DISTRICT, Role.TOWN, Role.TEAM, Role.CLERK, Role.HELPER}
    assert masking_level(viewer) == (3 if role in knows else 4)
    assert masking_level(Viewer("x", role, ("",), is_preview=True)) == 4


def test_every_column_that_declares_itself_sensitive_can_be_masked():
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if column.info["sensitive"]:
                frame = pd.DataFrame({"x": [1966]}, dtype=object)
                masked = [mask(frame, {"x": column}, level, on=ON)["x"][0] for level in range(5)]
                assert masked[0] == 1966
                assert masked[3] in {MASK, "50–59"}
                assert masked[4] == MASK
