"""Cards and tables as HTML; every text of data passes the one encoder on its way in."""

from collections.abc import Iterable, Sequence

import streamlit as st

from data.access import SMALL_CELL_HOUSEHOLDS
from data.text import Lang, format_number, translate
from geo.classify import SUPPRESSED
from geo.encode import encode_text

Row = tuple[str, str]


def show_value(value: float, lang: Lang, *, unit: str = "", decimals: int = 0) -> str:
    """Write a figure so that zero, no data and suppressed differ."""
    if value == SUPPRESSED:
        return f"<{SMALL_CELL_HOUSEHOLDS}"
    if value != value:  # noqa: PLR0124 - NaN is not itself
        return translate("无数据", lang)
    return format_number(value, lang, decimals=decimals) + unit


def state_of(value: float) -> str:
    """Name the state of a figure for its look: zero, none, hidden or value."""
    if value == SUPPRESSED:
        return "hidden"
    if value != value:  # noqa: PLR0124 - NaN is not itself
        return "none"
    return "zero" if value == 0 else "value"


def draw_figures(figures: Iterable[tuple[str, str, str, str]]) -> None:
    """Draw figures side by side: label, value, state, and the note under it."""
    cells = "".join(
        f'<div class="g-figure g-{encode_text(state)}"><span>{encode_text(label)}</span>'
        f"<b>{encode_text(value)}</b><small>{encode_text(note)}</small></div>"
        for label, value, state, note in figures
    )
    st.html(f'<div class="g-figures">{cells}</div>')


def draw_notice(text: str) -> None:
    """Draw a notice that quotes data or an address: Streamlit's own would read it as Markdown."""
    st.html(f'<p class="g-notice" role="alert">{encode_text(text)}</p>')


def draw_card(title: str, subtitle: str, groups: Iterable[tuple[str, Sequence[Row]]]) -> None:
    """Draw a card: a title and groups of labelled values."""
    body = "".join(_group(heading, rows) for heading, rows in groups)
    st.html(
        f'<section class="g-card"><h3>{encode_text(title)}</h3>'
        f"<p>{encode_text(subtitle)}</p>{body}</section>"
    )


def _group(heading: str, rows: Sequence[Row]) -> str:
    lines = "".join(
        f"<div><dt>{encode_text(label)}</dt><dd>{encode_text(value)}</dd></div>"
        for label, value in rows
    )
    return f"<h4>{encode_text(heading)}</h4><dl>{lines}</dl>" if rows else ""


def draw_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Draw a table that prints and wraps; the first column heads its row."""
    head = "".join(f'<th scope="col">{encode_text(heading)}</th>' for heading in headings)
    body = "".join(_table_row(row) for row in rows)
    st.html(
        f'<div class="g-scroll"><table class="g-table"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _table_row(row: Sequence[str]) -> str:
    first, *rest = row
    cells = "".join(f"<td>{encode_text(cell)}</td>" for cell in rest)
    return f'<tr><th scope="row">{encode_text(first)}</th>{cells}</tr>'
