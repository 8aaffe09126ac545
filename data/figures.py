"""Figures in words: a value, or which of the states that are no value, said the same everywhere."""

import math
from typing import Final

from data.access import SMALL_CELL_HOUSEHOLDS
from data.text import Lang, format_number, mark, translate
from geo.classify import NOT_APPLICABLE, SUPPRESSED, WITHHELD

NO_DATA_TEXT: Final = mark("无数据")
WITHHELD_TEXT: Final = mark("不显示")
NOT_APPLICABLE_TEXT: Final = mark("不适用")


def format_figure(value: float, lang: Lang, *, unit: str = "", decimals: int = 0) -> str:
    """Write a figure so that zero, no data, suppressed, withheld and not applicable differ.

    Parameters
    ----------
    value
        The figure, or a state of `geo.classify`; NaN is no data.
    lang
        The reader's language.
    unit
        Written behind a value.
    decimals
        Digits after the point. A share or ratio has some, and then "fewer than five" would
        say nothing: it is simply not shown.
    """
    if math.isnan(value):
        return translate(NO_DATA_TEXT, lang)
    if value == SUPPRESSED and decimals == 0:
        return f"<{SMALL_CELL_HOUSEHOLDS}"
    if value in {SUPPRESSED, WITHHELD}:
        return translate(WITHHELD_TEXT, lang)
    if value == NOT_APPLICABLE:
        return translate(NOT_APPLICABLE_TEXT, lang)
    return format_number(value, lang, decimals=decimals) + unit


def state_of(value: float) -> str:
    """Name a figure's state for its look: value, zero, none (no or no possible data), hidden."""
    if math.isnan(value) or value == NOT_APPLICABLE:
        return "none"
    if value < 0:
        return "hidden"
    return "zero" if value == 0 else "value"
