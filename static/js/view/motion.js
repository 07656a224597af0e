// What moves by itself, and only when asked: playing through the frames and back, and flicker.

const PLAY = 120; // ms
const FLIP = 350; // ms: below three changes a second

/**
 * Call `tick` at intervals for as long as `wanted` says so; check by calling what is returned.
 *
 * @param {number} pause @param {() => boolean} wanted @param {() => void} tick
 */
function whilst(pause, wanted, tick) {
  let timer = 0;
  return () => {
    if (Boolean(timer) === wanted()) return;
    clearInterval(timer);
    timer = wanted() ? setInterval(tick, pause) : 0;
  };
}

/** @param {import("./viewer.js").Desk} desk */
export function player({ set, getState, stage, catalogue }) {
  let direction = 1;
  return whilst(PLAY, () => getState().playing, () => {
    if (stage.dataset.state === "loading") return;
    const { at } = getState();
    if (!catalogue.positions[at + direction]) direction = -direction;
    set({ at: at + direction });
  });
}

/**
 * Show the sides in turn while the mode is flicker; where motion is to be reduced, only while
 * the button or key is held.
 *
 * @param {import("./viewer.js").Desk} desk
 */
export function flicker({ dispatch, set, getState, group, say }) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const button = group.querySelector("[data-action=flicker]");
  const toggle = () => dispatch({ type: "mode", mode: "flicker" });
  let held = false;
  let flipped = false;
  const hold = (/** @type {boolean} */ on) => {
    held = on;
    if (on) flipped = false;
    if (calm.matches && (getState().mode === "flicker") !== on) toggle();
  };
  button?.addEventListener("pointerdown", () => hold(true));
  for (const end of ["pointerup", "pointerleave", "blur"]) button?.addEventListener(end, () => hold(false));
  return {
    start: () => (calm.matches ? hold(true) : toggle()),
    end: () => hold(false),
    click: () => {
      if (!calm.matches) toggle();
      else if (!flipped) say("Hold the button, or T, to flicker", "flicker");
      flipped = false;
    },
    update: whilst(
      FLIP,
      () => getState().mode === "flicker" && (held || !calm.matches),
      () => {
        flipped = true;
        set({ face: getState().face === "left" ? "right" : "left" });
      },
    ),
  };
}
