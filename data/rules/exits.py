"""The exit procedure: nine steps, a notice of seven days, four signatures over one content.

Source: the nine steps, the notice of seven days and the signature of each level's principal are
those of the region's exit procedure as third parties report it; to be verified (待核) until the
document itself is attached.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import Any, Final

from data.text import mark


class Step(IntEnum):
    """The nine steps, in their order."""

    SELECTED = 1
    REVIEWED = 2
    PRE_EXIT = 3
    VISITED = 4
    AGREED = 5
    NOTICED = 6
    APPROVED = 7
    FILED = 8
    ENTERED = 9


STEP_NAMES: Final = {
    Step.SELECTED: mark("初选"),
    Step.REVIEWED: mark("民主评议"),
    Step.PRE_EXIT: mark("预退出"),
    Step.VISITED: mark("入户核实"),
    Step.AGREED: mark("农户签字"),
    Step.NOTICED: mark("公示"),
    Step.APPROVED: mark("批准"),
    Step.FILED: mark("备案"),
    Step.ENTERED: mark("录入"),
}

LEVELS: Final = ("village", "town", "district", "city")
"""Who signs, in this order: the principal of each level in office that day."""

LEVEL_NAMES: Final = {
    "village": mark("村"),
    "town": mark("镇"),
    "district": mark("区"),
    "city": mark("市"),
}
LEVEL_CODE_LENGTH: Final = {"village": 12, "town": 9, "district": 6, "city": 4}
"""How many leading digits of a household's village code name the unit that signs."""

NOTICE_DAYS: Final = 7
SIGNED_STEPS: Final = (Step.SELECTED, Step.NOTICED)
"""Signatures cover the first to the sixth step: they are given when the notice is over."""

GENESIS: Final = "0" * 64
"""What the first signature names as the one before."""


@dataclass(frozen=True)
class StepDone:
    """A step as it stands in a case.

    Attributes
    ----------
    done_on
        The day; of a notice the day it was put up.
    notice_until
        The day after the notice's last, of a notice alone: signatures are given from then on.
    is_dated, is_sealed
        Whether the paper itself bears a date and a seal.
    """

    step: Step
    done_on: date
    place: str
    note: str
    notice_until: date | None = None
    is_dated: bool = True
    is_sealed: bool = True


def notice_ends(put_up_on: date) -> date:
    """Give the first day on which a notice has stood long enough."""
    return put_up_on + timedelta(days=NOTICE_DAYS)


def hash_content(case: Mapping[str, Any], steps: Sequence[StepDone]) -> str:
    """Give the digest that a signature covers: the case's facts and its first six steps.

    Parameters
    ----------
    case
        `id`, `household_code`, `members`, `window_quarters`, `line_fen`, `statement_ids`,
        `opened_on`.
    steps
        The standing steps; those after the notice do not count.
    """
    facts = {
        name: case[name]
        for name in ("id", "household_code", "window_quarters", "line_fen", "opened_on")
    }
    facts["members"] = sorted(case["members"])
    facts["statement_ids"] = sorted(case["statement_ids"])
    first, last = SIGNED_STEPS
    facts["steps"] = [
        [
            int(done.step), done.done_on, done.place, done.note, done.notice_until,
            done.is_dated, done.is_sealed,
        ]
        for done in sorted(steps, key=lambda done: done.step)
        if first <= done.step <= last
    ]  # fmt: skip
    return _digest(facts)


def hash_signature(
    case_id: str, level: str, official_id: str, signed_on: date, content_hash: str,
    previous_hash: str,
) -> str:  # fmt: skip
    """Give the digest by which the next level's signature names this one."""
    return _digest([case_id, level, official_id, signed_on, content_hash, previous_hash])


def _digest(facts: Any) -> str:  # noqa: ANN401 - anything JSON can write
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, default=date.isoformat)
    return hashlib.sha256(text.encode()).hexdigest()
