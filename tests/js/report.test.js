import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { localHref } from "../../pages/ui/map/src/element.js";
import { createReport } from "../../pages/ui/map/src/report.js";

test("of several changes only the newest is told, once, after the last delay", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const told = [];
  const report = createReport((value) => told.push(value));
  report.schedule(1, 200);
  mock.timers.tick(150);
  report.schedule(2, 200);
  mock.timers.tick(150);
  assert.deepEqual(told, []);
  mock.timers.tick(50);
  assert.deepEqual(told, [2]);
  report.schedule(3, 200);
  report.cancel();
  mock.timers.tick(500);
  assert.deepEqual(told, [2]);
  mock.timers.reset();
});

test("a link leads to this host or nowhere", () => {
  assert.equal(localHref("/claims?id=1"), "/claims?id=1");
  assert.equal(localHref("?lang=en"), "?lang=en");
  for (const bad of [
    "javascript:alert(1)",
    "//elsewhere/x",
    "/\\elsewhere",
    "data:text/html,x",
    "",
    null,
  ]) {
    assert.equal(localHref(bad), null);
  }
});
