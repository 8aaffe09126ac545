/**
 * Greedy placing of labels, in pixels only: each takes the first free place round its symbol.
 *
 * Near places come first; a label that may stand `far` off is then led to its symbol by a line.
 */

const CELL = 48;
const GAP = 3;
const REACHES = [0, 14, 28, 44, 60];
const DIRECTIONS = [
  ["right", 1, 0],
  ["left", -1, 0],
  ["below", 0, 1],
  ["above", 0, -1],
  ["below-right", 1, 1],
  ["above-right", 1, -1],
  ["below-left", -1, 1],
  ["above-left", -1, -1],
];
const AREA_STEPS = 16;

function createGrid() {
  const cells = new Map();
  const keys = (box) => {
    const found = [];
    for (let x = Math.floor(box.x0 / CELL); x <= Math.floor(box.x1 / CELL); x += 1) {
      for (let y = Math.floor(box.y0 / CELL); y <= Math.floor(box.y1 / CELL); y += 1) {
        found.push(`${x}:${y}`);
      }
    }
    return found;
  };
  return {
    add(box) {
      for (const key of keys(box)) {
        if (!cells.has(key)) cells.set(key, []);
        cells.get(key).push(box);
      }
    },
    isFree: (box) =>
      keys(box).every((key) => (cells.get(key) ?? []).every((other) => !overlaps(box, other))),
  };
}

function overlaps(a, b) {
  if (a.owner !== undefined && a.owner === b.owner) return false;
  return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

const lies = (inner, outer) =>
  inner.x0 >= outer.x0 && inner.x1 <= outer.x1 && inner.y0 >= outer.y0 && inner.y1 <= outer.y1;

function boxesAround({ id, x, y, r, w, h, far = false }) {
  return (far ? REACHES : REACHES.slice(0, 1)).flatMap((reach) =>
    DIRECTIONS.map(([side, right, down]) => {
      const gap = (r + reach + (right ? GAP : 1)) * (right && down ? 0.75 : 1);
      const x0 = x + right * gap + ((right - 1) * w) / 2;
      const y0 = y + down * gap + ((down - 1) * h) / 2;
      return { owner: id, side, reach, x0, y0, x1: x0 + w, y1: y0 + h };
    }),
  );
}

/**
 * Create what places labels one after another among `obstacles`, inside `view` if one is given.
 *
 * Obstacles are circles `{id, x, y, r}`, which stand in the way of every label but their own,
 * or boxes `{x0, y0, x1, y1}`.
 */
export function createPlacer({ obstacles, view = null }) {
  const grid = createGrid();
  for (const { id, x, y, r, ...box } of obstacles) {
    grid.add(r === undefined ? box : { owner: id, x0: x - r, y0: y - r, x1: x + r, y1: y + r });
  }
  const isFree = (box) => (!view || lies(box, view)) && grid.isFree(box);
  // Placed labels have no owner: they stand in the way of everything.
  const take = ({ x0, y0, x1, y1 }) => grid.add({ x0, y0, x1, y1 });

  return {
    take,

    /** Place a label of width `w` and height `h` at a circle; its top left corner, or null. */
    place(candidate) {
      const box = boxesAround(candidate).find(isFree);
      if (!box) return null;
      take(box);
      return { id: candidate.id, side: box.side, reach: box.reach, x: box.x0, y: box.y0 };
    },

    /**
     * Place a name of `w` by `h` with a `share` of its length on its own ground, as near to
     * `x`, `y` as its neighbours allow; its middle, or null.
     */
    placeInside({ x, y, w, h, share, bounds, isInside }) {
      const middles = latticeOf(bounds).sort(
        (a, b) => Math.hypot(a[0] - x, a[1] - y) - Math.hypot(b[0] - x, b[1] - y),
      );
      const boxAt = ([cx, cy]) => ({
        x0: cx - w / 2,
        y0: cy - h / 2,
        x1: cx + w / 2,
        y1: cy + h / 2,
      });
      const stands = ([cx, cy]) =>
        [-share, 0, share].every((part) =>
          isInside(cx + (w > h ? (part * w) / 2 : 0), cy + (w > h ? 0 : (part * h) / 2)),
        );
      const middle = [[x, y], ...middles].find((option) => isFree(boxAt(option)) && stands(option));
      if (!middle) return null;
      take(boxAt(middle));
      return { x: middle[0], y: middle[1] };
    },
  };
}

function latticeOf({ x0, y0, x1, y1 }) {
  const at = (from, to, i) => from + ((to - from) * i) / AREA_STEPS;
  return Array.from({ length: (AREA_STEPS - 1) ** 2 }, (_, i) => [
    at(x0, x1, 1 + (i % (AREA_STEPS - 1))),
    at(y0, y1, 1 + Math.floor(i / (AREA_STEPS - 1))),
  ]);
}

/** Place labels in order of importance; `limit` bounds their number. */
export function placeLabels(candidates, { obstacles = candidates, limit = Infinity } = {}) {
  const placer = createPlacer({ obstacles });
  const placed = [];
  for (const candidate of candidates) {
    if (placed.length >= limit) break;
    const label = placer.place(candidate);
    if (label) placed.push(label);
  }
  return placed;
}
