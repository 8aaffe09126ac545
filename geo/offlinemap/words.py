"""The words of an offline map: everything that is read on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from geo.classify import CLASSES, SIZE_RADII_PX


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """Text of an offline map, plain as it is to be read; the drawer encodes it.

    Parameters
    ----------
    lang
        Language tag of the page.
    title, sentence, date
        Heading, the filter's sentence, and the date as words.
    source, datum, approval, internal, version
        Lines of the imprint; an empty one is left out. `approval` is the 审图号.
    synthetic
        Mark of synthetic data, printed large; "" for real data.
    schematic
        Says that positions are schematic.
    notes
        Further sentences under the filter's sentence.
    figures
        Label and value of the figures on top.
    legend, class_labels
        Name of the indicator with its unit, and its five classes.
    true_zero, no_data, suppressed, suppressed_mark
        Names of the states that are not classes, and the mark on a suppressed symbol; for shares
        and ratios the mark is "", since nothing is said of their size.
    withheld, withheld_mark, not_applicable
        Names of the two states that are rare, and the mark on a withheld symbol. Each is in the
        legend only where it occurs.
    without_position
        Label of the count of units that could not be placed.
    size_heading, size_labels
        What the radius means, and its six classes.
    kinds
        Label of each kind of project, in the legend's order.
    town, river, bridge, bridge_closed, accuracy
        Labels of the other signs.
    names
        Name of anything drawn, by its id: districts, towns, units, projects, bridges, river.
    columns, rows
        Table of units: headings, and for each row its code followed by one cell a column.
    zoom_in, zoom_out
        Labels of the two buttons.
    """

    lang: str
    title: str
    sentence: str
    date: str
    source: str
    datum: str
    internal: str
    synthetic: str
    schematic: str
    legend: str
    class_labels: tuple[str, ...]
    true_zero: str
    no_data: str
    suppressed: str
    size_heading: str
    size_labels: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: Mapping[str, str]
    kinds: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    figures: tuple[tuple[str, str], ...] = ()
    approval: str = ""
    version: str = ""
    suppressed_mark: str = "<5"
    withheld: str = ""
    withheld_mark: str = ""
    not_applicable: str = ""
    without_position: str = ""
    town: str = ""
    river: str = ""
    bridge: str = ""
    bridge_closed: str = ""
    accuracy: str = ""
    zoom_in: str = "+"
    zoom_out: str = "-"

    def __post_init__(self) -> None:
        if len(self.class_labels) != CLASSES or len(self.size_labels) != len(SIZE_RADII_PX):
            message = "a label is missing for a class or a size"
            raise ValueError(message)
        if any(len(row) != len(self.columns) + 1 for row in self.rows):
            message = "each row is a code and one cell a column"
            raise ValueError(message)
