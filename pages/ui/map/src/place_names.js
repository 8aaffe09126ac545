/** Names on the map: markers whose icon is an element with a text node, in a pane of their own. */

import { Marker, DivIcon } from "leaflet/dist/leaflet-src.esm.js";

import { el } from "./element.js";

/** A name that takes no pointer and no focus. `style` may turn it. */
export function nameMarker(latlng, text, { pane, className, style = "" }) {
  const label = el("span", { class: className, style, text });
  const icon = new DivIcon({ html: label, className: "guatu-name", iconSize: [0, 0] });
  return new Marker(latlng, { icon, pane, interactive: false, keyboard: false });
}

const HAN = /^[\u3400-\u9fff]+$/;

/** Chinese names of lines stand letter by letter along them; others are turned with the line. */
export function isSetLetterByLetter(text) {
  return HAN.test(text) && text.length <= 4;
}
