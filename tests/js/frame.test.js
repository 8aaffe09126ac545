import assert from "node:assert/strict";
import { test } from "node:test";

import { degreeText, graticuleLines, graticuleStep } from "../../pages/ui/map/src/frame.js";
import { toneOf } from "../../pages/ui/map/src/palette.js";
import { parseView } from "../../pages/ui/map/src/viewport.js";

test("the graticule is as fine as its labels allow", () => {
  assert.equal(graticuleStep(400, 74), 15);
  assert.equal(graticuleStep(5000, 74), 1);
  assert.equal(graticuleStep(1, 74), 120);
});

test("lines stand on whole steps between the edges", () => {
  assert.deepEqual(graticuleLines(106.6, 107.1, 15), [106.75, 107]);
  assert.deepEqual(graticuleLines(106.76, 106.99, 15), []);
});

test("degrees are written with two figures of minutes", () => {
  assert.equal(degreeText(106.75), "106°45′");
  assert.equal(degreeText(39), "39°00′");
  assert.equal(degreeText(39.999999), "40°00′");
});

test("the tone follows the background, whatever notation it has", () => {
  assert.equal(toneOf("#0e1117"), "dark");
  assert.equal(toneOf(" #fff "), "light");
  assert.equal(toneOf("rgb(23, 21, 18)"), "dark");
  assert.equal(toneOf("oklch(0.2 0 0)"), "light");
  assert.equal(toneOf(""), "light");
});

test("a kept view is used only where it belongs", () => {
  const bounds = [
    [39, 106.5],
    [40, 107.2],
  ];
  const view = JSON.stringify({ center: [39.5, 106.8], zoom: 10.5 });
  assert.deepEqual(parseView(view, bounds), { center: [39.5, 106.8], zoom: 10.5 });
  assert.equal(parseView(JSON.stringify({ center: [10, 20], zoom: 5 }), bounds), null);
  assert.equal(parseView('{"center":[39.5,106.8],"zoom":"x"}', bounds), null);
  assert.equal(parseView("not json", bounds), null);
  assert.equal(parseView(null, bounds), null);
});
