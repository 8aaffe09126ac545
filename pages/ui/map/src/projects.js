/** Projects of the chosen kinds: neighbours of one kind stand together as one icon with a count. */

import { DivIcon, LayerGroup, Marker } from "leaflet/dist/leaflet-src.esm.js";

import { el } from "./element.js";
import { isInside, symbolAt } from "./geometry.js";
import { groupProjects, visibleProjects } from "./grouping.js";
import { projectIcon } from "./icons.js";
import { asideOf } from "./nudge.js";
import { lineTo } from "./place_names.js";

const HALF_PX = 10;
const COUNT_PX = 8;

/** `grounds()` are the districts' shapes; `symbols()` circles `{at, r}` that icons keep off. */
export function createProjects(map, { pane, grounds, symbols }) {
  const layer = new LayerGroup().addTo(map);
  let drawn = "";
  let groups = [];
  let latest = null;

  /** Draw what the filter shows; says whether any icon came, went or moved. */
  function paint(places, filter) {
    latest = { places, filter };
    const { projects } = places;
    const visible = visibleProjects(projects, filter);
    const key = [places.version, places.lang, map.getZoom(), filter.district, visible].join("|");
    if (key === drawn) return false;
    drawn = key;
    layer.clearLayers();
    const points = visible.map((index) => {
      const { x, y } = map.project([projects.lat[index], projects.lon[index]]);
      return { index, kind: projects.kind[index], x, y };
    });
    groups = groupProjects(points);
    setAside(projects);
    for (const group of groups) layer.addLayer(markerOf(group, projects, filter));
    return true;
  }

  /** Each icon stands at its place, or beside it if something is there, but on its own ground. */
  function setAside(projects) {
    const circles = symbols().map(({ at, r }) => ({ ...pointOf(map.project(at)), r }));
    const taken = [];
    for (const group of groups) {
      group.at = map.unproject([group.x, group.y]);
      const code = projects.district[group.members[0]];
      const rings = grounds().find((shape) => shape.code === code)?.rings;
      const isOnGround = (x, y) => {
        const { lat, lng } = map.unproject([x, y]);
        return !rings || isInside(lat, lng, rings);
      };
      group.shift = asideOf(group, { taken, circles, half: HALF_PX, isOnGround });
      taken.push({ x: group.x + group.shift[0], y: group.y + group.shift[1] });
    }
  }

  const pointOf = ({ x, y }) => ({ x, y });

  function markerOf(group, projects, filter) {
    const { kind, members, shift } = group;
    const dim = filter.district && members.every((i) => projects.district[i] !== filter.district);
    const place = el("span", {
      class: "guatu-project-place",
      style: `left: ${shift[0] - HALF_PX}px; top: ${shift[1] - HALF_PX}px`,
    });
    place.append(projectIcon(kind, members.length));
    const leader = shift[0] || shift[1] ? lineTo(shift[0], shift[1], 0) : null;
    const icon = new DivIcon({
      html: el("span", {}, leader, place),
      className: `guatu-project${dim ? " is-dim" : ""}`,
      iconSize: [0, 0],
    });
    return new Marker(group.at, { icon, pane, interactive: false, keyboard: false });
  }

  const placed = () =>
    groups.map((group) => {
      const { x, y } = map.latLngToLayerPoint(group.at);
      return { group, x: x + group.shift[0], y: y + group.shift[1], r: HALF_PX };
    });

  /** The boxes the icons take, in layer pixels. */
  function boxes() {
    return placed().map(({ group, x, y, r }) => {
      const more = group.members.length > 1 ? COUNT_PX : 0;
      return { x0: x - r - 1, y0: y - r - 1 - more, x1: x + r + 1 + more, y1: y + r + 1 };
    });
  }

  /** The group whose icon lies under a layer point, or null. */
  function at({ x, y }, tolerance) {
    return symbolAt(placed(), x, y, tolerance)?.group ?? null;
  }

  return {
    paint,
    at,
    boxes,
    /** Group and place the icons anew: for another zoom, or when sizes have become known. */
    rebuild() {
      drawn = "";
      if (latest) paint(latest.places, latest.filter);
    },
    remove: () => layer.remove(),
  };
}
