/** The name of the river: along it, where the symbols leave most room. */

import { latLngOf, pointAlong, roomiestShare } from "./geometry.js";
import { isSetLetterByLetter, nameMarker } from "./place_names.js";

const RIVER_LETTER_STEP = 0.04;
const MANY_UNITS = 120;

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

/** Where units and bridges stand; the name keeps away. Too many fill everything anyway. */
function standing({ units, layers }) {
  const some = units.code.length > MANY_UNITS ? [] : units.lat.map((lat, i) => [lat, units.lon[i]]);
  const bridges = layers.bridges.features.map((feature) => latLngOf(feature.geometry.coordinates));
  return [...some.filter(([lat, lon]) => lat !== null && lon !== null), ...bridges];
}

/** Markers for the name of the river's first line. */
export function groundNames(places, lines, pane) {
  return lines.length ? riverNames(lines[0], places.texts.river ?? "", standing(places), pane) : [];
}
