// Triangle and square: one slider for each model, and a pad as an extra for the pointer. Groups of
// layers: one slider for each.

import { nearest } from "./catalogue.js";
import { arrow } from "./controls.js";

/** @typedef {import("./catalogue.js").Position} Position */
/** @typedef {import("./viewer.js").Desk} Desk */

/** @param {Desk} desk @returns {(at: number) => void} paints a position */
export function lattice(desk) {
  const { root, catalogue, scrubTo, getState } = desk;
  const { positions, data } = catalogue;
  const names = Object.keys(positions[0].weights);
  const free = data.control === "groups";
  const ranges = /** @type {HTMLInputElement[]} */ ([...root.querySelectorAll("[data-range=weight]")]);
  ranges.forEach((range, index) => {
    const now = () => getState().at;
    range.addEventListener("input", () => scrubTo(nearestWeights(positions, now(), names[index], range.valueAsNumber, free)));
    range.addEventListener("keydown", (event) => {
      const step = arrow(event);
      if (!step) return;
      event.preventDefault(); // to the next weight on the lattice
      scrubTo(stepWeight(positions, now(), names[index], step, free));
    });
  });
  return free ? () => {} : pad(desk, names);
}

/** @param {Desk} desk @param {string[]} models */
function pad({ root, catalogue, scrubTo }, models) {
  const svg = /** @type {SVGSVGElement} */ (root.querySelector(".pad"));
  const number = (/** @type {Element} */ circle, /** @type {string} */ name) => Number(circle.getAttribute(name));
  const corners = [...svg.querySelectorAll(".corner")].map((circle) => [number(circle, "cx"), number(circle, "cy")]);
  const spots = catalogue.positions.map(({ weights }) => point(corners, models, weights));
  const move = (/** @type {Element} */ circle, /** @type {number[]} */ [x, y]) => {
    circle.setAttribute("cx", String(x));
    circle.setAttribute("cy", String(y));
  };
  for (const spot of spots) {
    const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    dot.setAttribute("r", "1");
    move(dot, spot);
    svg.querySelector(".lattice")?.append(dot);
  }
  const go = (/** @type {PointerEvent} */ { clientX, clientY }) => {
    const at = new DOMPoint(clientX, clientY).matrixTransform(svg.getScreenCTM()?.inverse());
    scrubTo(nearest(spots, ([x, y]) => (x - at.x) ** 2 + (y - at.y) ** 2));
  };
  svg.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    svg.setPointerCapture(event.pointerId);
    go(event);
  });
  svg.addEventListener("pointermove", (event) => {
    if (svg.hasPointerCapture(event.pointerId)) go(event);
  });
  const marker = /** @type {Element} */ (svg.querySelector(".spot"));
  return (/** @type {number} */ at) => move(marker, spots[at]);
}

/**
 * The lattice point for one model's weight set by hand: that weight as near as may be, the
 * others in the proportion they had; or as they were, where they are free of each other.
 *
 * @param {Position[]} positions @param {number} at @param {string} model @param {number} weight
 * @param {boolean} [free]
 */
export function nearestWeights(positions, at, model, weight, free = false) {
  const now = positions[at].weights;
  const others = Object.keys(now).filter((id) => id !== model);
  const rest = others.reduce((sum, id) => sum + now[id], 0);
  const target = (/** @type {string} */ id) =>
    free ? now[id] : (1 - weight) * (rest ? now[id] / rest : 1 / others.length);
  return nearest(positions, ({ weights }) =>
    others.reduce(
      (sum, id) => sum + (weights[id] - target(id)) ** 2,
      100 * (weights[model] - weight) ** 2,
    ),
  );
}

/** The next larger (or smaller) weight of a model on the lattice. @param {Position[]} positions @param {number} at @param {string} model @param {number} direction @param {boolean} [free] */
export function stepWeight(positions, at, model, direction, free) {
  const now = positions[at].weights[model];
  const beyond = positions
    .map(({ weights }) => weights[model])
    .filter((weight) => (weight - now) * direction > 1e-6);
  if (!beyond.length) return at;
  const next = direction > 0 ? Math.min(...beyond) : Math.max(...beyond);
  return nearestWeights(positions, at, model, next, free);
}

/**
 * Where a mix lies between corners, one for each model in order.
 *
 * @param {number[][]} corners @param {string[]} models @param {Record<string, number>} weights
 */
export function point(corners, models, weights) {
  return [0, 1].map((axis) =>
    models.reduce((sum, id, model) => sum + weights[id] * corners[model][axis], 0),
  );
}
