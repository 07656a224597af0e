// Fingers on the stage. One moves the split while the picture fits and pans it when zoomed; two
// pinch and pan; a double tap changes between fit and actual size. Vertical swipes over a fitted
// picture stay the browser's (touch-action: pan-y), which then cancels the pointer.

import { isFitted } from "./state.js";

const SLOP = 6; // CSS pixels before a finger counts as moving
const TAP = { time: 300, reach: 30 };

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{start: Point, kind: "" | "split" | "pan", onHandle: boolean}} Drag */

/** @param {import("./viewer.js").Desk} desk */
export function touch({ stage, dispatch, getState }) {
  /** @type {Map<number, Point>} */
  const fingers = new Map();
  let drag = /** @type {Drag | null} */ (null);
  let tap = { x: 0, y: 0, time: -Infinity };

  const local = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    const box = stage.getBoundingClientRect();
    return { x: clientX - box.left, y: clientY - box.top };
  };

  stage.addEventListener("pointerdown", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (event.pointerType !== "touch" || target.closest("button, .problem")) return;
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, local(event));
    drag = fingers.size === 1 ? { start: local(event), kind: "", onHandle: target.closest(".handle") !== null } : null;
  });

  stage.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = local(event);
    if (fingers.size === 2) pinch(event.pointerId, before, now);
    else if (drag) slide(drag, before, now);
    if (!drag || drag.kind || fingers.size > 1) fingers.set(event.pointerId, now);
  });

  /** @param {Drag} drag @param {Point} before @param {Point} now */
  const slide = (drag, before, now) => {
    const [dx, dy] = [now.x - drag.start.x, now.y - drag.start.y];
    if (!drag.kind && Math.hypot(dx, dy) >= SLOP) {
      const fitted = isFitted(getState()) || getState().zoom < 1;
      if (drag.onHandle || (fitted && Math.abs(dx) > Math.abs(dy))) drag.kind = "split";
      else if (!fitted) drag.kind = "pan";
    }
    if (drag.kind === "pan") dispatch({ type: "pan", dx: now.x - before.x, dy: now.y - before.y });
    if (drag.kind === "split") dispatch({ type: "set", change: { split: now.x / stage.clientWidth } });
  };

  /** @param {number} id @param {Point} before @param {Point} now */
  const pinch = (id, before, now) => {
    const other = [...fingers].find(([finger]) => finger !== id)?.[1];
    if (!other) return;
    const spread = (/** @type {Point} */ { x, y }) => Math.max(1, Math.hypot(x - other.x, y - other.y));
    dispatch({ type: "zoom", factor: spread(now) / spread(before), x: (before.x + other.x) / 2, y: (before.y + other.y) / 2 });
    dispatch({ type: "pan", dx: (now.x - before.x) / 2, dy: (now.y - before.y) / 2 });
  };

  for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) {
    stage.addEventListener(end, (event) => {
      if (!fingers.delete(event.pointerId)) return;
      const at = local(event);
      const tapped = end === "pointerup" && fingers.size === 0 && drag?.kind === "" && distance(at, drag.start) < SLOP;
      if (tapped && event.timeStamp - tap.time < TAP.time && distance(at, tap) < TAP.reach) {
        dispatch({ type: "toggle", ...at });
        tap = { ...at, time: -Infinity };
      } else if (tapped) tap = { ...at, time: event.timeStamp };
      const [left] = fingers.values(); // the finger that stays goes on panning
      drag = left ? { start: left, kind: isFitted(getState()) ? "" : "pan", onHandle: false } : null;
    });
  }
}

/** @param {Point} a @param {Point} b */
const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
