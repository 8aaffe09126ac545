import assert from "node:assert/strict";
import { test } from "node:test";

import { figureTexts } from "../../pages/ui/map/src/figures.js";
import { describeThing } from "../../pages/ui/map/src/readout.js";
import { isCarriedForward, playingEnd } from "../../pages/ui/map/src/slider.js";

const texts = {
  unit_person: "人",
  unit_household: "户",
  no_gap: "没有缺口",
  households: "户数",
  no_data: "无数据",
  withheld_short: "不显示",
  not_applicable: "不适用",
  most_in: "最多：{place} {n} 户",
};
const about = { lang: "zh-CN", texts, nameOf: (code) => `村${code}` };
const figures = {
  on_register: [[1515, 560]],
  exited: [[-1, -1]],
  remaining: [[91, 33]],
  coverage: [null],
  gap: [{ text: "未落实措施", count: 38, unit: "7", there: 12 }],
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

test("withheld numbers and shares of nobody are words, without a unit", () => {
  const kept = { ...figures, remaining: [[-2, -2]], coverage: [-3] };
  const { remaining, coverage } = figureTexts(kept, 0, about);
  assert.deepEqual(remaining, { value: "不显示", unit: "", detail: "不显示" });
  assert.deepEqual(coverage, { value: "不适用", unit: "", detail: "" });
  const { coverage: hidden } = figureTexts({ ...figures, coverage: [-1] }, 0, about);
  assert.deepEqual(hidden, { value: "不显示", unit: "", detail: "" });
});

test("the place with most of a gap is told with its own number, never with the total", () => {
  const gapOf = (there) =>
    figureTexts({ ...figures, gap: [{ ...figures.gap[0], there }] }, 0, about).gap;
  assert.equal(gapOf(12).most, "最多：村7 12 户");
  assert.equal(gapOf(-1).most, "最多：村7 <5 户");
  assert.equal(gapOf(null).most, "村7");
});

test("a gap of a measure nobody recorded is no data, not none", () => {
  const unknown = { ...figures, gap: [{ text: "", count: null, unit: "" }] };
  const { gap } = figureTexts(unknown, 0, about);
  assert.deepEqual(gap, { value: "", unit: "", detail: "无数据" });
});

test("the gap names its place; none is a sentence, not a zero", () => {
  const { gap } = figureTexts(figures, 0, about);
  assert.equal(gap.value, "38");
  assert.equal(gap.unit, "户");
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

test("the readout tells the households its indicator rests on", () => {
  const scene = {
    places: {
      units: { name: ["村"], district: ["d"], town: ["t"] },
      names: {},
      lang: "zh-CN",
      texts,
    },
    values: {
      units: { exited: { value: [[3]] } },
      households: { remaining: [[1]], exited: [[2]], on_register: [[3]] },
    },
    filter: { indicator: "exited" },
    stop: 0,
    indicator: { label: "已脱贫", unit: "人", decimals: 0, base: "exited" },
  };
  assert.deepEqual(describeThing({ unit: 0 }, scene).lines[1], ["户数", "2"]);
});

test("playing ends at the last event, and after it at the last stop", () => {
  const places = {
    stops: ["2016-01-01", "2016-11-30", "2016-12-31", "2017-01-31"],
    last_event_on: "2016-12-29",
  };
  assert.deepEqual(
    [0, 1, 2, 3].map((from) => playingEnd(places, from)),
    [2, 2, 3, 3],
  );
  assert.equal(playingEnd({ ...places, last_event_on: null }, 0), 3);
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
