/** Numbers and dates as people read them. */

import { NO_DATA, NOT_APPLICABLE, stateOf, SUPPRESSED, WITHHELD, ZERO } from "./looks.js";

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

/** Is this a share or a ratio? Of a hidden one nothing is said, not even that it is small. */
export const isRate = ({ unit, decimals }) => unit === "%" || decimals > 0;

/** A number as it is written in a table; `texts` has the words for what is no figure. */
export function numberText(value, { lang = "zh-CN", decimals = 0, texts = {}, rate = false } = {}) {
  const state = stateOf(value);
  if (!state) return numberFormat(lang, decimals).format(value);
  if (state === SUPPRESSED && !rate) return SUPPRESSED_TEXT;
  return { [NO_DATA]: DASH, [NOT_APPLICABLE]: texts.not_applicable }[state] ?? withheldText(texts);
}

const withheldText = (texts) => texts.withheld_short ?? DASH;

/** A number with its unit; a unit stands only after something countable. */
export function amountText(value, unit, { lang, texts }) {
  const text = numberText(value, { lang, texts });
  return hasUnit(value) ? `${text} ${unit}` : text;
}

/** May a unit follow? After figures, "<5" and the dash, not after words. */
export const hasUnit = (value) => ![WITHHELD, NOT_APPLICABLE].includes(stateOf(value));

/** A value in words for readout and screen readers: its unit, or why there is none. */
export function valueText(value, indicator, { lang, texts }) {
  if (stateOf(value) === NO_DATA) return texts[lookTextKey(NO_DATA)];
  const rate = isRate(indicator);
  const number = numberText(value, { lang, texts, rate, decimals: indicator.decimals });
  if (stateOf(value) && (rate || !hasUnit(value))) return number;
  const gap = indicator.unit === "%" ? "" : " ";
  return `${number}${gap}${indicator.unit ?? ""}`.trim();
}

export function lookTextKey(look) {
  return {
    [ZERO]: "true_zero",
    [NO_DATA]: "no_data",
    [SUPPRESSED]: "suppressed",
    [WITHHELD]: "withheld",
    [NOT_APPLICABLE]: "not_applicable",
  }[look];
}

/** A day as the language writes it; the input is an ISO day without a zone. */
export function dayText(day, lang) {
  const style = lang.startsWith("en") ? "en-GB" : lang;
  const format = new Intl.DateTimeFormat(style, { dateStyle: "medium", timeZone: "UTC" });
  return format.format(new Date(`${day}T00:00:00Z`));
}
