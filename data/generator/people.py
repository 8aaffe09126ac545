"""Members of a household who make its cause of poverty plausible."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from data.generator.parameters import CAUSE_WEIGHTS, OPENING
from data.generator.streams import Stream

_YEAR: Final = OPENING.year
_SCHOOL_AGE: Final = {"kindergarten": (3, 5), "compulsory": (6, 14), "high": (15, 17)}
_WORKING_AGE: Final = (18, 64)
_CHECK_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS: Final = "10X98765432"


@dataclass(frozen=True)
class Person:
    """A member before any table row: age and what the household's cause needs of them."""

    age: int
    sex: str
    relation: str
    schooling: str
    health: str
    labour: str

    @property
    def is_able(self) -> bool:
        """Whether this member could take a job or run a greenhouse."""
        return self.labour in {"ordinary", "skilled"}


def draw_cause(stream: Stream, size: int) -> str:
    """Draw a main cause that a household of this size can have."""
    alone = {cause: w for cause, w in CAUSE_WEIGHTS.items() if cause != "schooling"}
    return stream.pick(alone if size == 1 else CAUSE_WEIGHTS)


def draw_people(stream: Stream, size: int, cause: str) -> list[Person]:
    """Draw `size` members: a head, then spouse, children, parents, as the cause needs."""
    old_head = cause == "no_labour" or (size <= 2 and stream.chance(0.35))  # noqa: PLR2004 - couples and singles
    head_age = stream.between(66, 82) if old_head else stream.between(32, 62)
    people = [_adult(stream, head_age, "head", "male" if stream.chance(0.7) else "female")]
    if size > 1:
        needs_child = cause == "schooling"
        has_spouse = size > 2 or not needs_child  # noqa: PLR2004 - a couple needs two places
        if has_spouse:
            sex = "female" if people[0].sex == "male" else "male"
            people.append(_adult(stream, max(22, head_age - stream.between(-3, 6)), "spouse", sex))
        while len(people) < size:
            people.append(_dependant(stream, head_age, needs_child=needs_child))
            needs_child = False
    return _with_cause(stream, people, cause)


def _adult(stream: Stream, age: int, relation: str, sex: str) -> Person:
    if age > _WORKING_AGE[1]:
        labour = "lost" if stream.chance(0.6) else "none"
    else:
        labour = "skilled" if stream.chance(0.15) else "ordinary"
    health = "chronic" if stream.chance(0.25 if age > _WORKING_AGE[1] else 0.06) else "healthy"
    return Person(age, sex, relation, "none", health, labour)


def _dependant(stream: Stream, head_age: int, *, needs_child: bool) -> Person:
    sex = "male" if stream.chance(0.5) else "female"
    if not needs_child and head_age < 60 and stream.chance(0.2):  # noqa: PLR2004 - whose parents may live
        return _adult(stream, min(90, head_age + stream.between(22, 30)), "parent", sex)
    oldest = 17 if needs_child else max(1, min(30, head_age - 20))
    youngest = 6 if needs_child else 1
    age = stream.between(min(youngest, oldest), oldest)
    relation = "child" if head_age < 66 else "grandchild"  # noqa: PLR2004 - old heads raise grandchildren
    for schooling, (low, high) in _SCHOOL_AGE.items():
        if low <= age <= high:
            return Person(age, sex, relation, schooling, "healthy", "none")
    if age < _WORKING_AGE[0]:
        return Person(age, sex, relation, "none", "healthy", "none")
    return _adult(stream, age, relation, sex)


def _with_cause(stream: Stream, people: list[Person], cause: str) -> list[Person]:
    """Give one adult the condition that the cause names."""
    if cause in {"illness", "disability"}:
        ill = stream.between(0, min(1, len(people) - 1))
        person = people[ill]
        if cause == "disability":
            health, labour = "disabled", "lost"
        else:
            health = "severe" if stream.chance(0.4) else "chronic"
            labour = "lost" if stream.chance(0.6) or not person.is_able else person.labour
        people[ill] = Person(
            person.age, person.sex, person.relation, person.schooling, health, labour
        )
    if cause == "no_labour":
        people = [
            Person(
                p.age, p.sex, p.relation, p.schooling, p.health, "lost" if p.is_able else p.labour
            )
            for p in people
        ]
    return people


def member_row(stream: Stream, person: Person, member_id: str) -> dict[str, Any]:
    """Give the row of `member`."""
    works = person.is_able and person.age <= _WORKING_AGE[1]
    return {
        "id": member_id,
        "sex": person.sex,
        "birth_year": _YEAR - person.age,
        "relation": person.relation,
        "education": _education(stream, person.age),
        "schooling": person.schooling,
        "months_away": stream.between(1, 10) if works and stream.chance(0.25) else 0,
        "has_skill": works and (person.labour == "skilled" or stream.chance(0.5)),
        "medical_insurance": stream.chance(0.97),
        "pension_insurance": person.age >= _WORKING_AGE[0] and stream.chance(0.9),
        "is_boarding": person.schooling in {"compulsory", "high"} and stream.chance(0.3),
    }


def _education(stream: Stream, age: int) -> str:
    if age < _SCHOOL_AGE["compulsory"][0]:
        return "none"
    if age <= _SCHOOL_AGE["high"][1]:
        return "primary" if age <= 12 else "junior"  # noqa: PLR2004 - where junior school begins
    return stream.pick({"illiterate": 0.12, "primary": 0.4, "junior": 0.38, "senior": 0.1})


def identity_row(
    stream: Stream, person: Person, member_id: str, household: int, number: int
) -> dict[str, Any]:
    """Give what the vault will seal: codes that can belong to nobody, and what is sensitive.

    The region prefix 99 is allocated to no province and the check digit is wrong; no telephone
    number of the mainland starts with 100; no village has this name.
    """
    is_head = person.relation == "head"
    is_tekun = person.labour == "lost" and is_head and stream.chance(0.1)
    born = date(_YEAR - person.age, stream.between(1, 12), stream.between(1, 28))
    body = f"990000{born:%Y%m%d}{stream.between(0, 999):03d}"
    right = sum(int(d) * w for d, w in zip(body, _CHECK_WEIGHTS, strict=True)) % 11
    return {
        "member_id": member_id,
        "name": f"示例户 {household:04d}-{number}",
        "id_number": body + _CHECK_DIGITS[(right + 1) % 11],
        "phone": f"100{stream.between(0, 99_999_999):08d}",
        "address": f"示例村 {household:04d} 号",
        "health": person.health,
        "labour": person.labour,
        "is_disabled": _flag(is_so=person.health == "disabled"),
        "is_tekun": _flag(is_so=is_tekun),
        "is_orphan": _flag(is_so=False),
    }


def _flag(*, is_so: bool) -> str:
    return "yes" if is_so else "no"
