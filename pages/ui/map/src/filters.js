/** The filter bar: native controls that say what changed and show what holds. */

import { districtCodes } from "./filter.js";
import { el, setAttribute, setText, uniqueId } from "./element.js";
import { projectIcon } from "./icons.js";

function segment(testId, label, onclick) {
  return el("button", {
    type: "button",
    class: "guatu-segment",
    "data-testid": testId,
    "aria-pressed": "false",
    text: label,
    onclick,
  });
}

/** Options in groups by vocabulary, in the order given; those of no vocabulary stand alone. */
function grouped(options) {
  const groups = new Map();
  return options.flatMap(({ code, label, vocabulary = "" }) => {
    const option = el("option", { value: code, text: label });
    if (!vocabulary) return [option];
    const before = groups.get(vocabulary);
    before?.append(option);
    if (before) return [];
    groups.set(vocabulary, el("optgroup", { label: vocabulary }, option));
    return [groups.get(vocabulary)];
  });
}

function picker(testId, label, options, onPick) {
  const id = uniqueId(testId);
  const select = el("select", { id, "data-testid": testId }, ...grouped(options));
  select.addEventListener("change", () => onPick(select.value));
  return {
    select,
    box: el("div", { class: "guatu-picker" }, el("label", { for: id, text: label }), select),
  };
}

export function createFilters({ onChange }) {
  const row = el("div", { class: "guatu-filter-row" });
  const element = el(
    "div",
    { class: "guatu-filters", role: "group", "data-testid": "filters" },
    row,
  );
  let controls = null;

  /** A row that can be scrolled says so until its end is in sight. */
  function noteEnd() {
    const left = row.scrollWidth - row.clientWidth - row.scrollLeft;
    element.classList.toggle("is-at-end", left < 6);
  }
  row.addEventListener("scroll", noteEnd, { passive: true });
  new ResizeObserver(noteEnd).observe(row);

  function build(places) {
    const { texts, names, district_colors: colors = {} } = places;
    const codes = ["", ...districtCodes(places)];
    const districts = codes.map((code) => {
      const button = segment(
        `district-${code || "all"}`,
        code ? (names[code] ?? code) : texts.all_city,
        () => onChange({ district: code }),
      );
      if (code) button.style.setProperty("--tint", colors[code] ?? "transparent");
      button.classList.toggle("has-tint", Boolean(code));
      return [code, button];
    });
    const measure = picker("measure", texts.measure, places.measures, (code) =>
      onChange({ measure: code }),
    );
    const indicator = picker("indicator", texts.indicator, places.indicators, (code) =>
      onChange({ indicator: code }),
    );
    const kinds = buildKinds(places);
    const modes = ["symbols", "shade"].map((mode) => [
      mode,
      segment(`mode-${mode}`, texts[`mode_${mode}`], () => onChange({ mode })),
    ]);
    row.replaceChildren(
      el(
        "div",
        { class: "guatu-segments guatu-districts", role: "group", "aria-label": texts.district },
        ...districts.map(([, button]) => button),
      ),
      indicator.box,
      measure.box,
      kinds.details,
      el(
        "div",
        { class: "guatu-segments guatu-modes", role: "group", "aria-label": texts.mode },
        ...modes.map(([, button]) => button),
      ),
    );
    controls = { districts, measure, indicator, kinds, modes };
    noteEnd();
  }

  function buildKinds({ kinds, texts }) {
    const count = el("span", { class: "guatu-kinds-count" });
    const boxes = kinds.map(({ code }) => {
      const box = el("input", { type: "checkbox", value: code, "data-testid": `kind-${code}` });
      box.addEventListener("change", () =>
        onChange({ kinds: boxes.filter((item) => item.checked).map((item) => item.value) }),
      );
      return box;
    });
    const panel = el(
      "div",
      { class: "guatu-kinds-panel" },
      ...kinds.map(({ code, label }, i) =>
        el("label", {}, boxes[i], projectIcon(code), el("span", { text: label })),
      ),
    );
    const summary = el(
      "summary",
      { "data-testid": "kinds" },
      el("span", { text: texts.kinds }),
      count,
    );
    const details = el("details", { class: "guatu-kinds" }, summary, panel);
    details.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !details.open) return;
      details.open = false;
      summary.focus();
    });
    details.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && !details.contains(relatedTarget)) details.open = false;
    });
    return { details, boxes, count };
  }

  function update(filter) {
    if (!controls) return;
    const { districts, measure, indicator, kinds, modes } = controls;
    for (const [code, button] of districts)
      setAttribute(button, "aria-pressed", String(code === filter.district));
    for (const [mode, button] of modes)
      setAttribute(button, "aria-pressed", String(mode === filter.mode));
    measure.select.value = filter.measure;
    indicator.select.value = filter.indicator;
    measure.box.classList.toggle("is-set", filter.measure !== "");
    for (const box of kinds.boxes) box.checked = filter.kinds.includes(box.value);
    setText(kinds.count, filter.kinds.length ? String(filter.kinds.length) : "");
  }

  /** Close the open list when the reader presses elsewhere on the board. */
  function closeUnless(target) {
    const details = controls?.kinds.details;
    if (details?.open && !details.contains(target)) details.open = false;
  }

  return { element, build, update, closeUnless };
}
