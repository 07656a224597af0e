// Fingers on the stage. One moves the split while the picture fits and pans it when zoomed; two
// pinch and pan; a double tap changes between fit and actual size. Vertical swipes over a fitted
// picture stay the browser's (touch-action: pan-y), which then cancels the pointer.

const REST = 6; // CSS pixels before a finger counts as moving
const TAP = { time: 300, reach: 30 };

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{start: Point, kind: "" | "split" | "pan", handle: boolean}} Drag */

/** @param {import("./viewer.js").Desk} desk */
export function touch({ stage, dispatch, getState, set, onStage }) {
  /** @type {Map<number, Point>} */
  const fingers = new Map();
  let drag = /** @type {Drag | null} */ (null);
  let tap = { x: 0, y: 0, time: -Infinity };

  stage.addEventListener("pointerdown", (event) => {
    const at = onStage(event);
    if (event.pointerType !== "touch" || !at) return;
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at);
    drag = fingers.size === 1 ? { start: at, kind: "", handle: at.handle } : null;
  });

  stage.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    const now = onStage(event);
    if (!before || !now) return;
    const other = [...fingers.values()].find((finger) => finger !== before);
    fingers.set(event.pointerId, now);
    if (other) pinch(before, now, other);
    else if (drag) slide(drag, before, now);
  });

  /** @param {Drag} drag @param {Point} before @param {Point} now */
  const slide = (drag, before, now) => {
    const [dx, dy] = [Math.abs(now.x - drag.start.x), Math.abs(now.y - drag.start.y)];
    if (!drag.kind && Math.hypot(dx, dy) >= REST) {
      const fitted = getState().zoom <= 1;
      if (drag.handle || (fitted && dx > dy)) drag.kind = "split";
      else if (!fitted) drag.kind = "pan";
    }
    if (drag.kind === "pan") dispatch({ type: "pan", dx: now.x - before.x, dy: now.y - before.y });
    if (drag.kind === "split") set({ split: now.x / stage.clientWidth });
  };

  /** @param {Point} before @param {Point} now @param {Point} other */
  const pinch = (before, now, other) => {
    const factor = Math.max(1, distance(now, other)) / Math.max(1, distance(before, other));
    dispatch({ type: "zoom", factor, x: (before.x + other.x) / 2, y: (before.y + other.y) / 2 });
    dispatch({ type: "pan", dx: (now.x - before.x) / 2, dy: (now.y - before.y) / 2 });
  };

  stage.addEventListener("lostpointercapture", (event) => {
    const at = onStage(event);
    if (!fingers.delete(event.pointerId) || !at) return;
    const [left] = fingers.values();
    const tapped = !left && drag?.kind === "" && distance(at, drag.start) < REST;
    const twice = tapped && event.timeStamp - tap.time < TAP.time && distance(at, tap) < TAP.reach;
    if (twice) dispatch({ type: "toggle", x: at.x, y: at.y });
    tap = { ...at, time: tapped && !twice ? event.timeStamp : -Infinity };
    drag = left ? { start: left, kind: "pan", handle: false } : null; // the finger that stays pans on
  });
}

/** @param {Point} a @param {Point} b */
const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
