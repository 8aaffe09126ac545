import assert from "node:assert/strict";
import { test } from "node:test";

import {
  isInside,
  latLngOf,
  linesOf,
  nearestDirection,
  pointAlong,
  ringsOf,
  roomiestPoint,
  roomiestShare,
  screenAspect,
  symbolAt,
} from "../../pages/ui/map/src/geometry.js";

const SQUARE = [
  [
    [0, 0],
    [0, 10],
    [10, 10],
    [10, 0],
    [0, 0],
  ],
];

test("longitude first becomes latitude first, in one place", () => {
  assert.deepEqual(latLngOf([106.8, 39.5]), [39.5, 106.8]);
  assert.deepEqual(
    linesOf({
      type: "LineString",
      coordinates: [
        [1, 2],
        [3, 4],
      ],
    }),
    [
      [
        [2, 1],
        [4, 3],
      ],
    ],
  );
  const polygon = {
    type: "Polygon",
    coordinates: [
      [
        [1, 2],
        [3, 4],
        [5, 6],
        [1, 2],
      ],
    ],
  };
  assert.deepEqual(ringsOf(polygon)[0][0][0], [2, 1]);
  const multi = { type: "MultiPolygon", coordinates: [polygon.coordinates, polygon.coordinates] };
  assert.equal(ringsOf(multi).length, 2);
});

test("inside is inside, a hole is not", () => {
  const hole = [
    [4, 4],
    [4, 6],
    [6, 6],
    [6, 4],
    [4, 4],
  ];
  assert.ok(isInside(1, 1, [...SQUARE, hole]));
  assert.ok(!isInside(5, 5, [...SQUARE, hole]));
  assert.ok(!isInside(11, 5, SQUARE));
});

test("a name stands in the open, away from what it should avoid", () => {
  assert.deepEqual(roomiestPoint(SQUARE), [5, 5]);
  const [x, y] = roomiestPoint(SQUARE, [[5, 5]]);
  assert.ok(Math.hypot(x - 5, y - 5) > 2);
  assert.ok(isInside(x, y, SQUARE));
});

test("a share of a line is a share of its length", () => {
  const line = [
    [0, 0],
    [0, 10],
    [10, 10],
  ];
  assert.deepEqual(pointAlong(line, 0.25).point, [0, 5]);
  assert.deepEqual(pointAlong(line, 1).point, [10, 10]);
  assert.ok(Math.abs(pointAlong(line, 0.25).angle) < 1e-9);
  assert.ok(Math.abs(pointAlong(line, 0.75).angle - Math.PI / 2) < 1e-9);
});

test("a river's name avoids the crowded end", () => {
  assert.ok(
    roomiestShare(
      [
        [0, 0],
        [0, 10],
      ],
      [
        [0, 0],
        [0, 3],
      ],
    ) > 0.6,
  );
});

test("a bridge takes the direction of the nearest piece of river", () => {
  const river = [
    [
      [0, 0],
      [10, 0],
      [10, 10],
    ],
  ];
  assert.ok(Math.abs(nearestDirection(river, [5, 0.1]) - Math.PI / 2) < 1e-9);
  assert.ok(Math.abs(nearestDirection(river, [10.1, 5])) < 1e-9);
});

test("a square of degrees is taller than wide on screen away from the equator", () => {
  const north = [
    [
      [60, 0],
      [60, 1],
      [61, 1],
      [61, 0],
      [60, 0],
    ],
  ];
  assert.ok(Math.abs(screenAspect(north) - 2) < 0.05);
});

test("the pointer takes the nearest symbol within reach", () => {
  const symbols = [
    { id: "near", x: 10, y: 10, r: 5 },
    { id: "far", x: 18, y: 10, r: 5 },
  ];
  assert.equal(symbolAt(symbols, 12, 10, 2).id, "near");
  assert.equal(symbolAt(symbols, 17, 10, 2).id, "far");
  assert.equal(symbolAt(symbols, 40, 10, 2), null);
});

test("a greyed symbol yields to a full one", () => {
  const symbols = [
    { id: "grey", x: 10, y: 10, r: 8, lift: -6 },
    { id: "full", x: 14, y: 10, r: 8, lift: 0 },
  ];
  assert.equal(symbolAt(symbols, 11, 10, 0).id, "full");
});
