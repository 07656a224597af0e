// State ↔ address: #sharpness=alpha:0.3;split:0.42&other=… Only what differs from the start is
// written; what cannot be read is ignored, what is out of range is clamped by the reducer.

import { isLattice, nearest } from "./catalogue.js";
import { initial, tidy } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./catalogue.js").Catalogue} Catalogue */

const NUMBERS = /** @type {const} */ (["split", "zoom", "cx", "cy", "gain"]);
const WRITE_AFTER = 250; // ms after the last change

/** @param {State} state @param {Catalogue} catalogue @returns {string} */
export function encode(state, catalogue) {
  const { inputs, choices } = catalogue;
  const start = initial(catalogue);
  /** @type {[string, unknown, unknown, unknown?][]} key, value, value at the start, what is written */
  const rows = [
    ["input", state.input, start.input, inputs[state.input]],
    ["left", state.left, start.left, choices[state.left].id],
    ["right", state.right, start.right, choices[state.right].id],
    [spotKey(catalogue), state.at, start.at, spotText(catalogue, state.at)],
    ...regionKeys(catalogue).map((key, index) => /** @type {[string, number, number, string]} */ ([key, state.regions[index], start.regions[index], spotText(catalogue, state.regions[index])])),
    ...NUMBERS.map((key) => /** @type {[string, number, number]} */ ([key, state[key], start[key]])),
    ["mode", state.mode, start.mode],
    ["pixelated", state.pixelated, start.pixelated],
  ];
  return rows
    .filter(([, now, then]) => now !== then)
    .map(([key, now, , text = now]) => `${encodeURIComponent(key)}:${encodeURIComponent(String(text)).replaceAll("%2C", ",")}`)
    .join(";");
}

/** @param {string} text @param {Catalogue} catalogue @returns {State} */
export function decode(text, catalogue) {
  const { inputs, choices, positions } = catalogue;
  const state = initial(catalogue);
  const known = new Map(text.split(";").map((part) => /** @type {[string, string]} */ (part.split(":").map(plain))));
  const get = (/** @type {string} */ key) => known.get(key) ?? "";
  const spot = (/** @type {string} */ key, /** @type {number} */ start) => {
    const wanted = get(key).split(",").map(Number);
    const usable = get(key) && positions.length && wanted.every(Number.isFinite);
    if (!usable) return start;
    return nearest(positions, (position) => {
      const own = position.lattice ? Object.values(position.weights) : [position.value];
      return own.reduce((sum, value, index) => sum + (value - (wanted[index] ?? 0)) ** 2, 0);
    });
  };
  const index = (/** @type {unknown[]} */ list, /** @type {string} */ key, /** @type {number} */ start) => {
    const found = list.indexOf(get(key));
    return found < 0 ? start : found;
  };
  const ids = choices.map(({ id }) => id);
  state.input = index(inputs, "input", state.input);
  state.left = index(ids, "left", state.left);
  state.right = index(ids, "right", state.right);
  state.at = spot(spotKey(catalogue), state.at);
  state.regions = regionKeys(catalogue).map((key, region) => spot(key, state.regions[region]));
  for (const key of NUMBERS) {
    const value = Number(get(key) || NaN);
    if (Number.isFinite(value)) state[key] = value;
  }
  const mode = get("mode");
  if (mode === "flicker" || mode === "difference") state.mode = mode;
  const pixelated = get("pixelated");
  if (pixelated) state.pixelated = pixelated === "true";
  return tidy(state, catalogue);
}

/** The views in an address, by viewer; null where it is something else, such as a heading's. @param {string} hash @returns {Map<string, string> | null} */
export function readHash(hash) {
  const parts = hash.slice(1).split("&").filter(Boolean);
  if (parts.some((part) => !part.includes("="))) return null;
  return new Map(parts.map((part) => [plain(part.split("=")[0]), part.slice(part.indexOf("=") + 1)]));
}

/** @param {Map<string, string>} views */
export const writeHash = (views) => [...views].map(([id, view]) => `${encodeURIComponent(id)}=${view}`).join("&");

/** The page's address: read at the start and on hashchange, written late. */
export class Address {
  constructor() {
    this.views = readHash(location.hash) ?? new Map();
    /** @type {Map<string, (view: string) => void>} */
    this.followers = new Map();
    this.timer = 0;
    addEventListener("hashchange", () => this.follow());
    addEventListener("pagehide", () => this.timer && this.write());
  }

  /** @param {string} id @param {string} view empty: the initial one */
  set(id, view) {
    if ((this.views.get(id) ?? "") === view) return;
    if (view) this.views.set(id, view);
    else this.views.delete(id);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), WRITE_AFTER);
  }

  /** The address of one view alone. @param {string} id @param {string} view */
  link(id, view) {
    return new URL(`#${writeHash(new Map([[id, view]]))}`, location.href).href;
  }

  write() {
    this.timer = 0;
    const hash = writeHash(this.views);
    history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  follow() {
    const views = readHash(location.hash);
    if (!views) return; // a heading of the page
    clearTimeout(this.timer);
    this.views = views;
    for (const [id, changed] of this.followers) changed(views.get(id) ?? "");
  }
}

/** @param {Catalogue} catalogue */
const spotKey = ({ data }) => (isLattice(data) ? "weights" : data.kind === "frames" ? "frame" : "alpha");

/** @param {Catalogue} catalogue */
const regionKeys = ({ data }) => (data.regions ?? []).map(({ name }) => `alpha.${name}`);

/** @param {Catalogue} catalogue @param {number} at */
function spotText({ positions }, at) {
  const { lattice, weights, value } = positions[at] ?? { value: 0 };
  return (lattice ? Object.values(weights) : [value]).map((number) => Number(number.toFixed(4))).join();
}

/** @param {string} text */
function plain(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
