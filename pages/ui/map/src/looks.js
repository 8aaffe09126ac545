/**
 * Looks: the one-letter codes that say how a value is drawn, and where a row stands.
 *
 * "0".."4" a class, "z" a true zero, "n" no data, "s" suppressed, "w" withheld for the sake of
 * a suppressed neighbour, "a" a share of nobody. The last four are numbers below zero or null.
 */

export const CLASSES = ["0", "1", "2", "3", "4"];
export const ZERO = "z";
export const NO_DATA = "n";
export const SUPPRESSED = "s";
export const WITHHELD = "w";
export const NOT_APPLICABLE = "a";
export const EXCEPTIONS = [ZERO, NO_DATA, SUPPRESSED, WITHHELD, NOT_APPLICABLE];
/** Looks that are explained only where they occur: most maps have none of them. */
export const RARE = [WITHHELD, NOT_APPLICABLE];

/** Numbers that are not figures: what they mean, in the order in which the table lists them. */
export const STATES = { "-1": SUPPRESSED, "-2": WITHHELD, "-3": NOT_APPLICABLE };
const STATE_WEIGHTS = { [SUPPRESSED]: -1, [WITHHELD]: -2, [NO_DATA]: -3, [NOT_APPLICABLE]: -4 };

/** The state of a value that is no figure, or "" for a real number. */
export function stateOf(value) {
  if (value === null || value === undefined) return NO_DATA;
  return value < 0 ? (STATES[value] ?? WITHHELD) : "";
}

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

/** A number to sort by: what is no figure has no place among the figures and comes after them. */
const weight = (value) => STATE_WEIGHTS[stateOf(value)] ?? value;

/** Indexes of the rows within the scope, largest value first, ties in the given order. */
export function rankRows(rows, stop, inScope) {
  const weights = rows.map((row) => weight(row?.[stop]));
  return rows
    .map((_, i) => i)
    .filter((i) => inScope[i])
    .sort((a, b) => weights[b] - weights[a] || a - b);
}

/** Ranks of ranked rows: equal values share one (1, 1, 3), what is no figure has none. */
export function rankNumbers(rows, stop, ranked) {
  let rank = 0;
  return ranked.map((index, i) => {
    const value = rows[index]?.[stop];
    if (stateOf(value)) return null;
    if (i === 0 || value !== rows[ranked[i - 1]]?.[stop]) rank = i + 1;
    return rank;
  });
}

/** Does a look occur in any row at any stop? A legend must not change while time runs. */
export function hasLook(rows, look) {
  return rows.some((row) => row?.includes(look));
}

/** The largest real number of the rows at a stop, for bars; 0 when there is none. */
export function largestAt(rows, stop, indexes) {
  return indexes.reduce((most, i) => Math.max(most, rows[i]?.[stop] ?? 0), 0);
}
