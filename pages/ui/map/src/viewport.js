/** The view that the reader left, kept for this browser tab only. */

const KEY = "guatu-map-view";

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
