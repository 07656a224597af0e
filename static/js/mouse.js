// Mouse and pen on the stage. The handle and, while the picture fits, the picture itself move the
// split; a zoomed picture is panned. Other buttons than the first stay the browser's.

import { isFitted } from "./state.js";

const SLOP = 3; // CSS pixels that a click may wander

/** @param {import("./viewer.js").Desk} desk */
export function mouse({ stage, dispatch, getState }) {
  /** @type {{id: number, kind: "split" | "pan", grab: number, x: number, y: number, moved: boolean} | null} */
  let drag = null;
  let touched = false;

  stage.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    const target = /** @type {Element} */ (event.target);
    if (touched || event.button !== 0 || target.closest("button, .problem")) return;
    const handle = target.closest(".handle");
    const box = stage.getBoundingClientRect();
    const split = box.left + getState().split * box.width;
    const kind = handle || isFitted(getState()) || getState().zoom < 1 ? "split" : "pan";
    drag = { id: event.pointerId, kind, grab: handle ? event.clientX - split : 0, x: event.clientX, y: event.clientY, moved: false };
    stage.setPointerCapture(event.pointerId);
    stage.dataset.dragging = kind;
  });

  stage.addEventListener("pointermove", (event) => {
    if (event.pointerId !== drag?.id) return;
    const { x, y } = drag;
    if (!drag.moved && Math.hypot(event.clientX - x, event.clientY - y) < SLOP) return;
    drag = { ...drag, moved: true, x: event.clientX, y: event.clientY };
    if (drag.kind === "pan") dispatch({ type: "pan", dx: event.clientX - x, dy: event.clientY - y });
    else {
      const box = stage.getBoundingClientRect();
      dispatch({ type: "set", change: { split: (event.clientX - drag.grab - box.left) / box.width } });
    }
  });

  for (const end of ["pointerup", "pointercancel"]) {
    stage.addEventListener(end, () => {
      drag = null;
      delete stage.dataset.dragging;
    });
  }

  stage.addEventListener("dblclick", (event) => {
    if (touched || /** @type {Element} */ (event.target).closest("button, .problem")) return;
    const box = stage.getBoundingClientRect();
    dispatch({ type: "toggle", x: event.clientX - box.left, y: event.clientY - box.top });
  });
}
