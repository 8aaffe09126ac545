/**
 * The view that the reader left, kept for this browser tab only.
 *
 * Reloading and going back find it again; an address that is opened anew starts with everything,
 * for the reader of a link must see what its sender saw.
 */

const KEY = "guatu-map-view";
let isFirst = true;

function isOpenedAnew() {
  return performance.getEntriesByType("navigation")[0]?.type === "navigate";
}

/** A stored view, if it can be read and its centre lies within the bounds [[s, w], [n, e]]. */
export function parseView(text, [[south, west], [north, east]]) {
  try {
    const {
      center: [lat, lon],
      zoom,
    } = JSON.parse(text);
    const isNear = lat > south - 1 && lat < north + 1 && lon > west - 1 && lon < east + 1;
    return isNear && Number.isFinite(zoom) ? { center: [lat, lon], zoom } : null;
  } catch {
    return null;
  }
}

export function recallView(bounds) {
  if (isFirst && isOpenedAnew()) forgetView();
  isFirst = false;
  try {
    return parseView(window.sessionStorage.getItem(KEY), bounds);
  } catch {
    return null; // storage may be forbidden
  }
}

export function keepView({ lat, lng }, zoom) {
  const center = [Number(lat.toFixed(4)), Number(lng.toFixed(4))];
  try {
    window.sessionStorage.setItem(KEY, JSON.stringify({ center, zoom }));
  } catch {
    // storage may be forbidden; the view is then not kept
  }
}

export function forgetView() {
  try {
    window.sessionStorage.removeItem(KEY);
  } catch {
    // storage may be forbidden; nothing was kept then
  }
}
