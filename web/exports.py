"""Saved maps: the picture of a filter as one stand-alone file that needs no network."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from data.access import SMALL_CELL_HOUSEHOLDS, Viewer
from data.actions.export_map import DrawnMap, export_map
from data.errors import AssetsMissing
from data.figures import format_figure
from data.queries.atlas import DECIMALS, PERSONS, UNITS, Atlas, IndicatorScale, Sheet
from data.queries.claims import find_open_claim, list_claims
from data.queries.filters import INDICATORS, KINDS, Filter, parse_filter
from data.queries.indicators import Indicators
from data.queries.places import get_dataset
from data.settings import ROOT, load_settings
from data.shared import shared_database
from data.text import Lang, choose_lang, format_day, format_number, translate
from geo.classify import classify, size_classes, size_labels
from geo.layers import MapSpec, Picture, freeze
from geo.offlinemap import draw_offline_map
from geo.offlinemap.words import Words
from web.atlases import (
    atlas_of,
    choices_of,
    scales_for,
    sheet_of,
    version_for,
)
from web.sessions import viewer_of
from web.wording import attribution, map_texts, names_of

LEAFLET: Final = ROOT / "node_modules" / "leaflet" / "dist"


def save_map(request: Request) -> Response:
    """Answer with the map of a filter as one HTML file.

    Raises
    ------
    AssetsMissing
        Set-up has not fetched the drawing library.
    Denied, SignInRequired
        The visitor may not save maps.
    ExportsUsedUp
        The account has exported often enough today.
    """
    viewer = viewer_of(request)
    lang = choose_lang(request.query_params.get("lang"))
    filter_, problems = parse_filter(request.query_params, choices_of(version_for(viewer), viewer))

    def draw() -> DrawnMap:
        page = draw_map(viewer, filter_, lang, notes=[p.sentence(lang) for p in problems])
        codes = atlas_of(version_for(viewer), viewer).units["code"]
        return DrawnMap(page, tuple(c for c in codes if c.startswith(filter_.district)))

    drawn = export_map(shared_database(), viewer, filter_, draw)
    name = f"guatu-{filter_.as_of}-{filter_.district or 'all'}-{filter_.indicator}.html"
    return Response(
        drawn.page,
        media_type="text/html",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            # The file carries its own scripts; opened from here it may reach nothing of ours.
            "Content-Security-Policy": "sandbox allow-scripts",
        },
    )


def draw_map(viewer: Viewer, filter_: Filter, lang: Lang, *, notes: Sequence[str] = ()) -> str:
    """Draw a filter's picture with the same layers and values as the live map.

    Parameters
    ----------
    viewer
        Whose picture it is.
    filter_, lang
        What to show, in which language.
    notes
        Sentences to print under the filter's own.
    """
    version = version_for(viewer)
    atlas, sheet = atlas_of(version, viewer), sheet_of(version, viewer, filter_.measure)
    scale = scales_for(version, viewer)[filter_.indicator]
    spec = MapSpec(
        layers=atlas.layers,
        scale=scale.districts if filter_.mode == "shade" else scale.units,
        bounds=atlas.bounds,
        district_colors=atlas.district_colors,
    )
    frozen = freeze(spec, _picture(atlas, sheet, scale, filter_))
    words = _words(viewer, filter_, lang, atlas, sheet, scale)
    words = replace(words, notes=(*notes, *_notes(viewer, filter_, lang, atlas)))
    return draw_offline_map(frozen, words=words, assets=_assets())


def _notes(viewer: Viewer, filter_: Filter, lang: Lang, atlas: Atlas) -> list[str]:
    """Say what the live map says too: an inexact measure, figures carried forward, a claim."""
    notes = [
        filter_.caveat(choices_of(version_for(viewer), viewer), lang),
        filter_.carried_forward(atlas.last_event_on, lang),
    ]
    claim = find_open_claim(list_claims(shared_database(), viewer), filter_)
    if claim is not None:
        definition = claim.definition_zh if lang == "zh-CN" else claim.definition_en
        notes.append(
            translate(
                "{definition}：公布 {value}，台账 {computed}，差额未解释。",
                lang,
                definition=definition,
                value=format_number(claim.value, lang),
                computed=format_number(claim.computed, lang),
            )
        )
    return [note for note in notes if note]


def _assets() -> dict[str, str]:
    files = {}
    for name in ("leaflet.js", "leaflet.css"):
        path = LEAFLET / name
        if not path.exists():
            raise AssetsMissing(name=name)
        files[name] = path.read_text(encoding="utf-8")
    return files


def _picture(atlas: Atlas, sheet: Sheet, scale: IndicatorScale, filter_: Filter) -> Picture:
    stop = sheet.stops.index(filter_.as_of)

    def by_code(indicators: Indicators, breaks: tuple[float, ...]) -> dict[str, str]:
        classes = classify(indicators.value(filter_.indicator)[:, stop], breaks)
        return dict(zip(indicators.groups, map(str, classes), strict=True))

    sizes = size_classes(sheet.units.households["on_register"][:, stop])
    shown = atlas.projects[atlas.projects["kind"].isin(filter_.kinds)]
    return Picture(
        as_of=filter_.as_of.isoformat(),
        mode="shade" if filter_.mode == "shade" else "symbols",
        unit_classes=by_code(sheet.units, scale.units.breaks),
        unit_sizes=dict(zip(sheet.units.groups, map(str, sizes), strict=True)),
        district_classes=by_code(sheet.districts, scale.districts.breaks),
        projects=frozenset(shown["id"]),
        district=filter_.district,
        village=filter_.village,
    )


def _words(
    viewer: Viewer,
    filter_: Filter,
    lang: Lang,
    atlas: Atlas,
    sheet: Sheet,
    scale: IndicatorScale,
) -> Words:
    db = shared_database()
    facts, texts = get_dataset(db), map_texts(lang)
    column = "name_zh" if lang == "zh-CN" else "name_en"
    shaded = filter_.mode == "shade"
    label = translate(INDICATORS[filter_.indicator], lang)
    unit = translate("人", lang) if filter_.indicator in PERSONS else UNITS[filter_.indicator]
    named = dict(zip(atlas.units["code"], atlas.units[column], strict=True)) | dict(
        zip(atlas.projects["id"], atlas.projects[column], strict=True)
    )
    return Words(
        lang=lang,
        title=f"{choices_of(version_for(viewer), viewer).area[lang]} · {label}",
        sentence=filter_.sentence(choices_of(version_for(viewer), viewer), lang),
        date=format_day(filter_.as_of, lang),
        source=f"{texts['source']} {texts['figure_source']} · {attribution(lang)}",
        datum="WGS84 (EPSG:4326)",
        internal=translate("内部使用", lang),
        synthetic=texts["synthetic"] if facts.is_synthetic else "",
        schematic=texts["schematic"],
        legend=f"{label} / {unit}" if unit else label,
        class_labels=scale.districts_labels if shaded else scale.units_labels,
        true_zero=texts["true_zero"],
        no_data=texts["no_data"],
        suppressed=texts["suppressed"],
        withheld=texts["withheld"],
        not_applicable=texts["not_applicable"],
        suppressed_mark=f"<{SMALL_CELL_HOUSEHOLDS}" if filter_.indicator in PERSONS else "",
        size_heading=texts["size_legend"],
        size_labels=size_labels(),
        columns=(texts["place"], label),
        rows=_rows(sheet, named, filter_, lang),
        names=names_of(atlas, lang) | named,
        kinds={kind: translate(KINDS[kind], lang) for kind in filter_.kinds},
        figures=_figures(sheet, filter_, lang, texts),
        approval=load_settings().map_approval_number,
        version=translate("数据版本 {version}", lang, version=facts.version),
        without_position=texts["without_position"],
        town=texts["town"],
        river=texts["river"],
        bridge=texts["bridge"],
        bridge_closed=texts["bridge_closed"],
        accuracy=texts["accuracy"],
        zoom_in=texts["zoom_in"],
        zoom_out=texts["zoom_out"],
    )


def _cell(value: float, indicator: str, lang: Lang) -> str:
    decimals = 0 if indicator in PERSONS else DECIMALS.get(indicator, 1)
    return format_figure(value, lang, unit=UNITS.get(indicator, ""), decimals=decimals)


def _rows(
    sheet: Sheet, names: dict[str, str], filter_: Filter, lang: Lang
) -> tuple[tuple[str, ...], ...]:
    stop = sheet.stops.index(filter_.as_of)
    values = sheet.units.value(filter_.indicator)[:, stop]
    # As in the live table: the largest first, what is no value last.
    order = np.argsort(-np.where(np.isnan(values), -np.inf, values), kind="stable")
    codes = [(sheet.units.groups[i], float(values[i])) for i in order]
    return tuple(
        (code, names[code], _cell(value, filter_.indicator, lang))
        for code, value in codes
        if code.startswith(filter_.district)
    )


def _figures(
    sheet: Sheet, filter_: Filter, lang: Lang, texts: dict[str, str]
) -> tuple[tuple[str, str], ...]:
    stop = sheet.stops.index(filter_.as_of)
    scope, row = sheet.whole, 0
    if filter_.district:
        scope, row = sheet.districts, sheet.districts.groups.index(filter_.district)
    persons = [
        (texts[f"figure_{name}"], _cell(float(scope.persons[name][row, stop]), name, lang))
        for name in ("on_register", "exited", "remaining")
    ]
    coverage = _cell(float(scope.rates["coverage"][row, stop]), "coverage", lang)
    gap = sheet.gaps[filter_.district][stop]
    worst = texts["no_gap"]
    if gap is not None:
        households = format_figure(float(gap.households), lang)
        counted = f"{households} {texts['unit_household']}" if gap.households >= 0 else households
        worst = f"{counted} · {texts[f'gap_{gap.kind}']}"
    return (*persons, (texts["figure_coverage"], coverage), (texts["figure_gap"], worst))
