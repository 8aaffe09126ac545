/** What the pointer is on, in a fixed corner of the map: a name and what is known there. */

import { el, setAttribute, setText } from "./element.js";
import { householdsOf } from "./households.js";
import { numberText, valueText } from "./wording.js";

/** `{name, lines}` for a thing on the map, or null. */
export function describeThing(thing, scene) {
  if (!thing) return null;
  if (thing.unit !== undefined) return describeUnit(thing.unit, scene);
  if (thing.project) return describeProjects(thing.project, scene.places);
  if (thing.bridge !== undefined) {
    return { name: scene.places.names[thing.bridge] ?? scene.places.texts.bridge, lines: [] };
  }
  return describeDistrict(thing.district, scene);
}

function describeUnit(index, { places, values, filter, stop, indicator }) {
  const { units, names, lang, texts } = places;
  const value = values?.units[filter.indicator]?.value[index]?.[stop];
  const households = householdsOf(values, indicator)[index]?.[stop];
  const where = [names[units.district[index]], names[units.town[index]]]
    .filter(Boolean)
    .join(" · ");
  return {
    name: units.name[index],
    where,
    lines: [
      [indicator.label, valueText(value, indicator, { lang, texts })],
      [texts.households, numberText(households, { lang, texts })],
    ],
  };
}

function describeProjects({ kind, members }, { projects, kinds, lang }) {
  const label = kinds.find(({ code }) => code === kind)?.label ?? kind;
  const first = members[0];
  const known = members.map((i) => projects.capacity[i]).filter((amount) => amount !== null);
  const total = known.reduce((sum, amount) => sum + amount, 0);
  const name =
    members.length === 1 ? (projects.name[first] ?? label) : `${label} × ${members.length}`;
  const unit = projects.unit[first] ?? "";
  return {
    name,
    lines: known.length ? [[label, `${numberText(total, { lang })} ${unit}`.trim()]] : [],
  };
}

function describeDistrict(code, { places, values, filter, stop, indicator }) {
  const { names, lang, texts } = places;
  if (filter.mode !== "shade") return null;
  const value = values?.districts?.[filter.indicator]?.value?.[code]?.[stop];
  return {
    name: names[code] ?? code,
    lines: [[indicator.label, valueText(value, indicator, { lang, texts })]],
  };
}

export function createReadout() {
  const name = el("div", { class: "guatu-readout-name" });
  const where = el("div", { class: "guatu-readout-where" });
  const list = el("dl");
  const element = el(
    "div",
    { class: "guatu-readout", "data-testid": "readout", hidden: true },
    name,
    where,
    list,
  );

  function show(description) {
    setAttribute(element, "hidden", description ? null : "");
    if (!description) return;
    setText(name, description.name);
    setText(where, description.where ?? "");
    list.replaceChildren(
      ...description.lines.flatMap(([label, value]) => [
        el("dt", { text: label }),
        el("dd", { text: value }),
      ]),
    );
  }

  return { element, show };
}
