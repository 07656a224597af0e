// The pad of a triangle or square: an extra for the pointer, beside one slider per model.

import { nearest, point } from "./catalogue.js";
import { corners } from "./render.js";

/** @param {import("./viewer.js").Desk} desk */
export function pad({ root, catalogue, dispatch, scrub }) {
  const element = /** @type {SVGSVGElement | null} */ (root.querySelector(".pad"));
  const lattice = element?.querySelector(".lattice");
  if (!element || !lattice) return;
  const models = catalogue.data.models ?? [];
  const spots = catalogue.positions.map(({ weights }) => point(corners(root), models, weights));
  for (const [x, y] of spots) {
    const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    for (const [name, value] of Object.entries({ cx: x, cy: y, r: 1 })) dot.setAttribute(name, String(value));
    lattice.append(dot);
  }
  const go = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    const at = new DOMPoint(clientX, clientY).matrixTransform(element.getScreenCTM()?.inverse());
    const change = { at: nearest(spots, ([x, y]) => (x - at.x) ** 2 + (y - at.y) ** 2), playing: false };
    dispatch({ type: "set", change });
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    element.setPointerCapture(event.pointerId);
    scrub();
    go(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) go(event);
  });
}
