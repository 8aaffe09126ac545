"""Which event may follow which status, and how it counts."""

from datetime import date

import pytest

from data.models import STATUS_AFTER, EventKind, Status
from data.rules.transitions import (
    KIND_NAMES,
    NEVER_NAME,
    REASONS,
    STATUS_NAMES,
    days_to_inclusion,
    list_bases,
    may_follow,
    sign_of,
)

# never, registered, exited, gone: written out by hand.
TABLE = {
    "identified": "x . . x",
    "relapsed": ". . x .",
    "pre_exit": ". x . .",
    "exited": ". x . .",
    "natural_increase": "x . . x",
    "natural_decrease": ". x x .",
    "removed": ". x x .",
    "closed": ". x x .",
    "split": ". x x .",
    "merged": "x x x x",
    "corrected": ". x x x",
    "voided": ". . . .",
}
STATUSES = (None, Status.REGISTERED, Status.EXITED, Status.GONE)


@pytest.mark.parametrize("kind", EventKind)
def test_a_kind_follows_where_the_table_says(kind):
    assert [may_follow(kind, status) for status in STATUSES] == [
        sign == "x" for sign in TABLE[kind].split()
    ]
    named = dict(zip(STATUSES, (NEVER_NAME, *STATUS_NAMES.values()), strict=True))
    assert set(list_bases(kind)) == {named[s] for s in STATUSES if may_follow(kind, s)}


def test_every_kind_has_a_name_and_every_enterable_one_reasons():
    assert set(KIND_NAMES) == set(EventKind)
    assert set(REASONS) == set(EventKind) - {EventKind.EXITED, EventKind.VOIDED}
    assert all("other" in reasons for reasons in REASONS.values())


@pytest.mark.parametrize(
    ("kind", "before", "sign"),
    [
        ("identified", None, 1), ("identified", "gone", 1), ("relapsed", "exited", 1),
        ("natural_increase", None, 1), ("natural_increase", "gone", 1),
        ("exited", "registered", -1), ("natural_decrease", "registered", -1),
        ("removed", "registered", -1), ("closed", "registered", -1),
        # Whoever exited is no longer counted: leaving the file takes nothing away.
        ("natural_decrease", "exited", 0), ("removed", "exited", 0), ("closed", "exited", 0),
        ("pre_exit", "registered", 0), ("split", "registered", 0), ("merged", "registered", 0),
        ("split", "exited", 0), ("merged", "gone", 0), ("corrected", "registered", 0),
    ],
)  # fmt: skip
def test_a_kind_counts_with_its_sign(kind, before, sign):
    assert sign_of(EventKind(kind), before and Status(before)) == sign


@pytest.mark.parametrize("kind", EventKind)
def test_the_sign_is_the_change_of_status(kind):
    for before in STATUSES:
        if may_follow(kind, before):
            after = STATUS_AFTER.get(kind, before)
            change = (after is Status.REGISTERED) - (before is Status.REGISTERED)
            assert sign_of(kind, before) == change


def test_days_run_from_detection_to_inclusion():
    assert days_to_inclusion(date(2016, 2, 28), date(2016, 3, 1)) == 2
    assert days_to_inclusion(date(2016, 3, 1), date(2016, 3, 1)) == 0
