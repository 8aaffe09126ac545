import assert from "node:assert/strict";
import { test } from "node:test";

import { roundUp, runsOf, trendSeries } from "../../pages/ui/map/src/series.js";

const places = { units: { code: ["v1", "v2"] } };
const values = {
  units: {
    remaining: {
      value: [
        [3, 2],
        [9, null],
      ],
    },
    reach: {
      value: [
        [1, 2],
        [3, 4],
      ],
    },
  },
  districts: { remaining: { value: { 150302: [3, 2], 150303: [9, 0] } }, reach: { value: {} } },
  figures: {
    "": {
      on_register: [
        [20, 8],
        [20, 8],
      ],
      exited: [
        [8, 3],
        [18, 7],
      ],
      remaining: [
        [12, 5],
        [2, 1],
      ],
      coverage: [50, 100],
    },
  },
};
const filter = { district: "", village: "", indicator: "remaining" };

test("the whole shows its own line and its districts behind", () => {
  const { main, others } = trendSeries(places, values, filter);
  assert.deepEqual(main.values, [12, 2]);
  assert.deepEqual(
    others.map(({ scope }) => scope),
    ["150302", "150303"],
  );
});

test("a district stands alone", () => {
  const { main, others } = trendSeries(places, values, { ...filter, district: "150303" });
  assert.deepEqual(main, { scope: "150303", values: [9, 0] });
  assert.deepEqual(others, []);
});

test("a chosen village is what the reader asks about", () => {
  const { main } = trendSeries(places, values, { ...filter, district: "150303", village: "v2" });
  assert.deepEqual(main, { scope: "v2", values: [9, null] });
});

test("an indicator without a total has no line of the whole", () => {
  assert.equal(trendSeries(places, values, { ...filter, indicator: "reach" }).main, null);
  const covered = trendSeries(places, values, { ...filter, indicator: "coverage" });
  assert.deepEqual(covered.main.values, [50, 100]);
});

test("lines break where nothing is known or shown", () => {
  assert.deepEqual(runsOf([1, null, 2, 0, -1]), [
    [[0, 1]],
    [
      [2, 2],
      [3, 0],
    ],
  ]);
});

test("an axis ends on a round number at or above the largest", () => {
  assert.equal(roundUp(0), 1);
  assert.equal(roundUp(91), 100);
  assert.equal(roundUp(1515), 2000);
  assert.equal(roundUp(100), 100);
});
