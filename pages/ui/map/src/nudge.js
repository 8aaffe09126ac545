/** Setting an icon a little aside: off what stands at its place, never off its own ground. */

const FARS = [0, 13, 19, 26, 34];
const TURNS = 12;

const OFFSETS = FARS.flatMap((far) =>
  far
    ? Array.from({ length: TURNS }, (_, i) => {
        const turn = (i / TURNS) * 2 * Math.PI;
        return [Math.round(far * Math.cos(turn)), Math.round(far * Math.sin(turn))];
      })
    : [[0, 0]],
);

/**
 * The shift `[right, down]` in pixels of an icon of half width `half` that belongs at `x`, `y`.
 *
 * The least one that is clear of other icons (`taken`, their middles) and symbols (`circles`) and
 * stays on the ground; failing that, one clear of icons; failing that, none.
 */
export function asideOf({ x, y }, { taken, circles, half, isOnGround }) {
  const isClear = ([right, down], { x: otherX, y: otherY }, least) =>
    Math.abs(x + right - otherX) >= least || Math.abs(y + down - otherY) >= least;
  const clearOfIcons = OFFSETS.filter(
    (shift) =>
      taken.every((other) => isClear(shift, other, 2 * half + 2)) &&
      isOnGround(x + shift[0], y + shift[1]),
  );
  const clearOfAll = clearOfIcons.find((shift) =>
    circles.every((circle) => isClear(shift, circle, half + circle.r)),
  );
  return clearOfAll ?? clearOfIcons[0] ?? [0, 0];
}
