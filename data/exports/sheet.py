"""A sheet as CSV that a spreadsheet opens as it is, and in which no cell is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BYTE_ORDER_MARK: Final = "\ufeff"

Cell = str | int | float | None


def write_sheet(
    heading: Iterable[Sequence[Cell]], columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> bytes:
    """Write lines about the sheet, an empty line, the column titles, and the rows.

    Parameters
    ----------
    heading
        What is said above: source, day, who took it.
    columns
        Titles of the columns.
    rows
        Cells; text that a spreadsheet would calculate gets an apostrophe before it, a number
        stays a number.

    Returns
    -------
    bytes
        UTF-8 with a byte order mark, by which spreadsheets know it.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for line in (*heading, (), columns, *rows):
        writer.writerow([_safe(cell) for cell in line])
    return (_BYTE_ORDER_MARK + text.getvalue()).encode()


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(_STARTS_A_FORMULA):
        return f"'{cell}"
    return cell
