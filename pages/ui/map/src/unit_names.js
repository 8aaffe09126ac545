/** Names of units and towns: as many as fit without covering each other, chosen anew per view. */

import { LayerGroup } from "leaflet/dist/leaflet-src.esm.js";

import { placeLabels } from "./declutter.js";
import { latLngOf } from "./geometry.js";
import { nameMarker } from "./place_names.js";
import { radiusOf } from "./scales.js";

const LIMIT = 140;
const NAME_HEIGHT_PX = 15;
const NAME_FONT = "12px 'Noto Sans SC', 'Microsoft YaHei', sans-serif";
const BRIDGE_NAME_ZOOM = 11;

function measurer() {
  const ctx = document.createElement("canvas").getContext("2d");
  ctx.font = NAME_FONT;
  const widths = new Map();
  return (text) => {
    if (!widths.has(text)) widths.set(text, Math.ceil(ctx.measureText(text).width) + 2);
    return widths.get(text);
  };
}

/** The largest radius a unit takes at any time: names must not jump while time runs. */
function steadyRadius(sizes) {
  return radiusOf(Math.max(0, ...[...(sizes ?? "")].map((letter) => Number(letter) || 0)));
}

export function createUnitNames(map, { pane }) {
  const group = new LayerGroup().addTo(map);
  const measure = measurer();
  const shown = new Map();
  let things = [];

  function build(places, values) {
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
        };
      }),
    );
    // Large units first: they are what the reader looks for.
    things = [...units.sort((a, b) => b.r - a.r), ...fixed].filter((thing) => thing.at);
    layOut();
  }

  function layOut() {
    if (!things.length) return;
    const view = map.getBounds().pad(0.05);
    const zoom = map.getZoom();
    const visible = things.filter(
      ({ at, kind }) => view.contains(at) && (kind !== "bridge" || zoom >= BRIDGE_NAME_ZOOM),
    );
    const boxes = visible.map((thing) => {
      const { x, y } = map.latLngToLayerPoint(thing.at);
      return { id: thing.id, x, y, r: thing.r, w: measure(thing.text), h: NAME_HEIGHT_PX };
    });
    const placed = placeLabels(boxes, { limit: LIMIT });
    const kept = new Map(placed.map((label) => [label.id, label]));
    for (const [id, { marker }] of shown) if (!kept.has(id)) group.removeLayer(marker);
    for (const id of [...shown.keys()]) if (!kept.has(id)) shown.delete(id);
    for (const thing of visible) if (kept.has(thing.id)) show(thing, kept.get(thing.id));
  }

  function show(thing, { side }) {
    const before = shown.get(thing.id);
    if (before?.side === side) return;
    if (before) group.removeLayer(before.marker);
    const className = `guatu-unit-name guatu-${thing.kind}-label guatu-side-${side}`;
    const marker = nameMarker(thing.at, thing.text, {
      pane,
      className,
      style: `--r: ${thing.r}px`,
    });
    shown.set(thing.id, { marker, side, district: thing.district, kind: thing.kind });
    group.addLayer(marker);
    fade(shown.get(thing.id));
  }

  let chosen = "";

  function fade({ marker, district, kind }) {
    const dim = kind !== "bridge" && chosen && district && district !== chosen;
    marker.getElement()?.classList.toggle("is-dim", Boolean(dim));
  }

  /** Names outside the chosen district pale; nothing moves. */
  function paint(district) {
    if (district === chosen) return;
    chosen = district;
    for (const entry of shown.values()) fade(entry);
  }

  return { build, layOut, paint, remove: () => group.remove() };
}
