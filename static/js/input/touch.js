// Fingers on the stage. One moves the split while the picture fits and pans it when zoomed; two
// pinch and pan; a double tap changes between fit and actual size. Vertical swipes over a fitted
// picture stay the browser's (touch-action: pan-y), which then cancels the pointer.

const REST = 6; // CSS pixels before a finger counts as moving
const TAP = { time: 300, reach: 30 };

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{start: Point, kind: "" | "split" | "pan", handle: boolean}} Drag */

/** @param {import("../viewer.js").ViewerContext} viewer */
export function touch(viewer) {
  const { stage } = viewer;
  /** @type {Map<number, Point>} */
  const fingers = new Map();
  let drag = /** @type {Drag | null} */ (null);
  let tap = { x: 0, y: 0, time: -Infinity };

  viewer.listen(stage, "pointerdown", (event) => {
    const at = viewer.pointOnStage(event);
    if (event.pointerType !== "touch" || !at) return;
    if (event.isPrimary) fingers.clear(); // the first one down: of others the end was lost
    stage.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at);
    drag = fingers.size === 1 ? { start: at, kind: "", handle: at.handle } : null;
  });

  viewer.listen(stage, "pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    const now = viewer.pointOnStage(event);
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
      const fitted = viewer.state.zoom <= 1;
      if (drag.handle || (fitted && dx > dy)) drag.kind = "split";
      else if (!fitted) drag.kind = "pan";
    }
    if (drag.kind === "pan") viewer.dispatch({ type: "pan", dx: now.x - before.x, dy: now.y - before.y });
    if (drag.kind === "split") viewer.set({ split: viewer.splitAt(now.x) });
  };

  /** @param {Point} before @param {Point} now @param {Point} other */
  const pinch = (before, now, other) => {
    const factor = Math.max(1, distance(now, other)) / Math.max(1, distance(before, other));
    viewer.dispatch({ type: "zoom", factor, x: (before.x + other.x) / 2, y: (before.y + other.y) / 2 });
    viewer.dispatch({ type: "pan", dx: (now.x - before.x) / 2, dy: (now.y - before.y) / 2 });
  };

  viewer.listen(stage, "lostpointercapture", (event) => {
    const at = viewer.pointOnStage(event);
    if (!fingers.delete(event.pointerId) || !at) return;
    const [left] = fingers.values();
    const tapped = !left && drag?.kind === "" && distance(at, drag.start) < REST;
    const twice = tapped && event.timeStamp - tap.time < TAP.time && distance(at, tap) < TAP.reach;
    if (twice) viewer.dispatch({ type: "toggle", x: at.x, y: at.y });
    tap = { ...at, time: tapped && !twice ? event.timeStamp : -Infinity };
    drag = left ? { start: left, kind: "pan", handle: false } : null; // the finger that stays pans on
  });
}

/** @param {Point} a @param {Point} b */
const distance = (a, b) => Math.hypot(a.x - b.x, a.y - b.y);
