"""One colour a class, for icons and for filled circles."""

from __future__ import annotations

ICON_COLORS = {
    "0": "beige",
    "1": "orange",
    "2": "lightred",
    "3": "red",
    "4": "darkred",
    "z": "white",
    "o": "lightgray",
}
"""folium's icons come in fixed colours: one for each class."""
FILL_COLORS = {
    "0": "#fdd49e",
    "1": "#fdbb84",
    "2": "#fc8d59",
    "3": "#e34a33",
    "4": "#b30000",
    "z": "#ffffff",
    "o": "#d9d9d9",
}
