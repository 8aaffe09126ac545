/** How many households a unit's value rests on: each indicator counts others. */

export function householdsOf(values, indicator) {
  const held = values?.households;
  if (!held) return [];
  return Array.isArray(held) ? held : (held[indicator.base] ?? held.remaining ?? []);
}
