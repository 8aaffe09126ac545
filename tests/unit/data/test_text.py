"""Words: languages, placeholders, dates and numbers."""

from datetime import date

import pytest

from data.figures import format_figure, state_of
from data.text import choose_lang, format_day, format_number, join_words, translate
from geo.classify import NOT_APPLICABLE, SUPPRESSED, WITHHELD


@pytest.mark.parametrize(
    ("tag", "lang"),
    [
        ("zh", "zh-CN"), ("zh-CN", "zh-CN"), ("zh_TW", "zh-CN"), ("ZH", "zh-CN"), ("en", "en"),
        ("en-GB", "en"), ("EN_us", "en"), ("fr", "zh-CN"), ("", "zh-CN"), (None, "zh-CN"),
        ("../../etc", "zh-CN"),
    ],
)  # fmt: skip
def test_a_tag_chooses_one_of_two_languages(tag, lang):
    assert choose_lang(tag) == lang
    assert choose_lang("fr", "en") == "en"


def test_chinese_is_the_message_and_english_its_translation():
    assert translate("合成数据", "zh-CN") == "合成数据"
    assert translate("合成数据", "en") == "Synthetic data"
    assert translate("没有这样的句子", "en") == "没有这样的句子"


def test_facts_fill_named_places_and_are_never_read_as_places():
    text = translate(
        "措施“{name}”（{vocabulary}口径）", "zh-CN", name="{vocabulary}", vocabulary="X"
    )
    assert text == "措施“{vocabulary}”（X口径）"


def test_dates_and_numbers_are_written_as_readers_expect():
    assert format_day(date(2016, 1, 5), "zh-CN") == "2016年1月5日"
    assert format_day(date(2016, 1, 5), "en") == "5 January 2016"
    assert format_number(1515, "zh-CN") == format_number(1515, "en") == "1,515"
    assert format_number(99.857, "en", decimals=1) == "99.9"
    assert format_number(0, "en") == "0"
    assert format_number(None, "en") == "–"
    assert join_words(["甲", "乙"], "zh-CN") == "甲、乙"
    assert join_words(["A", "B"], "en") == "A, B"


@pytest.mark.parametrize(
    ("value", "decimals", "text", "state"),
    [
        (1515.0, 0, "1,515", "value"), (0.0, 0, "0", "zero"), (99.9, 1, "99.9", "value"),
        (float("nan"), 0, "无数据", "none"), (SUPPRESSED, 0, "<5", "hidden"),
        (SUPPRESSED, 1, "不显示", "hidden"), (WITHHELD, 0, "不显示", "hidden"),
        (NOT_APPLICABLE, 1, "不适用", "none"),
    ],
)  # fmt: skip
def test_a_figure_and_each_state_that_is_none_are_written_apart(value, decimals, text, state):
    assert format_figure(value, "zh-CN", decimals=decimals) == text
    assert format_figure(value, "en", decimals=decimals)
    assert state_of(value) == state
