/** The Leaflet map: made once, painted often, moved only by the reader. */

import {
  Control,
  LatLngBounds,
  Map as LeafletMap,
  TileLayer,
} from "leaflet/dist/leaflet-src.esm.js";

import { isInside, latLngOf, ringsOf } from "./geometry.js";
import { createFrame } from "./frame.js";
import { createGround } from "./ground.js";
import { createProjects } from "./projects.js";
import { createUnitNames, steadyRadius } from "./unit_names.js";
import { createUnits } from "./units.js";
import { forgetView, keepView, recallView } from "./viewport.js";

const PANES = { ground: 350, "ground-names": 380, units: 450, names: 470, projects: 480 };
const MOUSE_TOLERANCE_PX = 3;
const TOUCH_TOLERANCE_PX = 14;
const KEEP_VIEW_MS = 250;
// A chosen unit nearer to the edge than this is brought in, to this far from it.
const EDGE_PX = 12;
const REVEAL_PX = 72;
const SIGN_PX = 6;
const DEFAULT_MAX_ZOOM = 15;

const wantsStillness = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function createLeaflet(element) {
  const still = wantsStillness();
  const map = new LeafletMap(element, {
    preferCanvas: true,
    zoomControl: false,
    // Leaflet's line would set its text as markup; ours is a text node below the map.
    attributionControl: false,
    zoomSnap: 0.05,
    zoomDelta: 0.75,
    wheelPxPerZoomLevel: 110,
    minZoom: 3,
    maxZoom: DEFAULT_MAX_ZOOM,
    zoomAnimation: !still,
    markerZoomAnimation: !still,
    fadeAnimation: false,
    inertia: !still,
  });
  for (const [name, zIndex] of Object.entries(PANES)) map.createPane(name).style.zIndex = zIndex;
  return map;
}

/** The land itself, without the margin that the places' bounds have for other uses. */
function landBounds({ layers, bounds }) {
  const points = layers.districts.features.flatMap(({ geometry }) => ringsOf(geometry).flat(2));
  return points.length ? new LatLngBounds(points) : bounds;
}

/**
 * Create the map in `element`.
 *
 * `on` has `select(code)`, `district(code)`, `sized()` (the sheet has got a size: paint now) and
 * `hover(thing | null)`, where a thing is `{unit}`, `{project}`, `{bridge}` or `{district}`.
 * `overlays()` are the elements that lie over the map.
 */
export function createMapView(element, frameCanvas, { on, padding, bandPx, overlays }) {
  const map = createLeaflet(element);
  const frame = createFrame(map, frameCanvas, { bandPx });
  let parts = null;
  let tiles = null;
  let scale = null;
  let latest = null;
  let firstView = null;
  let placed = false;
  let touched = false;
  let width = 0;
  let pointerFrame = 0;
  let keepTimer = 0;

  function fit() {
    if (!latest) return;
    map.fitBounds(landBounds(latest.places), { ...padding(), animate: false });
  }

  /** The first view: the one given, the one kept, or everything. Layers come after it. */
  function place() {
    if (placed || !latest || element.clientWidth < 40 || element.clientHeight < 40) return;
    placed = true;
    width = element.clientWidth;
    map.invalidateSize({ animate: false });
    const view = firstView ?? recallView(latest.places.bounds);
    if (view) map.setView(view.center, view.zoom, { animate: false });
    else fit();
    touched = Boolean(view);
    parts = {
      ground: createGround(map, { pane: "ground", namesPane: "ground-names" }),
      units: createUnits(map, { pane: "units" }),
    };
    parts.projects = createProjects(map, {
      pane: "projects",
      grounds: parts.ground.shapes,
      symbols: circles,
    });
    parts.names = createUnitNames(map, {
      pane: "names",
      groundPane: "ground-names",
      inTheWay: () => ({
        elements: [...overlays(), scale.getContainer(), ...parts.ground.nameElements()],
        boxes: parts.projects.boxes(),
      }),
    });
    scale = new Control.Scale({
      metric: true,
      imperial: false,
      maxWidth: 110,
      position: "bottomright",
    });
    scale.addTo(map);
    build();
    reveal(latest.filter.village);
  }

  /** Bring a chosen unit into the free part of the sheet, if it is not there. */
  function reveal(code) {
    const { units } = latest.places;
    const i = units.code.indexOf(code);
    if (i < 0 || units.lat[i] === null || units.lon[i] === null) return;
    const [left, top] = padding().paddingTopLeft;
    const at = [units.lat[i], units.lon[i]];
    const { x, y } = map.latLngToContainerPoint(at);
    const size = map.getSize();
    if (x > left && y > top && x < size.x - EDGE_PX && y < size.y - EDGE_PX) return;
    map.panInside(at, {
      paddingTopLeft: [left + REVEAL_PX, top + REVEAL_PX],
      paddingBottomRight: [REVEAL_PX, REVEAL_PX],
      animate: false,
    });
  }

  function build() {
    const { places, palette, values } = latest;
    setTiles(places.basemap);
    map.setMaxBounds([
      [places.bounds[0][0] - 3, places.bounds[0][1] - 4],
      [places.bounds[1][0] + 3, places.bounds[1][1] + 4],
    ]);
    parts.ground.build(places, palette);
    parts.units.build(places);
    parts.projects.paint(places, latest.filter);
    parts.names.build(places, values, parts.ground.shapes());
    frame.setPalette(palette);
  }

  function setTiles(basemap) {
    if (tiles) tiles.remove();
    tiles = null;
    map.setMaxZoom(basemap?.max_zoom ?? DEFAULT_MAX_ZOOM);
    if (basemap) tiles = new TileLayer(basemap.url, { maxZoom: basemap.max_zoom }).addTo(map);
  }

  /** Draw a scene: `{places, values, filter, stop, indicator, palette}`. Never moves the view. */
  function paint(scene) {
    const before = latest;
    latest = scene;
    element.classList.toggle("is-shaded", scene.filter.mode === "shade");
    if (!placed) place();
    else if (before?.places !== scene.places) build();
    else if (!before.values && scene.values) {
      parts.projects.rebuild();
      parts.names.build(scene.places, scene.values, parts.ground.shapes());
    }
    if (!placed) return false;
    if (before && before.palette !== scene.palette) {
      parts.ground.recolor(scene.palette);
      frame.setPalette(scene.palette);
    }
    const colors = scene.places.district_colors ?? {};
    const isOtherMode = before && before.filter.mode !== scene.filter.mode;
    parts.ground.paint({ ...scene, colors });
    if (scene.values) parts.units.paint(scene);
    parts.names.paint(scene.filter.district);
    // Icons that come or go make or need room; otherwise names stay where they are.
    const hasMoved = parts.projects.paint(scene.places, scene.filter);
    if (hasMoved || isOtherMode) parts.names.layOut();
    return true;
  }

  /** What stands on the map at any time, units at their largest: icons keep off it. */
  function circles() {
    const { units, layers } = latest.places;
    const places = units.lat.map((lat, i) => [lat, units.lon[i]]);
    const signs = [...layers.towns.features, ...layers.bridges.features].map((feature) => ({
      at: latLngOf(feature.geometry.coordinates),
      r: SIGN_PX,
    }));
    return [
      ...places.map((at, i) => ({ at, r: steadyRadius(latest.values?.size[i]) })),
      ...signs,
    ].filter(({ at }) => at[0] !== null && at[1] !== null);
  }

  function thingAt(event, tolerance) {
    const unit = parts.units.at(event.layerPoint, tolerance);
    if (unit >= 0) return { unit };
    const project = parts.projects.at(event.layerPoint, tolerance);
    if (project) return { project };
    const bridge = parts.ground
      .bridges()
      .find((marker) => marker._point && marker._point.distanceTo(event.layerPoint) < 9);
    if (bridge) return { bridge: bridge.id };
    const { lat, lng } = event.latlng;
    const shape = parts.ground.shapes().find(({ rings }) => isInside(lat, lng, rings));
    return shape ? { district: shape.code } : null;
  }

  function onMove(event) {
    if (!parts || pointerFrame) return;
    pointerFrame = requestAnimationFrame(() => {
      pointerFrame = 0;
      if (!parts) return;
      const thing = thingAt(event, MOUSE_TOLERANCE_PX);
      parts.units.hover(thing?.unit ?? -1);
      element.classList.toggle("is-pointing", thing?.unit !== undefined);
      on.hover(thing);
    });
  }

  function onOut() {
    parts?.units.hover(-1);
    on.hover(null);
  }

  function onClick(event) {
    if (!parts || !latest) return;
    const isTouch = event.originalEvent.pointerType === "touch";
    const thing = thingAt(event, isTouch ? TOUCH_TOLERANCE_PX : MOUSE_TOLERANCE_PX);
    on.hover(thing);
    if (thing?.unit !== undefined) on.select(latest.places.units.code[thing.unit]);
    else if (thing?.district && latest.filter.mode === "shade") on.district(thing.district);
  }

  function onMoved() {
    parts?.names.layOut();
    clearTimeout(keepTimer);
    if (touched)
      keepTimer = setTimeout(() => keepView(map.getCenter(), map.getZoom()), KEEP_VIEW_MS);
  }

  function onZoomed() {
    parts?.units.rescale();
    parts?.projects.rebuild();
  }

  function touch() {
    touched = true;
  }

  map.on("mousemove", onMove).on("mouseout", onOut).on("click", onClick);
  map.on("moveend", onMoved).on("zoomend", onZoomed);
  element.addEventListener("pointerdown", touch);
  element.addEventListener("wheel", touch, { passive: true });
  element.addEventListener("keydown", touch);

  const observer = new ResizeObserver(() => {
    if (!placed) {
      on.sized();
      return;
    }
    map.invalidateSize({ animate: false });
    // Another width is another device or window, not a filter: show everything again, unless
    // the reader has chosen a view.
    if (!touched && Math.abs(element.clientWidth - width) > 1) fit();
    width = element.clientWidth;
    frame.draw();
  });
  observer.observe(element);

  return {
    map,
    paint,
    parts: () => parts,
    setFirstView: (view) => (firstView = view),
    zoomBy(step) {
      touch();
      map.setZoom(map.getZoom() + step);
    },
    reset() {
      touched = false;
      clearTimeout(keepTimer);
      forgetView();
      fit();
    },
    reveal: (code) => placed && reveal(code),
    layOutNames: () => parts?.names.layOut(),
    showTiles: (shown) => tiles && tiles.getContainer()?.classList.toggle("is-off", !shown),
    highlight: (index) => parts?.units.hover(index),
    destroy() {
      cancelAnimationFrame(pointerFrame);
      clearTimeout(keepTimer);
      observer.disconnect();
      frame.remove();
      parts?.names.remove();
      map.remove();
      parts = null;
    },
  };
}
