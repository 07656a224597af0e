// Positions of more than one number: a slider for each model of a triangle or square, with a pad as
// an extra for the pointer; or a slider for each group of layers.

import { mixPoint, nearestWeights, stepWeight } from "./weights.js";

/** @typedef {import("../viewer.js").ViewerContext} ViewerContext */

/** @param {ViewerContext} viewer @returns {(value: number[]) => void} paints on the pad where it stands */
export function mixer(viewer) {
  const free = viewer.catalogue.head.layout === "sliders";
  sliders(viewer, free);
  return free ? () => {} : pad(viewer);
}

/** @param {ViewerContext} viewer @param {boolean} free of each other */
function sliders(viewer, free) {
  const { places } = viewer.catalogue;
  const ranges = /** @type {NodeListOf<HTMLInputElement>} */ (viewer.root.querySelectorAll("[data-range=weight]"));
  ranges.forEach((range, axis) => {
    const go = (/** @type {number} */ position) => viewer.moveTo(places[position]);
    viewer.listen(range, "input", () => go(nearestWeights(places, viewer.state.value, axis, range.valueAsNumber, free)));
    viewer.onArrow(range, (step) => go(stepWeight(places, viewer.state.value, axis, step, free))); // to the next weight that there is
    range.disabled = false;
  });
}

/** @param {ViewerContext} viewer */
function pad(viewer) {
  const svg = /** @type {SVGSVGElement} */ (viewer.root.querySelector(".pad"));
  const number = (/** @type {Element} */ circle, /** @type {string} */ name) => Number(circle.getAttribute(name));
  const corners = [...svg.querySelectorAll(".corner")].map((circle) => [number(circle, "cx"), number(circle, "cy")]);
  const { places } = viewer.catalogue;
  const points = places.map((weights) => mixPoint(corners, weights));
  svg.querySelector(".lattice")?.replaceChildren(
    ...points.map((point) => {
      const dot = document.createElementNS(svg.namespaceURI, "circle");
      dot.setAttribute("r", "1");
      move(dot, point);
      return dot;
    }),
  );
  const go = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    const at = new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM()?.inverse());
    const away = points.map(([x, y]) => (x - at.x) ** 2 + (y - at.y) ** 2);
    viewer.moveTo(places[away.indexOf(Math.min(...away))]);
  };
  viewer.listen(svg, "pointerdown", (event) => {
    if (event.button) return;
    svg.setPointerCapture(event.pointerId);
    go(event);
  });
  viewer.listen(svg, "pointermove", (event) => {
    if (!svg.hasPointerCapture(event.pointerId)) return;
    if (event.buttons) go(event);
    else svg.releasePointerCapture(event.pointerId); // the button was let go of where nobody told
  });
  const marker = /** @type {Element} */ (svg.querySelector(".spot"));
  return (/** @type {number[]} */ value) => move(marker, mixPoint(corners, value));
}

/** @param {Element} circle @param {number[]} point */
function move(circle, [x, y]) {
  circle.setAttribute("cx", String(x));
  circle.setAttribute("cy", String(y));
}
