// What moves by itself, and only when asked: playing through the frames, and flicker.

const FRAME = 120; // ms
const FLIP = 350; // ms: below three changes a second

/** @param {import("./viewer.js").Desk} desk */
export function player({ dispatch, getState, isReady, catalogue }) {
  let direction = 1;
  let timer = 0;
  const tick = () => {
    const { playing, at } = getState();
    if (!playing) {
      clearInterval(timer);
      timer = 0;
    } else if (isReady()) {
      const last = catalogue.positions.length - 1;
      if (at + direction > last || at + direction < 0) direction = -direction;
      dispatch({ type: "set", change: { at: at + direction } });
    }
  };
  return () => {
    if (!timer && getState().playing) timer = setInterval(tick, FRAME);
  };
}

/**
 * Show the sides in turn while the mode is flicker; where motion is to be reduced, only while
 * the button or key is held.
 *
 * @param {import("./viewer.js").Desk} desk
 */
export function flicker({ dispatch, getState, group }) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const button = group.querySelector("[data-action=flicker]");
  let held = false;
  let timer = 0;
  const tick = () => {
    const { mode, face } = getState();
    if (mode === "flicker" && (held || !calm.matches)) {
      dispatch({ type: "set", change: { face: face === "left" ? "right" : "left" } });
    } else {
      clearInterval(timer);
      timer = 0;
      if (face) dispatch({ type: "set", change: { face: "" } });
    }
  };
  const hold = (/** @type {boolean} */ on) => {
    held = on;
    if (calm.matches && (getState().mode === "flicker") !== on) dispatch({ type: "mode", mode: "flicker" });
  };
  button?.addEventListener("pointerdown", () => hold(true));
  for (const end of ["pointerup", "pointercancel", "pointerleave", "blur"]) button?.addEventListener(end, () => hold(false));
  return {
    /** A press that lasts: the key, and the button where motion is welcome. @param {boolean} on */
    toggle(on) {
      if (calm.matches) hold(on);
      else if (on) dispatch({ type: "mode", mode: "flicker" });
    },
    calm: () => calm.matches,
    update() {
      if (!timer && getState().mode === "flicker" && (held || !calm.matches)) {
        timer = setInterval(tick, FLIP);
        tick();
      }
    },
  };
}
