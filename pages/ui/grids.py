"""Grids: marks where rows and columns belong together, and counts at two times."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import streamlit as st

from geo.encode import encode_text


def draw_grid(
    corner: str, columns: Sequence[str], rows: Sequence[tuple[str, Collection[str]]]
) -> None:
    """Draw marks of columns in rows; a row without any stands out.

    Parameters
    ----------
    corner
        What the rows are.
    columns
        Codes; where all begin with the same word, it stands once, in the corner.
    rows
        The row's name and the columns that belong to it.
    """
    word = _shared_word(columns)
    short = [column[len(word) :].strip() or column for column in columns]
    head = "".join(
        f'<th scope="col" title="{encode_text(column)}">{encode_text(text)}</th>'
        for column, text in zip(columns, short, strict=True)
    )
    corner = f"{corner} · {word.strip()}" if word.strip() else corner
    body = "".join(_row(name, columns, marked) for name, marked in rows)
    st.html(
        f'<div class="g-scroll"><table class="g-grid"><thead><tr>'
        f'<th scope="col">{encode_text(corner)}</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _shared_word(columns: Sequence[str]) -> str:
    words = {column.split(" ")[0] for column in columns if " " in column}
    is_shared = len(words) == 1 and all(" " in column for column in columns)
    return words.pop() if is_shared else ""


def _row(name: str, columns: Sequence[str], marked: Collection[str]) -> str:
    cells = "".join(
        f'<td class="g-on" title="{encode_text(column)}">●</td>'
        if column in marked
        else "<td></td>"
        for column in columns
    )
    kind = "" if marked else ' class="g-bare"'
    return f'<tr{kind}><th scope="row">{encode_text(name)}</th>{cells}</tr>'


@dataclass(frozen=True)
class TimesRow:
    """An area's counts: for each figure the cell before, the cell after, and the difference.

    Attributes
    ----------
    is_top
        Whether it stands for others below it.
    """

    name: str
    is_top: bool
    cells: Sequence[tuple[str, str, str]]


def draw_times(
    corner: str, figures: Sequence[str], times: Sequence[str], rows: Iterable[TimesRow]
) -> None:
    """Draw each figure at two times with its difference, narrow enough for a phone.

    Parameters
    ----------
    corner
        What the rows are.
    figures
        One heading a figure.
    times
        Three headings under each: earlier, later, difference; an empty difference is none.
    """
    over = "".join(
        f'<th scope="colgroup" colspan="{len(times)}" class="g-first">{encode_text(figure)}</th>'
        for figure in figures
    )
    under = "".join(
        f'<th scope="col"{_edge(i)}>{encode_text(time)}</th>'
        for _figure in figures
        for i, time in enumerate(times)
    )
    body = "".join(_times_row(row) for row in rows)
    st.html(
        '<div class="g-scroll"><table class="g-times"><thead><tr>'
        f'<th scope="col" rowspan="2">{encode_text(corner)}</th>{over}</tr><tr>{under}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _edge(place: int) -> str:
    return "" if place else ' class="g-first"'


def _times_row(row: TimesRow) -> str:
    cells = ""
    for before, after, difference in row.cells:
        moved = ' class="g-moved"' if difference else ""
        cells += (
            f"<td{_edge(0)}>{encode_text(before)}</td><td>{encode_text(after)}</td>"
            f"<td{moved}>{encode_text(difference or '·')}</td>"
        )
    kind = ' class="g-top"' if row.is_top else ""
    return f'<tr{kind}><th scope="row">{encode_text(row.name)}</th>{cells}</tr>'
