/** The printed frame: two fine lines, degrees between them, a faint graticule inside. */

const STEPS_MINUTES = [120, 60, 30, 15, 10, 5, 2, 1];
const MIN_SPACING_PX = 74;
const LADDER_PARTS = 3;

/** Graticule step in minutes of arc, so that labels stand at least `spacing` pixels apart. */
export function graticuleStep(pixelsPerDegree, spacing = MIN_SPACING_PX) {
  const fitting = STEPS_MINUTES.filter((step) => (step / 60) * pixelsPerDegree >= spacing);
  return fitting.at(-1) ?? STEPS_MINUTES[0];
}

/** Multiples of `stepMinutes` between two degrees, as degrees. */
export function graticuleLines(fromDegrees, toDegrees, stepMinutes) {
  const first = Math.ceil((fromDegrees * 60) / stepMinutes);
  const last = Math.floor((toDegrees * 60) / stepMinutes);
  const count = Math.max(0, last - first + 1);
  return Array.from({ length: count }, (_, i) => ((first + i) * stepMinutes) / 60);
}

export function degreeText(degrees) {
  const minutes = Math.round(Math.abs(degrees) * 60);
  return `${Math.floor(minutes / 60)}°${String(minutes % 60).padStart(2, "0")}′`;
}

function axisOf(map, size, isLon, step) {
  const bounds = map.getBounds();
  const [from, to] = isLon
    ? [bounds.getWest(), bounds.getEast()]
    : [bounds.getSouth(), bounds.getNorth()];
  const centre = map.getCenter();
  const place = (degrees) => {
    const at = isLon ? [centre.lat, degrees] : [degrees, centre.lng];
    const point = map.latLngToContainerPoint(at);
    return isLon ? point.x : point.y;
  };
  const marks = (minutes) =>
    graticuleLines(from, to, minutes).map((degrees) => ({ degrees, at: place(degrees) }));
  return { major: marks(step), minor: marks(step / LADDER_PARTS), length: isLon ? size.x : size.y };
}

export function createFrame(map, canvas, { bandPx }) {
  let palette = null;
  let ratio = 1;

  function step() {
    const centre = map.getCenter();
    const west = map.latLngToContainerPoint([centre.lat, centre.lng - 0.5]);
    const east = map.latLngToContainerPoint([centre.lat, centre.lng + 0.5]);
    return graticuleStep(east.x - west.x);
  }

  function draw() {
    if (!palette) return;
    const size = map.getSize();
    const band = bandPx();
    const [width, height] = [size.x + 2 * band, size.y + 2 * band];
    ratio = Math.min(2, window.devicePixelRatio || 1);
    if (
      canvas.width !== Math.round(width * ratio) ||
      canvas.height !== Math.round(height * ratio)
    ) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const ctx = canvas.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, width, height);
    paintLines(ctx, width, height, band);
    const minutes = step();
    const axes = [axisOf(map, size, true, minutes), axisOf(map, size, false, minutes)];
    axes.forEach((axis, i) => paintSide(ctx, axis, { width, height, band, isLon: i === 0 }));
  }

  function paintLines(ctx, width, height, band) {
    ctx.strokeStyle = palette.ink;
    ctx.lineWidth = 1.4;
    ctx.strokeRect(0.7, 0.7, width - 1.4, height - 1.4);
    ctx.lineWidth = 0.7;
    ctx.strokeRect(band - 0.5, band - 0.5, width - 2 * band + 1, height - 2 * band + 1);
  }

  /** Ticks on both opposite sides, labels along the first (top or left). */
  function paintSide(ctx, { major, minor, length }, { width, height, band, isLon }) {
    const far = isLon ? height : width;
    const tick = (at, from, to) => {
      ctx.moveTo(isLon ? band + at : from, isLon ? from : band + at);
      ctx.lineTo(isLon ? band + at : to, isLon ? to : band + at);
    };
    ctx.strokeStyle = palette.inkSoft;
    ctx.lineWidth = 0.7;
    ctx.beginPath();
    for (const { at } of minor) {
      tick(at, band - 3, band);
      tick(at, far - band, far - band + 3);
    }
    for (const { at } of major) {
      tick(at, band - 6, band);
      tick(at, far - band, far - band + 6);
    }
    ctx.stroke();
    ctx.save();
    ctx.globalAlpha = 0.16;
    ctx.beginPath();
    for (const { at } of major) tick(at, band, far - band);
    ctx.stroke();
    ctx.restore();
    if (band >= 12) paintDegrees(ctx, major, { band, length, far, isLon });
  }

  function paintDegrees(ctx, major, { band, length, far, isLon }) {
    ctx.font = "9.5px 'Noto Serif SC', 'Songti SC', serif";
    ctx.fillStyle = palette.inkSoft;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    for (const { degrees, at } of major) {
      if (at < 8 || at > length - 44) continue;
      for (const edge of [band / 2 - 0.5, far - band / 2 + 0.5]) {
        ctx.save();
        if (isLon) ctx.translate(band + at + 4, edge);
        else {
          ctx.translate(edge, band + at + 4);
          ctx.rotate(Math.PI / 2);
        }
        ctx.fillText(degreeText(degrees), 0, 0.5);
        ctx.restore();
      }
    }
  }

  map.on("move zoomend resize viewreset", draw);
  return {
    draw,
    setPalette(next) {
      palette = next;
      draw();
    },
    remove: () => map.off("move zoomend resize viewreset", draw),
  };
}
