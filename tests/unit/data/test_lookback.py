"""The look-back: frozen once, its four numbers always the population; what each outcome needs."""

from datetime import UTC, date, datetime

import pytest

from data.access import Role, Viewer
from data.actions.correct_person import Correction, correct_person
from data.actions.open_lookback import Opening, open_lookback
from data.actions.record_lookback import Finding, record_lookback, withdraw_lookback
from data.engine import transaction
from data.errors import (
    AlreadyVoided,
    CorrectionMissing,
    DayOutOfRange,
    Denied,
    DueTooEarly,
    EntryChanged,
    IdentityInReason,
    LookbackEmpty,
    LookbackExists,
    NotFound,
    OneRecordEach,
    PersonalInReason,
    ReasonMissing,
    RemovalMissing,
    UnknownValue,
)
from data.ledger import append_row, supersede, void_event, void_row
from data.models import (
    Cause,
    EventKind,
    HouseholdComposition,
    IncomeStatement,
    LedgerEntry,
    LookbackCampaign,
    LookbackItem,
    LookbackOutcome,
)
from data.queries.lookbacks import list_items, list_lookbacks, progress_by_village
from data.rules.monitoring import hash_frame
from tests.unit.data.test_full_views import audit_of
from tests.unit.data.tiny_world import (
    JIA,
    SIZES,
    YI,
    append,
    identity_row,
    members_of,
    versioned,
)
from tests.unit.data.watching import (
    DAY,
    DISTRICT,
    ELSEWHERE,
    LEADER,
    NOW,
    OFFICE,
    event,
    plant_statement,
    rows_of,
)

CITY, WEST = "990100000000", "990121000000"
TOWN = Viewer("town", Role.TOWN, ("990121100",))
LATER = datetime(2017, 1, 12, 4, tzinfo=UTC)
TABLES = (LookbackCampaign, LookbackItem, LookbackOutcome)


def opened(db, viewer=OFFICE, **facts):
    given = {"name": "回头看", "division": CITY, "led_by": "市脱贫攻坚领导小组",
             "frozen_on": DAY, "due_on": date(2017, 3, 31)}  # fmt: skip
    return open_lookback(db, viewer, Opening(**(given | facts)), now=NOW).campaign_id


def bases_of(db, campaign, *households):
    items = list_items(db, OFFICE, campaign).set_index("household")
    return {code: str(items.loc[code, "outcome_id"]) for code in households}


def judge(db, campaign, outcome, *households, viewer=OFFICE, **facts):
    given = {"campaign_id": campaign, "outcome": outcome, "reason": "逐项核对档案",
             "found_on": date(2017, 1, 12)}  # fmt: skip
    bases = facts.pop("bases", None) or bases_of(db, campaign, *households)
    return record_lookback(db, viewer, Finding(bases=bases, **(given | facts)), now=LATER)


def numbers(db, viewer=OFFICE):
    """Give households, verified, corrected, removed, pending of the only look-back."""
    (one,) = list_lookbacks(db, viewer)
    return one.households, one.verified, one.corrected, one.removed, one.pending


def remove(db, *members, day=date(2017, 1, 11), at=LATER):
    with transaction(db) as connection:
        return [append(connection, m, EventKind.REMOVED, day, at=at) for m in members]


# ── Opening ─────────────────────────────────────────────────────────────────────────────────────


def test_opening_freezes_who_is_on_file_with_a_hash_of_the_list(tiny_db):
    remove(tiny_db, "A1-1", day=date(2016, 12, 30), at=NOW)
    campaign = opened(tiny_db)
    (one,) = list_lookbacks(tiny_db, OFFICE)
    assert (one.id, one.population, one.households, one.pending) == (campaign, 11, 11, 11)
    frozen = {key: members_of(key) for key in SIZES if key != "A1"}
    assert one.frame_hash == hash_frame(frozen)
    assert hash_frame(dict(reversed(frozen.items()))) == one.frame_hash
    assert hash_frame(frozen | {"A2": ["A2-1"]}) != one.frame_hash
    assert set(list_items(tiny_db, OFFICE, campaign)["household"]) == set(frozen)
    assert audit_of(tiny_db) == [("office", "entry", CITY, "done", "", 11)]


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"name": " "}, ReasonMissing),
        ({"led_by": ""}, ReasonMissing),
        ({"led_by": "13800001111"}, PersonalInReason),
        ({"division": "990199000000"}, NotFound),
        ({"division": ""}, NotFound),
        ({"frozen_on": date(2015, 12, 31)}, DayOutOfRange),
        ({"frozen_on": date(2017, 1, 10)}, DayOutOfRange),
        ({"due_on": date(2016, 12, 30)}, DueTooEarly),
    ],
)
def test_a_bad_opening_is_refused_and_freezes_nothing(tiny_db, facts, error):
    with pytest.raises(error):
        opened(tiny_db, **facts)
    assert rows_of(tiny_db, *TABLES) == [[], [], []]


def test_a_look_back_is_opened_once_and_not_over_nobody(tiny_db):
    opened(tiny_db)
    kept = rows_of(tiny_db, *TABLES)
    with pytest.raises(LookbackExists):
        opened(tiny_db)
    remove(tiny_db, "B1-1", "B1-2", "B2-1", day=date(2016, 12, 1), at=NOW)
    with pytest.raises(LookbackEmpty):
        opened(tiny_db, division=YI)
    assert rows_of(tiny_db, *TABLES) == kept


def test_who_may_open_and_where(tiny_db):
    for viewer in (LEADER, TOWN):
        with pytest.raises(Denied):
            opened(tiny_db, viewer)
    for division in (CITY, WEST):
        with pytest.raises(NotFound):
            opened(tiny_db, ELSEWHERE, division=division)
    opened(tiny_db, DISTRICT, division=WEST)
    assert list_lookbacks(tiny_db, ELSEWHERE) == []
    assert numbers(tiny_db, TOWN) == (8, 0, 0, 0, 8)
    with pytest.raises(Denied):
        list_lookbacks(tiny_db, LEADER)


# ── Outcomes ────────────────────────────────────────────────────────────────────────────────────


def test_a_batch_is_verified_by_one_row_of_the_audit(tiny_db):
    campaign = opened(tiny_db)
    assert judge(tiny_db, campaign, "verified", "A1", "A2", "B1", viewer=TOWN) == 3
    assert numbers(tiny_db) == (12, 3, 0, 0, 9)
    assert numbers(tiny_db, DISTRICT) == (8, 3, 0, 0, 5)
    assert numbers(tiny_db, ELSEWHERE) == (4, 0, 0, 0, 4)
    (mine,) = list_lookbacks(tiny_db, DISTRICT)
    assert mine.population is None  # part of the list lies elsewhere
    counted = progress_by_village(list_items(tiny_db, OFFICE, campaign)).set_index("village")
    assert counted.loc[JIA].to_dict() == {
        "households": 6, "verified": 2, "corrected": 0, "removed": 0, "pending": 4,
    }  # fmt: skip
    assert audit_of(tiny_db)[1:] == [("town", "entry", "", "done", "verified", 3)]


def test_a_new_outcome_takes_the_place_of_the_former_and_can_be_withdrawn(tiny_db):
    campaign = opened(tiny_db)
    judge(tiny_db, campaign, "verified", "A3")
    plant_statement(tiny_db, "A3", 2016, 12, 100, day=date(2017, 1, 10))
    judge(tiny_db, campaign, "corrected", "A3", reason="收入已补登")
    assert numbers(tiny_db) == (12, 0, 1, 0, 11)
    outcome = bases_of(tiny_db, campaign, "A3")["A3"]
    withdraw_lookback(tiny_db, TOWN, outcome, "登记有误", now=LATER)
    assert numbers(tiny_db) == (12, 0, 0, 0, 12)
    with pytest.raises(AlreadyVoided):
        withdraw_lookback(tiny_db, TOWN, outcome, "再次撤回", now=LATER)
    # Two outcomes and their two voids: nothing was overwritten.
    assert len(rows_of(tiny_db, LookbackOutcome)[0]) == 4
    assert [row[1] for row in audit_of(tiny_db)] == ["entry", "entry", "entry", "void"]


def test_an_outcome_entered_meanwhile_is_not_overwritten(tiny_db):
    campaign = opened(tiny_db)
    seen = bases_of(tiny_db, campaign, "A2", "A3")
    judge(tiny_db, campaign, "verified", "A3", viewer=TOWN)
    kept = rows_of(tiny_db, LookbackOutcome)
    with pytest.raises(EntryChanged) as caught:
        judge(tiny_db, campaign, "verified", bases=seen)
    told = caught.value.sentence("en")
    assert "A3" in told
    assert "town" in told
    assert "2017-01-12 12:00" in told
    assert rows_of(tiny_db, LookbackOutcome) == kept  # A2 neither
    outcome = bases_of(tiny_db, campaign, "A3")
    withdraw_lookback(tiny_db, TOWN, outcome["A3"], "登记有误", now=LATER)
    with pytest.raises(EntryChanged):
        judge(tiny_db, campaign, "verified", bases=outcome)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"outcome": ""}, ReasonMissing),
        ({"outcome": "pending"}, UnknownValue),
        ({"outcome": "removed", "bases": {"A2": "", "A3": ""}}, OneRecordEach),
        ({"bases": {"A2": "", "A9": ""}}, NotFound),
        ({"campaign_id": "0" * 26}, NotFound),
        ({"reason": ""}, ReasonMissing),
        ({"reason": "身份证 990000196601010005"}, PersonalInReason),
        ({"reason": f"{identity_row('A3-1')['name']}在家"}, IdentityInReason),
        ({"found_on": date(2016, 12, 30)}, DayOutOfRange),
        ({"found_on": date(2017, 1, 13)}, DayOutOfRange),
    ],
)
def test_a_bad_outcome_is_refused_and_writes_nothing(tiny_db, facts, error):
    campaign = opened(tiny_db)
    given = {"campaign_id": campaign, "outcome": "verified", "reason": "核对",
             "found_on": date(2017, 1, 12), "bases": {"A2": "", "A3": ""}}  # fmt: skip
    with pytest.raises(error):
        record_lookback(tiny_db, OFFICE, Finding(**(given | facts)), now=LATER)
    with pytest.raises(ReasonMissing):
        record_lookback(tiny_db, OFFICE, Finding(**(given | {"bases": {}})), now=LATER)
    assert numbers(tiny_db) == (12, 0, 0, 0, 12)
    assert rows_of(tiny_db, LookbackOutcome) == [[]]


def test_a_record_elsewhere_is_missing(tiny_db):
    campaign = opened(tiny_db)
    judge(tiny_db, campaign, "verified", "A3")
    outcome = bases_of(tiny_db, campaign, "A3")["A3"]
    with pytest.raises(NotFound):
        judge(tiny_db, campaign, "verified", viewer=ELSEWHERE, bases={"C1": "", "A2": ""})
    with pytest.raises(NotFound):
        withdraw_lookback(tiny_db, ELSEWHERE, outcome, "撤回", now=LATER)
    with pytest.raises(NotFound):
        withdraw_lookback(tiny_db, OFFICE, "0" * 26, "撤回", now=LATER)
    with pytest.raises(NotFound):
        list_items(tiny_db, ELSEWHERE, "0" * 26)
    with pytest.raises(Denied):
        list_items(tiny_db, LEADER, campaign)
    assert numbers(tiny_db) == (12, 1, 0, 0, 11)


# ── What `corrected` and `removed` rest on ──────────────────────────────────────────────────────


def correct_cause(db):
    with transaction(db) as connection:
        supersede(connection, Cause, "cause-A3", superseded_at=LATER)


def move_in(db):
    with transaction(db) as connection:
        facts = versioned("late") | {"recorded_at": LATER, "superseded_at": None}
        append_row(connection, HouseholdComposition, **facts, member_id="B2-1",
                   household_code="A3")  # fmt: skip


def void_exit(db):
    with transaction(db) as connection:
        (exit_id,) = [
            row.id
            for row in connection.exec_driver_sql(
                "SELECT id FROM register_event WHERE member_id = 'A3-1' AND kind = 'exited'"
            )
        ]
        void_event(connection, exit_id, recorded_by="t", reason="误录", recorded_at=LATER)


CORRECTIONS = {
    "an event": lambda db: remove(db, "A3-1"),
    "a void": void_exit,
    "a statement": lambda db: plant_statement(db, "A3", 2016, 12, 9, day=date(2017, 1, 10)),
    "a cause": correct_cause,
    "a membership": move_in,
    "an identity": lambda db: correct_person(
        db, OFFICE, Correction("A3-2", 1, {"phone": "10000009999"}), now=LATER
    ),
}


@pytest.mark.parametrize("what", CORRECTIONS)
def test_corrected_needs_an_entry_of_that_household_since_the_freeze(tiny_db, what):
    campaign = opened(tiny_db)
    for household in ("A2", "A3"):
        with pytest.raises(CorrectionMissing) as caught:
            judge(tiny_db, campaign, "corrected", household)
        assert household in caught.value.sentence("zh-CN")
    CORRECTIONS[what](tiny_db)
    judge(tiny_db, campaign, "corrected", "A3")
    with pytest.raises(CorrectionMissing):
        judge(tiny_db, campaign, "corrected", "A2")
    assert numbers(tiny_db) == (12, 0, 1, 0, 11)


def test_neither_a_visit_nor_an_entry_that_was_voided_corrects(tiny_db):
    campaign = opened(tiny_db)
    key = plant_statement(tiny_db, "A3", 2016, 12, 9, day=date(2017, 1, 10))
    with transaction(tiny_db) as connection:
        void_row(
            connection, IncomeStatement, key, recorded_by="t", reason="误录",
            recorded_at=datetime(2017, 1, 12, 5, tzinfo=UTC),
        )  # fmt: skip
        append_row(
            connection, LedgerEntry, **event("log", date(2017, 1, 10)), household_code="A3",
            year=2016, quarter=4, work="走访", official_id=None,
        )  # fmt: skip
    with pytest.raises(CorrectionMissing):
        judge(tiny_db, campaign, "corrected", "A3")


def test_removed_needs_everybody_of_the_frozen_household_removed_since(tiny_db):
    campaign = opened(tiny_db)
    with pytest.raises(RemovalMissing):
        judge(tiny_db, campaign, "removed", "A2")
    first, _second = remove(tiny_db, "A2-1", "A3-1")
    with pytest.raises(RemovalMissing):
        judge(tiny_db, campaign, "removed", "A2")  # A2-2 is still there
    with transaction(tiny_db) as connection:
        append(connection, "A2-2", EventKind.NATURAL_DECREASE, date(2017, 1, 11), at=LATER)
    judge(tiny_db, campaign, "removed", "A2")
    assert numbers(tiny_db) == (12, 0, 0, 1, 11)
    with transaction(tiny_db) as connection:
        void_event(connection, first, recorded_by="t", reason="误录")
    assert numbers(tiny_db) == (12, 0, 0, 1, 11)  # what stands is what was found
    with pytest.raises(RemovalMissing):
        judge(tiny_db, campaign, "removed", "A2")


def test_a_removal_before_the_freeze_is_none_since(tiny_db):
    remove(tiny_db, "B2-1", day=date(2017, 1, 5), at=datetime(2017, 1, 6, tzinfo=UTC))
    campaign = opened(tiny_db)
    with pytest.raises(RemovalMissing):
        judge(tiny_db, campaign, "removed", "B2")
