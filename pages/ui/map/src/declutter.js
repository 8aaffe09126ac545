/** Greedy placing of labels: the first of four sides that is free, else none. Pixels only. */

const CELL = 48;
const GAP = 3;

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

function boxesAround({ id, x, y, r, w, h }) {
  const right = { side: "right", x0: x + r + GAP, y0: y - h / 2 };
  const left = { side: "left", x0: x - r - GAP - w, y0: y - h / 2 };
  const below = { side: "below", x0: x - w / 2, y0: y + r + 1 };
  const above = { side: "above", x0: x - w / 2, y0: y - r - h - 1 };
  return [right, left, below, above].map((box) => ({
    ...box,
    owner: id,
    x1: box.x0 + w,
    y1: box.y0 + h,
  }));
}

/**
 * Place labels of width `w` and height `h` around symbols of radius `r` at (`x`, `y`).
 *
 * Candidates come in order of importance. Symbols are obstacles to every label but their
 * own; `limit` bounds the number of labels. Returns `{id, side, x, y}` with the top left
 * corner of each placed label.
 */
export function placeLabels(candidates, { obstacles = candidates, limit = Infinity } = {}) {
  const grid = createGrid();
  for (const { id, x, y, r } of obstacles) {
    grid.add({ owner: id, x0: x - r, y0: y - r, x1: x + r, y1: y + r });
  }
  const placed = [];
  for (const candidate of candidates) {
    if (placed.length >= limit) break;
    const box = boxesAround(candidate).find((option) => grid.isFree(option));
    if (!box) continue;
    // Placed labels have no owner: they stand in the way of everything.
    grid.add({ ...box, owner: undefined });
    placed.push({ id: candidate.id, side: box.side, x: box.x0, y: box.y0 });
  }
  return placed;
}
