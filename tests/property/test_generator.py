"""The generator's invariants, for every seed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from data.generator import wuhai
from data.generator.plan import plan_units
from data.generator.streams import largest_remainder
from data.generator.villages import draw_village
from data.models import Household, Member, Pairing, RegisterEvent
from tests.unit.data.drawn import wuhai_units

SEEDS = st.integers(min_value=-(2**63), max_value=2**63)


@given(seed=SEEDS)
@settings(max_examples=60)
def test_every_plan_meets_the_published_totals(seed):
    plans = plan_units(wuhai_units(), wuhai(seed))
    assert sum(p.remaining_persons for p in plans) == 91
    assert sum(p.exited_persons for p in plans) == 1424
    assert sum(p.remaining_households for p in plans) == 37
    assert sum(p.exited_households for p in plans) == 660
    assert sum(p.cadres for p in plans) == 1521
    assert all(p.cadres >= 1 for p in plans)
    left = [p.remaining_households for p in plans if p.unit.district == "150303"]
    assert sum(left) == 37
    assert left.count(0) >= 1
    assert sum(1 <= n <= 4 for n in left) >= 2
    for plan in plans:
        assert plan.remaining_households <= plan.remaining_persons <= 6 * plan.remaining_households
        assert plan.exited_households <= plan.exited_persons <= 6 * plan.exited_households


@given(seed=SEEDS, which=st.integers(0, 18))
@settings(max_examples=12)
def test_every_unit_meets_its_plan_alone(seed, which):
    plan = plan_units(wuhai_units(), wuhai(seed))[which]
    rows = draw_village(seed, plan).rows
    assert len(rows[Household]) == plan.households
    assert len(rows[Member]) == plan.remaining_persons + plan.exited_persons
    exits = [event for event in rows[RegisterEvent] if event["kind"] == "exited"]
    assert len(exits) == plan.exited_persons
    assert {row["household_code"] for row in rows[Pairing]} == {r["code"] for r in rows[Household]}


@given(weights=st.lists(st.floats(0.01, 1e6), min_size=1, max_size=30), extra=st.integers(0, 5000),
       floor=st.integers(0, 9))  # fmt: skip
def test_shares_add_up_and_stay_near_their_quota(weights, extra, floor):
    total = floor * len(weights) + extra
    shares = largest_remainder(weights, total, floor=floor)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - floor - weight * extra / sum(weights)) <= 1 + 1e-6
