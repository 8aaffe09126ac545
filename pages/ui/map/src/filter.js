/** The filter: plain object in, plain object out. Nothing here touches the page. */

export const MODES = ["symbols", "shade"];
export const ALL_MEASURES = "all";

const codesOf = (list) => list.map((item) => item.code);
const known = (value, allowed, fallback) => (allowed.includes(value) ? value : fallback);

/** The last stop on or before a day; the first stop for earlier days. */
export function stopIndex(stops, day) {
  let index = 0;
  for (let i = 0; i < stops.length; i += 1) if (stops[i] <= day) index = i;
  return index;
}

/** The filter as the places can show it: unknown codes fall back, days become stops. */
export function settleFilter(filter, places) {
  const indicators = codesOf(places.indicators);
  const wanted = filter.kinds ?? [];
  return {
    district: known(filter.district ?? "", districtCodes(places), ""),
    measure: known(filter.measure ?? "", codesOf(places.measures), ""),
    as_of: places.stops[stopIndex(places.stops, filter.as_of ?? "")],
    indicator: known(filter.indicator, indicators, indicators[0] ?? ""),
    kinds: codesOf(places.kinds).filter((kind) => wanted.includes(kind)),
    village: known(filter.village ?? "", places.units.code, ""),
    mode: known(filter.mode, MODES, MODES[0]),
  };
}

/** What is drawn, as one string; equal strings are equal pictures of one data version. */
export function drawnKey(filter) {
  const { measure, district, as_of: asOf, indicator, mode, kinds } = filter;
  return [measure, district, asOf, indicator, mode, kinds.join(",")].join("|");
}

export function isSameFilter(one, other) {
  if (!one || !other) return false;
  return drawnKey(one) === drawnKey(other) && one.village === other.village;
}

/** The address of a measure's values; every measure together is named, not left empty. */
export function valuesUrl(template, measure) {
  return template.replace("{measure}", encodeURIComponent(measure || ALL_MEASURES));
}

export function districtCodes(places) {
  return places.layers.districts.features.map((feature) => String(feature.properties.id));
}

/** For each unit, whether it lies in the chosen district (all do when none is chosen). */
export function scopeOf(units, district) {
  return units.district.map((code) => !district || code === district);
}

/** Is something with these days there at `day`? An empty day is open on that side. */
export function isOpenAt({ open_from: from, open_until: until }, day) {
  return (!from || from <= day) && (!until || day < until);
}
