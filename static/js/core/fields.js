// The state's fields, one row each: how it starts, what it may be, how a link writes it. What a
// state begins as, how it is normalized, and links all follow from this table.

import { distance } from "./catalogue.js";
import { clamp } from "./geometry.js";

/** @typedef {import("./catalogue.js").Catalogue} Catalogue */

/** The panes' names, in links and in the page. */
export const PANES = ["left", "right"];

/**
 * @typedef {object} Field
 * @property {(catalogue: Catalogue) => any} start
 * @property {boolean} [passing] in no link
 * @property {(catalogue: Catalogue) => string[]} [keys] in links, where not the field's name; for a list, one for each item
 * @property {boolean} [list]
 * @property {(item: any, catalogue: Catalogue) => any} [normalize]
 * @property {(item: any) => string} [write]
 * @property {(text: string, catalogue: Catalogue) => any} [read] undefined: it says nothing that is here
 * @property {(text: string, item: any) => boolean} [fits] is the item what the text asked for?
 */

/** @param {number} start @param {number} low @param {number} high @returns {Field} */
const number = (start, low, high) => ({
  start: () => start,
  // Rounded as in a link, so that a link gives the same pixels.
  normalize: (value) => Number(clamp(value, low, high).toFixed(6)),
  read: (text) => numbers(text)?.[0],
});

/** @param {unknown[]} values the first is the start @returns {Field} */
const oneOf = (...values) => ({
  start: () => values[0],
  read: (text) => values.find((value) => String(value) === text),
});

/** @param {unknown} start @returns {Field} */
const passing = (start) => ({ start: () => start, passing: true });

/** Where a slider stands: one number on a line, else one for each axis. */
const place = {
  normalize: (/** @type {number[]} */ value, /** @type {Catalogue} */ catalogue) =>
    catalogue.places[catalogue.nearest(value)] ?? value,
  write: (/** @type {number[]} */ value) => `${value.map((each) => Number(each.toFixed(4)))}`,
  read: (/** @type {string} */ text, /** @type {Catalogue} */ { places }) => (places.length ? numbers(text) : undefined),
  fits: (/** @type {string} */ text, /** @type {number[]} */ value) => distance(value, numbers(text) ?? []) < 1e-6,
};

/** @type {Record<string, Field>} */
export const FIELDS = {
  input: {
    start: ({ head }) => head.inputs[0].id,
    read: (text, { head }) => head.inputs.find(({ id }) => id === text)?.id,
  },
  panes: {
    list: true,
    keys: ({ head }) => PANES.slice(0, head.start.panes.length),
    start: ({ head }) => head.start.panes.map((choice) => ({ choice })),
    write: ({ choice }) => choice,
    read(text, { head }) {
      const named = (/** @type {"id" | "label"} */ name) => head.choices.find((choice) => choice[name] === text);
      const found = named("id") ?? named("label"); // which older links hold
      return found && { choice: found.id };
    },
  },
  value: {
    keys: ({ head, isLine }) => [head.sequence ? "frame" : isLine ? "alpha" : "weights"],
    start: ({ head, places }) => places[head.start.position ?? 0] ?? [],
    ...place,
  },
  regions: {
    list: true,
    keys: ({ regions }) => regions.map(({ name }) => `alpha.${name}`),
    start: ({ head, regions, places }) => regions.map(({ start }) => places[start ?? head.start.position ?? 0]),
    ...place,
  },
  split: number(0.5, 0, 1),
  zoom: number(1, 1e-3, 1e4),
  cx: number(0.5, 0, 1),
  cy: number(0.5, 0, 1),
  gain: number(4, 1, 16),
  mode: oneOf("split", "flicker", "difference"),
  pixelated: oneOf(null, true, false),
  showOther: passing(false),
  visibleSide: passing(""),
  playing: passing(false),
};

/** @param {string} text @returns {number[] | undefined} */
function numbers(text) {
  const all = text.split(",").map((each) => Number(each || NaN));
  return all.every(Number.isFinite) ? all : undefined;
}
