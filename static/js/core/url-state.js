// State ↔ address: #sharpness=alpha:0.3;split:0.42&other=… Only what differs from the start is
// written; what cannot be read is ignored and said, what is out of range is normalized.

import { FIELDS } from "./fields.js";
import { initial, normalize } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./catalogue.js").Catalogue} Catalogue */

const WRITE_AFTER = 250; // ms after the last change
const LINKED = Object.entries(FIELDS).filter(([, { passing }]) => !passing);

/** @param {State} state @param {Catalogue} catalogue @returns {string} */
export function encode(state, catalogue) {
  const start = initial(catalogue);
  return LINKED.flatMap(([name, { keys = () => [name], list, write = String }]) => {
    const texts = (/** @type {any} */ { [name]: value }) => (list ? value : [value]).map(write);
    const [now, then] = [texts(state), texts(start)];
    const written = keys(catalogue).map((key, at) => `${safeEncode(key)}:${safeEncode(now[at])}`);
    return written.filter((_, at) => now[at] !== then[at]);
  }).join(";");
}

/**
 * The state that a link's text asks for, and the keys of what is not to be had any more.
 *
 * @param {string} text @param {Catalogue} catalogue @returns {{state: State, unfit: string[]}}
 */
export function decode(text, catalogue) {
  const asked = new Map(pairs(text, ";", ":").map(([key, value]) => [safeDecode(key), safeDecode(value ?? "")]));
  const state = /** @type {any} */ (initial(catalogue));
  /** @type {string[]} */
  const unfit = [];
  for (const [name, { keys = () => [name], list, read, normalize: item = keep, fits = () => true }] of LINKED) {
    keys(catalogue).forEach((key, at) => {
      const words = asked.get(key);
      if (words === undefined) return;
      const found = read?.(words, catalogue);
      const value = found === undefined ? found : item(found, catalogue);
      if (value === undefined || !fits(words, value)) unfit.push(key);
      if (value === undefined) return;
      if (list) state[name][at] = value;
      else state[name] = value;
    });
  }
  return { state: normalize(state, catalogue), unfit };
}

/** The views in an address, by viewer; null where it is something else, such as a heading's. @param {string} hash @returns {Map<string, string> | null} */
export function readHash(hash) {
  const views = pairs(hash.slice(1), "&", "=");
  return views.every(([, view]) => view !== undefined) ? new Map(views.map(([id, view]) => [safeDecode(id), view])) : null;
}

/** @param {Map<string, string>} views */
export const writeHash = (views) => [...views].map(([id, view]) => `${encodeURIComponent(id)}=${view}`).join("&");

/** The page's address: read at the start and on hashchange, written late. */
export class UrlState {
  constructor() {
    this.views = readHash(location.hash) ?? new Map();
    /** @type {Map<string, (view: string) => void>} */
    this.followers = new Map();
    this.timer = 0;
    addEventListener("hashchange", () => this.update());
    addEventListener("pagehide", () => this.write());
  }

  /** Views of viewers that the page does not have. */
  get strangers() {
    return [...this.views.keys()].filter((id) => !this.followers.has(id));
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

  /** Write what has not been written yet. */
  write() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = 0;
    const hash = writeHash(this.views);
    history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  /** Be told of a view that the address changes to. @param {string} id @param {(view: string) => void} changed @param {AbortSignal} signal until when */
  follow(id, changed, signal) {
    this.followers.set(id, changed);
    signal.addEventListener("abort", () => this.followers.get(id) === changed && this.followers.delete(id));
  }

  update() {
    const views = readHash(location.hash);
    if (!views) return; // a heading of the page
    clearTimeout(this.timer);
    this.timer = 0;
    this.views = views;
    for (const [id, changed] of this.followers) changed(views.get(id) ?? "");
  }
}

/**
 * Pairs that are written with two delimiters. Programs through which links pass encode some of
 * them: where a part is not one pair, it is looked for in the decoded text.
 *
 * @param {string} text @param {string} between @param {string} within @returns {string[][]}
 */
function pairs(text, between, within) {
  for (let plain = text, before = ""; plain !== before; plain = safeDecode(plain)) {
    const parts = plain.split(between).filter(Boolean).map((part) => part.split(within));
    if (parts.every(({ length }) => length === 2)) return parts;
    before = plain;
  }
  return text.split(between).filter(Boolean).map((part) => {
    const [key, ...rest] = part.split(within);
    return rest.length ? [key, rest.join(within)] : [key];
  });
}

/** @param {any} value */
const keep = (value) => value;

/** @param {string} text */
const safeEncode = (text) => encodeURIComponent(text).replaceAll("%2C", ",");

/** @param {string} text */
export function safeDecode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
