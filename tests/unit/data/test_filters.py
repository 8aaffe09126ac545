"""The filter: from the address and back, its sentence, and what happens to nonsense."""

from datetime import date

import pytest

from data.errors import BadDate, DayReplaced, NotFound, UnknownValue, VillageElsewhere
from data.queries.filters import (
    INDICATORS,
    KINDS,
    MODES,
    Choices,
    Filter,
    parse_filter,
    vocabulary_of,
)
from data.queries.instants import known_before, monthly_stops
from data.queries.places import list_choices
from tests.unit.data.folding import EVERYBODY

DONGXING = "150303104238"
WILD = "{{7*7}} ${alert(1)} <img src=x onerror=alert(1)> `x` {0} {value} %s"


@pytest.fixture(scope="module")
def choices(demo_db) -> Choices:
    return list_choices(demo_db, EVERYBODY)


def test_without_parameters_the_years_end_is_shown(choices):
    filter_, problems = parse_filter({}, choices)
    assert problems == []
    assert filter_ == Filter()
    assert filter_.as_of == date(2016, 12, 31)


@pytest.mark.parametrize(
    "filter_",
    [
        Filter(),
        Filter(district="150303", measure="industry", as_of=date(2016, 6, 30)),
        Filter(measure="NAT5.ecology", indicator="coverage", mode="shade"),
        Filter(village=DONGXING, kinds=("vineyard", "tourism"), as_of=date(2016, 1, 1)),
        Filter(kinds=(), as_of=date(2017, 12, 31)),
        *(Filter(indicator=indicator) for indicator in INDICATORS),
        *(Filter(kinds=(kind,), mode=mode) for kind in KINDS for mode in MODES),
    ],
)
def test_a_filter_written_to_an_address_reads_back_the_same(choices, filter_):
    query = filter_.to_query("zh-CN")
    assert query["lang"] == "zh-CN"
    assert all(isinstance(value, str) for value in query.values())
    assert parse_filter(query, choices) == (filter_, [])
    assert parse_filter(filter_.to_plain(), choices) == (filter_, [])


def test_what_stands_at_its_default_is_not_written():
    assert Filter().to_query("en") == {"as_of": "2016-12-31", "lang": "en"}


@pytest.mark.parametrize(
    ("given", "field", "error"),
    [
        ({"district": "150399"}, "district", UnknownValue),
        ({"district": "海南区"}, "district", UnknownValue),
        ({"measure": "gold"}, "measure", UnknownValue),
        ({"measure": "R_OLD.relocation"}, "measure", UnknownValue),
        ({"indicator": "rank"}, "indicator", UnknownValue),
        ({"mode": "3d"}, "mode", UnknownValue),
        ({"kinds": "castle"}, "kinds", UnknownValue),
        ({"village": "150303104999"}, "village", NotFound),
        ({"village": "东兴村"}, "village", NotFound),
        ({"as_of": "yesterday"}, "as_of", BadDate),
        ({"as_of": "2016-13"}, "as_of", BadDate),
        ({"as_of": "2016-02-30"}, "as_of", BadDate),
        ({"as_of": ""}, "as_of", BadDate),
        ({"as_of": None}, "as_of", BadDate),
        ({"village": WILD}, "village", NotFound),
        ({"district": WILD}, "district", UnknownValue),
        ({"kinds": WILD}, "kinds", UnknownValue),
        ({"as_of": WILD}, "as_of", BadDate),
        ({"measure": "x" * 100_000}, "measure", UnknownValue),
        ({"village": "\ud800"}, "village", NotFound),
        ({"kinds": 7}, "kinds", UnknownValue),
        ({"kinds": None}, "kinds", UnknownValue),
        ({"kinds": {"a": 1}}, "kinds", UnknownValue),
        ({"kinds": [["x"] * 5]}, "kinds", UnknownValue),
        ({"kinds": [str(i) for i in range(10_000)]}, "kinds", UnknownValue),
        ({"district": ["150303"]}, "district", UnknownValue),
        ({"district": 150303.5}, "district", UnknownValue),
    ],
)
def test_a_value_that_cannot_be_used_is_replaced_and_said_in_one_sentence(
    choices, given, field, error
):
    filter_, problems = parse_filter(given, choices)
    assert [type(problem) for problem in problems] == [error]
    assert getattr(filter_, field) == getattr(Filter(), field)
    for lang in ("zh-CN", "en"):
        sentence = problems[0].sentence(lang)
        assert len(sentence) < 400
        sentence.encode()


def test_good_values_stay_beside_a_bad_one(choices):
    given = {
        "district": "150303",
        "measure": "gold",
        "as_of": "2016-06-30",
        "kinds": "castle,tourism",
    }
    filter_, problems = parse_filter(given, choices)
    assert filter_ == Filter(district="150303", as_of=date(2016, 6, 30), kinds=("tourism",))
    assert [problem.facts["field"] for problem in problems] == ["measure", "kinds"]


def test_a_viewers_choices_end_at_their_areas(demo_db, viewers):
    choices = list_choices(demo_db, viewers["district-150302"])
    filter_, problems = parse_filter({"district": "150303", "village": DONGXING}, choices)
    assert filter_ == Filter()
    assert [type(problem) for problem in problems] == [UnknownValue, NotFound]
    assert "150303" not in problems[0].facts["choices"]


@pytest.mark.parametrize(
    ("text", "shown", "noted"),
    [
        ("2016-06", date(2016, 6, 30), False),
        ("2016-02", date(2016, 2, 29), False),
        ("2016-01", date(2016, 1, 31), False),
        ("2016-01-01", date(2016, 1, 1), False),
        ("2016-06-30", date(2016, 6, 30), False),
        ("2016-06-15", date(2016, 6, 30), True),
        ("2016-01-02", date(2016, 1, 31), True),
        ("2015-07-01", date(2016, 1, 1), True),
        ("2015-07", date(2016, 1, 1), True),
        ("2031-01-01", date(2017, 12, 31), True),
        ("2018-01", date(2017, 12, 31), True),
        ("0001-01-01", date(2016, 1, 1), True),
        ("9999-12-31", date(2017, 12, 31), True),
    ],
)
def test_a_month_means_its_end_and_another_day_the_nearest_stop(choices, text, shown, noted):
    filter_, problems = parse_filter({"as_of": text}, choices)
    assert filter_.as_of == shown
    assert shown in monthly_stops()
    assert [type(problem) for problem in problems] == ([DayReplaced] if noted else [])
    if noted:
        assert shown.isoformat() in problems[0].sentence("zh-CN")


def test_a_village_of_another_district_is_not_selected(choices):
    filter_, problems = parse_filter({"district": "150302", "village": DONGXING}, choices)
    assert filter_ == Filter(district="150302")
    assert [type(problem) for problem in problems] == [VillageElsewhere]


@pytest.mark.parametrize("last", [None, date(2016, 12, 29)])
def test_a_day_after_the_last_event_says_that_figures_are_carried_forward(last):
    for lang in ("zh-CN", "en"):
        assert Filter(as_of=date(2016, 11, 30)).carried_forward(last, lang) is None
        said = Filter(as_of=date(2017, 6, 30)).carried_forward(last, lang)
        assert (said is None) == (last is None)
        assert said is None or "29" in said


def test_the_end_of_the_slider_says_that_more_happened_after_it():
    later = date(2026, 11, 24)
    assert "2026" in Filter(as_of=date(2017, 12, 31)).carried_forward(later, "zh-CN")
    assert "2026" in Filter(as_of=date(2017, 12, 31)).carried_forward(later, "en")
    assert Filter(as_of=date(2017, 6, 30)).carried_forward(later, "zh-CN") is None


def test_a_padded_district_code_is_understood(choices):
    assert parse_filter({"district": "150303000000"}, choices) == (Filter(district="150303"), [])


def test_no_kind_at_all_can_be_asked_for(choices):
    for given in ("none", [], ""):
        assert parse_filter({"kinds": given}, choices) == (Filter(kinds=()), [])
    assert Filter(kinds=()).to_query("en")["kinds"] == "none"


def test_kinds_keep_one_order_whatever_the_address_says(choices):
    filter_, _ = parse_filter({"kinds": "tourism,greenhouse,tourism"}, choices)
    assert filter_.kinds == ("greenhouse", "tourism")


def test_the_sentence_says_day_place_measure_and_indicator(choices):
    filter_ = Filter(district="150303", measure="industry", as_of=date(2016, 6, 30))
    zh, en = filter_.sentence(choices, "zh-CN"), filter_.sentence(choices, "en")
    for part in ("2016年6月30日", "海南区", "产业扶持", "乌海五项", "未脱贫人口"):
        assert part in zh
    for part in ("30 June 2016", "Hainan", "Industry", "Wuhai"):
        assert part in en
    assert not any("一" <= sign <= "鿿" for sign in en)
    assert Filter(measure="NAT5.ecology").sentence(choices, "zh-CN") != zh
    assert "乌海" in Filter().sentence(choices, "zh-CN")


def test_a_measure_carries_its_vocabulary():
    assert vocabulary_of("industry") == "WH5"
    assert vocabulary_of("NAT5.ecology") == "NAT5"


def test_every_day_of_the_calendar_can_be_a_day_of_knowing():
    assert known_before(date.max) > known_before(date(2017, 1, 1))
    assert known_before(date.min) < known_before(date(2017, 1, 1))
    assert known_before(date(2017, 1, 1)).isoformat() == "2017-01-02T00:00:00+08:00"
