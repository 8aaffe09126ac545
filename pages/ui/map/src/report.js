/** Telling Python: the newest filter only, after a delay, through the latest callback. */

export function createReport(send) {
  let timer = 0;
  let pending = null;

  function flush() {
    clearTimeout(timer);
    timer = 0;
    if (pending === null) return;
    const value = pending;
    pending = null;
    send(value);
  }

  return {
    flush,
    schedule(value, delayMs) {
      pending = value;
      clearTimeout(timer);
      timer = setTimeout(flush, delayMs);
    },
    cancel() {
      clearTimeout(timer);
      timer = 0;
      pending = null;
    },
  };
}
