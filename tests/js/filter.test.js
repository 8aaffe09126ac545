import assert from "node:assert/strict";
import { test } from "node:test";

import {
  drawnKey,
  isOpenAt,
  isSameFilter,
  scopeOf,
  settleFilter,
  stopIndex,
  valuesUrl,
} from "../../pages/ui/map/src/filter.js";

const STOPS = ["2016-01-01", "2016-01-31", "2016-02-29", "2016-03-31"];
const places = {
  stops: STOPS,
  indicators: [{ code: "remaining" }, { code: "coverage" }],
  measures: [{ code: "" }, { code: "industry" }],
  kinds: [{ code: "greenhouse" }, { code: "pv_park" }],
  units: { code: ["150302101203"] },
  layers: { districts: { features: [{ properties: { id: "150302" } }] } },
};
const filter = {
  district: "150302",
  measure: "industry",
  as_of: "2016-02-29",
  indicator: "coverage",
  kinds: ["greenhouse"],
  village: "150302101203",
  mode: "shade",
};

test("a known filter stays as it is", () => {
  assert.deepEqual(settleFilter(filter, places), filter);
});

test("unknown codes fall back to what can be shown", () => {
  const strange = {
    district: "x",
    measure: "x",
    as_of: "x",
    indicator: "x",
    kinds: ["x"],
    mode: "x",
  };
  assert.deepEqual(settleFilter(strange, places), {
    district: "",
    measure: "",
    as_of: "2016-03-31",
    indicator: "remaining",
    kinds: [],
    village: "",
    mode: "symbols",
  });
});

test("kinds come back in the order of the places, so that equal choices are equal", () => {
  const settled = settleFilter({ ...filter, kinds: ["pv_park", "greenhouse"] }, places);
  assert.deepEqual(settled.kinds, ["greenhouse", "pv_park"]);
});

test("a day between stops is the stop before it", () => {
  assert.equal(stopIndex(STOPS, "2016-02-15"), 1);
  assert.equal(stopIndex(STOPS, "2016-02-29"), 2);
  assert.equal(stopIndex(STOPS, "2015-12-31"), 0);
  assert.equal(stopIndex(STOPS, "2020-01-01"), 3);
});

test("what is drawn is one string without the village", () => {
  assert.equal(drawnKey(filter), "industry|150302|2016-02-29|coverage|shade|greenhouse");
});

test("filters differ by their village too", () => {
  assert.ok(isSameFilter(filter, { ...filter }));
  assert.ok(!isSameFilter(filter, { ...filter, village: "" }));
  assert.ok(!isSameFilter(filter, null));
});

test("the address of all measures is named", () => {
  assert.equal(valuesUrl("/v.{measure}.json?v=1", ""), "/v.all.json?v=1");
  assert.equal(valuesUrl("/v.{measure}.json?v=1", "industry"), "/v.industry.json?v=1");
});

test("a measure cannot leave its place in the address", () => {
  assert.equal(valuesUrl("/v.{measure}.json", "../x?y"), "/v...%2Fx%3Fy.json");
});

test("the scope is one district or everything", () => {
  const units = { district: ["150302", "150303"] };
  assert.deepEqual(scopeOf(units, "150303"), [false, true]);
  assert.deepEqual(scopeOf(units, ""), [true, true]);
});

test("a bridge is open from its first day until before its last", () => {
  const bridge = { open_from: "2016-11-29", open_until: "2018-01-01" };
  assert.ok(!isOpenAt(bridge, "2016-11-28"));
  assert.ok(isOpenAt(bridge, "2016-11-29"));
  assert.ok(!isOpenAt(bridge, "2018-01-01"));
  assert.ok(isOpenAt({ open_from: null, open_until: null }, "2016-01-01"));
  assert.ok(isOpenAt({ open_from: "1988", open_until: null }, "2016-01-01"));
});
