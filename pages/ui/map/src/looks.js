/**
 * Looks: the one-letter codes that say how a value is drawn, and where a row stands.
 *
 * "0".."4" a class, "z" a true zero, "n" no data, "s" suppressed.
 */

export const CLASSES = ["0", "1", "2", "3", "4"];
export const ZERO = "z";
export const NO_DATA = "n";
export const SUPPRESSED = "s";
export const EXCEPTIONS = [ZERO, NO_DATA, SUPPRESSED];

/** The look in a row of class letters at a stop; a missing row is no data. */
export function lookAt(row, stop) {
  return row?.[stop] ?? NO_DATA;
}

/** How many rows within the scope have each look at a stop. */
export function countLooks(rows, stop, inScope) {
  const counts = Object.fromEntries([...CLASSES, ...EXCEPTIONS].map((look) => [look, 0]));
  rows.forEach((row, i) => {
    if (inScope[i]) counts[lookAt(row, stop)] = (counts[lookAt(row, stop)] ?? 0) + 1;
  });
  return counts;
}

/** A number to sort by: suppressed (1 to 4) between zero and the rest, no data last. */
function weight(value) {
  if (value === null || value === undefined) return -1;
  return value < 0 ? 0.5 : value;
}

/** Indexes of the rows within the scope, largest value first, ties in the given order. */
export function rankRows(rows, stop, inScope) {
  const weights = rows.map((row) => weight(row?.[stop]));
  return rows
    .map((_, i) => i)
    .filter((i) => inScope[i])
    .sort((a, b) => weights[b] - weights[a] || a - b);
}

/** The largest real number of the rows at a stop, for bars; 0 when there is none. */
export function largestAt(rows, stop, indexes) {
  return indexes.reduce((most, i) => Math.max(most, rows[i]?.[stop] ?? 0), 0);
}
