/** The small trend: one line in front, its districts behind, the chosen day marked. */

import { el, setAttribute, setText, svg } from "./element.js";
import { stateOf, SUPPRESSED, WITHHELD } from "./looks.js";
import { roundUp, runsOf, trendSeries } from "./series.js";
import { numberText, valueText } from "./wording.js";

const WIDTH = 100;
const HEIGHT = 60;
const HIDDEN = [SUPPRESSED, WITHHELD];

function pathOf(values, top) {
  const x = (i) => ((i / Math.max(1, values.length - 1)) * WIDTH).toFixed(2);
  const y = (value) => (HEIGHT - (value / top) * HEIGHT).toFixed(2);
  return runsOf(values)
    .map((run) => run.map(([i, value], k) => `${k ? "L" : "M"}${x(i)} ${y(value)}`).join(""))
    .join("");
}

export function createTrend({ onPick }) {
  const title = el("h3", { class: "guatu-side-title" });
  const value = el("span", { class: "guatu-trend-value" });
  const lines = svg("g", {});
  const today = svg("line", { class: "guatu-trend-day", y1: 0, y2: HEIGHT });
  const plot = svg(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      role: "img",
      class: "guatu-trend-plot",
    },
    lines,
    today,
  );
  const point = el("i", { class: "guatu-trend-point" });
  const top = el("span", { class: "guatu-trend-top" });
  const box = el("div", { class: "guatu-trend-box" }, plot, point, top);
  const note = el("p", { class: "guatu-trend-note", "data-testid": "trend-gap", hidden: true });
  const element = el(
    "section",
    { class: "guatu-trend", "data-testid": "trend" },
    el("div", { class: "guatu-side-head" }, title, value),
    note,
    box,
  );
  let stops = [];
  let drawn = "";

  box.addEventListener("click", (event) => {
    const { left, width } = box.getBoundingClientRect();
    if (!stops.length || !width) return;
    const share = Math.max(0, Math.min(1, (event.clientX - left) / width));
    onPick(Math.round(share * (stops.length - 1)));
  });

  function update({ places, values, filter, stop, indicator }) {
    stops = places.stops;
    const { main, others } = values
      ? trendSeries(places, values, filter)
      : { main: null, others: [] };
    const all = [main, ...others].filter(Boolean).flatMap((line) => line.values);
    const most = roundUp(Math.max(0, ...all.filter((number) => number > 0)));
    const key = [
      places.version,
      places.lang,
      filter.measure,
      filter.indicator,
      filter.district,
      filter.village,
    ].join("|");
    if (key !== drawn || !values) drawLines(main, others, most, places.district_colors ?? {});
    drawn = values ? key : "";
    mark(main?.values, stop, most);
    const { lang, texts } = places;
    setText(title, `${indicator.label} · ${scopeName(places, filter)}`);
    setText(value, main ? valueText(main.values[stop], indicator, { lang, texts }) : "");
    const isKnown = all.some((number) => number >= 0 && number !== null);
    setText(top, isKnown ? numberText(most, { lang, decimals: indicator.decimals }) : "");
    const isBroken = (main?.values ?? []).some((number) => HIDDEN.includes(stateOf(number)));
    setText(note, isBroken ? (texts.trend_gap ?? "") : "");
    setAttribute(note, "hidden", note.textContent ? null : "");
    setAttribute(plot, "aria-label", `${texts.trend} ${indicator.label} ${value.textContent}`);
  }

  function drawLines(main, others, most, colors) {
    const behind = others.map(({ scope, values }) =>
      svg("path", {
        d: pathOf(values, most),
        class: "guatu-trend-line",
        style: `stroke: ${colors[scope] ?? "currentColor"}`,
      }),
    );
    const front = main
      ? [
          svg("path", { d: areaOf(main.values, most), class: "guatu-trend-area" }),
          svg("path", { d: pathOf(main.values, most), class: "guatu-trend-line is-main" }),
        ]
      : [];
    lines.replaceChildren(...behind, ...front);
  }

  function areaOf(values, most) {
    const x = (i) => ((i / Math.max(1, values.length - 1)) * WIDTH).toFixed(2);
    return runsOf(values)
      .map((run) => {
        const line = run
          .map(([i, v]) => `L${x(i)} ${(HEIGHT - (v / most) * HEIGHT).toFixed(2)}`)
          .join("");
        return `M${x(run[0][0])} ${HEIGHT}${line}L${x(run.at(-1)[0])} ${HEIGHT}Z`;
      })
      .join("");
  }

  function mark(values, stop, most) {
    const share = stop / Math.max(1, stops.length - 1);
    setAttribute(today, "x1", (share * WIDTH).toFixed(2));
    setAttribute(today, "x2", (share * WIDTH).toFixed(2));
    const number = values?.[stop];
    point.hidden = number === null || !(number >= 0);
    if (point.hidden) return;
    point.style.left = `${share * 100}%`;
    point.style.top = `${(1 - number / most) * 100}%`;
  }

  function scopeName({ units, names, texts }, { village, district }) {
    const unit = units.code.indexOf(village);
    if (unit >= 0) return units.name[unit];
    return district ? (names[district] ?? district) : texts.all_city;
  }

  return { element, update };
}
