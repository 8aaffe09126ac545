/** Projects of the chosen kinds: neighbours of one kind stand together as one icon with a count. */

import { DivIcon, LayerGroup, Marker } from "leaflet/dist/leaflet-src.esm.js";

import { symbolAt } from "./geometry.js";
import { projectIcon } from "./icons.js";

const CELL_PX = 40;
const LIFT_PX = 15;
const STEP_PX = 22;
const HALF_PX = 10;

/**
 * Projects in groups of one kind whose first members lie within a cell's width.
 *
 * `points` are `{index, kind, x, y}` in pixels. Each group stands where its first member does
 * and has its members and a `turn`: its place among the groups of other kinds beside it.
 */
export function groupProjects(points, cellPx = CELL_PX) {
  const groups = [];
  const near = (group, x, y) => Math.hypot(group.x - x, group.y - y) < cellPx;
  for (const { index, kind, x, y } of points) {
    const beside = groups.filter((group) => near(group, x, y));
    const own = beside.find((group) => group.kind === kind);
    if (own) own.members.push(index);
    else groups.push({ kind, x, y, members: [index], turn: beside.length });
  }
  return groups;
}

/** Which projects a filter shows: chosen kinds that exist at its day and have a place. */
export function visibleProjects(projects, filter) {
  const { kind, lat, lon, from } = projects;
  return kind
    .map((_, i) => i)
    .filter((i) => filter.kinds.includes(kind[i]) && lat[i] !== null && lon[i] !== null)
    .filter((i) => !from?.[i] || from[i] <= filter.as_of);
}

export function createProjects(map, { pane }) {
  const layer = new LayerGroup().addTo(map);
  let drawn = "";
  let groups = [];
  let latest = null;

  function paint(places, filter) {
    latest = { places, filter };
    const { projects } = places;
    const visible = visibleProjects(projects, filter);
    const key = [places.version, places.lang, map.getZoom(), filter.district, visible].join("|");
    if (key === drawn) return;
    drawn = key;
    layer.clearLayers();
    const points = visible.map((index) => {
      const { x, y } = map.project([projects.lat[index], projects.lon[index]]);
      return { index, kind: projects.kind[index], x, y };
    });
    groups = groupProjects(points);
    for (const group of groups) layer.addLayer(markerOf(group, projects, filter));
  }

  function markerOf(group, projects, filter) {
    const { kind, members, turn } = group;
    const dim = filter.district && members.every((i) => projects.district[i] !== filter.district);
    const iconAnchor = [HALF_PX - LIFT_PX - turn * STEP_PX, HALF_PX + LIFT_PX];
    const icon = new DivIcon({
      html: projectIcon(kind, members.length),
      className: `guatu-project${dim ? " is-dim" : ""}`,
      iconSize: [2 * HALF_PX, 2 * HALF_PX],
      iconAnchor,
    });
    const at = map.unproject([group.x, group.y]);
    Object.assign(group, { at, shift: [HALF_PX - iconAnchor[0], HALF_PX - iconAnchor[1]] });
    return new Marker(at, { icon, pane, interactive: false, keyboard: false });
  }

  /** The group whose icon lies under a layer point, or null. */
  function at({ x, y }, tolerance) {
    const symbols = groups.map((group) => {
      const point = map.latLngToLayerPoint(group.at);
      return { group, x: point.x + group.shift[0], y: point.y + group.shift[1], r: HALF_PX };
    });
    return symbolAt(symbols, x, y, tolerance)?.group ?? null;
  }

  return {
    paint,
    at,
    regroup: () => latest && paint(latest.places, latest.filter),
    count: () => groups.length,
    remove: () => layer.remove(),
  };
}
