/** The five figures: how many on the register, out, left, how well covered, and the worst gap. */

import { el, localHref, setAttribute, setText } from "./element.js";
import { amountText, fill, hasUnit, numberText } from "./wording.js";

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
      value: numberText(persons, { lang, texts }),
      unit: hasUnit(persons) ? texts.unit_person : "",
      detail: amountText(households, texts.unit_household, { lang, texts }),
    };
  }
  const coverage = figures?.coverage?.[stop];
  worded.coverage = {
    value: numberText(coverage, { lang, texts, rate: true, decimals: coverage % 1 ? 1 : 0 }),
    unit: coverage >= 0 && coverage !== null ? "%" : "",
    detail: "",
  };
  worded.gap = gapTexts(figures?.gap?.[stop], { lang, texts, nameOf });
  return worded;
}

/** The worst gap: how many households of the scope, and where most of them are. */
function gapTexts(gap, { lang, texts, nameOf }) {
  if (!gap) return { value: "", unit: "", detail: texts.no_gap };
  if (!gap.text) return { value: "", unit: "", detail: texts.no_data };
  const place = gap.unit ? nameOf(gap.unit) : "";
  const there = gap.there ?? null;
  const n = numberText(there, { lang, texts });
  return {
    value: numberText(gap.count, { lang, texts }),
    unit: hasUnit(gap.count) ? texts.unit_household : "",
    detail: gap.text,
    unitCode: gap.unit,
    place,
    // Without its own number a village is named alone; the total is never taken for its own.
    most: place && there !== null && texts.most_in ? fill(texts.most_in, { place, n }) : place,
  };
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
  const gapText = el("span", { class: "guatu-gap-text" });
  cells.gap.detail.append(gapText, gapPlace);
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
      value.classList.toggle("is-state", !/\d/.test(worded[code].value));
      setText(unit, worded[code].unit ?? "");
      unit.classList.toggle("is-word", unit.textContent.length > 2);
      if (code !== "gap") setText(detail, worded[code].detail);
      writeMeta(meta, code, places, places.stops[stop]);
    }
    const { unitCode, most, detail, value } = worded.gap;
    setAttribute(gapPlace, "hidden", unitCode && most ? null : "");
    setAttribute(gapPlace, "data-code", unitCode ?? "");
    setText(gapPlace, most ?? "");
    setText(gapText, detail);
    setAttribute(gapText, "title", detail);
    setAttribute(gapPlace, "title", most ?? null);
    cells.gap.box.classList.toggle("is-none", !value);
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

  return {
    element,
    update,
    updateClaim,
    /** Python has not yet answered for what is drawn: its claim is about something else. */
    setStale: (isStale) => claim.classList.toggle("is-stale", isStale),
  };
}
