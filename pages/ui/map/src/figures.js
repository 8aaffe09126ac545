/** The five figures: how many on the register, out, left, how well covered, and the worst gap. */

import { el, localHref, setAttribute, setText } from "./element.js";
import { fill, numberText } from "./wording.js";

const PAIRS = ["on_register", "exited", "remaining"];
const CODES = [...PAIRS, "coverage", "gap"];

function cell(code) {
  const parts = {
    label: el("div", { class: "guatu-figure-label" }),
    value: el("span", { class: "guatu-figure-value" }),
    unit: el("span", { class: "guatu-figure-unit" }),
    detail: el("div", { class: "guatu-figure-detail" }),
    meta: el("div", { class: "guatu-figure-meta" }),
  };
  const number = el("div", { class: "guatu-figure-number" }, parts.value, parts.unit);
  const box = el(
    "div",
    { class: `guatu-figure guatu-figure-${code}`, role: "group", "data-testid": `figure-${code}` },
    parts.label,
    number,
    parts.detail,
    parts.meta,
  );
  return { ...parts, box };
}

/** The figures of a scope at a stop, as `{code: {value, unit, detail}}` in words. */
export function figureTexts(figures, stop, { lang, texts, nameOf }) {
  const worded = {};
  for (const code of PAIRS) {
    const [persons, households] = figures?.[code]?.[stop] ?? [null, null];
    worded[code] = {
      value: numberText(persons, { lang }),
      unit: texts.unit_person,
      detail: `${numberText(households, { lang })} ${texts.unit_household}`,
    };
  }
  const coverage = figures?.coverage?.[stop];
  const hasCoverage = coverage !== null && coverage !== undefined;
  worded.coverage = {
    value: numberText(coverage, { lang, decimals: coverage % 1 ? 1 : 0 }),
    unit: hasCoverage && coverage >= 0 ? "%" : "",
    detail: "",
  };
  const gap = figures?.gap?.[stop];
  worded.gap = gap
    ? {
        value: numberText(gap.count, { lang }),
        unit: "",
        detail: gap.text,
        unitCode: gap.unit,
        place: nameOf(gap.unit),
      }
    : { value: "", unit: "", detail: texts.no_gap };
  return worded;
}

export function createFigures({ onSelect }) {
  const cells = Object.fromEntries(CODES.map((code) => [code, cell(code)]));
  const claim = el("a", {
    class: "guatu-claim",
    target: "_self",
    "data-testid": "claim",
    hidden: true,
  });
  const line = el("div", { class: "guatu-figure-line" });
  cells.remaining.detail.replaceWith(line);
  line.append(cells.remaining.detail, claim);
  const gapPlace = el("button", {
    type: "button",
    class: "guatu-gap-place",
    "data-testid": "gap-unit",
    hidden: true,
  });
  const gapText = el("span");
  cells.gap.detail.append(gapPlace, gapText);
  gapPlace.addEventListener("click", () => onSelect(gapPlace.dataset.code));
  const element = el(
    "section",
    { class: "guatu-figures", "data-testid": "figures" },
    ...CODES.map((code) => cells[code].box),
  );

  function update({ places, values, filter, stop }) {
    const { texts, lang, units } = places;
    const nameOf = (code) => units.name[units.code.indexOf(code)] ?? "";
    const worded = figureTexts(values?.figures?.[filter.district], stop, { lang, texts, nameOf });
    for (const code of CODES) {
      const { label, value, unit, detail, meta } = cells[code];
      setText(label, texts[`figure_${code}`] ?? code);
      setText(value, worded[code].value);
      value.classList.toggle("is-long", worded[code].value.length > 5);
      setText(unit, worded[code].unit ?? "");
      unit.classList.toggle("is-word", unit.textContent.length > 2);
      if (code !== "gap") setText(detail, worded[code].detail);
      writeMeta(meta, code, places, places.stops[stop]);
    }
    const { unitCode, place, detail } = worded.gap;
    setAttribute(gapPlace, "hidden", unitCode && place ? null : "");
    setAttribute(gapPlace, "data-code", unitCode ?? "");
    setText(gapPlace, place ?? "");
    setText(gapText, detail);
    cells.gap.box.classList.toggle("is-none", !unitCode);
  }

  /** Day and source in full; on a phone there is room for the bare facts only. */
  function writeMeta(meta, code, { texts, indicators }, day) {
    const source =
      indicators.find((item) => item.code === code)?.source ?? texts.figure_source ?? "";
    const full = [fill(texts.as_of, { date: day }), `${texts.source} ${source}`.trim()].join(" · ");
    if (meta.childElementCount === 0) {
      meta.append(
        el("span", { class: "guatu-in-full" }),
        el("span", { class: "guatu-in-short" }),
        el("span", { class: "guatu-in-short" }),
      );
    }
    [full, day, source].forEach((part, i) => setText(meta.children[i], part));
    setAttribute(meta, "title", full);
  }

  /** The link from the figure left to the published figure it differs from. */
  function updateClaim(data) {
    const href = localHref(data?.href);
    setAttribute(claim, "hidden", href && data.text ? null : "");
    setText(claim, data?.text ?? "");
    setAttribute(claim, "href", href);
    setAttribute(claim, "title", data?.title ?? null);
  }

  return { element, update, updateClaim };
}
