/** Small canvases drawn by the map's own painters, so that legend and map cannot differ. */

import { el } from "./element.js";
import { radiusOf, SIZE_LABELS } from "./scales.js";
import { areaFill, paintUnit } from "./symbols.js";
import { isRate } from "./wording.js";

const SWATCH_PX = 18;
const SIZE_CLASSES = ["0", "2", "4"];
const SIZE_STEP_PX = 48;
const SIZE_TEXT_PX = 13;

function swatch(width, height, draw) {
  const ratio = 2;
  const canvas = el("canvas", {
    width: width * ratio,
    height: height * ratio,
    "aria-hidden": "true",
    style: `width: ${width}px; height: ${height}px`,
  });
  const ctx = canvas.getContext("2d");
  ctx.scale(ratio, ratio);
  draw(ctx);
  return canvas;
}

export function lookSwatch(look, { filter, indicator, palette }) {
  const color = indicator.colors[look] ?? "";
  const middle = SWATCH_PX / 2;
  if (filter.mode === "shade") {
    return swatch(SWATCH_PX, SWATCH_PX, (ctx) => {
      ctx.fillStyle = areaFill(ctx, { look, color, palette });
      ctx.fillRect(1, 3, SWATCH_PX - 2, SWATCH_PX - 6);
      ctx.lineWidth = 0.8;
      ctx.strokeStyle = palette.inkSoft;
      ctx.strokeRect(1, 3, SWATCH_PX - 2, SWATCH_PX - 6);
    });
  }
  const mark = { x: middle, y: middle, r: 7, look, color, rate: isRate(indicator), palette };
  return swatch(SWATCH_PX, SWATCH_PX, (ctx) => paintUnit(ctx, mark));
}

export function sizeSwatch(palette) {
  const radii = SIZE_CLASSES.map((size) => radiusOf(size));
  const ground = 2 * radii.at(-1) + 2;
  return swatch(SIZE_STEP_PX * radii.length, ground + SIZE_TEXT_PX, (ctx) => {
    ctx.strokeStyle = palette.inkSoft;
    ctx.fillStyle = palette.ink;
    ctx.lineWidth = 1;
    ctx.font = "10px 'Noto Sans SC', sans-serif";
    ctx.textAlign = "center";
    radii.forEach((r, i) => {
      const x = SIZE_STEP_PX * (i + 0.5);
      ctx.beginPath();
      ctx.arc(x, ground - 1 - r, r, 0, Math.PI * 2);
      ctx.stroke();
      ctx.fillText(SIZE_LABELS[SIZE_CLASSES[i]], x, ground + SIZE_TEXT_PX - 3);
    });
  });
}

export function signSwatch(palette, draw) {
  return swatch(SWATCH_PX, SWATCH_PX, (ctx) => {
    ctx.translate(SWATCH_PX / 2, SWATCH_PX / 2);
    draw(ctx, palette);
  });
}

export function paintTown(ctx, palette) {
  ctx.lineWidth = 1.1;
  ctx.strokeStyle = palette.inkSoft;
  ctx.strokeRect(-3.5, -3.5, 7, 7);
}

export function paintRiver(ctx, palette) {
  for (const [color, width] of [
    [palette.waterLine, 5.5],
    [palette.water, 3.2],
  ]) {
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.beginPath();
    ctx.moveTo(-8, 2);
    ctx.quadraticCurveTo(0, -4, 8, 2);
    ctx.stroke();
  }
}
