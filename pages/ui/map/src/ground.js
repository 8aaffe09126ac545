/** What lies under the units: districts, river, bridges, towns and their names. */

import { CircleMarker, LayerGroup, Polygon, Polyline } from "leaflet/dist/leaflet-src.esm.js";

import { isOpenAt } from "./filter.js";
import {
  latLngOf, linesOf, nearestDirection, pointAlong, ringsOf, roomiestPoint, roomiestShare, screenAspect,
} from "./geometry.js";
import { lookAt } from "./looks.js";
import { isSetLetterByLetter, nameMarker } from "./place_names.js";
import { areaFill, OrderedCanvas } from "./symbols.js";

const BAND_PX = 11;
const RIVER_LETTER_STEP = 0.04;
const UPRIGHT_ASPECT = 1.7;
const MANY_UNITS = 120;
// Latitude and longitude factors: a degree of longitude is shorter, a name is long one way.
const LEVEL_STRETCH = [1.3, 0.5];
const UPRIGHT_STRETCH = [0.65, 1];

function paintArea(ctx, parts, { fill, band, bandAlpha, line, width }) {
  ctx.beginPath();
  for (const part of parts) {
    part.forEach((point, i) => (i ? ctx.lineTo(point.x, point.y) : ctx.moveTo(point.x, point.y)));
    ctx.closePath();
  }
  ctx.fillStyle = fill;
  ctx.fill("evenodd");
  ctx.save();
  ctx.clip("evenodd");
  ctx.lineJoin = "round";
  ctx.globalAlpha = bandAlpha;
  ctx.strokeStyle = band;
  ctx.lineWidth = BAND_PX;
  ctx.stroke();
  ctx.lineWidth = BAND_PX * 0.45;
  ctx.stroke();
  ctx.restore();
  ctx.lineWidth = width;
  ctx.strokeStyle = line;
  ctx.stroke();
}

/** A district: a sheet of land with a coloured band inside its boundary. */
const DistrictShape = Polygon.extend({
  initialize(feature, renderer) {
    const options = { interactive: false, noClip: true, smoothFactor: 0.6, renderer };
    Polygon.prototype.initialize.call(this, ringsOf(feature.geometry), options);
    this.code = String(feature.properties.id);
    this.rings = ringsOf(feature.geometry).flat();
    this.mark = null;
  },

  _updatePath() {
    const ctx = this._renderer._ctx;
    if (!this._renderer._drawing || !this.mark || !this._parts.length) return;
    const { fill } = this.mark;
    paintArea(ctx, this._parts, { ...this.mark, fill: fill.look ? areaFill(ctx, fill) : fill });
  },
});

const TownMarker = CircleMarker.extend({
  _updatePath() {
    const { _ctx: ctx, _drawing: drawing } = this._renderer;
    if (!drawing || this._empty()) return;
    const { x, y } = this._point;
    ctx.fillStyle = this.palette.land;
    ctx.fillRect(x - 3.5, y - 3.5, 7, 7);
    ctx.lineWidth = 1.1;
    ctx.strokeStyle = this.palette.inkSoft;
    ctx.strokeRect(x - 3.5, y - 3.5, 7, 7);
  },
});

const BridgeMarker = CircleMarker.extend({
  _updatePath() {
    const { _ctx: ctx, _drawing: drawing } = this._renderer;
    if (!drawing || this._empty()) return;
    ctx.save();
    ctx.translate(this._point.x, this._point.y);
    ctx.rotate(-this.angle);
    paintBridge(ctx, { open: this.open, rail: this.rail, palette: this.palette });
    ctx.restore();
  },
});

/** A bridge over a river that runs along x: two rails of a road, or one railway with sleepers. */
export function paintBridge(ctx, { open, rail, palette }) {
  const offsets = rail ? [0] : [-1.7, 1.7];
  if (open) {
    ctx.strokeStyle = palette.land;
    ctx.lineWidth = rail ? 4 : 6;
    ctx.beginPath();
    ctx.moveTo(0, -7);
    ctx.lineTo(0, 7);
    ctx.stroke();
  }
  ctx.strokeStyle = open ? palette.ink : palette.mark;
  ctx.lineWidth = rail ? 1.6 : 1.3;
  ctx.setLineDash(open ? [] : [2.5, 2.5]);
  ctx.beginPath();
  for (const x of offsets) {
    ctx.moveTo(x, -7.5);
    ctx.lineTo(x, 7.5);
  }
  for (let y = -6; rail && y <= 6; y += 3) {
    ctx.moveTo(-3, y);
    ctx.lineTo(3, y);
  }
  ctx.stroke();
  ctx.setLineDash([]);
}

function riverNames(line, text, avoid, pane) {
  const share = roomiestShare(line, avoid);
  const set = (at, part, turn) => {
    const { point, angle } = pointAlong(line, at);
    const style = turn ? `transform: translate(-50%, -50%) rotate(${-angle}rad) translateY(-11px)` : "";
    return { point, marker: nameMarker(point, part, { pane, className: "guatu-river-name", style }) };
  };
  if (!isSetLetterByLetter(text)) return [set(share, text, true).marker];
  const half = ((text.length - 1) / 2) * RIVER_LETTER_STEP;
  const places = [...text].map((_, i) => share - half + i * RIVER_LETTER_STEP);
  // Read from north to south, whichever way the line was drawn.
  const runsNorth = pointAlong(line, 0).point[0] < pointAlong(line, 1).point[0];
  if (runsNorth) places.reverse();
  return [...text].map((letter, i) => set(places[i], letter, false).marker);
}

/** The roomiest point for a name that is longer one way: degrees are shrunk along its length. */
function openPlace(rings, avoid, [byLat, byLon]) {
  const shrink = ([lat, lon]) => [lat * byLat, lon * byLon];
  const [lat, lon] = roomiestPoint(rings.map((ring) => ring.map(shrink)), avoid.map(shrink));
  return [lat / byLat, lon / byLon];
}

/** Where units and bridges stand; names keep away from them. Too many fill everything anyway. */
function standing({ units, layers }) {
  const some = units.code.length > MANY_UNITS ? [] : units.lat.map((lat, i) => [lat, units.lon[i]]);
  const bridges = layers.bridges.features.map((feature) => latLngOf(feature.geometry.coordinates));
  return [...some.filter(([lat, lon]) => lat !== null && lon !== null), ...bridges];
}

/** Create the ground of `places` on a map; `names` and `ground` are pane names. */
export function createGround(map, { pane, namesPane }) {
  const canvas = new OrderedCanvas({ pane, padding: 0.3 });
  const group = new LayerGroup().addTo(map);
  let shapes = [];
  let bridges = [];
  let inked = [];

  function build(places, palette) {
    canvas.order = [];
    group.clearLayers();
    const { districts, river, bridges: bridgeSet, towns } = places.layers;
    shapes = districts.features.map((feature) => new DistrictShape(feature, canvas));
    const lines = river.features.flatMap((feature) => linesOf(feature.geometry));
    const water = lines.flatMap((line) => [
      new Polyline(line, { renderer: canvas, interactive: false, weight: 5.5 }),
      new Polyline(line, { renderer: canvas, interactive: false, weight: 3.2 }),
    ]);
    bridges = bridgeSet.features.map((feature) => bridgeOf(feature, lines));
    const squares = towns.features.map((feature) => {
      const at = latLngOf(feature.geometry.coordinates);
      return new TownMarker(at, { renderer: canvas, interactive: false, radius: 5 });
    });
    inked = [...squares, ...bridges];
    water.forEach((layer, i) => (layer.water = i % 2 ? "water" : "waterLine"));
    const layers = [...shapes, ...water, ...bridges, ...squares];
    layers.forEach((layer) => group.addLayer(layer));
    canvas.order = layers;
    addNames(places, lines);
    recolor(palette);
  }

  function bridgeOf(feature, lines) {
    const at = latLngOf(feature.geometry.coordinates);
    const bridge = new BridgeMarker(at, { renderer: canvas, interactive: false, radius: 10 });
    const { id, kind, open_from: from, open_until: until } = feature.properties;
    const days = { open_from: from, open_until: until };
    return Object.assign(bridge, { id, rail: kind === "rail", days,
      angle: nearestDirection(lines, at) });
  }

  function addNames(places, lines) {
    const { names, texts } = places;
    const avoid = standing(places);
    for (const { code, rings } of shapes) {
      const text = names[code] ?? code;
      const isUpright = isSetLetterByLetter(text) && screenAspect(rings) > UPRIGHT_ASPECT;
      const script = isUpright ? " is-upright" : isSetLetterByLetter(text) ? "" : " is-latin";
      const className = `guatu-district-name${script}`;
      const at = openPlace(rings, avoid, isUpright ? UPRIGHT_STRETCH : LEVEL_STRETCH);
      group.addLayer(nameMarker(at, text, { pane: namesPane, className }));
    }
    if (!lines.length) return;
    riverNames(lines[0], texts.river ?? "", avoid, namesPane).forEach((name) => group.addLayer(name));
  }

  function recolor(palette) {
    inked.forEach((layer) => (layer.palette = palette));
    for (const layer of canvas.order ?? []) {
      if (layer.water) layer.setStyle({ color: palette[layer.water], opacity: 1 });
    }
  }

  /** Take the look of a filter; `shade` gives a district's fill in shade mode, else null. */
  function paint({ filter, stop, values, indicator, palette, colors }) {
    const rows = values?.districts?.[filter.indicator]?.class ?? {};
    for (const shape of shapes) {
      const chosen = filter.district === shape.code;
      const dim = Boolean(filter.district) && !chosen;
      const look = lookAt(rows[shape.code], stop);
      const shaded = filter.mode === "shade" && values && !dim;
      shape.mark = {
        fill: shaded ? { look, color: indicator.colors[look], palette } : palette.land,
        band: colors[shape.code] ?? palette.faint,
        bandAlpha: dim ? 0.1 : 0.3,
        line: chosen ? palette.ink : palette.inkSoft,
        width: chosen ? 1.6 : 0.8,
      };
    }
    for (const bridge of bridges) bridge.open = isOpenAt(bridge.days, filter.as_of);
    // The chosen district last, so that its line lies on top of its neighbours'.
    shapes.sort((a, b) => (a.code === filter.district) - (b.code === filter.district));
    canvas.order = [...shapes, ...canvas.order.filter((layer) => !shapes.includes(layer))];
    canvas.repaint();
  }

  return {
    canvas,
    build,
    recolor,
    paint,
    shapes: () => shapes,
    bridges: () => bridges,
    remove: () => group.remove(),
  };
}
