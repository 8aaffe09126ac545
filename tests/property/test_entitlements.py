"""Entitlements and bills for any person and any terms: never more than there is, never assumed."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from data.rules.entitlements import (
    BOARDING_FEN,
    RULES,
    Person,
    State,
    apply_rules,
    outstanding,
    self_paid,
)
from data.rules.medical import LAYERS, WHOLE, Exact, Remainder, Share, Terms, settle

AMOUNTS = st.integers(0, 10**9)
MAYBE = st.sampled_from([True, False, None])
PERSONS = st.builds(
    Person,
    is_registered=st.booleans(),
    stage=st.sampled_from(["", "kindergarten", "compulsory", "high", "college"]),
    school_kind=st.sampled_from(["", "public", "inclusive", "private"]),
    is_boarding=st.booleans(),
    fee_fen=st.none() | AMOUNTS,
    is_orphan=MAYBE,
    is_disabled=MAYBE,
    is_tekun=MAYBE,
    contribution_fen=st.none() | AMOUNTS,
)
SHARES = st.builds(
    Share,
    deductible_fen=AMOUNTS,
    ratio=st.integers(0, WHOLE),
    has_ceiling=st.booleans(),
    ceiling_fen=AMOUNTS,
)
LAYER = SHARES | st.just(Remainder()) | st.just(Exact(0))
TERMS = st.builds(
    Terms,
    basic=LAYER,
    critical=LAYER,
    assistance=LAYER,
    fund=LAYER,
    is_fund_for_tekun_only=st.booleans(),
)


@given(total=AMOUNTS, terms=TERMS, is_tekun=st.booleans())
@settings(max_examples=40)
def test_layers_and_the_own_part_always_add_up_to_the_bill(total, terms, is_tekun):
    found = settle(total, terms, is_tekun=is_tekun)
    paid = [getattr(found, f"{layer}_fen") for layer in LAYERS]
    assert sum(paid) + found.self_fen == total
    assert min(*paid, found.self_fen) >= 0
    rest = total
    for layer, before, amount, after in found.steps():
        assert before == rest
        assert after == before - amount
        terms_of = getattr(terms, layer)
        if isinstance(terms_of, Share) and terms_of.has_ceiling:
            assert amount <= terms_of.ceiling_fen
        rest = after
    assert rest == found.self_fen
    if terms.is_fund_for_tekun_only and not is_tekun:
        assert found.fund_fen == 0


@given(total=AMOUNTS, terms=TERMS, is_tekun=st.booleans(), more=AMOUNTS)
@settings(max_examples=40)
def test_a_larger_bill_never_leaves_less_to_the_household(total, terms, is_tekun, more):
    smaller = settle(total, terms, is_tekun=is_tekun)
    assert settle(total + more, terms, is_tekun=is_tekun).self_fen >= smaller.self_fen


@given(person=PERSONS)
@settings(max_examples=40)
def test_no_rule_gives_more_than_it_says_or_anything_without_its_facts(person):
    found = {e.rule: e for e in apply_rules(person)}
    assert set(found) == set(RULES)
    for entitlement in found.values():
        assert (entitlement.amount_fen is None) == (entitlement.state is not State.DUE)
        assert bool(entitlement.lacks) == (entitlement.state is State.UNKNOWN)
        assert all(getattr(person, name) is None for name in entitlement.lacks)
    preschool = found["R-EDU-1"].amount_fen
    assert preschool is None or 0 <= 2 * preschool <= person.fee_fen <= 2 * preschool + 1
    assert found["R-EDU-4"].amount_fen in {None, BOARDING_FEN}
    own = self_paid(person)
    contribution = found["R-HEA-2"].amount_fen or 0
    assert own is None or own + contribution == person.contribution_fen


@given(person=PERSONS)
@settings(max_examples=40)
def test_learning_a_fact_never_changes_what_was_certain(person):
    for name in ("is_orphan", "is_disabled", "is_tekun"):
        if getattr(person, name) is not None:
            continue
        certain = [e for e in apply_rules(person) if e.state is not State.UNKNOWN]
        for value in (True, False):
            now = {e.rule: e for e in apply_rules(replace(person, **{name: value}))}
            assert [now[e.rule] for e in certain] == certain


@given(person=PERSONS, paid=AMOUNTS)
@settings(max_examples=40)
def test_what_is_open_and_what_was_paid_cover_what_is_due(person, paid):
    for entitlement in apply_rules(person):
        left = outstanding(entitlement, paid)
        due = entitlement.amount_fen or 0
        assert left == max(due - paid, 0)
