// The pad of a triangle or square: an extra for the pointer, beside a slider for each model.

import { nearest } from "../core/catalogue.js";
import { mixPoint } from "../core/weights.js";

/** @param {import("../viewer.js").ViewerContext} viewer @returns {(value: number[]) => void} paints where it stands */
export function pad(viewer) {
  const svg = /** @type {SVGSVGElement} */ (viewer.root.querySelector(".pad"));
  const number = (/** @type {Element} */ circle, /** @type {string} */ name) => Number(circle.getAttribute(name));
  const corners = [...svg.querySelectorAll(".corner")].map((circle) => [number(circle, "cx"), number(circle, "cy")]);
  const points = viewer.catalogue.places.map((weights) => mixPoint(corners, weights));
  svg.querySelector(".lattice")?.replaceChildren(
    ...points.map((point) => {
      const dot = document.createElementNS(svg.namespaceURI, "circle");
      dot.setAttribute("r", "1");
      moveTo(dot, point);
      return dot;
    }),
  );
  const go = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    const at = new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM()?.inverse());
    viewer.moveTo(viewer.catalogue.places[nearest(points, ([x, y]) => (x - at.x) ** 2 + (y - at.y) ** 2)]);
  };
  viewer.listen(svg, "pointerdown", (event) => {
    if (event.button) return;
    svg.setPointerCapture(event.pointerId);
    go(event);
  });
  viewer.listen(svg, "pointermove", (event) => {
    if (!event.buttons) svg.releasePointerCapture(event.pointerId); // its end was lost
    else if (svg.hasPointerCapture(event.pointerId)) go(event);
  });
  const marker = /** @type {Element} */ (svg.querySelector(".spot"));
  return (value) => moveTo(marker, mixPoint(corners, value));
}

/** @param {Element} circle @param {number[]} point */
function moveTo(circle, [x, y]) {
  circle.setAttribute("cx", String(x));
  circle.setAttribute("cy", String(y));
}
