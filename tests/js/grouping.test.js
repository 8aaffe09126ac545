import assert from "node:assert/strict";
import { test } from "node:test";

import { groupProjects, visibleProjects } from "../../pages/ui/map/src/grouping.js";
import { asideOf } from "../../pages/ui/map/src/nudge.js";
import { crowdScale, metersToPixels, radiusOf } from "../../pages/ui/map/src/scales.js";

test("neighbours of one kind are one icon with all its members", () => {
  const points = Array.from({ length: 50 }, (_, index) => ({
    index,
    kind: "greenhouse",
    x: 100 + (index % 7),
    y: 100 + (index % 5),
  }));
  const groups = groupProjects(points);
  assert.equal(groups.length, 1);
  assert.equal(groups[0].members.length, 50);
});

test("kinds in one place are icons of their own", () => {
  const groups = groupProjects([
    { index: 0, kind: "greenhouse", x: 0, y: 0 },
    { index: 1, kind: "workshop", x: 3, y: 0 },
    { index: 2, kind: "tourism", x: 500, y: 0 },
  ]);
  assert.deepEqual(
    groups.map(({ members }) => members),
    [[0], [1], [2]],
  );
});

const open = { taken: [], circles: [], half: 10, isOnGround: () => true };

test("an icon stands at its place when nothing else does", () => {
  assert.deepEqual(asideOf({ x: 50, y: 50 }, open), [0, 0]);
});

test("an icon goes aside for icons and symbols, no farther than it must", () => {
  const others = { ...open, taken: [{ x: 50, y: 50 }] };
  const [right, down] = asideOf({ x: 50, y: 50 }, others);
  assert.ok(Math.max(Math.abs(right), Math.abs(down)) >= 22);
  assert.ok(Math.hypot(right, down) < 40);
  const symbol = { ...open, circles: [{ x: 50, y: 50, r: 6 }] };
  assert.notDeepEqual(asideOf({ x: 50, y: 50 }, symbol), [0, 0]);
});

test("an icon never leaves its ground", () => {
  const west = { taken: [{ x: 50, y: 50 }], circles: [], half: 10, isOnGround: (x) => x <= 50 };
  assert.ok(asideOf({ x: 50, y: 50 }, west)[0] <= 0);
  const nowhere = { ...west, isOnGround: () => false };
  assert.deepEqual(asideOf({ x: 50, y: 50 }, nowhere), [0, 0]);
});

test("a project is shown when its kind is chosen, its day has come and its place is known", () => {
  const projects = {
    kind: ["greenhouse", "greenhouse", "greenhouse", "workshop"],
    lat: [39, 39, null, 39],
    lon: [106, 106, null, 106],
    from: ["2016-05-01", "2017-05-01", null, null],
  };
  const filter = { kinds: ["greenhouse"], as_of: "2016-12-31" };
  assert.deepEqual(visibleProjects(projects, filter), [0]);
});

test("radii grow with the class; unknown sizes are small, suppressed ones legible", () => {
  assert.equal(radiusOf("0"), 5);
  assert.equal(radiusOf("5"), 16);
  assert.equal(radiusOf("n"), 5);
  assert.equal(radiusOf("0", "s"), 7.5);
});

test("a ground distance takes twice the pixels at the next zoom", () => {
  const ratio = metersToPixels(4000, 39.5, 11) / metersToPixels(4000, 39.5, 10);
  assert.ok(Math.abs(ratio - 2) < 1e-9);
  assert.ok(Math.abs(metersToPixels(40075016.686, 0, 0) - 256) < 1e-6);
});

test("only crowds on small scales are drawn smaller", () => {
  assert.equal(crowdScale(19, 9), 1);
  assert.equal(crowdScale(1000, 12), 1);
  assert.ok(crowdScale(1000, 9) < 1);
});
