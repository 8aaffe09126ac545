import assert from "node:assert/strict";
import { test } from "node:test";

import {
  countLooks,
  hasLook,
  largestAt,
  lookAt,
  rankNumbers,
  rankRows,
  stateOf,
} from "../../pages/ui/map/src/looks.js";

test("a missing row is no data, never zero", () => {
  assert.equal(lookAt(undefined, 3), "n");
  assert.equal(lookAt("z0n", 0), "z");
});

test("looks are counted within the scope only", () => {
  const counts = countLooks(["0z", "1z", "sn"], 0, [true, false, true]);
  assert.equal(counts["0"], 1);
  assert.equal(counts["1"], 0);
  assert.equal(counts.s, 1);
});

test("every look has a count, also when it is nought", () => {
  assert.equal(Object.keys(countLooks([], 0, [])).join(""), "01234znswa");
});

test("the ranking puts large first and what is no figure after zero", () => {
  const rows = [[0], [null], [-1], [7], [-3], [90], [-2]];
  assert.deepEqual(
    rankRows(
      rows,
      0,
      rows.map(() => true),
    ),
    [5, 3, 0, 2, 6, 1, 4],
  );
});

test("equal values share a rank, what is no figure has none", () => {
  const rows = [[17], [17], [15], [0], [0], [-1], [-2], [null], [-3]];
  assert.deepEqual(rankNumbers(rows, 0, [0, 1, 2, 3, 4, 5, 6, 7, 8]), [
    1,
    1,
    3,
    4,
    4,
    null,
    null,
    null,
    null,
  ]);
});

test("each state of a value has its own letter, a figure has none", () => {
  assert.deepEqual([0, 12, null, undefined, -1, -2, -3].map(stateOf).join("|"), "||n|n|s|w|a");
});

test("a look of any time is explained at every time", () => {
  assert.ok(hasLook(["zz", undefined, "0w"], "w"));
  assert.ok(!hasLook(["zz", "0w"], "a"));
});

test("equal values keep the given order", () => {
  assert.deepEqual(rankRows([[5], [5], [5]], 0, [true, true, true]), [0, 1, 2]);
});

test("the ranking leaves out what is outside the scope", () => {
  assert.deepEqual(rankRows([[1], [2], [3]], 0, [true, false, true]), [2, 0]);
});

test("bars are measured against real numbers", () => {
  assert.equal(largestAt([[-1], [null], [12]], 0, [0, 1, 2]), 12);
  assert.equal(largestAt([[null]], 0, [0]), 0);
});
