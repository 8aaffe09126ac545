/** Which lines the trend shows: the thing looked at in front, its districts behind. */

const FIGURE_OF = {
  on_register: (figures) => figures.on_register.map((pair) => pair[0]),
  exited: (figures) => figures.exited.map((pair) => pair[0]),
  remaining: (figures) => figures.remaining.map((pair) => pair[0]),
  coverage: (figures) => figures.coverage,
};

function scopeValues(values, indicator, scope) {
  const district = values.districts?.[indicator]?.value?.[scope];
  if (district) return district;
  const figures = values.figures?.[scope];
  return figures && FIGURE_OF[indicator] ? FIGURE_OF[indicator](figures) : null;
}

/** `{main: {scope, values} | null, others: [{scope, values}]}` for a filter. */
export function trendSeries(places, values, filter) {
  const { indicator, district, village } = filter;
  const unit = places.units.code.indexOf(village);
  if (unit >= 0) {
    const row = values.units[indicator]?.value[unit];
    return { main: row ? { scope: village, values: row } : null, others: [] };
  }
  const main = scopeValues(values, indicator, district);
  const found = main ? { scope: district, values: main } : null;
  if (district) return { main: found, others: [] };
  const rows = values.districts?.[indicator]?.value ?? {};
  const others = Object.keys(rows).filter(Boolean);
  return { main: found, others: others.map((scope) => ({ scope, values: rows[scope] })) };
}

/** Unbroken runs of real numbers: `[[index, value], …]` pieces; gaps where nothing is known. */
export function runsOf(values) {
  const runs = [];
  let run = null;
  values.forEach((value, index) => {
    if (value === null || value === undefined || value < 0) {
      run = null;
      return;
    }
    if (!run) runs.push((run = []));
    run.push([index, value]);
  });
  return runs;
}

/** A round number at or above `value`, so that an axis ends on it. */
export function roundUp(value) {
  if (!(value > 0)) return 1;
  const step = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((n) => n * step).find((n) => n >= value);
}
