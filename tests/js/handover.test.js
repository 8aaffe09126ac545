import assert from "node:assert/strict";
import { test } from "node:test";

import { createHandover } from "../../pages/ui/map/src/handover.js";

const filterOf = (measure) => ({
  measure,
  district: "",
  as_of: "2016-12-31",
  indicator: "remaining",
  mode: "symbols",
  kinds: [],
  village: "",
});

test("a choice that was not answered passes to the next board", () => {
  const handover = createHandover();
  handover.keep(filterOf("social"), 1);
  handover.settle(filterOf(""), 1);
  assert.deepEqual(handover.take(1), filterOf("social"));
});

test("an answered or overruled choice is forgotten", () => {
  const handover = createHandover();
  handover.keep(filterOf("social"), 1);
  handover.settle(filterOf("social"), 1);
  assert.equal(handover.take(1), null);
  handover.keep(filterOf("health"), 1);
  handover.settle(filterOf(""), 2);
  assert.equal(handover.take(1), null);
});

test("a choice of long ago is not brought back", () => {
  let time = 0;
  const handover = createHandover(() => time);
  handover.keep(filterOf("social"), 1);
  time = 10_001;
  assert.equal(handover.take(1), null);
});
