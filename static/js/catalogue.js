// What data.json says, arranged for looking up: inputs × choices × positions → frame. Pure.

/**
 * @typedef {object} Frame
 * @property {string} [input]
 * @property {string} recipe
 * @property {Record<string, number>} [weights]
 * @property {number} [alpha]
 * @property {string} label
 * @property {string} [url]
 * @property {string} [missing]
 * @property {number} width
 * @property {number} height
 * @property {number} [psnr]
 * @property {number} [ssim]
 *
 * @typedef {object} Data
 * @property {string} id
 * @property {"interpolate" | "choose" | "frames"} kind
 * @property {"slider" | "path" | "triangle" | "square" | "lists"} control
 * @property {string[]} [models]
 * @property {string[]} [inputs]
 * @property {{models?: Record<string, string>, inputs?: Record<string, string>}} titles
 * @property {{left: number, right: number}} start
 * @property {{name: string, masks: Record<string, string>}[]} [regions]
 * @property {Frame[]} frames
 *
 * @typedef {object} Choice What a side may show; `follows`: the frame at the scrubber's position.
 * @property {string} id stable, for links
 * @property {string} label
 * @property {boolean} follows
 *
 * @typedef {object} Position Where the scrubber may stand: an alpha, or a point of the lattice.
 * @property {number} value of the slider
 * @property {Record<string, number>} weights
 * @property {string} label
 * @property {boolean} lattice a point of a triangle or square; its value is only a number
 *
 * @typedef {object} Catalogue
 * @property {Data} data
 * @property {string[]} inputs ids; one empty id where there are none
 * @property {Choice[]} choices
 * @property {Position[]} positions
 * @property {number} spacing between positions where it is even, else 0
 * @property {{left: number, right: number, at: number}} start
 * @property {(input: number, choice: number, at: number) => number} find index in data.frames, or -1
 * @property {(a: number, b: number) => number} distance between two positions
 */

/** @param {Data} data @returns {Catalogue} */
export function catalogue(data) {
  const inputs = data.inputs?.length ? data.inputs : [""];
  /** @type {Map<string, Map<string, number>>} */
  const shelves = new Map(); // input and choice → position → index
  /** @type {Map<string, Choice>} */
  const choices = new Map();
  /** @type {Map<string, Position>} */
  const positions = new Map();

  /** @param {Frame} frame @param {string} id @param {string} label @param {string} spot @param {number} index */
  const shelve = (frame, id, label, spot, index) => {
    const key = JSON.stringify([frame.input ?? "", id]);
    const shelf = shelves.get(key) ?? new Map();
    shelves.set(key, shelf);
    if (shelf.has(spot)) return false;
    shelf.set(spot, index);
    if (!choices.has(id)) choices.set(id, { id, label, follows: spot !== "" });
    return true;
  };

  data.frames.forEach((frame, index) => {
    const alone = soleModel(frame);
    if (data.kind === "frames") {
      positions.set(String(index), { value: index, weights: {}, label: frame.label, lattice: false });
      shelve(frame, "frame", "Frame at the slider", String(index), index);
      shelve(frame, String(index), frame.label, "", index);
    } else if (data.kind === "choose") {
      const id = alone || (frame.weights ? frame.label : frame.recipe);
      if (!shelve(frame, id, frame.label, "", index)) shelve(frame, frame.label, frame.label, "", index);
    } else if (frame.recipe === "mix" || frame.recipe === "blend") {
      const spot = positionKey(frame);
      const weights = frame.weights ?? {};
      const value = frame.alpha ?? positions.size;
      const lattice = frame.alpha === undefined;
      if (!positions.has(spot)) positions.set(spot, { value, weights, label: frame.label, lattice });
      if (alone && frame.recipe === "mix") {
        shelve(frame, `model-${alone}`, data.titles.models?.[alone] ?? alone, "", index);
      }
      shelve(frame, frame.recipe, frame.recipe === "mix" ? "Network mix" : "Pixel blend", spot, index);
    } else {
      shelve(frame, frame.recipe, frame.label, "", index);
    }
  });

  const spots = [...positions.keys()];
  const list = sortChoices([...choices.values()], data);

  /** @param {number} input @param {number} choice @param {number} at */
  const find = (input, choice, at) => {
    const { id, follows } = list[choice];
    const shelf = shelves.get(JSON.stringify([inputs[input], id]));
    return shelf?.get(follows ? spots[at] : "") ?? -1;
  };

  const all = [...positions.values()];
  const start = { left: locate(data.start.left, false), right: 0, at: 0 };
  start.right = locate(data.start.right, true);
  start.at = Math.max(0, list[start.right].follows ? spots.findIndex((_, at) => find(0, start.right, at) === data.start.right) : 0);
  const distance = (/** @type {number} */ a, /** @type {number} */ b) => apart(all[a], all[b]);
  return { data, inputs, choices: list, positions: all, spacing: spacing(all), start, find, distance };

  /** The choice that shows a frame. @param {number} index @param {boolean} following */
  function locate(index, following) {
    const shows = (/** @type {Choice} */ choice, /** @type {number} */ at) =>
      choice.follows === following &&
      (following ? spots.some((_, spot) => find(0, at, spot) === index) : find(0, at, 0) === index);
    const found = list.findIndex(shows);
    return found >= 0 ? found : Math.max(0, list.findIndex((_, at) => find(0, at, 0) === index));
  }
}

/** Fixed pictures first, then what follows the scrubber, then single models; lists stay as written. @param {Choice[]} choices @param {Data} data */
function sortChoices(choices, data) {
  if (data.kind === "choose") return choices;
  const rank = (/** @type {Choice} */ { id, follows }) => (follows ? 1 : data.kind === "frames" || id.startsWith("model-") ? 2 : 0);
  return choices.sort((a, b) => rank(a) - rank(b));
}

/** The model that is alone in a frame, or "". @param {Frame} frame */
function soleModel({ weights = {} }) {
  const used = Object.keys(weights).filter((id) => weights[id]);
  return used.length === 1 && Math.abs(weights[used[0]] - 1) < 1e-9 ? used[0] : "";
}

/** @param {Frame} frame */
const positionKey = ({ alpha, weights = {} }) =>
  alpha === undefined
    ? Object.values(weights).map((weight) => weight.toFixed(6)).join()
    : alpha.toFixed(6);

/** Alphas by value; lattice points, whose values only count, by weights. @param {Position} a @param {Position} b */
function apart(a, b) {
  const ids = a.lattice ? Object.keys(a.weights) : [];
  return a.lattice
    ? ids.reduce((sum, id) => sum + (a.weights[id] - b.weights[id]) ** 2, 0)
    : Math.abs(a.value - b.value);
}

/** @param {Position[]} positions */
function spacing(positions) {
  if (positions.length < 2) return 0;
  const [first, last] = [positions[0].value, positions[positions.length - 1].value];
  const step = Number(((last - first) / (positions.length - 1)).toFixed(6));
  const even = positions.every(({ value }, at) => Math.abs(value - first - at * step) < 1e-9);
  return even ? step : 0; // thirds are not even: no decimal step reaches them
}

/** The position whose value is nearest. @param {Position[]} positions @param {number} value */
export const nearestValue = (positions, value) =>
  nearest(positions, (position) => Math.abs(position.value - value));

/**
 * The lattice point for one model's weight set by hand: that weight as near as may be, the
 * others in the proportion they had.
 *
 * @param {Position[]} positions @param {number} at @param {string} model @param {number} weight
 */
export function nearestWeights(positions, at, model, weight) {
  const now = positions[at].weights;
  const others = Object.keys(now).filter((id) => id !== model);
  const rest = others.reduce((sum, id) => sum + now[id], 0);
  const target = (/** @type {string} */ id) =>
    (1 - weight) * (rest ? now[id] / rest : 1 / others.length);
  return nearest(positions, ({ weights }) =>
    others.reduce(
      (sum, id) => sum + (weights[id] - target(id)) ** 2,
      100 * (weights[model] - weight) ** 2,
    ),
  );
}

/** The next larger (or smaller) weight of a model on the lattice. @param {Position[]} positions @param {number} at @param {string} model @param {number} direction */
export function stepWeight(positions, at, model, direction) {
  const now = positions[at].weights[model];
  const beyond = positions
    .map(({ weights }) => weights[model])
    .filter((weight) => (weight - now) * direction > 1e-6);
  if (!beyond.length) return at;
  const next = direction > 0 ? Math.min(...beyond) : Math.max(...beyond);
  return nearestWeights(positions, at, model, next);
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

/** The index of the least. @template T @param {T[]} items @param {(item: T) => number} distance */
export function nearest(items, distance) {
  let best = 0;
  items.forEach((item, index) => {
    if (distance(item) < distance(items[best])) best = index;
  });
  return best;
}

/**
 * In which order to fetch positions: the one shown, those about it, then coarse to fine.
 *
 * @param {Pick<Catalogue, "positions" | "distance">} catalogue @param {number} at @returns {number[]}
 */
export function preloadOrder({ positions, distance }, at) {
  const count = positions.length;
  const about = positions[at]?.lattice ? 7 : 3; // itself and its neighbours on the line or lattice
  const order = positions
    .map((_, index) => index)
    .sort((a, b) => distance(a, at) - distance(b, at))
    .slice(0, about);
  order.push(0, count - 1);
  let stride = 1;
  while (stride * 2 < count) stride *= 2;
  for (; stride >= 1; stride /= 2) {
    for (let index = 0; index < count; index += stride) order.push(index);
  }
  return [...new Set(order)].filter((index) => index >= 0 && index < count);
}
