"""The medical waterfall: by hand, and what it refuses to assume."""

from dataclasses import replace

import pytest

from data.errors import BadRatio, BillExceeded, NegativeAmount, ParametersMissing
from data.rules.medical import LAYERS, Exact, Remainder, Share, Terms, settle

BASIC = Share(deductible_fen=30_000, ratio=7_500, has_ceiling=True, ceiling_fen=500_000)
CRITICAL = Share(deductible_fen=100_000, ratio=5_000, has_ceiling=False)
ASSISTANCE = Share(deductible_fen=0, ratio=6_000, has_ceiling=True, ceiling_fen=80_000)
TERMS = Terms(BASIC, CRITICAL, ASSISTANCE, Remainder(), is_fund_for_tekun_only=True)


def test_each_layers_rest_feeds_the_next():
    found = settle(1_000_000, TERMS, is_tekun=False)
    # 970,000 × 75 % is over the ceiling of 500,000; 400,000 × 50 %; 300,000 × 60 % over 80,000.
    assert list(found.steps()) == [
        ("basic", 1_000_000, 500_000, 500_000),
        ("critical", 500_000, 200_000, 300_000),
        ("assistance", 300_000, 80_000, 220_000),
        ("fund", 220_000, 0, 220_000),
    ]
    assert found.self_fen == 220_000
    assert settle(1_000_000, TERMS, is_tekun=True).self_fen == 0
    for_all = replace(TERMS, is_fund_for_tekun_only=False)
    assert settle(1_000_000, for_all, is_tekun=None).fund_fen == 220_000


def test_parts_of_a_fen_go_to_the_rest():
    third = Share(deductible_fen=0, ratio=3_333, has_ceiling=False)
    terms = Terms(third, third, third, Exact(0), is_fund_for_tekun_only=False)
    found = settle(10, terms, is_tekun=None)
    assert [step[2] for step in found.steps()] == [3, 2, 1, 0]
    assert found.self_fen == 4


def test_a_bill_under_the_deductible_and_a_bill_of_nothing():
    assert settle(29_999, TERMS, is_tekun=False).basic_fen == 0
    nothing = settle(0, TERMS, is_tekun=True)
    assert (nothing.total_fen, nothing.self_fen) == (0, 0)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_without_terms_is_refused(layer):
    with pytest.raises(ParametersMissing, match="R-HEA-4"):
        settle(1_000_000, replace(TERMS, **{layer: None}), is_tekun=False)


@pytest.mark.parametrize("part", ["deductible_fen", "ratio", "has_ceiling", "ceiling_fen"])
def test_a_parameter_that_is_not_known_is_refused_not_assumed(part):
    terms = replace(TERMS, basic=replace(BASIC, **{part: None}))
    with pytest.raises(ParametersMissing):
        settle(1_000_000, terms, is_tekun=False)


def test_for_whom_the_last_layer_pays_must_be_said():
    with pytest.raises(ParametersMissing):
        settle(1_000_000, replace(TERMS, is_fund_for_tekun_only=None), is_tekun=True)
    with pytest.raises(ParametersMissing):
        settle(1_000_000, TERMS, is_tekun=None)
    with pytest.raises(ParametersMissing):
        settle(1_000_000, replace(TERMS, fund=Exact()), is_tekun=True)
    with pytest.raises(ParametersMissing) as caught:
        settle(1_000_000, Terms(), is_tekun=None)
    assert "5" in caught.value.sentence("en")


@pytest.mark.parametrize(
    ("terms", "error"),
    [
        (replace(TERMS, basic=replace(BASIC, ratio=10_001)), BadRatio),
        (replace(TERMS, basic=replace(BASIC, ratio=-1)), BadRatio),
        (replace(TERMS, basic=replace(BASIC, deductible_fen=-1)), NegativeAmount),
        (replace(TERMS, basic=replace(BASIC, ceiling_fen=-1)), NegativeAmount),
        (replace(TERMS, basic=Exact(-1)), NegativeAmount),
        (replace(TERMS, basic=Exact(1_000_001)), BillExceeded),
        (replace(TERMS, critical=Exact(500_001)), BillExceeded),
    ],
)
def test_terms_that_cannot_be_are_refused(terms, error):
    with pytest.raises(error):
        settle(1_000_000, terms, is_tekun=False)


def test_a_bill_below_zero_is_refused():
    with pytest.raises(NegativeAmount):
        settle(-1, TERMS, is_tekun=False)
