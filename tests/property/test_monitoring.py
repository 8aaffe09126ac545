"""Monitoring as properties: the same evidence once; a look-back adds up whatever happens."""

import shutil
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from tempfile import TemporaryDirectory

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data.actions.open_lookback import Opening, open_lookback
from data.actions.record_lookback import Finding, record_lookback, withdraw_lookback
from data.actions.run_monitoring import run_monitoring
from data.engine import open_database, reading, transaction
from data.errors import CorrectionMissing, RemovalMissing
from data.ledger import append_row, supersede, void_event
from data.models import Alert, EventKind, HouseholdComposition, RegisterEvent
from data.queries.lookbacks import OUTCOMES, list_items, list_lookbacks, progress_by_village
from data.rules.monitoring import Rows, Thresholds, find_all, hash_evidence, hash_frame
from tests.unit.data.tiny_world import SIZES, append, members_of, versioned
from tests.unit.data.watching import DISTRICT, ELSEWHERE, OFFICE, plant_place, plant_statement

FROZEN_ON = date(2016, 12, 31)
FROZEN_AT = datetime(2017, 1, 9, 4, tzinfo=UTC)
HOMES = sorted(SIZES)
MEMBERS = [member for home in HOMES for member in members_of(home)]
DAYS = st.dates(date(2016, 10, 1), date(2017, 3, 1))


@contextmanager
def copy_of(template):
    """Open a copy of a database for one example."""
    with TemporaryDirectory() as folder:
        db = open_database(f"sqlite:///{shutil.copy(template, folder)}")
        try:
            yield db
        finally:
            db.engine.dispose()


# ── The rules ───────────────────────────────────────────────────────────────────────────────────

SHEETS = st.tuples(
    st.sampled_from(["A1", "B1"]), st.sampled_from([2015, 2016]), st.sampled_from([3, 6, 9, 12]),
    st.integers(-(10**12), 10**12), st.integers(1, 9), DAYS,
)  # fmt: skip
PLACES = st.tuples(
    st.sampled_from(["A1", "B1"]), st.sampled_from(["lease", "employment", "order"]),
    DAYS, st.one_of(st.none(), DAYS), st.one_of(st.none(), DAYS),
)  # fmt: skip
SPANS = st.tuples(st.sampled_from(["p", "q"]), st.integers(1995, 2016), DAYS,
                  st.one_of(st.none(), DAYS))  # fmt: skip


def frames(sheets, places, spans):
    """Give the rows that the rules look at."""
    at = datetime(2017, 1, 1, tzinfo=UTC)
    return Rows(
        statements=pd.DataFrame(
            [(f"s{i}", *sheet, at + timedelta(hours=i)) for i, sheet in enumerate(sheets)],
            columns=["id", "household", "year", "months", "net", "persons", "occurred_on",
                     "recorded_at"], dtype=object,
        ),
        bills=pd.DataFrame(
            [(f"b{i}", sheet[0], abs(sheet[3]), sheet[5]) for i, sheet in enumerate(sheets)],
            columns=["id", "household", "self_pay", "occurred_on"], dtype=object,
        ),
        places=pd.DataFrame(
            [(f"p{i}", home, mode, f"u{i}" if free else None, free, since, until)
             for i, (home, mode, since, until, free) in enumerate(places)],
            columns=["id", "household", "mode", "unit", "rent_free_until", "valid_from",
                     "valid_to"], dtype=object,
        ),
        enrolments=pd.DataFrame(
            [(f"e{i}", "A1", member, born, since, until)
             for i, (member, born, since, until) in enumerate(spans)],
            columns=["id", "household", "member", "birth_year", "valid_from", "valid_to"],
            dtype=object,
        ),
    )  # fmt: skip


@settings(max_examples=40)
@given(
    st.lists(SHEETS, max_size=8), st.lists(PLACES, max_size=5), st.lists(SPANS, max_size=5), DAYS,
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_rules_find_the_same_whatever_the_order_of_the_rows(sheets, places, spans, day, chance):
    rows = frames(sheets, places, spans)
    found = find_all(rows, day, Thresholds())
    seed = chance.randint(0, 10**6)
    mixed = Rows(*(getattr(rows, name).sample(frac=1, random_state=seed)
                   for name in Rows.__dataclass_fields__))  # fmt: skip
    assert find_all(mixed, day, Thresholds()) == found
    ids = {str(key) for name in Rows.__dataclass_fields__ for key in getattr(rows, name)["id"]}
    ids |= {f"u{i}" for i in range(len(places))}
    assert all(set(one.evidence) <= ids and one.evidence for one in found)
    # A stricter rule finds no more.
    strict = replace(Thresholds(), income_drop=9_000, self_pay_share=20_000, horizon_days=10)
    assert set(find_all(rows, day, strict)) <= set(found)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=6), st.permutations(range(6)))
def test_evidence_has_one_hash_in_any_order_and_number(ids, order):
    mixed = [ids[i] for i in order if i < len(ids)] + ids[:1]
    assert hash_evidence(mixed) == hash_evidence(ids)
    assert hash_evidence([*ids, "".join(ids) + "!"]) != hash_evidence(ids)


@settings(max_examples=40)
@given(
    st.dictionaries(st.sampled_from(HOMES), st.lists(st.sampled_from(MEMBERS), unique=True),
                    min_size=1),
    st.sampled_from(HOMES), st.sampled_from(MEMBERS),
)  # fmt: skip
def test_a_frame_has_one_hash_and_any_change_another(frame, home, member):
    mixed = {code: frame[code][::-1] for code in reversed(frame)}
    assert hash_frame(mixed) == hash_frame(frame)
    members = frame.get(home, [])
    changed = [m for m in members if m != member] if member in members else [*members, member]
    assert hash_frame(frame | {home: changed}) != hash_frame(frame)


@settings(max_examples=12)
@given(
    st.lists(st.sampled_from([OFFICE, DISTRICT, ELSEWHERE]), min_size=2, max_size=4),
    st.lists(st.tuples(st.sampled_from(HOMES), DAYS), min_size=1, max_size=4),
    st.dates(date(2016, 11, 1), date(2017, 2, 1)),
)
def test_runs_by_anybody_in_any_order_write_each_finding_once(tiny_template, runs, ended, day):
    with copy_of(tiny_template) as db:
        for household, until in ended:
            plant_place(db, household, "employment", since=date(2016, 1, 1), until=until)
            plant_statement(db, household, 2015, 12, 900)
            plant_statement(db, household, 2016, 9, 90)
        written = [run_monitoring(db, viewer, on=day).written for viewer in (*runs, OFFICE)]
        with reading(db) as connection:
            keys = connection.execute(
                select(Alert.rule, Alert.household_code, Alert.evidence_hash)
            ).all()
        assert len(keys) == len(set(keys)) == sum(written)
        again = run_monitoring(db, OFFICE, on=day)
        assert (again.written, again.was_known) == (0, len(keys))


# ── The look-back ───────────────────────────────────────────────────────────────────────────────

DEEDS = st.one_of(
    st.tuples(st.just("judge"), st.sampled_from(OUTCOMES), st.sampled_from(HOMES)),
    st.tuples(st.just("batch"), st.lists(st.sampled_from(HOMES), min_size=1, unique=True)),
    st.tuples(st.just("withdraw"), st.sampled_from(HOMES)),
    st.tuples(
        st.just("event"), st.sampled_from(MEMBERS),
        st.sampled_from([EventKind.REMOVED, EventKind.NATURAL_DECREASE, EventKind.EXITED,
                         EventKind.RELAPSED, EventKind.CLOSED]),
        st.dates(date(2016, 1, 2), date(2017, 2, 1)),
    ),
    st.tuples(st.just("remove"), st.sampled_from(HOMES)),
    st.tuples(st.just("move"), st.sampled_from(MEMBERS), st.sampled_from(HOMES)),
    st.tuples(st.just("void"), st.integers(0, 60)),
)  # fmt: skip


class Campaign:
    """A look-back, and what is done to it and to the register meanwhile."""

    def __init__(self, db):
        self.db, self.minutes = db, 0
        opening = Opening("回头看", "990100000000", "领导小组", FROZEN_ON, date(2017, 6, 30))
        opened = open_lookback(db, OFFICE, opening, now=FROZEN_AT)
        self.id, self.population = opened.campaign_id, opened.population

    def now(self):
        self.minutes += 1
        return FROZEN_AT + timedelta(minutes=self.minutes)

    def items(self):
        return list_items(self.db, OFFICE, self.id).set_index("household")

    def judge(self, outcome, home):
        self._record(outcome, [home])

    def batch(self, homes):
        self._record("verified", homes)

    def _record(self, outcome, homes):
        items = self.items()
        bases = {home: str(items.loc[home, "outcome_id"]) for home in homes}
        finding = Finding(self.id, bases, outcome, "核对", FROZEN_ON)
        try:
            record_lookback(self.db, OFFICE, finding, now=self.now())
        except (CorrectionMissing, RemovalMissing):
            assert outcome != "verified"
            assert self.items().equals(items)

    def withdraw(self, home):
        outcome = str(self.items().loc[home, "outcome_id"])
        if outcome:
            withdraw_lookback(self.db, OFFICE, outcome, "有误", now=self.now())

    def event(self, member, kind, day):
        with transaction(self.db) as connection:
            append(connection, member, kind, day, at=self.now())

    def remove(self, home):
        for member in members_of(home):
            self.event(member, EventKind.REMOVED, date(2017, 2, 2))

    def move(self, member, home):
        """Let a member live elsewhere, as splits and merges do."""
        at, model = self.now(), HouseholdComposition
        with transaction(self.db) as connection:
            held = connection.execute(
                select(model.id).where(model.member_id == member, model.superseded_at.is_(None))
            ).scalar_one()
            supersede(connection, model, held, superseded_at=at)
            facts = versioned(f"moved-{self.minutes}") | {"recorded_at": at}
            append_row(connection, model, **facts, member_id=member, household_code=home)

    def void(self, place):
        with transaction(self.db) as connection:
            voided = select(RegisterEvent.voids_event_id).where(
                RegisterEvent.voids_event_id.is_not(None)
            )
            live = connection.execute(
                select(RegisterEvent.id)
                .where(RegisterEvent.kind != "voided", RegisterEvent.id.not_in(voided))
                .order_by(RegisterEvent.recorded_at.desc(), RegisterEvent.id)
            ).scalars()
            ids = list(live)
            void_event(connection, ids[place % len(ids)], recorded_by="t", reason="误录",
                       recorded_at=self.now())  # fmt: skip


@settings(max_examples=30)
@given(st.lists(DEEDS, min_size=1, max_size=8))
def test_the_four_numbers_are_the_frozen_population_whatever_happens(tiny_template, deeds):
    with copy_of(tiny_template) as db:
        campaign = Campaign(db)
        frozen = set(campaign.items().index)
        for name, *facts in deeds:
            getattr(campaign, name)(*facts)
            (one,) = list_lookbacks(db, OFFICE)
            assert one.verified + one.corrected + one.removed + one.pending == one.population
            assert one.population == one.households == campaign.population == len(frozen)
            parts = [list_lookbacks(db, viewer)[0].households for viewer in (DISTRICT, ELSEWHERE)]
            assert sum(parts) == campaign.population
        items = campaign.items()
        assert set(items.index) == frozen
        assert not items.index.has_duplicates  # one outcome stands, never two
        counted = progress_by_village(items.reset_index())
        assert counted["households"].sum() == campaign.population
