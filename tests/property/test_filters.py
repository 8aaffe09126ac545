"""The filter never fails, whatever stands in an address or comes from a browser."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import DataError
from data.queries.filters import INDICATORS, KINDS, MODES, Choices, Filter, parse_filter
from data.queries.instants import monthly_stops

NAMES = {"zh-CN": "名", "en": "name"}
CHOICES = Choices(
    area=NAMES,
    districts=dict.fromkeys(("150302", "150303"), NAMES),
    measures=dict.fromkeys(("industry", "health", "NAT5.ecology"), NAMES),
    villages=dict.fromkeys(("150302101203", "150303104238"), NAMES),
    exactness={"NAT5.ecology": "none"},
)
FIELDS = ("district", "measure", "as_of", "indicator", "kinds", "village", "mode", "lang", "x")
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats()
    | st.text()
    | st.dates().map(str)
    | st.sampled_from(["150303", "industry", "2016-06", "2016-12-31", "coverage", "none", "{}"])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
FILTERS = st.builds(
    Filter,
    district=st.sampled_from(["", *CHOICES.districts]),
    measure=st.sampled_from(["", *CHOICES.measures]),
    as_of=st.sampled_from(monthly_stops()),
    indicator=st.sampled_from(list(INDICATORS)),
    kinds=st.sets(st.sampled_from(list(KINDS))).map(
        lambda chosen: tuple(kind for kind in KINDS if kind in chosen)
    ),
    village=st.sampled_from(["", *CHOICES.villages]),
    mode=st.sampled_from(list(MODES)),
).filter(lambda filter_: not filter_.village or filter_.village.startswith(filter_.district))


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(), ANYTHING))
def test_anything_gives_a_valid_filter_and_sentences(parameters):
    filter_, problems = parse_filter(parameters, CHOICES)
    assert filter_.district in {"", *CHOICES.districts}
    assert filter_.measure in {"", *CHOICES.measures}
    assert filter_.village in {"", *CHOICES.villages}
    assert filter_.indicator in INDICATORS
    assert filter_.mode in MODES
    assert filter_.as_of in monthly_stops()
    assert set(filter_.kinds) <= set(KINDS)
    assert len(problems) <= len(FIELDS)
    for problem in problems:
        assert isinstance(problem, DataError)
        for lang in ("zh-CN", "en"):
            problem.sentence(lang).encode()
    for lang in ("zh-CN", "en"):
        assert filter_.sentence(CHOICES, lang)


@given(FILTERS)
def test_an_address_reads_back_as_the_filter_that_wrote_it(filter_):
    assert parse_filter(filter_.to_query("en"), CHOICES) == (filter_, [])
    assert parse_filter(filter_.to_plain(), CHOICES) == (filter_, [])


@given(st.dates())
def test_a_day_is_shown_by_a_stop_that_is_no_earlier_unless_there_is_none(day):
    shown = parse_filter({"as_of": day.isoformat()}, CHOICES)[0].as_of
    assert shown >= min(day, date(2017, 12, 31))
    earlier = [stop for stop in monthly_stops() if day <= stop < shown]
    assert earlier == []


@pytest.mark.parametrize("size", [10_000, 1_000_000])
def test_a_giant_text_stays_a_short_sentence(size):
    for field in FIELDS[:-2]:
        _filter, problems = parse_filter({field: "巨" * size}, CHOICES)
        assert len(problems) == 1
        assert len(problems[0].sentence("zh-CN")) < 400
