/** The table beside the map: the same units, by value; each row selects its unit. */

import { scopeOf } from "./filter.js";
import { el, setAttribute, setText } from "./element.js";
import { householdsOf } from "./households.js";
import { largestAt, lookAt, rankNumbers, rankRows } from "./looks.js";
import { fill, isRate, numberText, valueText } from "./wording.js";

const PAGE = 50;

function createRow() {
  const name = el("span");
  const parts = {
    rank: el("td", { class: "guatu-rank" }),
    name,
    button: el("button", { type: "button", class: "guatu-row-button", tabindex: "-1" }, name),
    bar: el("i", { class: "guatu-bar" }),
    value: el("td", { class: "guatu-number" }),
    households: el("td", { class: "guatu-number guatu-minor" }),
  };
  parts.row = el(
    "tr",
    {},
    parts.rank,
    el("th", { scope: "row" }, parts.button, el("div", { class: "guatu-bar-box" }, parts.bar)),
    parts.value,
    parts.households,
  );
  return parts;
}

export function createRanking({ onSelect, onHover }) {
  const title = el("h3", { class: "guatu-side-title" });
  const clear = el("button", {
    type: "button",
    class: "guatu-quiet",
    "data-testid": "clear-selection",
    hidden: true,
  });
  const heads = ["", "place", "value", "households"].map((key) =>
    el("th", { scope: "col", "data-key": key }),
  );
  const body = el("tbody");
  const more = el("button", {
    type: "button",
    class: "guatu-quiet guatu-more",
    "data-testid": "more-rows",
    hidden: true,
  });
  const empty = el("p", { class: "guatu-empty", hidden: true });
  const scroller = el(
    "div",
    { class: "guatu-ranking-scroll" },
    el("table", {}, el("thead", {}, el("tr", {}, ...heads)), body),
    more,
    empty,
  );
  const element = el(
    "section",
    { class: "guatu-ranking", "data-testid": "ranking" },
    el("div", { class: "guatu-side-head" }, title, clear),
    el("div", { class: "guatu-ranking-box" }, scroller),
  );
  const pool = [];
  let shown = [];
  let limit = PAGE;
  let scene = null;
  let lastSelected = "";

  /** A table that can be scrolled says so until its end is in sight. */
  function noteEnd() {
    const left = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    scroller.parentElement.classList.toggle("is-at-end", left < 6);
  }
  scroller.addEventListener("scroll", noteEnd, { passive: true });
  new ResizeObserver(noteEnd).observe(scroller);

  clear.addEventListener("click", () => onSelect(""));
  more.addEventListener("click", () => {
    limit += PAGE;
    if (scene) update(scene);
  });
  body.addEventListener("click", (event) => {
    const code = event.target.closest("tr")?.dataset.code;
    if (code) onSelect(code);
  });
  body.addEventListener("pointerover", (event) => hoverRow(event.target));
  body.addEventListener("pointerleave", () => onHover(-1));
  body.addEventListener("focusin", (event) => {
    rove(event.target.closest("tr"));
    hoverRow(event.target);
  });
  body.addEventListener("focusout", () => onHover(-1));
  body.addEventListener("keydown", (event) => {
    const rows = [...body.children];
    const here = rows.indexOf(event.target.closest("tr"));
    const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: rows.length - 1 }[
      event.key
    ];
    if (next === undefined || !rows[next]) return;
    event.preventDefault();
    rows[next].querySelector("button").focus();
  });

  function hoverRow(target) {
    const code = target.closest("tr")?.dataset.code;
    if (code && scene) onHover(scene.places.units.code.indexOf(code));
  }

  /** One row at a time is in the tab order; arrows lead to the others. */
  function rove(row) {
    for (const { row: other, button } of pool) button.tabIndex = other === row ? 0 : -1;
  }

  function update(next) {
    scene = next;
    const { places, values, filter, stop } = scene;
    writeHeads(places.texts);
    const rows = values?.units[filter.indicator]?.value ?? [];
    const inScope = scopeOf(places.units, filter.district);
    const ranked = values
      ? rankRows(
          places.units.code.map((_, i) => rows[i]),
          stop,
          inScope,
        )
      : [];
    const selected = places.units.code.indexOf(filter.village);
    shown = ranked.slice(0, limit);
    const isCut = selected >= 0 && inScope[selected] && !shown.includes(selected);
    if (isCut && values) shown.push(selected);
    const most = largestAt(rows, stop, ranked);
    const numbers = rankNumbers(rows, stop, ranked);
    shown.forEach((index, i) =>
      writeRow(i, index, { rank: numbers[ranked.indexOf(index)] ?? "", most, rows }),
    );
    showRows(shown.length);
    keepOneTabStop();
    writeFoot(ranked.length, places.texts);
    if (filter.village !== lastSelected) reveal(filter.village);
    lastSelected = filter.village;
    noteEnd();
  }

  /** Rows stay where they are and keep the focus; only the tail is added or taken away. */
  function showRows(count) {
    while (body.children.length > count) body.lastChild.remove();
    body.append(...pool.slice(body.children.length, count).map(({ row }) => row));
  }

  function writeHeads(texts) {
    setText(title, texts.ranking);
    heads.slice(1).forEach((head) => setText(head, texts[head.dataset.key]));
    setText(clear, texts.clear_selection);
    setAttribute(clear, "hidden", scene.filter.village ? null : "");
  }

  function writeRow(i, index, { rank, most, rows }) {
    const { places, values, filter, stop, indicator } = scene;
    const { lang, texts, units } = places;
    pool[i] ??= createRow();
    const { row, button, name, bar, ...cells } = pool[i];
    const value = rows[index]?.[stop];
    const look = lookAt(values.units[filter.indicator]?.class[index], stop);
    setAttribute(row, "data-code", units.code[index]);
    setAttribute(row, "data-look", look);
    setAttribute(button, "data-testid", `row-${units.code[index]}`);
    setAttribute(button, "aria-pressed", String(units.code[index] === filter.village));
    row.classList.toggle("is-selected", units.code[index] === filter.village);
    setText(name, units.name[index]);
    setText(cells.rank, String(rank));
    const rate = isRate(indicator);
    setText(cells.value, numberText(value, { lang, texts, rate, decimals: indicator.decimals }));
    setAttribute(cells.value, "title", valueText(value, indicator, { lang, texts }));
    const households = householdsOf(values, indicator)[index]?.[stop];
    setText(cells.households, numberText(households, { lang, texts }));
    bar.style.width = `${most > 0 && value > 0 ? (value / most) * 100 : 0}%`;
    bar.style.background = indicator.colors[look] ?? "transparent";
  }

  function keepOneTabStop() {
    const current = pool.slice(0, shown.length).find(({ button }) => button.tabIndex === 0);
    if (!current && shown.length) pool[0].button.tabIndex = 0;
  }

  function writeFoot(total, texts) {
    const left = total - Math.min(limit, total);
    setAttribute(more, "hidden", left > 0 ? null : "");
    setText(more, fill(texts.more_rows, { n: Math.min(PAGE, left) }));
    setAttribute(empty, "hidden", total ? "" : null);
    setText(empty, texts.no_rows);
  }

  /** Bring the selected row into the table's own window; the page itself does not move. */
  function reveal(code) {
    const row = [...body.children].find((item) => item.dataset.code === code);
    if (!row) return;
    const above = row.offsetTop - 40 - scroller.scrollTop;
    const below = row.offsetTop + row.offsetHeight + 8 - scroller.scrollTop - scroller.clientHeight;
    if (above < 0) scroller.scrollTop += above;
    else if (below > 0) scroller.scrollTop += below;
  }

  function backToStart() {
    limit = PAGE;
  }

  return { element, update, backToStart };
}
