"""The sheet around the drawn map: heading, legend, table and imprint, every word encoded."""

import re
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import Final

from geo.classify import CLASS_CODES, EMPTY, INK, KEPT_BACK, PAPER, SIZE_RADII_PX
from geo.encode import encode_text
from geo.layers import FrozenMap
from geo.offlinemap.inline import POLICY_MARK, as_script, as_style
from geo.offlinemap.words import Words

_HEAD: Final = (
    '<meta charset="utf-8">'
    f'<meta http-equiv="Content-Security-Policy" content="{POLICY_MARK}">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
)
_RARE: Final = frozenset({KEPT_BACK, EMPTY})  # explained only where they occur
# It forbids enlarging, and a table of names has to be enlarged on a phone.
_FOLIUM_VIEWPORT: Final = re.compile(r'<meta name="viewport"[^>]*>')
_NORTH: Final = (
    '<svg class="north" viewBox="0 0 24 40" aria-hidden="true">'
    '<path d="M12 9 L18 34 L12 29 L6 34 Z" class="north-back"/><path d="M12 9 L12 29 L6 34 Z"/>'
    '<text x="12" y="7.5">N</text></svg>'
)
# Fills that colour cannot be mistaken for; used by symbols, districts and the legend alike.
_PATTERNS: Final = (
    '<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>'
    '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path class="hatch-back" d="M0 0H5V5H0Z"/>'
    '<path class="hatch" d="M1 0V5"/></pattern>'
    '<pattern id="dots" width="9" height="9" patternUnits="userSpaceOnUse">'
    '<path class="white" d="M0 0H9V9H0Z"/><circle class="dot" cx="4.5" cy="4.5" r="1"/></pattern>'
    '<pattern id="cross" width="9" height="9" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path class="cross-back" d="M0 0H9V9H0Z"/>'
    '<path class="cross" d="M4.5 0V9M0 4.5H9"/></pattern></defs></svg>'
)


def lay_out(page: str, *, map_id: str, frozen: FrozenMap, words: Words) -> str:
    """Lay the sheet around the map that folium drew.

    Parameters
    ----------
    page
        folium's document with its libraries already inside.
    map_id
        Id of the element that holds the map.
    frozen
        The map, for its colours, counts and signs.
    words
        Plain text; it is encoded here.
    """
    holder = f'<div class="folium-map" id="{map_id}" ></div>'
    before, found, after = page.partition(holder)
    head, body, rest = before.partition("</head>")
    start, end, close = after.rpartition("</html>")
    if not (found and body and end):
        message = "folium's page is not built as expected"
        raise RuntimeError(message)
    head = head.replace("<html>", f'<html lang="{encode_text(words.lang)}">', 1)
    head = _FOLIUM_VIEWPORT.sub("", head)
    head = head.replace("<head>", f"<head>{_HEAD}<title>{encode_text(words.title)}</title>", 1)
    own = as_style(_variables(frozen) + _resource("sheet.css")) + as_script(_resource("sheet.js"))
    finish = f"<script>guatu.finish({map_id});</script>\n"
    parts = (head, own, body, rest, _sheet(holder, frozen, words), start, finish, end, close)
    return "".join(parts)


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _variables(frozen: FrozenMap) -> str:
    """Give the colours as CSS variables, so that styles and script name classes only."""
    scale = [f"--class-{number}:{color}" for number, color in enumerate(frozen.spec.scale.colors)]
    grounds = [
        f".district-{code}{{--ground:{color}}}"
        for code, color in frozen.spec.district_colors.items()
    ]
    return f":root{{--paper:{PAPER};--ink:{INK};{';'.join(scale)}}}{''.join(grounds)}"


def _sheet(holder: str, frozen: FrozenMap, words: Words) -> str:
    bounds = ",".join(f"{edge:.6f}" for edge in frozen.spec.bounds)
    radii = ",".join(map(str, SIZE_RADII_PX))
    plate = (
        f'<main class="plate" id="plate" data-mode="{frozen.mode}" data-bounds="{bounds}" '
        f'data-radii="{radii}" data-mark-s="{encode_text(words.suppressed_mark)}" '
        f'data-mark-w="{encode_text(words.withheld_mark)}" '
        f'data-zoom-in="{encode_text(words.zoom_in)}" '
        f'data-zoom-out="{encode_text(words.zoom_out)}">'
        f'<div class="neatline">{holder}{_NORTH}<p class="picked" id="picked" hidden></p>'
        f"{_paragraph('synthetic', words.synthetic)}</div></main>"
    )
    return (
        f'{_PATTERNS}<div class="sheet">{_heading(words)}{plate}{_legend(frozen, words)}'
        f"{_table(words)}{_imprint(words)}</div>{_names(words.names)}"
    )


def _heading(words: Words) -> str:
    figures = "".join(
        f"<div><dt>{encode_text(label)}</dt><dd>{encode_text(value)}</dd></div>"
        for label, value in words.figures
    )
    notes = "".join(_paragraph("note", note) for note in words.notes)
    return (
        f'<header><div class="heading"><h1>{encode_text(words.title)}</h1>'
        f"{_paragraph('sentence', words.sentence)}{notes}</div>"
        + (f'<dl class="figures">{figures}</dl>' if figures else "")
        + f"{_paragraph('date', words.date)}</header>"
    )


def _legend(frozen: FrozenMap, words: Words) -> str:
    states = (words.true_zero, words.no_data, words.suppressed)
    labels = (*words.class_labels, *states, words.withheld, words.not_applicable)
    sign = "area" if frozen.mode == "shade" else "unit"
    classes = (
        _entry(label, f'data-sign="{sign}" data-class="{code}"', count=frozen.counts[code])
        for label, code in zip(labels, CLASS_CODES, strict=True)
        if code not in _RARE or frozen.counts[code]
    )
    groups = [_group(words.legend, classes)]
    layers = {layer.id: layer.features["features"] for layer in frozen.spec.layers}
    if "units" in layers and frozen.mode == "symbols":
        sizes = (
            _entry(label, f'data-sign="unit" data-class="size" data-size="{size}"')
            for size, label in enumerate(words.size_labels)
        )
        groups.append(_group(words.size_heading, sizes, kind="sizes"))
    groups.append(_group("", _signs(frozen, words)))
    missing = ""
    if frozen.without_position:
        missing = _paragraph("note", f"{words.without_position} {frozen.without_position}")
    return f'<aside class="legend">{"".join(groups)}{missing}</aside>'


def _signs(frozen: FrozenMap, words: Words) -> Iterable[str]:
    """Give the entries of all signs but the classes, for the layers that are there."""
    layers = {layer.id: layer.features["features"] for layer in frozen.spec.layers}
    kinds = [feature["properties"].get("kind") for feature in layers.get("projects", ())]
    for kind, label in words.kinds.items():
        if kind in kinds:
            yield _entry(label, f'data-sign="{encode_text(kind)}"', count=kinds.count(kind))
    for layer_id, sign, label in (
        ("towns", "town", words.town),
        ("river", "river", words.river),
        ("bridges", "bridge", words.bridge),
        ("bridges", "bridge-closed", words.bridge_closed),
        ("units", "accuracy", words.accuracy),
    ):
        if label and layers.get(layer_id):
            yield _entry(label, f'data-sign="{sign}"')


def _table(words: Words) -> str:
    heads = "".join(f'<th scope="col">{encode_text(head)}</th>' for head in words.columns)
    rows = "".join(_row(*row) for row in words.rows)
    return (
        f'<section class="table"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></section>"
    )


def _row(code: str, name: str, *values: str) -> str:
    cells = "".join(f"<td>{encode_text(value)}</td>" for value in values)
    return (
        f'<tr data-code="{encode_text(code)}"><th scope="row"><button type="button">'
        f"{encode_text(name)}</button></th>{cells}</tr>"
    )


def _imprint(words: Words) -> str:
    lines = (
        words.internal,
        words.schematic,
        words.source,
        words.datum,
        words.approval,
        words.version,
    )
    spans = (f"<span>{encode_text(line)}</span>" for line in lines if line)
    return f"<footer>{''.join(spans)}</footer>"


def _names(names: Mapping[str, str]) -> str:
    """Names for the script to read as text; a name never passes through folium."""
    items = "".join(
        f'<li data-code="{encode_text(code)}">{encode_text(name)}</li>'
        for code, name in names.items()
    )
    return f'<ul id="guatu-names" hidden>{items}</ul>'


def _entry(label: str, sign: str, *, count: int | None = None) -> str:
    number = "" if count is None else f'<b class="count">{count}</b>'
    empty = ' class="empty"' if count == 0 else ""
    return f"<li{empty}><i {sign}></i><span>{encode_text(label)}</span>{number}</li>"


def _group(heading: str, entries: Iterable[str], *, kind: str = "classes") -> str:
    title = f"<h2>{encode_text(heading)}</h2>" if heading else ""
    return f'{title}<ul class="{kind}">{"".join(entries)}</ul>'


def _paragraph(kind: str, text: str) -> str:
    return f'<p class="{kind}">{encode_text(text)}</p>' if text else ""
