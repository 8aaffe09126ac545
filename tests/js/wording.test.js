import assert from "node:assert/strict";
import { test } from "node:test";

import {
  amountText,
  dayText,
  fill,
  lookTextKey,
  numberText,
  valueText,
} from "../../pages/ui/map/src/wording.js";

const texts = {
  no_data: "无数据",
  true_zero: "零",
  suppressed: "少于 5",
  withheld_short: "不显示",
  not_applicable: "不适用",
};

test("places in a text are filled; without a place the fact is appended", () => {
  assert.equal(fill("还有 {n} 行", { n: 3 }), "还有 3 行");
  assert.equal(fill("截至", { date: "2016-12-31" }), "截至 2016-12-31");
});

test("a text is never filled twice", () => {
  assert.equal(fill("{n}", { n: "{n} {{7*7}} ${alert(1)}" }), "{n} {{7*7}} ${alert(1)}");
});

test("no data, suppressed and zero read differently", () => {
  assert.equal(numberText(null), "–");
  assert.equal(numberText(-1), "<5");
  assert.equal(numberText(0), "0");
  assert.equal(numberText(1515), "1,515");
  assert.equal(numberText(83.333, { decimals: 1 }), "83.3");
});

test("a value carries its unit, a missing one its reason", () => {
  const people = { unit: "人", decimals: 0 };
  const share = { unit: "%", decimals: 1 };
  const about = { lang: "zh-CN", texts };
  assert.equal(valueText(91, people, about), "91 人");
  assert.equal(valueText(98.25, share, about), "98.3%");
  assert.equal(valueText(null, people, about), "无数据");
});

test("of a hidden share nothing is said, of a hidden number that it is small", () => {
  const people = { unit: "人", decimals: 0 };
  const share = { unit: "%", decimals: 1 };
  const about = { lang: "zh-CN", texts };
  assert.deepEqual(
    [-1, -2, -3].map((value) => valueText(value, people, about)),
    ["<5 人", "不显示", "不适用"],
  );
  assert.deepEqual(
    [-1, -2, -3].map((value) => valueText(value, share, about)),
    ["不显示", "不显示", "不适用"],
  );
  assert.equal(numberText(-1, { texts, rate: true }), "不显示");
  assert.equal(amountText(-2, "户", about), "不显示");
  assert.equal(amountText(-1, "户", about), "<5 户");
});

test("each exceptional look has its text", () => {
  assert.deepEqual(["z", "n", "s", "w", "a"].map(lookTextKey), [
    "true_zero",
    "no_data",
    "suppressed",
    "withheld",
    "not_applicable",
  ]);
});

test("a day does not slip into its neighbour in any time zone", () => {
  assert.equal(dayText("2016-12-31", "zh-CN"), "2016年12月31日");
  assert.match(dayText("2016-12-31", "en"), /31 Dec 2016/);
});
