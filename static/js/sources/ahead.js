// Which frames to fetch before they are asked for, once the slider has been touched.

const MB = 2 ** 20;
export const AHEAD = 24 * MB; // of files
const NEIGHBOURS = { line: 3, plane: 7 }; // a position itself and those about it

/**
 * The positions to fetch, in order: those nearest to a value, as far as the budget goes. Where all
 * of them fit, the neighbours come first and the others coarse to fine.
 *
 * @param {import("../core/catalogue.js").Catalogue} catalogue @param {number[]} value
 * @param {(position: number) => number} cost bytes to fetch for a position
 * @param {number} budget in bytes
 * @returns {number[]}
 */
export function positionsAhead(catalogue, value, cost, budget) {
  const nearest = catalogue.around(value);
  let left = budget;
  const within = nearest.findIndex((position) => (left -= cost(position)) < 0);
  if (within >= 0) return nearest.slice(0, within);
  const neighbours = nearest.slice(0, catalogue.isLine ? NEIGHBOURS.line : NEIGHBOURS.plane);
  return [...new Set([...neighbours, ...coarseToFine(nearest.length)])];
}

/** 0 … count − 1: the ends, the middle, quarters and so on. @param {number} count */
function coarseToFine(count) {
  const order = [0, count - 1];
  let stride = 1;
  while (stride * 2 < count) stride *= 2;
  for (; stride >= 1; stride /= 2) {
    for (let index = 0; index < count; index += stride) order.push(index);
  }
  return order;
}

/** Did the visitor ask for little traffic? Then nothing is fetched ahead. */
export const saveData = () =>
  /** @type {{connection?: {saveData?: boolean}}} */ (navigator).connection?.saveData === true;
