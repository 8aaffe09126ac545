/** Where the parts stand in the document: the order for reading and for the tab key. */

import { el } from "./element.js";

export function layOut({ overlays, credits, above, beside }) {
  const sheetMap = el("div", { class: "guatu-map", "data-testid": "map" });
  const frameCanvas = el("canvas", { class: "guatu-frame", "aria-hidden": "true" });
  const sheet = el("div", { class: "guatu-sheet" }, sheetMap, frameCanvas, ...overlays);
  const main = el("div", { class: "guatu-main" }, sheet, credits);
  const root = el(
    "section",
    { class: "guatu-board", "data-mounts": 0, "data-paints": 0, "data-drawn": "", "data-ver": "" },
    el("div", { class: "guatu-grid" }, ...above, main, ...beside),
  );
  return { root, sheet, sheetMap, frameCanvas };
}
