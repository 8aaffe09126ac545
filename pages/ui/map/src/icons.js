/** Project icons and small control signs, drawn as SVG elements. One shape for each kind. */

import { svg } from "./element.js";

const line = (d, extra = {}) => svg("path", { d, fill: "none", ...extra });
const dot = (cx, cy, r) => svg("circle", { cx, cy, r, stroke: "none", fill: "currentColor" });

const GLYPHS = {
  greenhouse: () => [
    line("M2.5 13.5V9a5.5 5.5 0 0 1 11 0v4.5z"),
    line("M8 3.5v10M4.6 5v8.5M11.4 5v8.5M2.5 9.5h11", { "stroke-width": 0.8 }),
  ],
  pv_park: () => [
    line("M4.5 6h9l-2 6h-9z"),
    line("M7.5 6l-2 6M10.5 6l-2 6M3.5 9h9", { "stroke-width": 0.8 }),
    line("M7 12v2M9 12v2"),
    dot(3.6, 3.4, 1.6),
  ],
  vineyard: () => [
    line("M8 1.8v3M8 3.4c1.6-1.8 3.2-1.6 4-1.1-.8 1.7-2.3 2.1-4 1.1z"),
    ...[
      [5.4, 6.6],
      [8, 6.6],
      [10.6, 6.6],
      [6.7, 9.2],
      [9.3, 9.2],
      [8, 11.8],
    ].map(([x, y]) => dot(x, y, 1.45)),
  ],
  workshop: () => [
    line("M2 13.5V7l4 2.6V7l4 2.6V3h3.5v10.5z"),
    line("M4.5 11.5h1.5M8 11.5h1.5", { "stroke-width": 1 }),
  ],
  tourism: () => [
    line("M1.5 13.5 6 5.5l3 5 1.6-2.5 3.9 5.5z"),
    line("M6 5.5V2l3 1-3 1", { "stroke-width": 1 }),
  ],
};

/** The sign of a project kind in a little square plate; unknown kinds get a bare plate. */
export function projectIcon(kind, count = 1) {
  const glyph = (GLYPHS[kind] ?? (() => [dot(8, 8, 2.5)]))();
  const plate = svg("rect", { x: -3, y: -3, width: 22, height: 22, rx: 3, class: "guatu-plate" });
  const parts = svg(
    "g",
    {
      stroke: "currentColor",
      "stroke-width": 1.2,
      "stroke-linejoin": "round",
      "stroke-linecap": "round",
    },
    ...glyph,
  );
  const icon = svg(
    "svg",
    {
      viewBox: "-4 -4 24 24",
      width: 20,
      height: 20,
      "aria-hidden": "true",
      class: `guatu-icon guatu-icon-${kind in GLYPHS ? kind : "other"}`,
    },
    plate,
    parts,
  );
  if (count < 2) return icon;
  const badge = document.createElement("span");
  badge.className = "guatu-icon-count";
  badge.textContent = String(count);
  const holder = document.createElement("span");
  holder.className = "guatu-icon-group";
  holder.append(icon, badge);
  return holder;
}

const SIGNS = {
  play: () => svg("path", { d: "M5 3.5v9l7.5-4.5z", fill: "currentColor" }),
  pause: () => svg("path", { d: "M4.5 3.5h2.6v9H4.5zM9 3.5h2.6v9H9z", fill: "currentColor" }),
  plus: () => line("M8 3.5v9M3.5 8h9", { stroke: "currentColor", "stroke-width": 1.5 }),
  minus: () => line("M3.5 8h9", { stroke: "currentColor", "stroke-width": 1.5 }),
  reset: () =>
    line("M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10", {
      stroke: "currentColor",
      "stroke-width": 1.3,
    }),
  close: () => line("M4 4l8 8M12 4l-8 8", { stroke: "currentColor", "stroke-width": 1.4 }),
  save: () =>
    line("M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.2h10", {
      stroke: "currentColor",
      "stroke-width": 1.3,
    }),
  share: () =>
    line(
      "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-1 1M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.2 9.1a2.6 2.6 0 0 0 3.7 3.7l1-1",
      { stroke: "currentColor", "stroke-width": 1.3 },
    ),
  north: () =>
    svg(
      "g",
      {},
      svg("path", { d: "M8 1.5 4.6 12 8 9.8z", fill: "currentColor" }),
      svg("path", {
        d: "M8 1.5 11.4 12 8 9.8z",
        fill: "none",
        stroke: "currentColor",
        "stroke-width": 0.7,
      }),
    ),
};

export function sign(name, size = 16) {
  return svg(
    "svg",
    { viewBox: "0 0 16 16", width: size, height: size, "aria-hidden": "true" },
    SIGNS[name](),
  );
}
