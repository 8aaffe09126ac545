/** Numbers and dates as people read them. */

import { NO_DATA, SUPPRESSED } from "./looks.js";

export const SUPPRESSED_TEXT = "<5";
const DASH = "–";

/** A translated text with its `{name}` places filled; a lone value without a place is appended. */
export function fill(text, facts) {
  let used = false;
  const filled = String(text ?? "").replace(/\{(\w+)\}/g, (whole, name) => {
    if (!(name in facts)) return whole;
    used = true;
    return String(facts[name]);
  });
  return used ? filled : [filled, ...Object.values(facts)].join(" ").trim();
}

const formats = new Map();

function numberFormat(lang, decimals) {
  const key = `${lang}|${decimals}`;
  if (!formats.has(key)) {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    formats.set(key, new Intl.NumberFormat(lang, digits));
  }
  return formats.get(key);
}

export function numberText(value, { lang = "zh-CN", decimals = 0 } = {}) {
  if (value === null || value === undefined) return DASH;
  if (value < 0) return SUPPRESSED_TEXT;
  return numberFormat(lang, decimals).format(value);
}

/** A value in words for readout and screen readers: its unit, or why there is none. */
export function valueText(value, indicator, { lang, texts }) {
  if (value === null || value === undefined) return texts[lookTextKey(NO_DATA)];
  const number = numberText(value, { lang, decimals: indicator.decimals });
  const gap = indicator.unit === "%" ? "" : " ";
  return `${number}${gap}${indicator.unit ?? ""}`.trim();
}

export function lookTextKey(look) {
  return { z: "true_zero", n: "no_data", s: "suppressed" }[look === SUPPRESSED ? "s" : look];
}

/** A day as the language writes it; the input is an ISO day without a zone. */
export function dayText(day, lang) {
  const style = lang.startsWith("en") ? "en-GB" : lang;
  const format = new Intl.DateTimeFormat(style, { dateStyle: "medium", timeZone: "UTC" });
  return format.format(new Date(`${day}T00:00:00Z`));
}
