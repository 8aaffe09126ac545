/** Time: a native range over the stops, a play button, and the day in words. */

import { el, setAttribute, setText } from "./element.js";
import { sign } from "./icons.js";
import { dayText, fill } from "./wording.js";

const STEP_MS = 700;

/** Is the picture at a stop only carried forward, with no register event since the stop before? */
export function isCarriedForward({ stops, last_event_on: lastEventOn }, stop) {
  return stop > 0 && Boolean(lastEventOn) && stops[stop - 1] >= lastEventOn;
}

/** Where playing from a stop ends: at the last register event, once past it at the very end. */
export function playingEnd({ stops, last_event_on: lastEventOn }, from) {
  const last = stops.length - 1;
  const eventful = lastEventOn ? stops.findIndex((day) => day >= lastEventOn) : -1;
  return eventful > from ? eventful : last;
}

/** `onMove(stop, isPlaying)` for every step; `onRest()` when playing has ended. */
export function createSlider({ onMove, onRest }) {
  const signs = { play: sign("play"), pause: sign("pause") };
  const play = el(
    "button",
    { type: "button", class: "guatu-play", "data-testid": "play" },
    signs.play,
  );
  const range = el("input", {
    type: "range",
    min: 0,
    max: 0,
    step: 1,
    value: 0,
    "data-testid": "date",
  });
  const scale = el("div", { class: "guatu-time-scale", "aria-hidden": "true" });
  const day = el("span", { class: "guatu-day", "data-testid": "date-label" });
  const carried = el("span", { class: "guatu-carried", hidden: true, "data-testid": "carried" });
  const element = el(
    "div",
    { class: "guatu-time", "data-testid": "time" },
    play,
    el("div", { class: "guatu-day-box" }, day, carried),
    el("div", { class: "guatu-range" }, range, scale),
  );
  let places = null;
  let timer = 0;

  const stop = () => Number(range.value);

  function build(next) {
    places = next;
    range.max = String(places.stops.length - 1);
    setAttribute(range, "aria-label", places.texts.date);
    scale.replaceChildren(...marks());
    showPlay();
  }

  function marks() {
    const last = places.stops.length - 1;
    const at = (i) => `left: ${(i / last) * 100}%`;
    const years = places.stops.map((day_, i) => {
      const isStart = i === 0 || day_.slice(5, 7) === "12";
      const className = isStart ? "guatu-tick is-year" : "guatu-tick";
      return el("i", { class: className, style: at(i) });
    });
    const names = [...new Set(places.stops.map((day_) => day_.slice(0, 4)))].map((year) => {
      const of = places.stops.flatMap((day_, i) => (day_.startsWith(year) ? [i] : []));
      const middle = (of[0] + of.at(-1)) / 2;
      return el("span", { class: "guatu-year", style: at(middle), text: year });
    });
    const still = places.stops.findIndex((_, i) => isCarriedForward(places, i));
    const calm =
      still > 0
        ? [el("b", { class: "guatu-still", style: `left: ${((still - 1) / last) * 100}%` })]
        : [];
    return [...calm, ...years, ...names];
  }

  function showPlay() {
    const key = timer ? "pause" : "play";
    play.replaceChildren(signs[key]);
    setAttribute(play, "aria-label", places?.texts[key] ?? key);
    setAttribute(play, "title", places?.texts[key] ?? key);
  }

  function start() {
    if (!places) return;
    const isAtEnd = stop() >= Number(range.max);
    const end = playingEnd(places, isAtEnd ? 0 : stop());
    timer = setInterval(() => {
      if (stop() < end) onMove(stop() + 1, true);
      if (stop() >= end) rest();
    }, STEP_MS);
    if (isAtEnd) onMove(0, true);
    showPlay();
  }

  function rest() {
    if (!timer) return;
    clearInterval(timer);
    timer = 0;
    showPlay();
    onRest();
  }

  play.addEventListener("click", () => (timer ? rest() : start()));
  range.addEventListener("input", () => {
    if (timer) rest();
    onMove(stop(), false);
  });

  /** Show a stop at once; the range is the only keeper of it. */
  function update(index) {
    if (!places) return;
    range.value = String(index);
    const text = dayText(places.stops[index], places.lang);
    setText(day, text);
    setAttribute(range, "aria-valuetext", text);
    range.style.setProperty("--share", String(index / Math.max(1, places.stops.length - 1)));
    const lastDay = dayText(places.last_event_on ?? places.stops[index], places.lang);
    setText(carried, fill(places.texts.carried_forward, { day: lastDay }));
    setAttribute(carried, "title", carried.textContent);
    carried.classList.toggle("is-shown", isCarriedForward(places, index));
    setAttribute(carried, "hidden", isCarriedForward(places, index) ? null : "");
  }

  return {
    element,
    build,
    update,
    rest,
    isPlaying: () => timer !== 0,
    destroy: () => clearInterval(timer),
  };
}
