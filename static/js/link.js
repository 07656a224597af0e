// State ↔ address: #sharpness=alpha:0.3;split:0.42&other=… Only what differs from the start is
// written; what cannot be read is ignored, what is out of range is clamped by the reducer.

import { nearest, nearestValue } from "./catalogue.js";
import { initial, reduce } from "./state.js";
import { isLattice } from "./words.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./catalogue.js").Catalogue} Catalogue */

/** @param {State} state @param {Catalogue} catalogue @returns {string} */
export function encode(state, catalogue) {
  const { data, inputs, choices, positions } = catalogue;
  const start = initial(catalogue);
  /** @type {string[]} */
  const out = [];
  /** @param {string} key @param {unknown} now @param {unknown} then @param {unknown} [text] */
  const write = (key, now, then, text = now) => {
    if (now !== then) out.push(`${key}:${encodeURIComponent(String(text)).replaceAll("%2C", ",")}`);
  };
  const spot = (/** @type {number} */ at) => {
    const position = positions[at];
    return isLattice(data) ? Object.values(position.weights).map(short).join() : short(position?.value ?? 0);
  };
  write("input", state.input, start.input, inputs[state.input]);
  write("left", state.left, start.left, choices[state.left].id);
  write("right", state.right, start.right, choices[state.right].id);
  write(spotKey(data), state.at, start.at, spot(state.at));
  state.regions.forEach((at, index) => {
    write(`alpha.${encodeURIComponent(data.regions?.[index].name ?? "")}`, at, start.regions[index], spot(at));
  });
  for (const key of /** @type {const} */ (["split", "zoom", "cx", "cy", "mode", "gain", "pixelated"])) {
    write(key, state[key], start[key]);
  }
  return out.join(";");
}

/** @param {string} text @param {Catalogue} catalogue @returns {State} */
export function decode(text, catalogue) {
  const { data, inputs, choices, positions } = catalogue;
  const start = initial(catalogue);
  /** @type {Partial<State>} */
  const change = { regions: [...start.regions] };
  /** @param {string} value */
  const spot = (value) => {
    const numbers = value.split(",").map(Number);
    if (!positions.length || numbers.some(Number.isNaN)) return undefined;
    if (!isLattice(data)) return nearestValue(positions, numbers[0]);
    return nearest(positions, ({ weights }) =>
      Object.values(weights).reduce((sum, weight, model) => sum + (weight - (numbers[model] ?? 0)) ** 2, 0),
    );
  };
  const known = (/** @type {number} */ index) => (index < 0 ? undefined : index);
  for (const part of text.split(";")) {
    const colon = part.indexOf(":");
    if (colon < 0) continue;
    const [key, value] = [safeDecode(part.slice(0, colon)), safeDecode(part.slice(colon + 1))];
    const number = Number(value || NaN);
    if (key === "input") change.input = known(inputs.indexOf(value));
    else if (key === "left" || key === "right") change[key] = known(choices.findIndex(({ id }) => id === value));
    else if (key === spotKey(data)) change.at = spot(value);
    else if (key.startsWith("alpha.")) {
      const region = (data.regions ?? []).findIndex(({ name }) => `alpha.${name}` === key);
      if (region >= 0 && change.regions) change.regions[region] = spot(value) ?? change.regions[region];
    } else if (key === "mode" && (value === "flicker" || value === "difference")) change.mode = value;
    else if (key === "pixelated" && (value === "true" || value === "false")) change.pixelated = value === "true";
    else if (key === "zoom" && number > 0) change.zoom = Math.min(number, 1e4);
    else if ((key === "split" || key === "cx" || key === "cy" || key === "gain") && Number.isFinite(number)) change[key] = number;
  }
  for (const key of Object.keys(change)) {
    if (change[/** @type {keyof State} */ (key)] === undefined) delete change[/** @type {keyof State} */ (key)];
  }
  return reduce(start, { type: "set", change }, catalogue, NOWHERE);
}

/** The views in an address, by viewer; null where it is something else, such as a heading's. @param {string} hash @returns {Map<string, string> | null} */
export function readHash(hash) {
  const text = hash.replace(/^#/, "");
  if (text && !text.includes("=")) return null;
  /** @type {Map<string, string>} */
  const views = new Map();
  for (const part of text.split("&")) {
    const equals = part.indexOf("=");
    if (equals > 0) views.set(safeDecode(part.slice(0, equals)), part.slice(equals + 1));
  }
  return views;
}

/** @param {Map<string, string>} views */
export const writeHash = (views) =>
  [...views].map(([id, view]) => `${encodeURIComponent(id)}=${view}`).join("&");

const NOWHERE = { width: 1, height: 1, density: 1, columns: 1, rows: 1 };

/** @param {import("./catalogue.js").Data} data */
const spotKey = (data) => (isLattice(data) ? "weights" : data.kind === "frames" ? "frame" : "alpha");

/** @param {number} value */
const short = (value) => String(Number(value.toFixed(4)));

/** @param {string} text */
function safeDecode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
