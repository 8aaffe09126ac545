import assert from "node:assert/strict";
import { test } from "node:test";

import { createPlacer, placeLabels } from "../../pages/ui/map/src/declutter.js";

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

test("a label that may stand far off is led away from a crowd", () => {
  const crowd = Array.from({ length: 9 }, (_, i) =>
    at(`u${i}`, 100 + (i % 3) * 13, 100 + Math.floor(i / 3) * 13),
  );
  const near = placeLabels(crowd);
  const far = placeLabels(crowd.map((label) => ({ ...label, far: true })));
  assert.ok(near.length < crowd.length);
  assert.equal(far.length, crowd.length);
  assert.ok(far.some(({ reach }) => reach > 0));
});

test("labels keep clear of boxes and inside the view", () => {
  const box = { x0: 104, y0: 94, x1: 200, y1: 120 };
  const view = { x0: 40, y0: 0, x1: 300, y1: 300 };
  const placer = createPlacer({ obstacles: [box], view });
  assert.equal(placer.place(at("a", 100, 100)).side, "left");
  const cornered = createPlacer({ obstacles: [box], view: { ...view, x0: 61 } });
  assert.equal(cornered.place(at("a", 100, 100)).side, "above");
});

test("a district's name stands on its own ground and off what stands there", () => {
  const ground = {
    x: 100,
    y: 100,
    w: 60,
    h: 20,
    bounds: { x0: 0, y0: 0, x1: 200, y1: 200 },
    isInside: (x, y) => x > 0 && x < 200 && y > 0 && y < 200,
    share: 1,
  };
  const free = createPlacer({ obstacles: [] }).placeInside(ground);
  assert.deepEqual(free, { x: 100, y: 100 });
  const aside = createPlacer({ obstacles: [{ id: "u", x: 100, y: 100, r: 12 }] });
  const { x, y } = aside.placeInside(ground);
  assert.ok(Math.abs(x - 100) >= 42 || Math.abs(y - 100) >= 22);
  const none = createPlacer({ obstacles: [] });
  assert.equal(none.placeInside({ ...ground, isInside: () => false }), null);
});
