"""Local addresses for the browser files of the folium baselines."""

from __future__ import annotations

import os

import folium

ASSETS = {
    "leaflet": "leaflet/dist/leaflet.js",
    "jquery": "jquery/dist/jquery.min.js",
    "bootstrap": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "awesome_markers": "leaflet.awesome-markers/dist/leaflet.awesome-markers.js",
    "leaflet_css": "leaflet/dist/leaflet.css",
    "bootstrap_css": "bootstrap/dist/css/bootstrap.min.css",
    "awesome_markers_font_css": "@fortawesome/fontawesome-free/css/all.min.css",
    "awesome_markers_css": "leaflet.awesome-markers/dist/leaflet.awesome-markers.css",
}


def use_local_assets() -> None:
    """Point folium's content-network addresses at the copies this run serves.

    The baseline gets what a perfect network would give: the same files, from memory, at once,
    and cacheable for a year. Two small style sheets without a package are left out.
    """
    base = os.environ["GUATU_BENCH_ASSETS"]
    folium.Map.default_js = _localise(folium.Map.default_js, base)
    folium.Map.default_css = _localise(folium.Map.default_css, base)


def _localise(links: list[tuple[str, str]], base: str) -> list[tuple[str, str]]:
    return [(name, f"{base}/{ASSETS[name]}") for name, _ in links if name in ASSETS]
