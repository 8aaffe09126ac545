/** What lies on the map sheet besides the map: zoom buttons, seal, arrow, credit line. */

import { el, setAttribute, setText } from "./element.js";
import { sign } from "./icons.js";

function tool(name, testId, onclick) {
  return el(
    "button",
    { type: "button", class: "guatu-tool", "data-testid": testId, onclick },
    sign(name),
  );
}

function northArrow() {
  return el(
    "div",
    { class: "guatu-north", "aria-hidden": "true" },
    el("span", { text: "N" }),
    sign("north", 26),
  );
}

export function createFurniture({ onZoom, onReset }) {
  const tools = {
    zoom_in: tool("plus", "zoom-in", () => onZoom(0.75)),
    zoom_out: tool("minus", "zoom-out", () => onZoom(-0.75)),
    reset_view: tool("reset", "reset-view", onReset),
  };
  const seal = el("div", { class: "guatu-seal", "data-testid": "synthetic", hidden: true });
  const schematic = el("span", { class: "guatu-schematic", "data-testid": "schematic" });
  const credit = el("span", { "data-testid": "attribution" });
  const credits = el("div", { class: "guatu-credits" }, schematic, credit);
  const toolbox = el("div", { class: "guatu-tools", role: "group" }, ...Object.values(tools));

  function translate({ texts, synthetic, attribution, basemap }) {
    for (const [key, button] of Object.entries(tools)) {
      setAttribute(button, "aria-label", texts[key]);
      setAttribute(button, "title", texts[key]);
    }
    setText(seal, texts.synthetic ?? "");
    setAttribute(seal, "hidden", synthetic ? null : "");
    setText(schematic, texts.schematic ?? "");
    setText(credit, [attribution, basemap?.attribution].filter(Boolean).join(" · "));
  }

  return { elements: [toolbox, seal, northArrow()], credits, translate };
}
