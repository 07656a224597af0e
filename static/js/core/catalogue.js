// What data.json says: inputs × choices × positions → frame, and its words for readouts and
// assistive technology. Pure.

const MINUS = "−"; // a sign, where a hyphen would look like a dash

/**
 * @typedef {object} Frame
 * @property {string} [input]
 * @property {string} recipe
 * @property {Record<string, number>} [weights]
 * @property {number} [alpha]
 * @property {Record<string, number>} [groups] an alpha for each group of layers
 * @property {"none" | "average" | "wavelet"} [color_fix] where several stand side by side
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
 * @property {"slider" | "path" | "triangle" | "square" | "groups" | "lists"} control
 * @property {string[]} [models]
 * @property {string[]} [inputs]
 * @property {{models?: Record<string, string>, inputs?: Record<string, string>}} [titles]
 * @property {{left: number, right: number}} start
 * @property {{name: string, masks: Record<string, string>, start?: number}[]} [regions]
 * @property {Frame[]} frames
 *
 * @typedef {object} Choice What a side may show; `follows`: the frame at the scrubber's position.
 * @property {string} id stable, for links
 * @property {string} label
 * @property {boolean} follows
 * @property {number} rank place in the list
 *
 * @typedef {object} Position Where the scrubber may stand: an alpha, or a point of the lattice.
 * @property {number} value of the slider
 * @property {Record<string, number>} weights by model; or alphas by group
 * @property {string} label
 * @property {boolean} lattice a point of a triangle, square or of groups; its value is only a number
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
export function arrange(data) {
  const inputs = data.inputs?.length ? data.inputs : [""];
  /** @type {Map<string, Choice>} */
  const known = new Map();
  /** @type {Map<string, Position>} */
  const spots = new Map();
  /** @type {Map<string, number>} */
  const shelf = new Map(); // input, choice and spot → index
  /** @type {{index: number, choice: Choice, spot: string}[]} */
  const places = [];

  data.frames.forEach((frame, index) => {
    const { alpha, input = "", label } = frame;
    const weights = frame.groups ?? frame.weights ?? {};
    for (const choice of shownAs(frame, index, data)) {
      const spot = choice.follows ? [data.kind === "frames" ? index : (alpha ?? Object.values(weights))].join() : "";
      if (choice.follows && !spots.has(spot)) {
        const lattice = isLattice(data);
        spots.set(spot, { value: alpha ?? spots.size, weights, label, lattice });
      }
      if (!known.has(choice.id)) known.set(choice.id, choice);
      shelf.set([input, choice.id, spot].join("\n"), index);
      places.push({ index, choice, spot });
    }
  });

  const positions = [...spots.values()];
  const keys = [...spots.keys()];
  const choices = [...known.values()].sort((a, b) => a.rank - b.rank);
  const place = (/** @type {number} */ index, /** @type {boolean} */ follows) => {
    const all = places.filter((entry) => entry.index === index);
    const { choice, spot } = all.find((entry) => entry.choice.follows === follows) ?? all[0];
    return { choice: choices.findIndex(({ id }) => id === choice.id), at: Math.max(0, keys.indexOf(spot)) };
  };
  const right = place(data.start.right, true);
  return {
    data,
    inputs,
    choices,
    positions,
    spacing: spacing(positions),
    start: { left: place(data.start.left, false).choice, right: right.choice, at: right.at },
    find: (input, choice, at) => {
      const { id, follows } = choices[choice];
      return shelf.get([inputs[input], id, follows ? keys[at] : ""].join("\n")) ?? -1;
    },
    distance: (a, b) => apart(positions[a], positions[b]),
  };
}

/**
 * The choices by which a frame may come on show, in the order of the lists: the input, what
 * follows the scrubber, then single models. Lists that the author wrote stay as written.
 *
 * @param {Frame} frame @param {number} index @param {Data} data @returns {Choice[]}
 */
function shownAs({ recipe, label, color_fix, weights = {} }, index, { kind, models, titles, frames }) {
  if (kind === "choose") return [{ id: label, label, follows: false, rank: 0 }];
  if (kind === "frames") {
    return [
      { id: "frame", label: "Frame at the slider", follows: true, rank: 0 },
      { id: String(index), label: /^\d+$/.test(label) ? `Frame ${label}` : label, follows: false, rank: 1 },
    ];
  }
  if (recipe === "blend") return [{ id: recipe, label: "Pixel blend", follows: true, rank: 1 }];
  if (recipe !== "mix") return [{ id: recipe, label, follows: false, rank: 0 }];
  // Where colour fixes stand side by side, their names tell the mixes apart.
  const fix = color_fix && `${color_fix === "none" ? "no" : color_fix} colour fix`;
  const name = fix ? fix[0].toUpperCase() + fix.slice(1) : "Network mix";
  const first = color_fix && frames.find((frame) => frame.color_fix)?.color_fix;
  const mix = { id: color_fix === first ? recipe : `mix-${color_fix}`, label: name, follows: true, rank: 1 };
  if (color_fix !== first) return [mix];
  const beside = Object.keys(weights).some((id) => !models?.includes(id));
  const model = Object.keys(weights).find((id) => weights[id] === 1);
  const alone = { id: `model-${model}`, label: titles?.models?.[`${model}`] ?? `${model}`, follows: false, rank: 2 };
  return beside ? [alone] : model ? [mix, alone] : [mix];
}

/** Weights, or alphas of groups of layers, instead of one alpha. @param {Data} data */
export const isLattice = ({ control }) => /^(triangle|square|groups)$/.test(control);

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

/** "0.30", "0.125", "−0.50". @param {number} value */
export const fixed = (value) =>
  value.toFixed(Math.abs(value * 100 - Math.round(value * 100)) < 1e-6 ? 2 : 3).replace("-", MINUS);

/** "30%", "12.5%", "−50%". @param {number} share */
export const percent = (share) => `${Number((share * 100).toFixed(1))}%`.replace("-", MINUS);

/** "70% Fidelity, 30% Sharp". @param {Catalogue} catalogue @param {number} at @param {string} [between] */
export function mixture({ data, positions }, at, between = ", ") {
  const { label, weights } = positions[at];
  if (data.control === "groups") return label;
  return Object.keys(weights)
    .filter((id) => weights[id])
    .map((id) => `${percent(weights[id])} ${data.titles?.models?.[id] ?? id}`)
    .join(between)
    .replaceAll(` + ${MINUS}`, ` ${MINUS} `);
}

/** The value of the slider as words. @param {Catalogue} catalogue @param {number} at */
export function valueText(catalogue, at) {
  const { data, positions } = catalogue;
  const { value, label } = positions[at];
  return data.kind === "frames"
    ? `frame ${at + 1} of ${positions.length}: ${label}`
    : `alpha ${fixed(value)}: ${mixture(catalogue, at)}`;
}

/** One line on what is seen. @param {import("./state.js").State} state @param {Catalogue} catalogue */
export function describe({ left, right, at, regions }, catalogue) {
  const { data, positions, choices } = catalogue;
  if (!positions.length) return `${choices[left].label} | ${choices[right].label}`;
  if (data.kind === "frames") {
    const { label } = positions[at];
    return `${at + 1} / ${positions.length}${label === `${at + 1}` ? "" : ` · ${label}`}`;
  }
  const alpha = (/** @type {number} */ index) => fixed(positions[index].value);
  if (regions.length) return [...regions.map((own, index) => `${data.regions?.[index].name} ${alpha(own)}`), `rest ${alpha(at)}`].join(" · ");
  const mix = mixture(catalogue, at, " + ");
  return isLattice(data) ? mix : `α ${alpha(at)} · ${mix}`;
}

/** @param {Frame | undefined} frame */
export const scores = (frame) =>
  [frame?.psnr && `PSNR ${frame.psnr.toFixed(2)} dB`, frame?.ssim && `SSIM ${frame.ssim.toFixed(3)}`]
    .filter(Boolean)
    .join(" · ");
