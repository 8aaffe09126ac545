/** Sizes in pixels: symbols by class, ground distances by zoom. */

import { SUPPRESSED } from "./looks.js";

const RADII_PX = [5, 6.5, 8.5, 10.5, 13, 16];
/** Households of each size class: the smallest hides how few they are. */
export const SIZE_LABELS = ["<5", "5–20", "21–50", "51–100", "101–200", ">200"];
const SUPPRESSED_LEAST_PX = 7.5;
const EARTH_CIRCUMFERENCE_M = 40075016.686;
const MANY_UNITS = 200;
const ROOMY_ZOOM = 11;
const CROWDED_SCALE = 0.6;

/** Radius of a size class; units of unknown size are small. "<5" needs room to be read. */
export function radiusOf(sizeClass, look = "") {
  const radius = RADII_PX[sizeClass] ?? RADII_PX[0];
  return look === SUPPRESSED ? Math.max(radius, SUPPRESSED_LEAST_PX) : radius;
}

/** How many pixels a ground distance takes at a latitude and zoom of web Mercator. */
export function metersToPixels(distanceM, lat, zoom) {
  const parallelM = EARTH_CIRCUMFERENCE_M * Math.cos((lat * Math.PI) / 180);
  return (distanceM * 256 * 2 ** zoom) / parallelM;
}

/** Many units on a small scale are drawn smaller, or they would be one heap. */
export function crowdScale(count, zoom) {
  return count > MANY_UNITS && zoom < ROOMY_ZOOM ? CROWDED_SCALE : 1;
}
