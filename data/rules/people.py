"""What is entered of a person and a household: the codes to choose from, and what is possible."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from data.errors import BirthYearOutOfRange, UnknownValue
from data.text import mark

HOUSEHOLD_TYPES: Final = {
    "ordinary": mark("一般贫困户"),
    "dibao": mark("低保户"),
    "wubao": mark("五保户"),
    "dibao_poor": mark("低保贫困户"),
}
STANDARDS: Final = {
    "national": mark("国家标准"),
    "regional": mark("省定标准"),
    "municipal": mark("市定标准"),
}
PERSON_CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "sex": {"male": mark("男"), "female": mark("女")},
    "relation": {
        "head": mark("户主"),
        "spouse": mark("配偶"),
        "parent": mark("父母"),
        "child": mark("子女"),
        "grandchild": mark("孙子女"),
    },
    "education": {
        "none": mark("学龄前"),
        "illiterate": mark("文盲或半文盲"),
        "primary": mark("小学"),
        "junior": mark("初中"),
        "senior": mark("高中"),
    },
    "schooling": {
        "none": mark("非在校生"),
        "kindergarten": mark("幼儿园"),
        "compulsory": mark("义务教育"),
        "high": mark("高中阶段"),
        "college": mark("大专及以上"),
    },
}
"""Fields of a member that hold one of a few codes, with the label of each."""

_MISSING: Final[Mapping[str, Any]] = {
    "months_away": 0,
    "has_skill": False,
    "medical_insurance": False,
    "pension_insurance": False,
    "is_boarding": False,
}
_OLDEST: Final = 120
_MONTHS: Final = 12


def check_person(facts: Mapping[str, Any], *, on: date) -> dict[str, Any]:
    """Give the columns of a member: what is missing is no or none.

    Parameters
    ----------
    facts
        Codes of `PERSON_CODES`, `birth_year`, `months_away` (0 to 12) and the yes-or-no columns.
    on
        The day of the entry: nobody is born in a later year.

    Raises
    ------
    BirthYearOutOfRange
        Nobody who lives was born that year.
    UnknownValue
        The months away are not those of a year.
    """
    year = facts.get("birth_year")
    if not isinstance(year, int) or not on.year - _OLDEST <= year <= on.year:
        raise BirthYearOutOfRange(first=on.year - _OLDEST, last=on.year)
    checked = {name: facts.get(name, default) for name, default in _MISSING.items()}
    if not 0 <= checked["months_away"] <= _MONTHS:
        raise UnknownValue(field="months_away", value=checked["months_away"], choices="0–12")
    codes = {name: str(facts.get(name, "")) for name in PERSON_CODES}
    return codes | checked | {"birth_year": year}
