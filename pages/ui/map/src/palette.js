/** Colours for canvas: the style sheet is their only source, this reads them from it. */

const NAMES = [
  "ink",
  "ink-soft",
  "faint",
  "paper",
  "land",
  "water",
  "water-line",
  "mark",
  "hollow",
  "hollow-line",
  "outline",
  "seal",
];

/** "dark" or "light", from a CSS colour; unreadable colours count as light. */
export function toneOf(color) {
  const channels = channelsOf(String(color ?? "").trim());
  if (!channels) return "light";
  const [red, green, blue] = channels;
  return red * 0.299 + green * 0.587 + blue * 0.114 < 110 ? "dark" : "light";
}

function channelsOf(color) {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(color)?.[1];
  if (hex) {
    const pairs = hex.length < 6 ? [...hex].map((digit) => digit + digit) : hex.match(/../g);
    return pairs.slice(0, 3).map((pair) => Number.parseInt(pair, 16));
  }
  const numbers = /^rgba?\(([^)]+)\)$/i.exec(color)?.[1].match(/[\d.]+/g);
  return numbers && numbers.length >= 3 ? numbers.slice(0, 3).map(Number) : null;
}

export function readTone(root) {
  return toneOf(getComputedStyle(root).getPropertyValue("--st-background-color"));
}

export function readPalette(root) {
  const style = getComputedStyle(root);
  const entries = NAMES.map((name) => [
    name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()),
    style.getPropertyValue(`--g-${name}`).trim() || "#777",
  ]);
  return { ...Object.fromEntries(entries), tone: root.dataset.tone };
}
