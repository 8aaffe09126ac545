/** Names of districts and of the river: in the open, away from the symbols. */

import { latLngOf, pointAlong, roomiestPoint, roomiestShare, screenAspect } from "./geometry.js";
import { isSetLetterByLetter, nameMarker } from "./place_names.js";

const RIVER_LETTER_STEP = 0.04;
const UPRIGHT_ASPECT = 1.7;
const MANY_UNITS = 120;
// Latitude and longitude factors: a degree of longitude is shorter, a name is long one way.
const LEVEL_STRETCH = [1.3, 0.5];
const UPRIGHT_STRETCH = [0.65, 1];

function riverNames(line, text, avoid, pane) {
  const share = roomiestShare(line, avoid);
  const set = (at, part, turn) => {
    const { point, angle } = pointAlong(line, at);
    const style = turn
      ? `transform: translate(-50%, -50%) rotate(${-angle}rad) translateY(-11px)`
      : "";
    return {
      point,
      marker: nameMarker(point, part, { pane, className: "guatu-river-name", style }),
    };
  };
  if (!isSetLetterByLetter(text)) return [set(share, text, true).marker];
  const half = ((text.length - 1) / 2) * RIVER_LETTER_STEP;
  const places = [...text].map((_, i) => share - half + i * RIVER_LETTER_STEP);
  // Read from north to south, whichever way the line was drawn.
  const runsNorth = pointAlong(line, 0).point[0] < pointAlong(line, 1).point[0];
  if (runsNorth) places.reverse();
  return [...text].map((letter, i) => set(places[i], letter, false).marker);
}

/** The roomiest point for a name that is longer one way: degrees are shrunk along its length. */
function openPlace(rings, avoid, [byLat, byLon]) {
  const shrink = ([lat, lon]) => [lat * byLat, lon * byLon];
  const [lat, lon] = roomiestPoint(
    rings.map((ring) => ring.map(shrink)),
    avoid.map(shrink),
  );
  return [lat / byLat, lon / byLon];
}

/** Where units and bridges stand; names keep away from them. Too many fill everything anyway. */
function standing({ units, layers }) {
  const some = units.code.length > MANY_UNITS ? [] : units.lat.map((lat, i) => [lat, units.lon[i]]);
  const bridges = layers.bridges.features.map((feature) => latLngOf(feature.geometry.coordinates));
  return [...some.filter(([lat, lon]) => lat !== null && lon !== null), ...bridges];
}

function districtName(text, rings, avoid, pane) {
  const isHan = isSetLetterByLetter(text);
  const isUpright = isHan && screenAspect(rings) > UPRIGHT_ASPECT;
  const script = isUpright ? " is-upright" : isHan ? "" : " is-latin";
  const at = openPlace(rings, avoid, isUpright ? UPRIGHT_STRETCH : LEVEL_STRETCH);
  return nameMarker(at, text, { pane, className: `guatu-district-name${script}` });
}

/** Markers for the names of `shapes` (districts with rings) and of the river's first line. */
export function groundNames(places, shapes, lines, pane) {
  const { names, texts } = places;
  const avoid = standing(places);
  const districts = shapes.map(({ code, rings }) =>
    districtName(names[code] ?? code, rings, avoid, pane),
  );
  const river = lines.length ? riverNames(lines[0], texts.river ?? "", avoid, pane) : [];
  return [...districts, ...river];
}
