/** Names of units, towns, bridges and districts: none covers another, chosen anew per view. */

import { LayerGroup } from "leaflet/dist/leaflet-src.esm.js";

import { createPlacer } from "./declutter.js";
import { isInside, latLngOf, roomiestPoint, screenAspect } from "./geometry.js";
import { isSetLetterByLetter, leadTo, nameMarker } from "./place_names.js";
import { radiusOf } from "./scales.js";

const LIMIT = 140;
const NAME_HEIGHT_PX = 15;
const PAD_PX = 2;
const NAME_FONT = "12px 'Noto Sans SC', 'Microsoft YaHei', sans-serif";
const BRIDGE_NAME_ZOOM = 11;
// More than this many names are never led away from their symbols: lines would be a web.
const MANY_UNITS = 120;
const UPRIGHT_ASPECT = 1.7;
const AREA_SHARES = [1, 0.75, 0.4];

function measurer() {
  const ctx = document.createElement("canvas").getContext("2d");
  ctx.font = NAME_FONT;
  const widths = new Map();
  const widthOf = (text, kind) => {
    if (!widths.has(text)) widths.set(text, Math.ceil(ctx.measureText(text).width));
    // Names of towns are set wider.
    const spacing = kind === "town" ? text.length * 1.4 : 0;
    return Math.ceil(widths.get(text) + spacing) + 2 * PAD_PX;
  };
  return Object.assign(widthOf, { forget: () => widths.clear() });
}

/** The largest radius a unit takes at any time: names must not jump while time runs. */
export function steadyRadius(sizes) {
  return radiusOf(Math.max(0, ...[...(sizes ?? "")].map((letter) => Number(letter) || 0)));
}

/** The layer's box that a box of the window covers. */
function boxOnMap(map, { left, top, right, bottom }) {
  const origin = map.getContainer().getBoundingClientRect();
  const from = map.containerPointToLayerPoint([left - origin.left, top - origin.top]);
  const to = map.containerPointToLayerPoint([right - origin.left, bottom - origin.top]);
  return { x0: from.x, y0: from.y, x1: to.x, y1: to.y };
}

/**
 * `inTheWay()` gives what no name may cover: `elements` that lie over the map and are seen, and
 * `boxes` in layer pixels.
 */
export function createUnitNames(map, { pane, groundPane, inTheWay }) {
  const group = new LayerGroup().addTo(map);
  const measure = measurer();
  const shown = new Map();
  let things = [];
  let areas = [];

  /** What was measured before a font had come is measured again. */
  function remeasure() {
    measure.forget();
    for (const area of areas) area.sizes = null;
    layOut();
  }
  document.fonts?.addEventListener?.("loadingdone", remeasure);

  function build(places, values, shapes) {
    group.clearLayers();
    shown.clear();
    const { code, name, lat, lon, district } = places.units;
    const units = code.map((id, i) => ({
      id,
      text: name[i],
      district: district[i],
      kind: "unit",
      at: lat[i] === null || lon[i] === null ? null : [lat[i], lon[i]],
      r: steadyRadius(values?.size[i]),
      far: code.length <= MANY_UNITS,
    }));
    const others = [
      ["town", places.layers.towns],
      ["bridge", places.layers.bridges],
    ];
    // A town code begins with its district code.
    const fixed = others.flatMap(([kind, layer]) =>
      layer.features.map((feature) => {
        const { id } = feature.properties;
        return {
          id: String(id),
          text: places.names[id] ?? String(id),
          kind,
          district: kind === "town" ? String(id).slice(0, 6) : "",
          at: latLngOf(feature.geometry.coordinates),
          r: kind === "town" ? 6 : 10,
          far: kind === "town" && code.length <= MANY_UNITS,
        };
      }),
    );
    // Large units first: they are what the reader looks for.
    things = [...units.sort((a, b) => b.r - a.r), ...fixed].filter((thing) => thing.at);
    areas = shapes.map((shape) => areaOf(shape, places.names[shape.code] ?? shape.code));
    layOut();
  }

  function areaOf(shape, text) {
    const isTall = screenAspect(shape.rings) > UPRIGHT_ASPECT;
    const ways = isTall ? ["is-upright", ""] : ["", "is-upright"];
    const settings = isSetLetterByLetter(text)
      ? [...ways, ...ways.map((way) => `${way} is-tight`)]
      : ["is-latin", "is-latin is-tight"];
    return { id: shape.code, text, settings, shape, at: roomiestPoint(shape.rings), sizes: null };
  }

  function layOut() {
    if (!things.length && !areas.length) return;
    const view = boxOnMap(map, map.getContainer().getBoundingClientRect());
    const bounds = map.getBounds().pad(0.05);
    const zoom = map.getZoom();
    const visible = things
      .filter(
        ({ at, kind }) => bounds.contains(at) && (kind !== "bridge" || zoom >= BRIDGE_NAME_ZOOM),
      )
      .map((thing) => ({ ...thing, ...xyOf(thing.at) }));
    const { elements, boxes } = inTheWay();
    const covered = elements
      .filter((node) => node.offsetWidth)
      .map((node) => boxOnMap(map, node.getBoundingClientRect()));
    const settled = arrange(visible, { obstacles: [...visible, ...boxes, ...covered], view });
    const { kept } = settled;
    for (const [id, { marker, isArea }] of shown) {
      if (isArea || kept.has(id)) continue;
      group.removeLayer(marker);
      shown.delete(id);
    }
    for (const [thing, place] of kept.values()) show(thing, place);
    settled.grounds.forEach((place, i) => showArea(areas[i], place));
  }

  /**
   * Districts' names first, unless that costs a unit's name: those are what is looked for. Names
   * of towns and bridges take what room is left.
   */
  function arrange(visible, setting) {
    const units = visible.filter(({ kind }) => kind === "unit");
    const others = visible.filter(({ kind }) => kind !== "unit");
    const orders = units.length > MANY_UNITS ? [false] : [true, false];
    let best = null;
    for (const isAreaFirst of orders) {
      const placer = createPlacer(setting);
      const first = isAreaFirst ? areas.map((area) => areaPlace(area, placer)) : [];
      const kept = placeNames(units, placer, LIMIT);
      if (best && kept.size <= best.kept.size) break;
      best = { kept, placer, grounds: areaPlaces(first, placer) };
      if (kept.size === units.length) break;
    }
    const more = placeNames(others, best.placer, LIMIT - best.kept.size);
    return { kept: new Map([...best.kept, ...more]), grounds: best.grounds };
  }

  /** The names that find a place, `id → [thing, place]`. */
  function placeNames(wanted, placer, limit) {
    const kept = new Map();
    for (const thing of wanted) {
      if (kept.size >= limit) break;
      const [w, h] = [measure(thing.text, thing.kind), NAME_HEIGHT_PX];
      const place = placer.place({ ...thing, w, h });
      if (place) kept.set(thing.id, [thing, place]);
    }
    return kept;
  }

  const xyOf = (at) => {
    const { x, y } = map.latLngToLayerPoint(at);
    return { x, y };
  };

  function show(thing, place) {
    const [left, top] = [Math.round(place.x - thing.x), Math.round(place.y - thing.y)];
    const key = `${left},${top}`;
    const before = shown.get(thing.id);
    if (before?.key === key) return;
    if (before) group.removeLayer(before.marker);
    const w = measure(thing.text, thing.kind);
    const box = { x0: left, y0: top, x1: left + w, y1: top + NAME_HEIGHT_PX };
    const marker = nameMarker(thing.at, thing.text, {
      pane,
      className: `guatu-unit-name guatu-${thing.kind}-label`,
      style: `left: ${left}px; top: ${top}px`,
      leader: place.reach ? leadTo(box, thing.r) : null,
    });
    shown.set(thing.id, { marker, key, district: thing.district, kind: thing.kind });
    group.addLayer(marker);
    fade(shown.get(thing.id));
  }

  /** A district's name stands on its own ground. */
  function areaPlace(area, placer) {
    const isShaded = map.getContainer().classList.contains("is-shaded");
    if (!area.sizes || area.isShaded !== isShaded) {
      area.sizes = area.settings.map((setting) => sizeOf(area, setting));
      area.isShaded = isShaded;
    }
    const rings = area.shape._rings.map((ring) => ring.map(({ x, y }) => [x, y]));
    const [xs, ys] = [0, 1].map((axis) => rings.flat().map((point) => point[axis]));
    const bounds = {
      x0: Math.min(...xs),
      x1: Math.max(...xs),
      y0: Math.min(...ys),
      y1: Math.max(...ys),
    };
    const wanted = { ...xyOf(area.at), bounds, isInside: (x, y) => isInside(x, y, rings) };
    return firstPlace(area.sizes, wanted, placer);
  }

  /** Places for all districts' names; one that finds no room stays small in the middle. */
  function areaPlaces(before, placer) {
    const found = areas.map((area, at) => before[at] ?? areaPlace(area, placer));
    return found.map((place, at) => {
      if (place) return place;
      const { x, y } = xyOf(areas[at].at);
      const i = areas[at].settings.length / 2;
      const [halfX, halfY] = areas[at].sizes[i].map((length) => length / 2);
      placer.take({ x0: x - halfX, y0: y - halfY, x1: x + halfX, y1: y + halfY });
      return { x, y, i };
    });
  }

  function showArea(area, { x, y, i }) {
    const before = shown.get(`area ${area.id}`);
    if (before) group.removeLayer(before.marker);
    const marker = areaMarker(area, map.layerPointToLatLng([x, y]), area.settings[i]);
    shown.set(`area ${area.id}`, { marker, isArea: true, district: area.id, kind: "area" });
    group.addLayer(marker);
  }

  /** The first setting of a name that finds room, wholly on its ground if that can be. */
  function firstPlace(sizes, wanted, placer) {
    for (const share of AREA_SHARES) {
      for (const [i, [w, h]] of sizes.entries()) {
        const place = placer.placeInside({ ...wanted, w, h, share });
        if (place) return { ...place, i };
      }
    }
    return null;
  }

  const areaMarker = ({ text }, at, setting) =>
    nameMarker(at, text, { pane: groundPane, className: `guatu-district-name ${setting}` });

  /** Width and height of a name as the style sheet sets it. */
  function sizeOf(area, setting) {
    const marker = areaMarker(area, area.at, setting).addTo(map);
    const { offsetWidth, offsetHeight } = marker.getElement().firstChild;
    marker.remove();
    return [offsetWidth, offsetHeight];
  }

  let chosen = "";

  function fade({ marker, district, kind }) {
    const isFixed = kind === "bridge" || kind === "area";
    const dim = !isFixed && chosen && district && district !== chosen;
    marker.getElement()?.classList.toggle("is-dim", Boolean(dim));
  }

  /** Names outside the chosen district pale; nothing moves. */
  function paint(district) {
    if (district === chosen) return;
    chosen = district;
    for (const entry of shown.values()) fade(entry);
  }

  function remove() {
    document.fonts?.removeEventListener?.("loadingdone", remeasure);
    group.remove();
  }

  return { build, layOut, paint, remove };
}
