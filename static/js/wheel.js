// Wheel and trackpad. Inline, a plain wheel scrolls the page and a hint tells how to zoom; with
// Ctrl or ⌘ (browsers report a trackpad's pinch so) it zooms. In fullscreen it always zooms.

const LINE = 16; // CSS pixels, for browsers that count wheel turns in lines

/** @param {import("./viewer.js").Desk} desk */
export function wheel({ stage, dispatch, fullscreen }) {
  const hint = /** @type {HTMLElement} */ (stage.querySelector(".hint"));
  hint.addEventListener("animationend", () => {
    hint.hidden = true;
  });

  const zoom = (/** @type {MouseEvent} */ event, /** @type {number} */ factor) => {
    event.preventDefault();
    const box = stage.getBoundingClientRect();
    dispatch({ type: "zoom", factor, x: event.clientX - box.left, y: event.clientY - box.top });
  };

  stage.addEventListener(
    "wheel",
    (event) => {
      const pixels = event.deltaY * (event.deltaMode === 1 ? LINE : 1);
      const pinching = event.ctrlKey && Math.abs(pixels) < 50; // a pinch comes in small steps
      if (event.ctrlKey || event.metaKey || fullscreen.active) zoom(event, Math.exp(-pixels * (pinching ? 0.01 : 0.002)));
      else if (matchMedia("(prefers-reduced-motion: reduce)").matches) setTimeout(() => (hint.hidden = true), 1800, (hint.hidden = false));
      else hint.hidden = false;
    },
    { passive: false },
  );

  // WebKit's own pinch events.
  let spread = 1;
  stage.addEventListener("gesturestart", (event) => {
    event.preventDefault();
    spread = 1;
  });
  stage.addEventListener("gesturechange", (event) => {
    const { scale } = /** @type {MouseEvent & {scale: number}} */ (event);
    zoom(/** @type {MouseEvent} */ (event), scale / spread);
    spread = scale;
  });
}
