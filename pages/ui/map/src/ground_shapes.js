/** What the ground is drawn with: districts, towns and bridges, each its own canvas drawing. */

import { CircleMarker, Polygon } from "leaflet/dist/leaflet-src.esm.js";

import { ringsOf } from "./geometry.js";
import { areaFill } from "./symbols.js";

const BAND_PX = 11;

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
export const DistrictShape = Polygon.extend({
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

export const TownMarker = CircleMarker.extend({
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

export const BridgeMarker = CircleMarker.extend({
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
