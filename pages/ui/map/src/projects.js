/** Projects of the chosen kinds: neighbours of one kind stand together as one icon with a count. */

import { DivIcon, LayerGroup, Marker } from "leaflet/dist/leaflet-src.esm.js";

import { symbolAt } from "./geometry.js";
import { groupProjects, visibleProjects } from "./grouping.js";
import { projectIcon } from "./icons.js";

const LIFT_PX = 15;
const STEP_PX = 22;
const HALF_PX = 10;

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
    remove: () => layer.remove(),
  };
}
