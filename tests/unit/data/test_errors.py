"""The tree of expected failures."""

import re
from string import Formatter

import pytest

from data.documents import error_classes
from geo.errors import AppError

CLASSES = list(error_classes())
CJK = re.compile(r"[一-鿿]")


def places(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_codes_are_unique_and_well_formed():
    codes = [error.code for error in CLASSES]
    assert len(set(codes)) == len(codes) >= 20
    assert all(re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", code) for code in codes)


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.code)
def test_both_sentences_say_the_same_with_the_same_facts(error):
    assert CJK.search(error.zh)
    assert not CJK.search(error.en)
    assert places(error.zh) - {"why_zh"} == places(error.en) - {"why_en"}
    assert error.status in {401, 403, 404, 409, 410, 413, 421, 422, 429, 500, 503}
    facts = dict.fromkeys(places(error.zh) | places(error.en), "{x}%s<b>")
    instance = error(**facts)
    assert str(instance) == instance.sentence("en")
    for lang in ("zh-CN", "en"):
        sentence = instance.sentence(lang)
        assert sentence[-1] in "。." or error.code == "settings_refused"
        assert ("{x}%s<b>" in sentence) == bool(facts)


def test_a_failure_is_not_ones_own_mistake():
    assert not issubclass(AppError, (ValueError, TypeError))


def test_each_class_has_a_sentence_of_its_own():
    assert len({error.zh for error in CLASSES}) == len(CLASSES)
    assert len({error.en for error in CLASSES}) == len(CLASSES)
