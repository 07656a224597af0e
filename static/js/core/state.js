// The state of one comparison and the only function that changes it. Pure.

import { nearestValue } from "./catalogue.js";
import { FIT, actualZoom, bound, clamp, pan, zoomAt } from "./geometry.js";

/** @typedef {import("./catalogue.js").Catalogue} Catalogue */
/** @typedef {import("./geometry.js").View} View */

/**
 * @typedef {object} State
 * @property {number} input index in the catalogue's inputs
 * @property {number} left index in its choices
 * @property {number} right index in its choices
 * @property {number} at index in its positions
 * @property {number[]} regions a position for each region
 * @property {number} split fraction of the stage
 * @property {number} zoom 1 is fit
 * @property {number} cx
 * @property {number} cy
 * @property {"split" | "flicker" | "difference"} mode
 * @property {number} gain of the difference
 * @property {boolean | null} pixelated null: by magnification
 * @property {boolean} peek passing: the other side is held up
 * @property {"" | "left" | "right"} face passing: the side that flicker shows alone
 * @property {boolean} playing passing
 *
 * @typedef {{type: "set", change: Partial<State>}} SetAction
 * @typedef {{type: "step", by: number}} StepAction next or previous frame, or entry of the right list
 * @typedef {{type: "mode", mode: "flicker" | "difference"}} ModeAction on, or off again
 * @typedef {{type: "pan", dx: number, dy: number}} PanAction
 * @typedef {{type: "zoom", factor: number, x?: number, y?: number}} ZoomAction
 * @typedef {{type: "actual" | "toggle", x?: number, y?: number}} ActualAction
 * @typedef {{type: "fit" | "reset"}} PlainAction
 * @typedef {SetAction | StepAction | ModeAction | PanAction | ZoomAction | ActualAction | PlainAction} Action
 */

/** @param {Catalogue} catalogue @returns {State} */
export const initial = ({ start, data, positions }) => ({
  input: 0,
  ...start,
  regions: (data.regions ?? []).map(({ start: alpha }) => (alpha === undefined ? start.at : nearestValue(positions, alpha))),
  split: 0.5,
  ...FIT,
  mode: "split",
  gain: 4,
  pixelated: null,
  peek: false,
  face: "",
  playing: false,
});

/** @param {State} state @param {Action} action @param {Catalogue} catalogue @param {View} view @returns {State} */
export function reduce(state, action, catalogue, view) {
  const zoom = (/** @type {number} */ target, { x = view.width / 2, y = view.height / 2 }) =>
    tidy({ ...state, ...zoomAt(view, state, target, x, y) }, catalogue);
  switch (action.type) {
    case "set":
      return tidy({ ...state, ...action.change }, catalogue);
    case "step": {
      const key = catalogue.positions.length ? "at" : "right";
      return tidy({ ...state, playing: false, [key]: state[key] + action.by }, catalogue);
    }
    case "mode":
      return { ...state, mode: state.mode === action.mode ? "split" : action.mode, face: "" };
    case "pan":
      return tidy({ ...state, ...pan(view, state, action.dx, action.dy) }, catalogue);
    case "zoom":
      return zoom(bound(view, state).zoom * action.factor, action);
    case "actual":
      return zoom(actualZoom(view), action);
    case "toggle":
      return zoom(state.zoom === 1 ? actualZoom(view) : 1, action);
    case "fit":
      return { ...state, ...FIT };
    case "reset":
      return initial(catalogue);
  }
}

/** Everything within its range, and rounded as in a link, so that a link gives the same pixels. @param {State} state @param {Catalogue} catalogue @returns {State} */
export function tidy(state, { inputs, choices, positions }) {
  const within = (/** @type {number} */ value, /** @type {unknown[]} */ list) => clamp(Math.round(value), 0, Math.max(0, list.length - 1));
  const round = (/** @type {number} */ value, low = 0, high = 1) => Number(clamp(value, low, high).toFixed(6));
  const fitted = Math.abs(state.zoom - 1) < 1e-4;
  return {
    ...state,
    input: within(state.input, inputs),
    left: within(state.left, choices),
    right: within(state.right, choices),
    at: within(state.at, positions),
    regions: state.regions.map((at) => within(at, positions)),
    split: round(state.split),
    zoom: round(state.zoom, 1e-3, 1e4),
    cx: round(state.cx),
    cy: round(state.cy),
    gain: round(state.gain, 1, 16),
    ...(fitted ? FIT : {}),
  };
}

/**
 * The pictures of one side: the frame itself and, where regions have a position of their own,
 * one more for each, to be shown through its mask.
 *
 * @param {State} state @param {"left" | "right"} side @param {Catalogue} catalogue
 * @returns {{slot: string, choice: number, at: number, mask?: string}[]}
 */
export function parts(state, side, { data, inputs, choices }) {
  const choice = state[side];
  const regions = (choices[choice].follows && data.regions) || [];
  return [
    { slot: side, choice, at: state.at },
    ...regions.map(({ name, masks }, index) => ({
      slot: `${side}:${name}`,
      choice,
      at: state.regions[index],
      mask: masks[inputs[state.input]],
    })),
  ];
}
