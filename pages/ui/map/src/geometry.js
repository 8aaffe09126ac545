/**
 * Small plane geometry for labels and pointing.
 *
 * Leaflet wants latitude first, GeoJSON longitude: only `latLngOf` turns.
 */

export const latLngOf = ([lon, lat]) => [lat, lon];

/** Outer and inner rings of a Polygon or MultiPolygon, as [[lat, lon]…] rings. */
export function ringsOf(geometry) {
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  return polygons.map((rings) => rings.map((ring) => ring.map(latLngOf)));
}

/** Lines of a LineString or MultiLineString, as [[lat, lon]…] lists. */
export function linesOf(geometry) {
  const lines = geometry.type === "LineString" ? [geometry.coordinates] : geometry.coordinates;
  return lines.map((line) => line.map(latLngOf));
}

export function isInside(x, y, rings) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [ax, ay] = ring[i];
      const [bx, by] = ring[j];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
  }
  return inside;
}

function segmentDistance(x, y, [ax, ay], [bx, by]) {
  const dx = bx - ax;
  const dy = by - ay;
  const along = dx || dy ? ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy) : 0;
  const t = Math.max(0, Math.min(1, along));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

function edgeDistance(x, y, rings) {
  let least = Infinity;
  for (const ring of rings) {
    for (let i = 1; i < ring.length; i += 1) {
      least = Math.min(least, segmentDistance(x, y, ring[i - 1], ring[i]));
    }
  }
  return least;
}

function pointDistance(x, y, points) {
  return points.reduce((least, [px, py]) => Math.min(least, Math.hypot(px - x, py - y)), Infinity);
}

/**
 * The inner point farthest from the edge and from `avoid`, on a grid of `steps`.
 *
 * A good place for a name: in the open, not on top of the symbols.
 */
export function roomiestPoint(rings, avoid = [], steps = 24) {
  const xs = rings[0].map((point) => point[0]);
  const ys = rings[0].map((point) => point[1]);
  const [west, east] = [Math.min(...xs), Math.max(...xs)];
  const [south, north] = [Math.min(...ys), Math.max(...ys)];
  let best = { point: [(west + east) / 2, (south + north) / 2], room: -1 };
  for (let i = 1; i < steps; i += 1) {
    for (let j = 1; j < steps; j += 1) {
      const x = west + ((east - west) * i) / steps;
      const y = south + ((north - south) * j) / steps;
      if (!isInside(x, y, rings)) continue;
      const room = Math.min(edgeDistance(x, y, rings), pointDistance(x, y, avoid));
      if (room > best.room) best = { point: [x, y], room };
    }
  }
  return best.point;
}

/** The share of a line, among `steps`, whose surroundings are freest of `avoid`. */
export function roomiestShare(line, avoid, steps = 40) {
  let best = { share: 0.5, room: -1 };
  for (let i = 4; i <= steps - 4; i += 1) {
    const { point } = pointAlong(line, i / steps);
    const room = pointDistance(point[0], point[1], avoid);
    if (room > best.room) best = { share: i / steps, room };
  }
  return best.share;
}

/** Height by width of some rings as web Mercator shows them. */
export function screenAspect(rings) {
  const lats = rings[0].map((point) => point[0]);
  const lons = rings[0].map((point) => point[1]);
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  const width = Math.max(...lons) - Math.min(...lons);
  return (north - south) / Math.cos(((south + north) / 2) * (Math.PI / 180)) / (width || 1);
}

/** Direction on screen, counter-clockwise from east: Mercator stretches latitude by 1/cos. */
function screenAngle([lat, lon], [nextLat, nextLon]) {
  return Math.atan2((nextLat - lat) / Math.cos((lat * Math.PI) / 180), nextLon - lon);
}

/** The point at a share (0 to 1) of a line's length, and the direction there in radians. */
export function pointAlong(line, share) {
  const lengths = line
    .slice(1)
    .map((point, i) => Math.hypot(point[0] - line[i][0], point[1] - line[i][1]));
  let left = share * lengths.reduce((sum, length) => sum + length, 0);
  for (let i = 0; i < lengths.length; i += 1) {
    if (left <= lengths[i] || i === lengths.length - 1) {
      const t = lengths[i] ? Math.min(1, left / lengths[i]) : 0;
      const [a, b] = [line[i], line[i + 1]];
      const point = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
      return { point, angle: screenAngle(a, b) };
    }
    left -= lengths[i];
  }
  return { point: line[0], angle: 0 };
}

/** Direction (radians, counter-clockwise from east) of the piece of line nearest to a point. */
export function nearestDirection(lines, [x, y]) {
  let best = { distance: Infinity, angle: 0 };
  for (const line of lines) {
    for (let i = 1; i < line.length; i += 1) {
      const distance = segmentDistance(x, y, line[i - 1], line[i]);
      if (distance >= best.distance) continue;
      const [a, b] = [line[i - 1], line[i]];
      best = { distance, angle: screenAngle(a, b) };
    }
  }
  return best.angle;
}

/** The symbol under a pointer: the nearest one within its radius and a tolerance, or null. */
export function symbolAt(symbols, x, y, tolerance) {
  let best = null;
  let least = Infinity;
  for (const symbol of symbols) {
    const distance = Math.hypot(symbol.x - x, symbol.y - y);
    if (distance > symbol.r + tolerance || distance - (symbol.lift ?? 0) >= least) continue;
    least = distance - (symbol.lift ?? 0);
    best = symbol;
  }
  return best;
}
