"""Published figures against the accounts: six steps on claims alone and on the demonstration."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from data.access import Role, Viewer
from data.actions.settle_claim import Verdict, reopen_claim, settle_claim
from data.engine import Database, open_database, reading, transaction
from data.errors import (
    ClaimNotComparable,
    Denied,
    EntryChanged,
    EvidenceMissing,
    LedgerMoved,
    NotFound,
    NothingToSettle,
    PersonalInReason,
    ReasonMissing,
)
from data.keyring import make_purpose_keys
from data.keys import load_keys
from data.ledger import append_event, append_row, supersede, void_event
from data.migrations import migrate
from data.models import (
    AuditEntry,
    Claim,
    EventKind,
    Household,
    HouseholdComposition,
    Member,
    Reconciliation,
    RegisterEvent,
    Source,
)
from data.queries.claims import HIDDEN, NO_BASE, find_open_claim, list_claims
from data.queries.filters import Filter
from data.queries.reconciling import Reconciled, reconcile
from data.queries.settlements import AGREED, EXPLAINED, OPEN, UNKNOWN
from data.rules.accounting import Flows, Reading
from data.seeding import seed_vocabularies, seed_wuhai
from tests.unit.data.tiny_world import household_row, member_row

HAINAN, DONGXING = "150303", "150303104238"
YEAR_END, MARCH = date(2016, 12, 31), date(2017, 3, 1)
OFFICE = Viewer("data-owner", Role.OFFICE, ("",))
T2_AT, T3_AT, T4_AT = (datetime(2018, month, 1, tzinfo=UTC) for month in (1, 2, 3))
BARE = ("bare-1", "bare-2")


@dataclass
class Ledger:
    """A ledger whose residual is −2, and two registered persons of 海南区 in it."""

    db: Database
    members: tuple[str, ...]

    def enter(self, kind: EventKind, day: date, *, at: datetime) -> list[str]:
        """Enter an event of both persons, as a clerk would have at an instant."""
        with transaction(self.db) as connection:
            return [
                append_event(
                    connection, member_id=member, kind=kind, occurred_on=day,
                    recorded_by="clerk-1", reason="death certificate", recorded_at=at,
                )
                for member in self.members
            ]  # fmt: skip

    def void(self, events: list[str], *, at: datetime) -> None:
        with transaction(self.db) as connection:
            for event in events:
                void_event(
                    connection, event, recorded_by="clerk-2", reason="wrong day", recorded_at=at
                )

    def see(self, as_of: date = YEAR_END, known_on: date | None = None) -> Reconciled:
        return reconcile(self.db, OFFICE, HAINAN, as_of, known_on=known_on)

    def claim(self, known_on: date | None = None):
        (claim,) = self.see(known_on=known_on).claims
        return claim

    def settle(self, reading: Reading | None = None, note: str = "", **facts) -> str:
        return settle_claim(self.db, OFFICE, Verdict("N4", reading, note, **facts))


@pytest.fixture
def claims_only(tmp_path):
    """Make a ledger of published figures and two persons of whom nothing is entered."""
    db = open_database(f"sqlite:///{tmp_path / 'claims.db'}", create=True)
    migrate(db)
    with transaction(db) as connection:
        make_purpose_keys(connection, load_keys())
        seed_vocabularies(connection)
        seed_wuhai(connection)
        append_row(connection, Household, **household_row("bare", DONGXING))
        for member in BARE:
            append_row(connection, Member, **member_row(member))
            append_row(
                connection, HouseholdComposition, household_code="bare", member_id=member,
                valid_from=date(2015, 6, 1), recorded_at=datetime(2015, 6, 3, tzinfo=UTC),
            )  # fmt: skip
    yield Ledger(db, BARE)
    db.engine.dispose()


@pytest.fixture
def demo(writable_demo):
    """Give the demonstration and two persons of 海南区 who are registered at the year's end."""
    with reading(writable_demo) as connection:
        exited = select(RegisterEvent.member_id).where(RegisterEvent.kind == "exited")
        statement = (
            select(HouseholdComposition.member_id)
            .join(Household, Household.code == HouseholdComposition.household_code)
            .where(
                Household.village_code.startswith(HAINAN),
                HouseholdComposition.member_id.not_in(exited),
            )
            .order_by(HouseholdComposition.member_id)
            .limit(2)
        )
        members = tuple(connection.execute(statement).scalars())
    return Ledger(writable_demo, members)


@pytest.fixture(params=["claims_only", "demo"])
def ledger(request) -> Ledger:
    """Give both ledgers in turn: every step must show the same."""
    found: Ledger = request.getfixturevalue(request.param)
    return found


def figures(seen: Reconciled) -> tuple[object, ...]:
    (claim,) = seen.claims
    return (seen.computed, claim.claimed, claim.residual, claim.status, claim.supported)


T1 = (91, 89, -2, OPEN, frozenset())


# ── The six steps ───────────────────────────────────────────────────────────────────────────────


def test_t1_claims_alone_leave_minus_two(claims_only):
    seen = claims_only.see()
    assert (seen.base, seen.area) == ("claims", "1503")
    assert (seen.account.opening, seen.account.flows) == (1515, Flows(exited=1424))
    assert figures(seen) == T1
    listed = {claim.id: claim for claim in list_claims(claims_only.db, OFFICE)}
    assert (listed["N4"].computed, listed["N4"].residual) == (91, -2)
    assert (listed["N1"].computed, listed["N1"].why) == (None, NO_BASE)
    assert (listed["N3"].computed, listed["N3"].why) == (None, NO_BASE)


def test_t2_two_natural_decreases_of_the_year_support_flow(ledger):
    assert figures(ledger.see()) == T1
    ledger.enter(EventKind.NATURAL_DECREASE, date(2016, 6, 15), at=T2_AT)
    seen = ledger.see()
    assert figures(seen) == (89, 89, 0, AGREED, {Reading.FLOW})
    assert seen.account.flows.natural_decrease == 2
    listed = {claim.id: claim for claim in list_claims(ledger.db, OFFICE)}
    assert (listed["N4"].computed, listed["N4"].residual) == (89, 0)
    with reading(ledger.db) as connection:
        rows = connection.execute(
            select(RegisterEvent.recorded_by, RegisterEvent.recorded_at, RegisterEvent.reason)
            .where(RegisterEvent.kind == str(EventKind.NATURAL_DECREASE))
        ).all()  # fmt: skip
    assert [tuple(row) for row in rows] == [("clerk-1", T2_AT, "death certificate")] * 2


def test_t3_moved_past_the_year_they_support_date_and_the_residual_stays(ledger):
    events = ledger.enter(EventKind.NATURAL_DECREASE, date(2016, 6, 15), at=T2_AT)
    ledger.void(events, at=T3_AT)
    ledger.enter(EventKind.NATURAL_DECREASE, date(2017, 2, 10), at=T3_AT)
    assert figures(ledger.see()) == (91, 89, -2, OPEN, {Reading.DATE})
    later = ledger.see(MARCH)
    assert (later.computed, later.claims) == (89, ())
    assert ledger.see(date(2017, 2, 9)).computed == 91


def test_t4_voided_nothing_is_supported_and_what_was_known_stays_readable(ledger):
    events = ledger.enter(EventKind.NATURAL_DECREASE, date(2016, 6, 15), at=T2_AT)
    ledger.void(events, at=T3_AT)
    moved = ledger.enter(EventKind.NATURAL_DECREASE, date(2017, 2, 10), at=T3_AT)
    ledger.void(moved, at=T4_AT)
    assert figures(ledger.see()) == T1
    assert ledger.see(MARCH).computed == 91
    day = timedelta(days=1)
    t2, t3, t4 = (at.date() + day for at in (T2_AT, T3_AT, T4_AT))
    assert figures(ledger.see(known_on=t2)) == (89, 89, 0, AGREED, {Reading.FLOW})
    assert figures(ledger.see(known_on=t3)) == (91, 89, -2, OPEN, {Reading.DATE})
    assert ledger.see(MARCH, known_on=t3).computed == 89
    assert figures(ledger.see(known_on=t4)) == T1
    assert figures(ledger.see(known_on=T2_AT.date() - day)) == T1


def test_t5_closing_needs_dated_events_or_a_signed_note(ledger):
    before = count(ledger.db, RegisterEvent)
    for reading_ in (None, *Reading):
        with pytest.raises(EvidenceMissing) as refused:
            ledger.settle(reading_)
        assert "−2" in refused.value.sentence("zh-CN")
    with pytest.raises(EvidenceMissing):
        ledger.settle(note="   ")
    assert count(ledger.db, Reconciliation) == 0
    assert figures(ledger.see()) == T1
    assert ledger.settle(note="经核对原始报表，差异来自统计时点") == EXPLAINED
    claim = ledger.claim()
    assert (claim.claimed, claim.residual, claim.status) == (89, -2, EXPLAINED)
    assert claim.standing.note == "经核对原始报表，差异来自统计时点"
    assert claim.standing.signed_by == OFFICE.name
    listed = {each.id: each for each in list_claims(ledger.db, OFFICE)}
    assert (listed["N4"].value, listed["N4"].computed, listed["N4"].residual) == (89, 91, -2)
    assert count(ledger.db, RegisterEvent) == before  # never a balancing row


def test_t6_a_fresh_demonstration_leaves_it_open_by_events_alone(demo_db):
    seen = reconcile(demo_db, OFFICE, HAINAN, YEAR_END)
    assert seen.base == "events"
    assert figures(seen) == T1
    city = reconcile(demo_db, OFFICE, "150300000000", YEAR_END)
    assert (city.account.opening, city.account.flows) == (1515, Flows(exited=1424))
    with reading(demo_db) as connection:
        kinds = connection.execute(
            select(RegisterEvent.kind).where(
                RegisterEvent.occurred_on.between(date(2016, 1, 1), date(2017, 12, 31))
            )
        ).scalars()
        assert set(kinds) == {"exited", "voided"}
        assert connection.execute(select(func.count()).select_from(Reconciliation)).scalar() == 0


# ── What closes, opens again, and what no longer holds ──────────────────────────────────────────


def count(db: Database, model: type) -> int:
    with reading(db) as connection:
        return int(connection.execute(select(func.count()).select_from(model)).scalar_one())


def test_dated_events_close_without_a_note_by_the_reading_they_support(claims_only):
    claims_only.enter(EventKind.NATURAL_DECREASE, date(2016, 6, 15), at=T2_AT)
    with pytest.raises(EvidenceMissing):
        claims_only.settle(Reading.DATE)
    assert claims_only.settle(Reading.FLOW) == EXPLAINED
    claim = claims_only.claim()
    assert (claim.residual, claim.status, claim.standing.reading) == (0, EXPLAINED, "B")
    with pytest.raises(NothingToSettle):
        claims_only.settle(Reading.FLOW, base=claim.base)


def test_what_was_signed_for_other_figures_explains_nothing(claims_only):
    claims_only.settle(note="见批复")
    assert claims_only.claim().status == EXPLAINED
    (event, _other) = claims_only.enter(EventKind.NATURAL_DECREASE, date(2016, 6, 15), at=T2_AT)
    assert (claims_only.claim().status, claims_only.claim().standing) == (AGREED, None)
    claims_only.void([event], at=T3_AT)
    assert (claims_only.claim().residual, claims_only.claim().status) == (-1, OPEN)
    assert [row.note for row in claims_only.claim().history] == ["见批复"]


def test_opened_again_it_is_open_with_a_note_and_both_stay_readable(claims_only):
    signed = datetime(2018, 5, 1, tzinfo=UTC)
    settle_claim(claims_only.db, OFFICE, Verdict("N4", note="见批复"), now=signed)
    base = claims_only.claim().base
    with pytest.raises(ReasonMissing):
        reopen_claim(claims_only.db, OFFICE, Verdict("N4", base=base))
    reopen_claim(claims_only.db, OFFICE, Verdict("N4", note="批复有误", base=base))
    claim = claims_only.claim()
    assert (claim.status, claim.standing.note) == (OPEN, "批复有误")
    assert [row.status for row in claim.history] == [EXPLAINED, OPEN]
    assert claims_only.claim(known_on=signed.date()).status == EXPLAINED
    with pytest.raises(NothingToSettle):
        reopen_claim(claims_only.db, OFFICE, Verdict("N4", note="再次", base=claim.base))


def test_the_second_of_two_who_sign_is_told_of_the_first(claims_only):
    base = claims_only.claim().base
    claims_only.settle(note="见批复", base=base)
    with pytest.raises(EntryChanged) as told:
        claims_only.settle(Reading.FLOW, "另一说明", base=base)
    assert OFFICE.name in told.value.sentence("en")
    assert count(claims_only.db, Reconciliation) == 1


def test_who_saw_another_residual_is_told_so(claims_only):
    claims_only.enter(EventKind.NATURAL_DECREASE, date(2016, 6, 15), at=T2_AT)
    with pytest.raises(LedgerMoved) as told:
        claims_only.settle(note="见批复", seen=-2.0)
    assert "-2" in told.value.sentence("en")
    assert count(claims_only.db, Reconciliation) == 0


def test_a_correction_by_the_publisher_supports_misprint_and_corrects(claims_only):
    with transaction(claims_only.db) as connection:
        old = connection.execute(select(Claim.__table__).where(Claim.id == "N4")).mappings().one()
        publisher = {"id": "A2", "title": "更正", "publisher": "公开报道", "dated": "2018-01-05",
                     "licence": "事实引用", "kind": "published"}  # fmt: skip
        append_row(connection, Source, **publisher)
        supersede(connection, Claim, "N4")
        corrected = dict(old) | {"id": "N4a", "value": 91, "source_id": "A2"}
        append_row(connection, Claim, **corrected)
    claims = {claim.id: claim for claim in claims_only.see().claims}
    assert (claims["N4"].is_superseded, claims["N4"].supported) == (True, {Reading.MISPRINT})
    assert (claims["N4a"].residual, claims["N4a"].supported) == (0, frozenset())
    assert claims_only.settle(Reading.MISPRINT) == "corrected"
    assert {claim.id: claim.claimed for claim in claims_only.see().claims} == {"N4": 89, "N4a": 91}


def test_a_wrong_entry_put_right_is_no_correction_by_the_publisher(claims_only):
    with transaction(claims_only.db) as connection:
        old = connection.execute(select(Claim.__table__).where(Claim.id == "N4")).mappings().one()
        supersede(connection, Claim, "N4")
        append_row(connection, Claim, **dict(old) | {"id": "N4a", "value": 98})
    claims = {claim.id: claim for claim in claims_only.see().claims}
    assert claims["N4"].supported == frozenset()


REFUSED: list[tuple[Verdict, type[Exception]]] = [
    (Verdict("N9", note="说明"), NotFound),
    (Verdict("N2", note="说明"), NotFound),
    (Verdict("N1", note="说明"), ClaimNotComparable),
    (Verdict("N4", note="电话 13000000000"), PersonalInReason),
]


@pytest.mark.parametrize(("verdict", "error"), REFUSED)
def test_what_cannot_be_signed_is_refused_and_nothing_is_written(claims_only, verdict, error):
    with pytest.raises(error):
        settle_claim(claims_only.db, OFFICE, verdict)
    assert count(claims_only.db, Reconciliation) == 0


def test_every_verdict_leaves_one_row_of_the_audit_without_its_note(claims_only):
    before = count(claims_only.db, AuditEntry)
    claims_only.settle(Reading.DATE, "见批复")
    with reading(claims_only.db) as connection:
        row = connection.execute(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        entry = row[0] if not hasattr(row, "deed") else row
    assert count(claims_only.db, AuditEntry) == before + 1
    assert (entry.deed, entry.target, entry.actor) == ("close", "N4", OFFICE.name)
    assert entry.reason == "explained A"


def test_nobody_else_signs(claims_only, clerk, district_office):
    for viewer in (clerk, district_office):
        with pytest.raises(Denied):
            settle_claim(claims_only.db, viewer, Verdict("N4", note="说明"))


# ── Bases, periods and who sees what ────────────────────────────────────────────────────────────


def test_before_the_exits_were_published_nothing_is_computed(claims_only):
    seen = claims_only.see(date(2016, 6, 30))
    assert (seen.computed, seen.account) == (None, None)
    opening = claims_only.see(date(2016, 1, 1))
    assert (opening.computed, opening.claims) == (1515, ())


def test_exits_entered_beside_published_ones_are_not_counted_twice(claims_only):
    claims_only.enter(EventKind.EXITED, date(2016, 9, 1), at=T2_AT)
    assert claims_only.see().computed == 91
    claims_only.enter(EventKind.RELAPSED, date(2017, 1, 9), at=T3_AT)
    assert claims_only.see(MARCH).computed == 93


def test_without_claims_and_persons_the_residual_is_none_not_zero(tmp_path):
    db = open_database(f"sqlite:///{tmp_path / 'empty.db'}", create=True)
    migrate(db)
    with transaction(db) as connection:
        seed_vocabularies(connection)
        seed_wuhai(connection)
        for claim in ("N1", "N3"):
            supersede(connection, Claim, claim)
    seen = reconcile(db, OFFICE, HAINAN, YEAR_END)
    (claim,) = seen.claims
    assert (seen.base, seen.computed) == (None, None)
    assert (claim.residual, claim.status) == (None, UNKNOWN)
    db.engine.dispose()


def test_a_ledger_of_claims_says_nothing_on_the_map(claims_only):
    assert find_open_claim(list_claims(claims_only.db, OFFICE), Filter()) is None


def test_who_sees_no_small_cells_is_told_what_the_claims_page_tells(demo_db, leader):
    seen = reconcile(demo_db, leader, HAINAN, YEAR_END)
    assert seen.account is None
    assert figures(seen) == (91, 89, -2, OPEN, None)


def test_who_sees_no_small_cells_sees_no_single_event_beside_the_claims(claims_only, leader):
    assert reconcile(claims_only.db, leader, HAINAN, YEAR_END).computed == 91
    claims_only.enter(EventKind.NATURAL_DECREASE, date(2016, 6, 15), at=T2_AT)
    seen = reconcile(claims_only.db, leader, HAINAN, YEAR_END)
    (claim,) = seen.claims
    assert (seen.computed, seen.account) == (None, None)
    assert (claim.status, claim.history) == (UNKNOWN, ())
    listed = {each.id: each for each in list_claims(claims_only.db, leader)}
    assert listed["N4"].why == HIDDEN


def test_another_district_is_not_told(demo_db, claims_only, viewers):
    for db in (demo_db, claims_only.db):
        seen = reconcile(db, viewers["district-150304"], HAINAN, YEAR_END)
        assert (seen.account, seen.computed) == (None, None)
