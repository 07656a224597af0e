// Wheel and trackpad. Inline, a plain wheel scrolls the page and a hint tells how to zoom; with
// Ctrl or ⌘ (browsers report a trackpad's pinch so) it zooms. In fullscreen it always zooms.

const LINE = 16; // CSS pixels, for browsers that count wheel turns in lines
const HINT = 1800; // ms

/** @param {import("../viewer.js").ViewerContext} viewer */
export function wheel(viewer) {
  const { stage, fullscreen } = viewer;
  const hint = /** @type {HTMLElement} */ (stage.querySelector(".hint"));
  let timer = 0;

  const zoom = (/** @type {Event} */ event, /** @type {number} */ factor) => {
    event.preventDefault();
    const at = viewer.pointOnStage(/** @type {MouseEvent} */ (event));
    if (at) viewer.dispatch({ type: "zoom", factor, x: at.x, y: at.y });
  };

  const turn = (/** @type {WheelEvent} */ event) => {
    const pixels = event.deltaY * (event.deltaMode ? LINE : 1);
    const pinching = event.ctrlKey && Math.abs(pixels) < 50; // a pinch comes in small steps
    if (event.ctrlKey || event.metaKey || fullscreen.active) return zoom(event, Math.exp(pixels * (pinching ? -0.01 : -0.002)));
    clearTimeout(timer);
    hint.hidden = false;
    timer = setTimeout(() => {
      hint.hidden = true;
    }, HINT);
  };
  viewer.listen(stage, "wheel", turn, { passive: false });

  let spread = 1; // WebKit has events of its own for a pinch
  for (const kind of ["gesturestart", "gesturechange"]) {
    viewer.listen(stage, /** @type {"wheel"} */ (kind), (/** @type {Event} */ event) => {
      const { scale } = /** @type {Event & {scale: number}} */ (event);
      zoom(event, kind === "gesturestart" ? 1 : scale / spread);
      spread = scale;
    });
  }
}
