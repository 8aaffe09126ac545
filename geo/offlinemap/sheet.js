"use strict";
// The signs of the offline map and what happens when one is chosen.
// Layers come from folium as ids, numbers and class characters; names are read from the page's
// own list and set as text. Nothing here makes HTML from a string.
const guatu = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const ACCURACY_ZOOM = 12;
  const BRIDGE_ZOOM = 10.5;
  // Glyphs of the kinds of project on a 16 × 16 tile: outlines, then filled parts.
  const GLYPHS = {
    greenhouse: ["M3 12.5V9a5 5 0 0 1 10 0v3.5ZM8 4v8.5M3 9h10"],
    pv_park: ["M4.6 4h6.8l2 6.5H2.6ZM3.7 7.2h8.6M6.6 4l-.6 6.5M9.4 4l.6 6.5M8 10.5V13M5.5 13h5"],
    vineyard: ["M8 3.2c1.2-1 2.6-.9 3.4-.2M8 3.2v1.6", "M6.1 6.2m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M9.9 6.2m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M8 9.2m-1.5 0a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0M8 12.2m-1.3 0a1.3 1.3 0 1 0 2.6 0a1.3 1.3 0 1 0-2.6 0"],
    workshop: ["M3 13V7.5L6.4 9.6V7.5L9.8 9.6V3.4h2.6L13 13ZM5.5 11.2h1M8.8 11.2h1"],
    tourism: ["M2.6 13 8 3.4 13.4 13ZM6.3 13 8 9.6 9.7 13"],
    other: ["M4 4h8v8H4Z"],
  };
  const plate = () => document.getElementById("plate");
  const names = new Map();
  const units = new Map();
  const projects = new Map();
  const labels = [];
  let radii = [];
  let chosen = null;

  const shape = (tag, attributes, parent) => {
    const node = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    if (parent) parent.append(node);
    return node;
  };
  const sign = (width, height = width) =>
    shape("svg", { class: "sign", width, height, viewBox: `${-width / 2} ${-height / 2} ${width} ${height}` });

  // ---- signs -------------------------------------------------------------------------------
  function unitSign(kind, radius) {
    const node = sign(2 * radius + 6);
    shape("circle", { class: "halo", r: radius + 1.4 }, node);
    shape("circle", { class: `disc class-${kind}`, r: radius }, node);
    if (kind === "z") shape("circle", { class: "centre", r: 1.7 }, node);
    if (kind === "n") {
      const arm = radius * 0.45;
      shape("path", { class: "strike", d: `M${-arm} ${-arm}L${arm} ${arm}M${-arm} ${arm}L${arm} ${-arm}` }, node);
    }
    if (kind === "s" || kind === "w") {
      shape("text", { class: "mark", y: 3.4 }, node).textContent = plate().dataset[kind === "s" ? "markS" : "markW"];
    }
    return node;
  }
  function areaSign(kind) {
    const node = sign(30, 16);
    shape("rect", { class: `area class-${kind}`, x: -14, y: -7, width: 28, height: 14 }, node);
    return node;
  }
  function projectSign(kind) {
    const node = sign(20);
    shape("rect", { class: "tile", x: -9, y: -9, width: 18, height: 18, rx: 3 }, node);
    const [outline, full] = GLYPHS[kind] || GLYPHS.other;
    const glyph = shape("g", { transform: "translate(-8 -8)" }, node);
    shape("path", { class: "glyph", d: outline }, glyph);
    if (full) shape("path", { class: "glyph-full", d: full }, glyph);
    return node;
  }
  function townSign() {
    const node = sign(10);
    shape("rect", { class: "town-sign", x: -3, y: -3, width: 6, height: 6 }, node);
    return node;
  }
  function bridgeSign(open) {
    const node = sign(22, 12);
    shape("path", { class: open ? "bridge-sign" : "bridge-sign closed", d: "M-9 -5L-6 -2.4H6L9 -5M-9 5L-6 2.4H6L9 5" }, node);
    return node;
  }
  function lineSign(kind) {
    const node = sign(34, 14);
    if (kind === "river") shape("path", { class: "river", d: "M-15 2C-9 -6 -4 7 2 1S11 -5 15 -1" }, node);
    else shape("circle", { class: "accuracy", r: 6.5 }, node);
    return node;
  }
  function legendSign(holder) {
    const { sign: kind, class: code, size } = holder.dataset;
    if (kind === "unit") return unitSign(code, size ? radii[Number(size)] : 8);
    if (kind === "area") return areaSign(code);
    if (kind === "town") return townSign();
    if (kind === "bridge" || kind === "bridge-closed") return bridgeSign(kind === "bridge");
    if (kind === "river" || kind === "accuracy") return lineSign(kind);
    return projectSign(kind);
  }

  // ---- layers, called by folium's script ------------------------------------------------------
  function marker(position, node, { kind, properties, rank = 0, active = false }) {
    const dim = properties.dim ? " dim" : "";
    const size = [node.getAttribute("width"), node.getAttribute("height")].map(Number);
    const icon = L.divIcon({ className: `mark-${kind}${dim}`, html: node, iconSize: size });
    return L.marker(position, { icon, keyboard: active, interactive: active, zIndexOffset: rank });
  }
  function note(kind, position, properties, { gap, rank, from = 0, rings = [] }) {
    const code = String(properties.id);
    if (labels.some((label) => label.kind === kind && label.code === code)) return; // styles are asked for twice
    labels.push({ kind, position: L.latLng(position), code, dim: properties.dim, gap, rank, from, rings });
  }
  function drawDistrict(feature) {
    const { id, class: code, dim, label_lat: lat, label_lon: lon } = feature.properties;
    const { type, coordinates } = feature.geometry;
    const rings = type === "Polygon" ? coordinates : coordinates.flat();
    note("districts", [lat, lon], feature.properties, { gap: 0, rank: 9, rings });
    const shaded = code ? ` shaded class-${code}` : "";
    return { className: `district district-${id}${shaded}${dim ? " dim" : ""}`, interactive: false };
  }
  function drawRiver(feature) {
    const { label_lat: lat, label_lon: lon } = feature.properties;
    note("river", [lat, lon], feature.properties, { gap: 9, rank: 0 });
    return { className: "river", interactive: false, fill: false };
  }
  function drawBridge({ properties }, position) {
    note("bridges", position, properties, { gap: 12, rank: 4, from: BRIDGE_ZOOM });
    return marker(position, bridgeSign(properties.open !== 0), { kind: "bridge", properties });
  }
  function drawTown({ properties }, position) {
    note("towns", position, properties, { gap: 6, rank: 3 });
    return marker(position, townSign(), { kind: "town", properties });
  }
  function drawProject({ properties }, position) {
    note("projects", position, properties, { gap: 11, rank: 5, from: 11 });
    const drawn = marker(position, projectSign(properties.kind), { kind: "project", properties, rank: 200 });
    projects.set(String(properties.id), { marker: drawn, position: L.latLng(position), shift: [0, 0] });
    return drawn;
  }
  function drawUnit({ properties }, position) {
    const shade = plate().dataset.mode === "shade";
    readPlate();
    const radius = shade ? 3.5 : radii[Number(properties.size)] || radii[0];
    const node = unitSign(shade ? "place" : properties.class, radius);
    const drawn = marker(position, node, { kind: "unit", properties, rank: 1000 - 20 * radius, active: true });
    const code = String(properties.id);
    const circle = L.circle(position, { radius: properties.accuracy_m || 0, className: "accuracy", interactive: false });
    units.set(code, { marker: drawn, circle, position: L.latLng(position) });
    note("units", position, properties, { gap: radius + 3, rank: properties.dim ? 2 : 1 });
    if (properties.chosen) chosen = code;
    drawn.on("click keypress", () => choose(code));
    drawn.on("mouseover", () => showCircle(code, true));
    drawn.on("mouseout", () => showCircle(code, false));
    return drawn;
  }

  // ---- choosing: map and table follow each other ------------------------------------------------
  let map = null;
  const row = (code) => [...document.querySelectorAll("tbody tr")].find((line) => line.dataset.code === code);
  function showCircle(code, hovered) {
    const { circle } = units.get(code);
    const wanted = hovered || code === chosen || map.getZoom() >= ACCURACY_ZOOM;
    if (wanted) circle.addTo(map);
    else circle.remove();
  }
  function showCircles() {
    for (const code of units.keys()) showCircle(code, false);
  }
  // Only the table scrolls to its row: on a phone the page must stay with the map.
  function scrollTable(line) {
    const box = line.closest(".table");
    if (box.scrollHeight > box.clientHeight) box.scrollTop = line.offsetTop - box.clientHeight / 2;
  }
  function choose(code, { move = false } = {}) {
    for (const [other, unit] of units) unit.marker.getElement().classList.toggle("chosen", other === code);
    for (const line of document.querySelectorAll("tbody tr")) line.classList.toggle("chosen", line.dataset.code === code);
    chosen = code;
    showCircles();
    const line = row(code);
    if (line && !move) scrollTable(line);
    if (move) plate().scrollIntoView({ block: "nearest" });
    if (move && units.has(code)) map.panInside(units.get(code).position, { padding: [60, 60] });
    tell(code, line);
  }
  function tell(code, line) {
    const picked = document.getElementById("picked");
    const heads = [...document.querySelectorAll("thead th")].slice(1).map((head) => head.textContent);
    const values = line ? [...line.querySelectorAll("td")].map((cell) => cell.textContent) : [];
    const name = document.createElement("b");
    name.textContent = names.get(code) || code;
    picked.replaceChildren(name, values.map((value, index) => `${heads[index]} ${value}`).join(" · "));
    picked.hidden = false;
  }

  // ---- names: each takes the first free place round its sign, or waits for a closer view -----------
  const DIRECTIONS = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 1], [1, -1], [-1, 1], [-1, -1]];
  const REACHES = [0, 16, 34, 52];
  const overlaps = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  const around = (point, x, y) => [point.x - x, point.y - y, point.x + x, point.y + y];

  // ---- projects: off the signs that stand at their place, never off their own district --------------
  const PROJECT_HALF = 10;
  const SHIFTS = [0, 13, 19, 26, 34].flatMap((far) =>
    far ? Array.from({ length: 12 }, (_, turn) => [Math.round(far * Math.cos(turn * Math.PI / 6)), Math.round(far * Math.sin(turn * Math.PI / 6))]) : [[0, 0]]);
  function placeProjects() {
    const areas = labels.filter((label) => label.kind === "districts").map((label) => label.rings);
    const signs = labels.filter((label) => ["units", "towns", "bridges"].includes(label.kind))
      .map((label) => ({ ...map.latLngToLayerPoint(label.position), reach: PROJECT_HALF + Math.max(4, label.gap - 3) }));
    const placed = [];
    for (const project of projects.values()) {
      const point = map.latLngToLayerPoint(project.position);
      const ground = areas.find((rings) => isWithin(rings, project.position.lng, project.position.lat));
      project.shift = shiftOf(point, ground, signs, placed);
      placed.push(point.add(project.shift));
      setProject(project, point);
    }
  }
  function shiftOf(point, ground, signs, placed) {
    const clear = (middle, other, reach) => Math.abs(middle.x - other.x) >= reach || Math.abs(middle.y - other.y) >= reach;
    const options = SHIFTS.filter((shift) => {
      const middle = point.add(shift);
      const { lng, lat } = map.layerPointToLatLng(middle);
      return placed.every((other) => clear(middle, other, 2 * PROJECT_HALF + 2)) && (!ground || isWithin(ground, lng, lat));
    });
    return options.find((shift) => signs.every((other) => clear(point.add(shift), other, other.reach))) || options[0] || [0, 0];
  }
  function setProject(project, point) {
    const [right, down] = project.shift;
    const icon = project.marker.getElement();
    icon.style.marginLeft = `${right - PROJECT_HALF}px`;
    icon.style.marginTop = `${down - PROJECT_HALF}px`;
    if (!project.line) {
      project.line = document.createElement("span");
      project.line.className = "leader";
      map.getPane("names").append(project.line);
    }
    const { style } = project.line;
    [style.left, style.top, style.width] = [`${point.x}px`, `${point.y}px`, `${Math.hypot(right, down)}px`];
    style.transform = `rotate(${Math.atan2(down, right)}rad)`;
  }

  function makeLabels() {
    map.createPane("names").style.zIndex = 590;
    for (const label of labels) {
      const name = names.get(label.code);
      label.node = document.createElement("span");
      const kind = { districts: "district-name", river: "label river-name" }[label.kind] || `label ${label.kind}`;
      label.node.className = label.dim ? `${kind} dim` : kind;
      if (label.kind === "districts" && /^[\x20-\u024f]+$/.test(name || "")) label.node.classList.add("latin");
      label.node.textContent = name || "";
      label.line = document.createElement("span");
      label.line.className = "leader";
      map.getPane("names").append(label.line, label.node);
    }
    labels.sort((one, other) => one.rank - other.rank || other.position.lat - one.position.lat);
  }
  function placeLabels() {
    const zoom = map.getZoom();
    placeProjects();
    const shiftOfLabel = (label) => (label.kind === "projects" ? projects.get(label.code).shift : [0, 0]);
    const points = new Map(labels.map((label) => [label, map.latLngToLayerPoint(label.position).add(shiftOfLabel(label))]));
    const taken = labels
      .filter((label) => label.kind !== "districts" && label.kind !== "river")
      .map((label) => around(points.get(label), label.gap - 2, label.gap - 2));
    for (const label of labels) {
      const point = points.get(label);
      if (label.kind === "districts") {
        const { x, y } = groundPlace(label, point, taken);
        label.node.style.left = `${x}px`;
        label.node.style.top = `${y}px`;
        taken.push(around({ x, y }, label.node.offsetWidth / 2, label.node.offsetHeight / 2));
        continue;
      }
      const place = zoom >= label.from && label.node.textContent ? freePlace(label, point, taken) : null;
      label.node.hidden = label.line.hidden = !place;
      if (place) setLabel(label, point, place, taken);
    }
  }
  // A district's name stands on its own ground, as near its middle as signs and names allow.
  const isWithin = (rings, lon, lat) => {
    let within = false;
    for (const ring of rings) {
      for (let at = 0, before = ring.length - 1; at < ring.length; before = at++) {
        const [[x, y], [u, v]] = [ring[at], ring[before]];
        if (y > lat !== v > lat && lon < ((u - x) * (lat - y)) / (v - y) + x) within = !within;
      }
    }
    return within;
  };
  const OFFSETS = [0, 18, 36, 54, 72, 90, 120].flatMap((far) =>
    far ? Array.from({ length: 12 }, (_, turn) => [far * Math.cos(turn * Math.PI / 6), far * Math.sin(turn * Math.PI / 6)]) : [[0, 0]]);
  function groundPlace(label, point, taken) {
    const [half, tall] = [label.node.offsetWidth / 2, label.node.offsetHeight / 2];
    const free = OFFSETS.map(([right, down]) => L.point(point.x + right, point.y + down))
      .filter((middle) => !taken.some((box) => overlaps(box, around(middle, half, tall))));
    const stands = (middle, share) => [-share * half, 0, share * half].every((shift) => {
      const { lng, lat } = map.layerPointToLatLng(L.point(middle.x + shift, middle.y));
      return isWithin(label.rings, lng, lat);
    });
    for (const share of [0.95, 0.6, 0]) {
      const place = free.find((middle) => stands(middle, share));
      if (place) return place;
    }
    return point;
  }
  function freePlace(label, point, taken) {
    const [width, height] = [label.node.offsetWidth || 60, 14];
    for (const reach of label.kind === "units" ? REACHES : REACHES.slice(0, 1)) {
      for (const [right, down] of DIRECTIONS) {
        const gap = (label.gap + reach) * (right && down ? 0.75 : 1);
        const x = point.x + right * gap + (right - 1) * (width / 2);
        const y = point.y + down * gap + (down - 1) * (height / 2);
        const box = [x, y, x + width, y + height];
        if (!taken.some((other) => overlaps(box, other))) return { x, y, box, right, down, reach };
      }
    }
    return null;
  }
  function setLabel(label, point, { x, y, box, right, down, reach }, taken) {
    label.node.style.left = `${x}px`;
    label.node.style.top = `${y}px`;
    taken.push(box);
    label.line.hidden = reach === 0;
    const end = { x: right > 0 ? box[0] : right < 0 ? box[2] : point.x, y: down > 0 ? box[1] : down < 0 ? box[3] : point.y };
    const [dx, dy] = [end.x - point.x, end.y - point.y];
    const long = Math.hypot(dx, dy);
    const start = Math.min(long, label.gap - 3);
    label.line.style.left = `${point.x + (dx / long) * start}px`;
    label.line.style.top = `${point.y + (dy / long) * start}px`;
    label.line.style.width = `${Math.max(0, long - start)}px`;
    label.line.style.transform = `rotate(${Math.atan2(dy, dx)}rad)`;
  }

  // ---- frame: degrees on the edges ----------------------------------------------------------------
  const degrees = (value, letters) => {
    const minutes = Math.round(Math.abs(value) * 60);
    const rest = minutes % 60 ? `${String(minutes % 60).padStart(2, "0")}′` : "";
    return `${Math.floor(minutes / 60)}°${rest}${letters[value < 0 ? 1 : 0]}`;
  };
  const multiples = (low, high, step) => {
    const first = Math.ceil(low / step);
    return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, at) => (first + at) * step);
  };
  let grid = null;
  function drawFrame() {
    const frame = document.querySelector(".neatline");
    for (const node of frame.querySelectorAll(".degree")) node.remove();
    if (grid) grid.remove();
    const view = map.getBounds();
    const [south, north, west, east] = [view.getSouth(), view.getNorth(), view.getWest(), view.getEast()];
    const step = [1 / 60, 1 / 30, 1 / 12, 1 / 6, 0.25, 0.5, 1, 2, 5].find((size) => (north - south) / size <= 6) || 10;
    const lats = multiples(south, north, step);
    const lons = multiples(west, east, step);
    const lines = [
      ...lats.map((lat) => [[lat, west - 1], [lat, east + 1]]),
      ...lons.map((lon) => [[south - 1, lon], [north + 1, lon]]),
    ];
    grid = L.polyline(lines, { className: "graticule", interactive: false, pane: "grid" }).addTo(map);
    for (const lat of lats) degree(frame, "lat", degrees(lat, "NS"), map.latLngToContainerPoint([lat, west]).y);
    for (const lon of lons) degree(frame, "lon", degrees(lon, "EW"), map.latLngToContainerPoint([north, lon]).x);
  }
  function degree(frame, kind, text, at) {
    const limit = kind === "lat" ? frame.clientHeight : frame.clientWidth;
    if (at < 20 || at > limit - 20) return;
    const node = document.createElement("span");
    node.className = `degree ${kind}`;
    node.textContent = text;
    node.style.left = kind === "lat" ? "-9px" : `${at}px`;
    node.style.top = kind === "lat" ? `${at}px` : "-16px";
    frame.append(node);
  }

  // ---- start --------------------------------------------------------------------------------------
  function readPlate() {
    if (!radii.length) radii = plate().dataset.radii.split(",").map(Number);
  }
  function fit() {
    const [west, south, east, north] = plate().dataset.bounds.split(",").map(Number);
    map.fitBounds([[south, west], [north, east]], { padding: [6, 6], animate: false });
  }
  // Paper has its own size: the map is laid out anew for it, whole, and put back afterwards.
  function print() {
    let view = null;
    const lay = (printing) => {
      document.documentElement.classList.toggle("printing", printing);
      map.invalidateSize({ animate: false });
    };
    window.addEventListener("beforeprint", () => {
      view = [map.getCenter(), map.getZoom()];
      lay(true);
      fit();
      placeLabels();
      drawFrame();
    });
    window.addEventListener("afterprint", () => {
      lay(false);
      if (view) map.setView(...view, { animate: false });
    });
  }
  function finish(drawn) {
    map = drawn;
    readPlate();
    for (const item of document.querySelectorAll("#guatu-names li")) names.set(item.dataset.code, item.textContent);
    for (const holder of document.querySelectorAll(".legend [data-sign]")) holder.append(legendSign(holder));
    const { zoomIn, zoomOut } = plate().dataset;
    L.control.zoom({ zoomInTitle: zoomIn, zoomOutTitle: zoomOut }).addTo(map);
    L.control.scale({ imperial: false, maxWidth: 130 }).addTo(map);
    map.createPane("grid").style.zIndex = 395;
    fit();
    makeLabels();
    for (const [code, unit] of units) unit.marker.getElement().setAttribute("aria-label", names.get(code) || code);
    for (const button of document.querySelectorAll("tbody button")) {
      const { code } = button.closest("tr").dataset;
      button.addEventListener("click", () => choose(code, { move: true }));
    }
    map.on("zoomend viewreset resize", placeLabels);
    map.on("moveend resize", drawFrame);
    map.on("zoomstart", () => { map.getPane("names").hidden = true; });
    map.on("zoomend", () => { map.getPane("names").hidden = false; showCircles(); placeLabels(); });
    placeLabels();
    drawFrame();
    showCircles();
    if (chosen) choose(chosen);
    print();
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(plate());
    document.documentElement.dataset.ready = "true";
  }
  return { drawDistrict, drawRiver, drawBridge, drawTown, drawUnit, drawProject, finish };
})();
