import assert from "node:assert/strict";
import { test } from "node:test";

import { placeLabels } from "../../pages/ui/map/src/declutter.js";

const at = (id, x, y, w = 40) => ({ id, x, y, r: 6, w, h: 14 });
const boxOf = ({ id, x, y }, all) => {
  const { w, h } = all.find((label) => label.id === id);
  return { x0: x, y0: y, x1: x + w, y1: y + h };
};

test("a lone label stands to the right of its symbol", () => {
  const [label] = placeLabels([at("a", 100, 100)]);
  assert.equal(label.side, "right");
  assert.ok(label.x >= 106);
});

test("a label moves aside for a neighbour's symbol", () => {
  const [label] = placeLabels([at("a", 100, 100), at("b", 125, 100)]);
  assert.equal(label.side, "left");
});

test("no two labels cover each other, and none covers a foreign symbol", () => {
  const labels = Array.from({ length: 300 }, (_, i) =>
    at(`u${i}`, (i * 37) % 700, (i * 91) % 500, 30 + (i % 5) * 10),
  );
  const placed = placeLabels(labels).map((label) => ({ id: label.id, ...boxOf(label, labels) }));
  const meet = (a, b) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
  for (const [i, one] of placed.entries()) {
    for (const other of placed.slice(i + 1)) assert.ok(!meet(one, other));
    for (const { id, x, y, r } of labels) {
      const symbol = { x0: x - r, y0: y - r, x1: x + r, y1: y + r };
      assert.ok(id === one.id || !meet(one, symbol));
    }
  }
  assert.ok(placed.length > 20);
});

test("the important come first when there is a limit", () => {
  const placed = placeLabels([at("a", 0, 0), at("b", 300, 0), at("c", 600, 0)], { limit: 2 });
  assert.deepEqual(
    placed.map(({ id }) => id),
    ["a", "b"],
  );
});
