/** Waiting for our style sheet: before it, the map element has no height. */

const STYLE_WAIT_MS = 5000;
const LOOK_AGAIN_MS = 16;

/** Call `then` once the style sheet is in force on `root`; returns what ends the waiting. */
export function whenStyled(root, then) {
  const started = Date.now();
  let timer = 0;
  const look = () => {
    const isStyled = getComputedStyle(root).getPropertyValue("--g-styled").trim() === "1";
    if (isStyled || Date.now() - started > STYLE_WAIT_MS) then();
    else timer = setTimeout(look, LOOK_AGAIN_MS);
  };
  look();
  return () => clearTimeout(timer);
}
