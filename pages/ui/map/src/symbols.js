/** How units and districts look: canvas drawing shared by the map and the legend. */

import { Canvas, CircleMarker, Util } from "leaflet/dist/leaflet-src.esm.js";

import { EXCEPTIONS, NO_DATA, NOT_APPLICABLE, SUPPRESSED, WITHHELD, ZERO } from "./looks.js";
import { SUPPRESSED_TEXT } from "./wording.js";

const SHADE_DOT_PX = 2.5;
const TURN = Math.PI * 2;

function circle(ctx, x, y, r) {
  ctx.beginPath();
  ctx.arc(x, y, Math.max(r, 0.5), 0, TURN);
}

function strokeWith(ctx, color, width, dash = []) {
  ctx.strokeStyle = color;
  ctx.lineWidth = width;
  ctx.setLineDash(dash);
  ctx.stroke();
  ctx.setLineDash([]);
}

function hatch(ctx, { x, y, r, step = 4 }) {
  ctx.beginPath();
  for (let d = -2 * r; d <= 2 * r; d += step) {
    ctx.moveTo(x + d - r, y + r);
    ctx.lineTo(x + d + r, y - r);
  }
}

const PAINTERS = {
  [ZERO](ctx, { x, y, r, palette }) {
    circle(ctx, x, y, r);
    ctx.fillStyle = palette.hollow;
    ctx.fill();
    strokeWith(ctx, palette.hollowLine, 1.7);
    circle(ctx, x, y, Math.min(2, r / 2.6));
    ctx.fillStyle = palette.hollowLine;
    ctx.fill();
  },
  [NO_DATA](ctx, { x, y, r, palette }) {
    circle(ctx, x, y, r);
    ctx.fillStyle = palette.land;
    ctx.fill();
    strokeWith(ctx, palette.mark, 1.5, [3, 2.4]);
    const arm = r * 0.42;
    ctx.beginPath();
    ctx.moveTo(x - arm, y - arm);
    ctx.lineTo(x + arm, y + arm);
    ctx.moveTo(x + arm, y - arm);
    ctx.lineTo(x - arm, y + arm);
    strokeWith(ctx, palette.mark, 1);
  },
  [SUPPRESSED](ctx, mark) {
    paintHidden(ctx, mark);
    // Of a hidden share nothing is said: it rests on few households, it is not small.
    if (!mark.rate) paintFewer(ctx, mark);
  },
  [WITHHELD]: paintHidden,
  [NOT_APPLICABLE](ctx, { x, y, r, palette }) {
    circle(ctx, x, y, r);
    ctx.fillStyle = palette.land;
    ctx.fill();
    strokeWith(ctx, palette.faint, 1);
  },
};

function paintHidden(ctx, { x, y, r, palette }) {
  circle(ctx, x, y, r);
  ctx.fillStyle = palette.hollow;
  ctx.fill();
  ctx.save();
  ctx.clip();
  hatch(ctx, { x, y, r });
  strokeWith(ctx, palette.mark, 1.3);
  ctx.restore();
  circle(ctx, x, y, r);
  strokeWith(ctx, palette.hollowLine, 1.3);
}

function paintFewer(ctx, { x, y, palette }) {
  ctx.font = "600 9px 'Noto Sans SC', sans-serif";
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineWidth = 3;
  ctx.lineJoin = "round";
  ctx.strokeStyle = palette.hollow;
  ctx.strokeText(SUPPRESSED_TEXT, x, y + 0.5);
  ctx.fillStyle = palette.hollowLine;
  ctx.fillText(SUPPRESSED_TEXT, x, y + 0.5);
}

function paintClass(ctx, { x, y, r, color, palette }) {
  circle(ctx, x, y, r);
  ctx.fillStyle = color;
  ctx.fill();
  strokeWith(ctx, palette.outline, 0.9);
}

function paintDim(ctx, { x, y, r, palette }) {
  circle(ctx, x, y, r);
  ctx.globalAlpha = 0.55;
  ctx.fillStyle = palette.land;
  ctx.fill();
  strokeWith(ctx, palette.faint, 0.9);
  ctx.globalAlpha = 1;
}

function paintDot(ctx, { x, y, dim, palette }) {
  circle(ctx, x, y, SHADE_DOT_PX);
  ctx.fillStyle = dim ? palette.faint : palette.ink;
  ctx.fill();
  strokeWith(ctx, palette.land, 1);
}

/**
 * Paint one unit.
 *
 * `mark`: look, color (of its class), rate (the value is a share or a ratio), dim (outside the chosen district), dot (districts are
 * shaded, units only located), ring (a colour, for the selected or hovered unit).
 */
export function paintUnit(ctx, mark) {
  const { x, y, r, look, dim, dot, ring, palette } = mark;
  if (dot) paintDot(ctx, mark);
  else if (dim) paintDim(ctx, mark);
  else {
    // A gap in the colour of the land keeps overlapping circles apart, as engravers do.
    circle(ctx, x, y, r + 1.6);
    ctx.fillStyle = palette.land;
    ctx.fill();
    (PAINTERS[look] ?? paintClass)(ctx, mark);
  }
  if (!ring) return;
  circle(ctx, x, y, (dot ? SHADE_DOT_PX : r) + 4.5);
  strokeWith(ctx, palette.land, 4);
  strokeWith(ctx, ring, 2.2);
}

/** A square tile for an exceptional look of an area; null for a class. */
function areaTile(look, palette) {
  const size = look === ZERO ? 10 : 8;
  const ratio = 2;
  const tile = document.createElement("canvas");
  tile.width = size * ratio;
  tile.height = size * ratio;
  const ctx = tile.getContext("2d");
  ctx.scale(ratio, ratio);
  ctx.fillStyle = [NO_DATA, NOT_APPLICABLE].includes(look) ? palette.land : palette.hollow;
  ctx.fillRect(0, 0, size, size);
  if (look === NOT_APPLICABLE) return tile;
  ctx.beginPath();
  if (look === ZERO) ctx.arc(size / 2, size / 2, 1.1, 0, TURN);
  else {
    ctx.moveTo(-1, size + 1);
    ctx.lineTo(size + 1, -1);
    if (look === NO_DATA) {
      ctx.moveTo(-1, -1);
      ctx.lineTo(size + 1, size + 1);
    }
  }
  if (look === ZERO) {
    ctx.fillStyle = palette.hollowLine;
    ctx.fill();
  } else strokeWith(ctx, palette.mark, look === NO_DATA ? 0.7 : 1.5);
  return tile;
}

const fills = new WeakMap();

/** What fills an area of this look: its class colour, or a pattern nobody takes for one. */
export function areaFill(ctx, { look, color, palette }) {
  if (!EXCEPTIONS.includes(look)) return color;
  if (!fills.has(palette)) fills.set(palette, {});
  const made = fills.get(palette);
  made[look] ??= areaTile(look, palette);
  const pattern = ctx.createPattern(made[look], "repeat");
  pattern.setTransform(new DOMMatrix().scale(0.5));
  return pattern;
}

/** One unit on the map. Leaflet keeps its place; the look is ours. */
export const UnitMarker = CircleMarker.extend({
  initialize(latlng, index) {
    CircleMarker.prototype.initialize.call(this, latlng, { interactive: false, radius: 5 });
    this.index = index;
    this.mark = null; // no look before the first paint
  },

  /** Take a new look without drawing; the canvas draws all of them at once. */
  take(mark, radius) {
    this.mark = mark;
    if (radius === this._radius) return;
    this._radius = radius;
    this.options.radius = radius;
    if (this._map) this._updateBounds();
  },

  _updatePath() {
    if (!this.mark || !this._renderer._drawing || this._empty()) return;
    const { x, y } = this._point;
    paintUnit(this._renderer._ctx, { ...this.mark, x, y, r: this._radius });
  },
});

/** A canvas that draws in an order of ours, after an underlay, and at once when told to. */
export const OrderedCanvas = Canvas.extend({
  order: null,
  underlay: null,

  repaint() {
    if (!this._map || !this._ctx || !this._bounds) return;
    if (this._redrawRequest) Util.cancelAnimFrame(this._redrawRequest);
    this._redraw();
  },

  _redraw() {
    this._redrawRequest = null;
    // Always the whole picture: parts of it would cut through rings and underlay.
    this._redrawBounds = null;
    this._clear();
    this._draw();
  },

  _draw() {
    this._drawing = true;
    this._ctx.save();
    this.underlay?.(this._ctx);
    for (const layer of this.order ?? []) layer._updatePath();
    this._ctx.restore();
    this._drawing = false;
  },
});
