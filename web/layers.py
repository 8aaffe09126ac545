"""Bodies of map layers: geometry once a data version, values once a measure.

The address carries the version, the answer an ETag; both depend on the viewer's role and areas,
so that no cache can hand one role's values to another.
"""

import gzip
import hashlib
import json
from collections.abc import Sequence
from threading import Condition
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from cachetools import LRUCache, cached
from starlette.requests import Request
from starlette.responses import Response

from data.access import Viewer
from data.errors import UnknownValue
from data.queries.atlas import BASES, DECIMALS, PERSONS, UNITS, Atlas, Sheet
from data.queries.filters import INDICATORS, KINDS, Choices
from data.queries.indicators import Gap, Indicators, Values
from data.queries.places import get_dataset
from data.settings import load_settings
from data.shared import shared_database
from data.text import Lang, choose_lang, translate
from geo.classify import classify, join_rows, size_classes
from web.atlases import (
    KEPT,
    atlas_of,
    choices_of,
    require_aggregates,
    scales_for,
    sheet_of,
    version_for,
)
from web.basemap import describe_basemap
from web.sessions import viewer_of
from web.wording import attribution, map_texts, names_of

_DIGITS: Final = 2
_GROUND: Final = ("districts", "river", "bridges", "towns")
"""Layers that every body holds, be they empty: a country may have neither river nor bridge."""


def get_places(request: Request) -> Response:
    """Answer with the geography, names and words of the viewer's map."""
    viewer = viewer_of(request)
    require_aggregates(viewer)
    lang = choose_lang(request.path_params["lang"])
    version = version_for(viewer)
    return _answer(request, _places_body(version, viewer, lang), version)


def get_values(request: Request) -> Response:
    """Answer with one measure's values at every stop of the time slider."""
    viewer = viewer_of(request)
    require_aggregates(viewer)
    lang = choose_lang(request.path_params["lang"])
    measure = request.path_params["measure"]
    measure = "" if measure == "all" else measure
    version = version_for(viewer)
    known = choices_of(version, viewer).measures
    if measure and measure not in known:
        raise UnknownValue(field="measure", value=measure[:40], choices=", ".join(known))
    return _answer(request, _values_body(version, viewer, lang, measure), version)


def _answer(request: Request, body: bytes, version: str) -> Response:
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "private, no-cache",
        "Vary": "Cookie, Accept-Encoding",
        "X-Data-Version": version,
    }
    held = request.headers.get("if-none-match", "")
    if etag in {tag.strip().removeprefix("W/") for tag in held.split(",")}:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            body, media_type="application/json", headers=headers | {"Content-Encoding": "gzip"}
        )
    return Response(gzip.decompress(body), media_type="application/json", headers=headers)


def _pack(body: dict[str, Any]) -> bytes:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return gzip.compress(text.encode("utf-8"), compresslevel=6, mtime=0)


@cached(cache=LRUCache(KEPT), condition=Condition())
def _places_body(version: str, viewer: Viewer, lang: Lang) -> bytes:
    atlas, db = atlas_of(version, viewer), shared_database()
    west, south, east, north = atlas.bounds
    layers: dict[str, Any] = {
        name: {"type": "FeatureCollection", "features": []} for name in _GROUND
    }
    layers |= {layer.id: layer.features for layer in atlas.layers if layer.id in _GROUND}
    return _pack(
        {
            "version": version,
            "lang": lang,
            "synthetic": get_dataset(db).is_synthetic,
            "stops": [s.isoformat() for s in sheet_of(version, viewer, "").stops],
            "last_event_on": atlas.last_event_on.isoformat() if atlas.last_event_on else None,
            "bounds": [[south, west], [north, east]],
            "layers": layers,
            "units": _units(atlas, lang),
            "projects": _projects(atlas, lang),
            "names": names_of(atlas, lang),
            "indicators": _indicators(version, viewer, lang),
            "measures": _measures(choices_of(version, viewer), lang),
            "kinds": [{"code": k, "label": translate(v, lang)} for k, v in KINDS.items()],
            "district_colors": atlas.district_colors,
            "basemap": describe_basemap(load_settings()),
            "texts": map_texts(lang),
            "attribution": attribution(lang),
        }
    )


def _position(frame: gpd.GeoDataFrame) -> dict[str, list[float | None]]:
    points = frame.geometry
    return {
        "lon": [None if p is None or p.is_empty else round(p.x, 6) for p in points],
        "lat": [None if p is None or p.is_empty else round(p.y, 6) for p in points],
        "accuracy_m": [None if pd.isna(a) else float(a) for a in frame["accuracy_m"]],
    }


def _units(atlas: Atlas, lang: Lang) -> dict[str, list[Any]]:
    units = atlas.units
    return {
        "code": list(units["code"]),
        "name": list(units["name_zh" if lang == "zh-CN" else "name_en"]),
        "district": list(units["district"]),
        "town": list(units["town"]),
        "kind": list(units["kind"]),
        **_position(units),
    }


def _projects(atlas: Atlas, lang: Lang) -> dict[str, list[Any]]:
    projects = atlas.projects
    return {
        "id": list(projects["id"]),
        "kind": list(projects["kind"]),
        "name": list(projects["name_zh" if lang == "zh-CN" else "name_en"]),
        "district": list(projects["district"]),
        "capacity": [None if pd.isna(c) else float(c) for c in projects["capacity"]],
        "unit": [None if pd.isna(u) else str(u) for u in projects["unit"]],
        "from": [None if pd.isna(d) else d.isoformat() for d in projects["opened_on"]],
        **_position(projects),
    }


def _indicators(version: str, viewer: Viewer, lang: Lang) -> list[dict[str, Any]]:
    scales = scales_for(version, viewer)
    return [
        {
            "code": code,
            "label": translate(label, lang),
            "base": BASES[code],
            "unit": translate("人", lang) if code in PERSONS else UNITS[code],
            "decimals": 0 if code in PERSONS else DECIMALS.get(code, 1),
            "breaks": list(scales[code].units.breaks),
            "colors": list(scales[code].units.colors),
            "class_labels": list(scales[code].units_labels),
            "district_class_labels": list(scales[code].districts_labels),
        }
        for code, label in INDICATORS.items()
    ]


def _measures(choices: Choices, lang: Lang) -> list[dict[str, str]]:
    listed = [{"code": "", "label": translate("全部措施", lang), "vocabulary": ""}]
    groups = {"WH5": translate("乌海五项", lang), "NAT5": translate("国家五个一批", lang)}
    for code, names in choices.measures.items():
        vocabulary = code.split(".")[0] if "." in code else "WH5"
        listed.append({"code": code, "label": names[lang], "vocabulary": groups[vocabulary]})
    return listed


@cached(cache=LRUCache(KEPT), condition=Condition())
def _values_body(version: str, viewer: Viewer, lang: Lang, measure: str) -> bytes:
    sheet = sheet_of(version, viewer, measure)
    scales = scales_for(version, viewer)
    texts = map_texts(lang)
    units, districts = {}, {}
    for code in INDICATORS:
        values, wide = sheet.units.value(code), sheet.districts.value(code)
        total = _plain(sheet.whole.value(code))[0]
        units[code] = {
            "value": _plain(values),
            "class": join_rows(classify(values, scales[code].units.breaks)),
        }
        classes = join_rows(classify(wide, scales[code].districts.breaks))
        districts[code] = {
            "value": {"": total, **dict(zip(sheet.districts.groups, _plain(wide), strict=True))},
            "class": dict(zip(sheet.districts.groups, classes, strict=True)),
        }
    return _pack(
        {
            "version": version,
            "measure": measure or "all",
            "synthetic": get_dataset(shared_database()).is_synthetic,
            "units": units,
            "households": {n: _plain(v) for n, v in sheet.units.households.items()},
            "size": join_rows(size_classes(sheet.units.households["on_register"])),
            "districts": districts,
            "figures": _figures(sheet, texts),
        }
    )


def _plain(values: Values) -> list[list[float | int | None]]:
    return [[_number(value) for value in row] for row in values]


def _number(value: float) -> float | int | None:
    if np.isnan(value):
        return None
    return int(value) if float(value).is_integer() else round(float(value), _DIGITS)


def _figures(sheet: Sheet, texts: dict[str, str]) -> dict[str, Any]:
    figures = {"": _scope_figures(sheet.whole, 0, sheet.gaps[""], texts)}
    for i, code in enumerate(sheet.districts.groups):
        figures[code] = _scope_figures(sheet.districts, i, sheet.gaps[code], texts)
    return figures


def _scope_figures(
    indicators: Indicators, row: int, gaps: Sequence[Gap | None], texts: dict[str, str]
) -> dict[str, Any]:
    figures: dict[str, Any] = {
        name: [
            [_number(p), _number(h)]
            for p, h in zip(
                indicators.persons[name][row], indicators.households[name][row], strict=True
            )
        ]
        for name in PERSONS
    }
    figures["coverage"] = [_number(value) for value in indicators.rates["coverage"][row]]
    is_answered = not np.isnan(indicators.persons["on_register"][row]).all()
    figures["gap"] = [_gap(gap, texts) if gap or not is_answered else None for gap in gaps]
    return figures


def _gap(gap: Gap | None, texts: dict[str, str]) -> dict[str, Any]:
    """Give a gap; one without a count where nothing is known, which is not the same as no gap."""
    if gap is None:
        return {"text": "", "count": None, "unit": "", "there": None}
    return {
        "text": texts[f"gap_{gap.kind}"],
        "count": gap.households,
        "unit": gap.village,
        "there": gap.there,
    }


def warm_up(viewer: Viewer, lang: Lang) -> None:
    """Prepare the first picture before the first visitor asks for it."""
    version = version_for(viewer)
    _places_body(version, viewer, lang)
    _values_body(version, viewer, lang, "")
