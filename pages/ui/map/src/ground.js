/** What lies under the units: districts, river, bridges, towns and their names. */

import { LayerGroup, Polyline } from "leaflet/dist/leaflet-src.esm.js";

import { isOpenAt } from "./filter.js";
import { latLngOf, linesOf, nearestDirection } from "./geometry.js";
import { groundNames } from "./ground_names.js";
import { BridgeMarker, DistrictShape, TownMarker } from "./ground_shapes.js";
import { lookAt } from "./looks.js";
import { OrderedCanvas } from "./symbols.js";

/** Create the ground of `places` on a map; `names` and `ground` are pane names. */
export function createGround(map, { pane, namesPane }) {
  const canvas = new OrderedCanvas({ pane, padding: 0.3 });
  const group = new LayerGroup().addTo(map);
  let shapes = [];
  let bridges = [];
  let inked = [];
  let riverNames = [];

  function build(places, palette) {
    canvas.order = [];
    group.clearLayers();
    const { districts, river, bridges: bridgeSet, towns } = places.layers;
    shapes = districts.features.map((feature) => new DistrictShape(feature, canvas));
    const lines = river.features.flatMap((feature) => linesOf(feature.geometry));
    const water = lines.flatMap((line) => [
      new Polyline(line, { renderer: canvas, interactive: false, weight: 5.5 }),
      new Polyline(line, { renderer: canvas, interactive: false, weight: 3.2 }),
    ]);
    bridges = bridgeSet.features.map((feature) => bridgeOf(feature, lines));
    const squares = towns.features.map((feature) => {
      const at = latLngOf(feature.geometry.coordinates);
      return new TownMarker(at, { renderer: canvas, interactive: false, radius: 5 });
    });
    inked = [...squares, ...bridges];
    water.forEach((layer, i) => (layer.water = i % 2 ? "water" : "waterLine"));
    const layers = [...shapes, ...water, ...bridges, ...squares];
    layers.forEach((layer) => group.addLayer(layer));
    canvas.order = layers;
    riverNames = groundNames(places, lines, namesPane);
    riverNames.forEach((name) => group.addLayer(name));
    recolor(palette);
  }

  function bridgeOf(feature, lines) {
    const at = latLngOf(feature.geometry.coordinates);
    const bridge = new BridgeMarker(at, { renderer: canvas, interactive: false, radius: 10 });
    const { id, kind, open_from: from, open_until: until } = feature.properties;
    const days = { open_from: from, open_until: until };
    return Object.assign(bridge, {
      id,
      rail: kind === "rail",
      days,
      angle: nearestDirection(lines, at),
    });
  }

  function recolor(palette) {
    inked.forEach((layer) => (layer.palette = palette));
    for (const layer of canvas.order ?? []) {
      if (layer.water) layer.setStyle({ color: palette[layer.water], opacity: 1 });
    }
  }

  /** Take the look of a filter: the fill and line of each district, which bridges are open. */
  function paint({ filter, stop, values, indicator, palette, colors }) {
    const rows = values?.districts?.[filter.indicator]?.class ?? {};
    for (const shape of shapes) {
      const chosen = filter.district === shape.code;
      const dim = Boolean(filter.district) && !chosen;
      const look = lookAt(rows[shape.code], stop);
      const shaded = filter.mode === "shade" && values && !dim;
      shape.mark = {
        fill: shaded ? { look, color: indicator.colors[look], palette } : palette.land,
        band: colors[shape.code] ?? palette.faint,
        bandAlpha: dim ? 0.1 : 0.3,
        line: chosen ? palette.ink : palette.inkSoft,
        width: chosen ? 1.6 : 0.8,
      };
    }
    for (const bridge of bridges) bridge.open = isOpenAt(bridge.days, filter.as_of);
    // The chosen district last, so that its line lies on top of its neighbours'.
    shapes.sort((a, b) => (a.code === filter.district) - (b.code === filter.district));
    canvas.order = [...shapes, ...canvas.order.filter((layer) => !shapes.includes(layer))];
    canvas.repaint();
  }

  return {
    canvas,
    build,
    recolor,
    paint,
    shapes: () => shapes,
    bridges: () => bridges,
    /** The elements of the river's name. */
    nameElements: () => riverNames.map((name) => name.getElement()?.firstChild).filter(Boolean),
    remove: () => group.remove(),
  };
}
