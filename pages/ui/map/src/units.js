/** The units on the map: one marker each, all drawn together, never rebuilt by a filter. */

import { LayerGroup } from "leaflet/dist/leaflet-src.esm.js";

import { scopeOf } from "./filter.js";
import { symbolAt } from "./geometry.js";
import { lookAt } from "./looks.js";
import { crowdScale, metersToPixels, radiusOf } from "./scales.js";
import { OrderedCanvas, UnitMarker } from "./symbols.js";
import { isRate } from "./wording.js";

const ACCURACY_ZOOM = 12;

export function createUnits(map, { pane }) {
  const canvas = new OrderedCanvas({ pane, padding: 0.1 });
  const group = new LayerGroup().addTo(map);
  let markers = [];
  let accuracies = [];
  let codes = [];
  let palette = null;
  let latest = null;
  let scale = 1;
  let hovered = -1;
  let selected = -1;

  canvas.underlay = (ctx) => {
    for (const marker of canvas.order ?? []) {
      const { index } = marker;
      const shown = index === hovered || index === selected || map.getZoom() >= ACCURACY_ZOOM;
      if (shown && accuracies[index] > 0) paintAccuracy(ctx, marker);
    }
  };

  function paintAccuracy(ctx, marker) {
    const r = metersToPixels(accuracies[marker.index], marker.getLatLng().lat, map.getZoom());
    const chosen = marker.index === selected || marker.index === hovered;
    ctx.beginPath();
    ctx.arc(marker._point.x, marker._point.y, r, 0, Math.PI * 2);
    ctx.globalAlpha = chosen ? 0.9 : 0.35;
    ctx.setLineDash([4, 4]);
    ctx.lineWidth = 1;
    ctx.strokeStyle = palette.inkSoft;
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.globalAlpha = 1;
  }

  function build(places) {
    canvas.order = [];
    group.clearLayers();
    const { code, lat, lon, accuracy_m: accuracyM } = places.units;
    codes = code;
    latest = null;
    accuracies = accuracyM ?? [];
    markers = code.map((_, i) => {
      if (lat[i] === null || lon[i] === null) return null;
      const marker = new UnitMarker([lat[i], lon[i]], i);
      marker.options.renderer = canvas;
      return marker;
    });
    const placed = markers.filter(Boolean);
    placed.forEach((marker) => group.addLayer(marker));
    canvas.order = placed;
    hovered = -1;
  }

  function paint(scene) {
    const { places, filter, stop, values, indicator } = scene;
    latest = scene;
    palette = scene.palette;
    scale = crowdScale(codes.length, map.getZoom());
    const inScope = scopeOf(places.units, filter.district);
    const rows = values.units[filter.indicator]?.class ?? [];
    const dot = filter.mode === "shade";
    const rate = isRate(indicator);
    selected = codes.indexOf(filter.village);
    for (const marker of markers) {
      if (!marker) continue;
      const { index } = marker;
      const look = lookAt(rows[index], stop);
      const color = indicator.colors[look] ?? "";
      const mark = { look, color, rate, dim: !inScope[index], dot, ring: ringOf(index), palette };
      marker.take(mark, radiusOf(values.size[index]?.[stop], look) * scale);
    }
    arrange();
    canvas.repaint();
  }

  function ringOf(index) {
    if (index === selected) return palette.seal;
    return index === hovered ? palette.ink : "";
  }

  /** Greyed ones first, then large before small, so that none is covered; ringed ones last. */
  function arrange() {
    const rank = ({ mark, _radius: radius, index }) =>
      (mark.dim ? -100 : 0) - radius + (mark.ring ? 1000 : 0) + (index === selected ? 1000 : 0);
    canvas.order.sort((a, b) => rank(a) - rank(b));
  }

  function hover(index) {
    if (index === hovered) return;
    hovered = index;
    if (!palette) return;
    for (const marker of markers) if (marker?.mark) marker.mark.ring = ringOf(marker.index);
    arrange();
    canvas.repaint();
  }

  /** The unit under a layer point, or -1. */
  function at({ x, y }, tolerance) {
    const symbols = canvas.order.map((marker) => ({
      index: marker.index,
      x: marker._point.x,
      y: marker._point.y,
      r: marker.mark.dot ? 4 : marker._radius,
      lift: marker.mark.dim ? -6 : 0,
    }));
    return symbolAt(symbols, x, y, tolerance)?.index ?? -1;
  }

  function rescale() {
    if (latest && crowdScale(codes.length, map.getZoom()) !== scale) paint(latest);
  }

  return {
    canvas,
    build,
    paint,
    rescale,
    hover,
    at,
    markers: () => markers,
    remove: () => group.remove(),
  };
}
