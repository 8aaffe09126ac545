"""The encoder: what is live in a template, a script or HTML comes out dead and reads the same."""

import html

import pytest

from geo.encode import encode_text

HOSTILE = [
    "{{7*7}}",
    "{% for x in y %}",
    "{# x #}",
    "${alert(1)}",
    "`${alert(1)}`",
    '<img src=x onerror="alert(1)">',
    "</script><script>alert(1)</script>",
    "\\u003cscript\\u003e",
    "' onmouseover='alert(1)",
    "&lt;b&gt;",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_dead_and_reads_as_written(text: str):
    encoded = encode_text(text)
    assert not set(encoded) & set("<>\"'`{}$\\")
    assert html.unescape(encoded) == text


@pytest.mark.parametrize("line_end", ["\r", "\n", "\u2028", "\u2029"])
def test_line_ends_become_spaces(line_end: str):
    assert encode_text(f"上{line_end}下") == "上 下"


def test_plain_text_stays_as_it_is():
    assert encode_text("乌海市 Wuhai 1–20 人") == "乌海市 Wuhai 1–20 人"
