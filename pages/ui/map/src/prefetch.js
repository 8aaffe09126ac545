/** Small boards fetch the other measures while nothing else happens, one after another. */

import { valuesUrl } from "./filter.js";

const MOST_UNITS = 200;

export function createPrefetch(store) {
  let stopped = false;
  let asked = "";

  function start(places, data) {
    if (places.units.code.length > MOST_UNITS || !window.requestIdleCallback) return;
    const next = places.measures
      .map(({ code }) => valuesUrl(data.values_url, code))
      .find((url) => !store.held(url));
    if (!next || next === asked) return;
    asked = next;
    window.requestIdleCallback(() => bring(next, places, data));
  }

  async function bring(url, places, data) {
    if (stopped || asked !== url) return;
    try {
      await store.load("idle", url, data.ver);
    } catch {
      return; // it will be fetched when somebody asks for it
    }
    if (!stopped && asked === url) start(places, data);
  }

  return { start, stop: () => (stopped = true) };
}
