/** Which projects are shown, and which of them stand together as one icon. */

const CELL_PX = 40;

/**
 * Projects in groups of one kind whose first members lie within a cell's width.
 *
 * `points` are `{index, kind, x, y}` in pixels. Each group stands where its first member
 * does and has its members.
 */
export function groupProjects(points, cellPx = CELL_PX) {
  const groups = [];
  const near = (group, x, y) => Math.hypot(group.x - x, group.y - y) < cellPx;
  for (const { index, kind, x, y } of points) {
    const own = groups.find((group) => group.kind === kind && near(group, x, y));
    if (own) own.members.push(index);
    else groups.push({ kind, x, y, members: [index] });
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
