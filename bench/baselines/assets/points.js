// How the dash-leaflet baseline draws one unit: a function known to the page, as its manual shows.
// The colours repeat bench/baselines/palette.py.
window.benchMap = window.benchMap || {};
window.benchMap.points = {
  colors: {
    0: "#fdd49e", 1: "#fdbb84", 2: "#fc8d59", 3: "#e34a33", 4: "#b30000",
    z: "#ffffff", o: "#d9d9d9",
  },
  shown: "",
  hideout: null,
  // A canvas cannot be read back: keep one letter a unit of the layer now being drawn, and let the
  // measurement look once all of it is there.
  note(letter, hideout) {
    const { points } = window.benchMap;
    if (points.hideout !== hideout) {
      points.hideout = hideout;
      points.shown = "";
      queueMicrotask(() => window.guatuBench?.check());
    }
    points.shown += letter;
  },
  draw(feature, latlng, context) {
    const { district, measure } = context.hideout;
    const own = feature.properties;
    const outside = district !== "" && district !== own.district;
    const letter = outside ? "o" : own.classes[measure];
    window.benchMap.points.note(letter, context.hideout);
    const fillColor = window.benchMap.points.colors[letter];
    return L.circleMarker(latlng, {
      radius: 7, color: "#444444", weight: 1, fillColor, fillOpacity: 0.9,
    });
  },
};
