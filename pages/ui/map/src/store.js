/**
 * Bodies fetched once: held by address, and one request at a time in each slot.
 *
 * A slot is a place on the board ("places", "values", "idle"). Asking a slot for something
 * new aborts what it was waiting for, so that a newer filter overtakes an older answer.
 */

export class FetchFailure extends Error {
  constructor(url, status) {
    super(`${url} answered ${status}`);
    this.status = status;
  }
}

export const isOvertaken = (error) => error?.name === "AbortError";

async function fetchJson(url, signal) {
  const response = await fetch(url, { signal, credentials: "same-origin" });
  // An answer that was redirected to a sign-in page is not a body of ours.
  if (!response.ok) throw new FetchFailure(url, response.status);
  if (response.redirected) throw new FetchFailure(url, 401);
  return response.json();
}

export function createStore(get = fetchJson) {
  const held = new Map();
  const inFlight = new Map();
  const slots = new Map();

  function release(slot, url) {
    const before = slots.get(slot);
    slots.set(slot, url);
    if (!before || before === url || [...slots.values()].includes(before)) return;
    inFlight.get(before)?.controller.abort();
    inFlight.delete(before);
  }

  function start(url, ver) {
    const controller = new AbortController();
    const request = { controller, promise: null };
    request.promise = get(url, controller.signal)
      .then((body) => {
        controller.signal.throwIfAborted();
        held.set(url, { ver, body });
        return body;
      })
      .finally(() => {
        if (inFlight.get(url) === request) inFlight.delete(url);
      });
    inFlight.set(url, request);
    return request;
  }

  return {
    held: (url) => held.get(url)?.body,

    /** The body at `url`, from memory, from a request under way, or from a new one. */
    async load(slot, url, ver) {
      release(slot, url);
      if (held.has(url)) return held.get(url).body;
      return (inFlight.get(url) ?? start(url, ver)).promise;
    },

    /** Let go of what belongs to other data versions. */
    keepVersion(ver) {
      for (const [url, entry] of held) if (entry.ver !== ver) held.delete(url);
    },

    abort() {
      for (const { controller } of inFlight.values()) controller.abort();
      inFlight.clear();
      slots.clear();
    },
  };
}
