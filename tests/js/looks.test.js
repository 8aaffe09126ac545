import assert from "node:assert/strict";
import { test } from "node:test";

import { countLooks, largestAt, lookAt, rankRows } from "../../pages/ui/map/src/looks.js";

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
  assert.deepEqual(Object.keys(countLooks([], 0, [])), ["0", "1", "2", "3", "4", "z", "n", "s"]);
});

test("the ranking puts large first, suppressed above zero, no data last", () => {
  const rows = [[0], [null], [-1], [7], [90]];
  assert.deepEqual(rankRows(rows, 0, [true, true, true, true, true]), [4, 3, 2, 0, 1]);
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
