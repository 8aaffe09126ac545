"""Cards and tables as HTML; every text of data passes the one encoder on its way in."""

from collections.abc import Iterable, Sequence

import streamlit as st

from geo.encode import encode_text

Row = tuple[str, str]


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


def draw_columns(blocks: Iterable[tuple[str, str, Sequence[Row]]]) -> None:
    """Draw compact blocks side by side, below each other on a phone: heading, answer, details."""
    body = "".join(
        f'<section class="g-block"><h3>{encode_text(heading)}</h3>'
        f"<b>{encode_text(answer)}</b>{_lines(rows)}</section>"
        for heading, answer, rows in blocks
    )
    st.html(f'<div class="g-blocks">{body}</div>')


def _group(heading: str, rows: Sequence[Row]) -> str:
    return f"<h4>{encode_text(heading)}</h4>{_lines(rows)}" if rows else ""


def _lines(rows: Sequence[Row]) -> str:
    lines = "".join(
        f"<div><dt>{encode_text(label)}</dt><dd>{encode_text(value)}</dd></div>"
        for label, value in rows
    )
    return f"<dl>{lines}</dl>"


def draw_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, stack: bool = False
) -> None:
    """Draw a table that prints and wraps; the first column heads its row.

    Parameters
    ----------
    headings
        One a column.
    rows
        Cells as they are to be read.
    stack
        On a phone, show each row as a small card of labelled lines.
    """
    head = "".join(f'<th scope="col">{encode_text(heading)}</th>' for heading in headings)
    body = "".join(_table_row(headings, row) for row in rows)
    kind = "g-table g-stack" if stack else "g-table"
    st.html(
        f'<div class="g-scroll"><table class="{kind}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _table_row(headings: Sequence[str], row: Sequence[str]) -> str:
    first, *rest = row
    cells = "".join(
        f'<td data-label="{encode_text(heading)}">{encode_text(cell)}</td>'
        for heading, cell in zip(headings[1:], rest, strict=True)
    )
    return f'<tr><th scope="row">{encode_text(first)}</th>{cells}</tr>'
