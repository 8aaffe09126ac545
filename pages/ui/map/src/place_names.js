/** Names on the map: markers whose icon is an element with a text node, in a pane of their own. */

import { Marker, DivIcon } from "leaflet/dist/leaflet-src.esm.js";

import { el } from "./element.js";

/** A name that takes no pointer and no focus. `style` may turn it; `leader` is its line. */
export function nameMarker(latlng, text, { pane, className, style = "", leader = null }) {
  const label = el("span", { class: className, style, text });
  const html = leader ? el("span", {}, leader, label) : label;
  const icon = new DivIcon({ html, className: "guatu-name", iconSize: [0, 0] });
  return new Marker(latlng, { icon, pane, interactive: false, keyboard: false });
}

/** A fine line from the edge of a symbol of radius `r` at the origin to the nearest box side. */
export function leadTo({ x0, y0, x1, y1 }, r) {
  const nearest = (from, to) => Math.max(from, Math.min(to, 0));
  return lineTo(nearest(x0, x1), nearest(y0, y1), r);
}

/** A fine line from `r` pixels off the origin to a point. */
export function lineTo(x, y, r) {
  const long = Math.hypot(x, y);
  const turn = Math.atan2(y, x);
  const from = Math.min(r, long);
  return el("i", {
    class: "guatu-leader",
    style:
      `width: ${(long - from).toFixed(1)}px; ` +
      `transform: rotate(${turn.toFixed(3)}rad) translateX(${from.toFixed(1)}px)`,
  });
}

const HAN = /^[\u3400-\u9fff]+$/;

/** Chinese names of lines stand letter by letter along them; others are turned with the line. */
export function isSetLetterByLetter(text) {
  return HAN.test(text) && text.length <= 4;
}
