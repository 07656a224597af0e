// Sliders that share positions: the weights of a triangle or square, which sum to one, or alphas of
// groups of layers, which are free of each other. Pure.

/**
 * The position for one weight set by hand: that weight as near as may be, the others in the
 * proportion they had; or as they were, where they are free.
 *
 * @param {number[][]} places @param {number[]} now @param {number} axis @param {number} weight
 * @param {boolean} [free]
 */
export function nearestWeights(places, now, axis, weight, free = false) {
  const rest = now.reduce((sum, value, other) => sum + (other === axis ? 0 : value), 0);
  const wanted = now.map((value, other) => {
    if (other === axis) return weight;
    return free ? value : (1 - weight) * (rest ? value / rest : 1 / (now.length - 1));
  });
  const away = places.map((place) =>
    place.reduce((sum, value, other) => sum + (other === axis ? 100 : 1) * (value - wanted[other]) ** 2, 0),
  );
  return away.indexOf(Math.min(...away));
}

/**
 * The position with the next larger (or smaller) weight.
 *
 * @param {number[][]} places @param {number[]} now @param {number} axis @param {number} direction
 * @param {boolean} [free]
 */
export function stepWeight(places, now, axis, direction, free = false) {
  const beyond = places.map((place) => place[axis]).filter((weight) => (weight - now[axis]) * direction > 1e-6);
  const next = direction > 0 ? Math.min(...beyond) : Math.max(...beyond);
  return nearestWeights(places, now, axis, beyond.length ? next : now[axis], free);
}

/** Where a mix lies between corners. @param {number[][]} corners @param {number[]} weights */
export const mixPoint = (corners, weights) =>
  [0, 1].map((axis) => weights.reduce((sum, weight, corner) => sum + weight * corners[corner][axis], 0));
