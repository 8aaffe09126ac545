import assert from "node:assert/strict";
import { test } from "node:test";

import { figureTexts } from "../../pages/ui/map/src/figures.js";
import { describeThing } from "../../pages/ui/map/src/readout.js";
import { isCarriedForward } from "../../pages/ui/map/src/slider.js";

const texts = {
  unit_person: "人",
  unit_household: "户",
  no_gap: "没有缺口",
  households: "户数",
  no_data: "无数据",
};
const about = { lang: "zh-CN", texts, nameOf: (code) => `村${code}` };
const figures = {
  on_register: [[1515, 560]],
  exited: [[-1, -1]],
  remaining: [[91, 33]],
  coverage: [null],
  gap: [{ text: "未落实措施", count: 38, unit: "7" }],
};

test("a figure has its number, unit and households", () => {
  const { on_register: figure } = figureTexts(figures, 0, about);
  assert.deepEqual(figure, { value: "1,515", unit: "人", detail: "560 户" });
});

test("suppressed and missing figures say so", () => {
  const worded = figureTexts(figures, 0, about);
  assert.equal(worded.exited.value, "<5");
  assert.equal(worded.coverage.value, "–");
  assert.equal(worded.coverage.unit, "");
  assert.equal(figureTexts(undefined, 0, about).remaining.value, "–");
});

test("the gap names its place; none is a sentence, not a zero", () => {
  const { gap } = figureTexts(figures, 0, about);
  assert.equal(gap.value, "38");
  assert.equal(gap.place, "村7");
  const none = figureTexts({ ...figures, gap: [null] }, 0, about).gap;
  assert.deepEqual(none, { value: "", unit: "", detail: "没有缺口" });
});

test("a readout repeats a hostile name as it is written", () => {
  const name = "<img src=x onerror=alert(1)> {{7*7}} ${alert(1)} `x`";
  const scene = {
    places: {
      units: { name: [name], district: ["d"], town: ["t"] },
      names: { d: "海南区" },
      lang: "zh-CN",
      texts,
    },
    values: { units: { remaining: { value: [[3]] } }, households: [[1]] },
    filter: { indicator: "remaining" },
    stop: 0,
    indicator: { label: "未脱贫", unit: "人", decimals: 0 },
  };
  const described = describeThing({ unit: 0 }, scene);
  assert.equal(described.name, name);
  assert.equal(described.where, "海南区");
  assert.deepEqual(described.lines[0], ["未脱贫", "3 人"]);
});

test("a month without events is carried forward, the month of the last event is not", () => {
  const places = {
    stops: ["2016-01-01", "2016-11-30", "2016-12-31", "2017-01-31"],
    last_event_on: "2016-12-29",
  };
  assert.deepEqual(
    [0, 1, 2, 3].map((stop) => isCarriedForward(places, stop)),
    [false, false, false, true],
  );
  assert.ok(!isCarriedForward({ ...places, last_event_on: null }, 3));
});
