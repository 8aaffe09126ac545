"""Words: which language, the translated sentence, dates and numbers as people write them.

The Chinese text in the source is the message; English comes from ``i18n/en``. The catalogue is
read from its ``.po`` file, so that a translation can never lag behind its compiled copy.
"""

import gettext as gettext_module
import io
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Final, Literal

from babel.dates import format_date as babel_format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from data.settings import ROOT
from geo.errors import AppError

Lang = Literal["zh-CN", "en"]
LANGS: Final[tuple[Lang, ...]] = ("zh-CN", "en")
DEFAULT_LANG: Final[Lang] = "zh-CN"
CATALOGUES: Final = ROOT / "i18n"
DOMAIN: Final = "guatu"


@cache
def _catalogue(lang: Lang) -> gettext_module.NullTranslations:
    if lang == DEFAULT_LANG:
        return gettext_module.NullTranslations()
    compiled = io.BytesIO()
    with (CATALOGUES / lang / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=lang))
    compiled.seek(0)
    return gettext_module.GNUTranslations(compiled)


def choose_lang(wanted: str | None, default: Lang = DEFAULT_LANG) -> Lang:
    """Find the language a tag such as ``zh``, ``zh-CN`` or ``en-GB`` asks for."""
    tag = (wanted or "").lower().replace("_", "-")
    if tag.startswith("en"):
        return "en"
    return "zh-CN" if tag.startswith("zh") else default


def translate(message: str, lang: Lang, **facts: object) -> str:
    """Give `message` in `lang`, its named placeholders filled from `facts`."""
    text = _catalogue(lang).gettext(message)
    return text.format(**facts) if facts else text


def mark(message: str) -> str:
    """Mark a text for translation where it is defined, before the language is known."""
    return message


def render_error(error: AppError, lang: Lang) -> str:
    """Give an expected failure's sentence in `lang`."""
    return error.sentence(lang)


def format_day(day: date, lang: Lang) -> str:
    """Write a date the way readers of `lang` expect: 2016年12月31日, 31 December 2016."""
    if lang == "zh-CN":
        return f"{day.year}年{day.month}月{day.day}日"
    return babel_format_date(day, "d MMMM y", locale="en")


def join_words(words: Iterable[str], lang: Lang) -> str:
    """Join names as readers of `lang` do: 甲、乙 or A, B."""
    return ("、" if lang == "zh-CN" else ", ").join(words)


def format_number(value: float | None, lang: Lang, *, decimals: int = 0) -> str:
    """Write a number with its thousands separated; an en dash where there is none."""
    if value is None:
        return "–"
    pattern = "#,##0" if decimals == 0 else "#,##0." + "0" * decimals
    return format_decimal(value, format=pattern, locale=lang.replace("-", "_"))
