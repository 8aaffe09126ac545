/** The legend: what the looks mean, and how many of each are in the chosen district. */

import { districtCodes, scopeOf } from "./filter.js";
import { el, setAttribute, setText } from "./element.js";
import { paintBridge } from "./ground_shapes.js";
import { projectIcon } from "./icons.js";
import { CLASSES, countLooks, EXCEPTIONS, hasLook, RARE } from "./looks.js";
import { lookSwatch, paintRiver, paintTown, signSwatch, sizeSwatch } from "./swatches.js";
import { fill, lookTextKey } from "./wording.js";

export function createLegend({ onTiles }) {
  const title = el("div", { class: "guatu-legend-title", "data-testid": "legend-title" });
  const subtitle = el("div", { class: "guatu-legend-subtitle" });
  const ramp = el("span", { class: "guatu-ramp", "aria-hidden": "true" });
  const word = el("span", { class: "guatu-legend-word" });
  const rows = el("ul", { class: "guatu-legend-rows" });
  const notes = el("div", { class: "guatu-legend-notes" });
  const signs = el("ul", { class: "guatu-legend-signs" });
  const element = el(
    "details",
    { class: "guatu-legend", "data-testid": "legend" },
    el("summary", { "data-testid": "legend-toggle" }, word, ramp),
    el("div", { class: "guatu-legend-body" }, title, subtitle, rows, notes, signs),
  );
  let drawn = "";
  let counts = new Map();

  function update(scene) {
    const { places, filter, indicator, palette } = scene;
    const key = [
      places.version,
      places.lang,
      filter.indicator,
      filter.mode,
      rareLooks(scene),
      filter.kinds,
      palette.tone,
    ].join("|");
    if (key !== drawn) build(scene);
    drawn = key;
    setText(subtitle, scopeText(scene));
    for (const [look, number] of Object.entries(tally(scene))) {
      const entry = counts.get(look);
      if (!entry) continue;
      setText(entry.number, String(number));
      entry.row.classList.toggle("is-none", number === 0);
    }
    const lost = placeless(places, filter.district);
    setText(notes.lastChild, lost ? fill(places.texts.without_position, { n: lost }) : "");
    setAttribute(element, "aria-label", `${places.texts.legend}: ${indicator.label}`);
  }

  /** Where, which measure, and in what unit. */
  function scopeText({ places, filter, indicator }) {
    const { measures, names, texts } = places;
    const where = filter.district ? (names[filter.district] ?? filter.district) : texts.all_city;
    const measure = measures.find(({ code }) => code === filter.measure)?.label;
    return [where, measure, indicator.unit].filter(Boolean).join(" · ");
  }

  /** The rows of looks that are drawn: of districts in shades, else of units. */
  function drawnRows({ places, values, filter }) {
    if (filter.mode === "shade") {
      const found = values?.districts?.[filter.indicator]?.class ?? {};
      return districtCodes(places).map((code) => found[code]);
    }
    const found = values?.units[filter.indicator]?.class ?? [];
    return places.units.code.map((_, i) => found[i]);
  }

  function tally(scene) {
    const { places, filter, stop } = scene;
    const inScope =
      filter.mode === "shade"
        ? districtCodes(places).map((code) => !filter.district || code === filter.district)
        : scopeOf(places.units, filter.district);
    return countLooks(drawnRows(scene), stop, inScope);
  }

  const rareLooks = (scene) => RARE.filter((look) => hasLook(drawnRows(scene), look));

  function placeless({ units }, district) {
    const inScope = scopeOf(units, district);
    return units.lon.filter((lon, i) => inScope[i] && (lon === null || units.lat[i] === null))
      .length;
  }

  function build(scene) {
    const { places, filter, indicator, palette } = scene;
    const { texts } = places;
    setText(word, texts.legend);
    setText(title, indicator.label);
    ramp.replaceChildren(
      ...indicator.colors.map((color) => el("i", { style: `background: ${color}` })),
    );
    counts = new Map();
    // Sums of districts are larger than villages' values and have classes of their own.
    const labels =
      (filter.mode === "shade" && indicator.district_class_labels) || indicator.class_labels;
    rows.replaceChildren(
      ...[...CLASSES, ...EXCEPTIONS]
        .filter((look) => !RARE.includes(look) || rareLooks(scene).includes(look))
        .map((look) => {
          const label = CLASSES.includes(look) ? labels[look] : texts[lookTextKey(look)];
          return label === undefined ? null : countedRow(look, label, scene);
        })
        .filter(Boolean),
    );
    const size =
      filter.mode === "shade"
        ? []
        : [
            el(
              "div",
              { class: "guatu-legend-size" },
              el("span", { text: texts.size_legend }),
              sizeSwatch(palette),
            ),
          ];
    notes.replaceChildren(
      ...size,
      el("div", { class: "guatu-legend-lost", "data-testid": "without-position" }),
    );
    signs.replaceChildren(...signRows(scene));
  }

  function countedRow(look, label, scene) {
    const number = el("span", { class: "guatu-legend-count" });
    const row = el(
      "li",
      { "data-testid": `legend-${look}` },
      lookSwatch(look, scene),
      el("span", { text: label }),
      number,
    );
    counts.set(look, { row, number });
    return row;
  }

  function signRows({ places, filter, palette }) {
    const { texts, kinds, basemap } = places;
    const entry = (icon, text) => el("li", {}, icon, el("span", { text }));
    const rail = (ctx) => paintBridge(ctx, { open: true, rail: true, palette });
    const road = (ctx) => paintBridge(ctx, { open: true, rail: false, palette });
    const list = [
      entry(signSwatch(palette, paintRiver), texts.river),
      entry(signSwatch(palette, paintTown), texts.town),
      entry(signSwatch(palette, road), texts.bridge),
      entry(signSwatch(palette, rail), texts.rail),
      ...kinds
        .filter(({ code }) => filter.kinds.includes(code))
        .map(({ code, label }) => entry(projectIcon(code), label)),
    ];
    return basemap ? [...list, el("li", {}, tilesButton(texts))] : list;
  }

  function tilesButton(texts) {
    const button = el("button", {
      type: "button",
      class: "guatu-quiet",
      "aria-pressed": "false",
      "data-testid": "basemap-off",
      text: texts.basemap_off,
    });
    button.addEventListener("click", () => {
      const isOff = button.getAttribute("aria-pressed") !== "true";
      setAttribute(button, "aria-pressed", String(isOff));
      onTiles(!isOff);
    });
    return button;
  }

  return { element, update };
}
