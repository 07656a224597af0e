// The state of one comparison and the only function that changes it. Pure.

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
 * @typedef {{type: "region", index: number, at: number}} RegionAction
 * @typedef {{type: "mode", mode: "flicker" | "difference"}} ModeAction
 * @typedef {{type: "pan", dx: number, dy: number}} PanAction
 * @typedef {{type: "zoom", factor: number, x?: number, y?: number}} ZoomAction
 * @typedef {{type: "fit" | "reset"}} PlainAction
 * @typedef {{type: "actual" | "toggle", x?: number, y?: number}} ActualAction
 * @typedef {SetAction | StepAction | RegionAction | ModeAction | PanAction | ZoomAction | PlainAction | ActualAction} Action
 */

/** @param {Catalogue} catalogue @returns {State} */
export function initial({ start, data }) {
  return {
    input: 0,
    ...start,
    regions: (data.regions ?? []).map(() => start.at),
    split: 0.5,
    ...FIT,
    mode: "split",
    gain: 4,
    pixelated: null,
    peek: false,
    face: "",
    playing: false,
  };
}

/** @param {State} state @param {Action} action @param {Catalogue} catalogue @param {View} view @returns {State} */
export function reduce(state, action, catalogue, view) {
  switch (action.type) {
    case "set":
      return tidy({ ...state, ...action.change }, catalogue);
    case "step": {
      const key = catalogue.positions.length ? "at" : "right";
      return tidy({ ...state, [key]: state[key] + action.by }, catalogue);
    }
    case "region": {
      const regions = state.regions.map((at, index) => (index === action.index ? action.at : at));
      return tidy({ ...state, regions }, catalogue);
    }
    case "mode":
      return { ...state, mode: state.mode === action.mode ? "split" : action.mode, face: "" };
    case "pan":
      return aim(state, pan(view, state, action.dx, action.dy));
    case "zoom":
      return zoom(state, view, bound(view, state).zoom * action.factor, action.x, action.y);
    case "fit":
      return { ...state, ...FIT };
    case "actual":
      return zoom(state, view, actualZoom(view), action.x, action.y);
    case "toggle":
      return isFitted(state)
        ? zoom(state, view, actualZoom(view), action.x, action.y)
        : { ...state, ...FIT };
    case "reset":
      return initial(catalogue);
  }
}

/** @param {State} state */
export const isFitted = ({ zoom }) => Math.abs(zoom - 1) < 1e-4;

/** @param {State} state @param {View} view @param {number} target @param {number} [x] @param {number} [y] */
const zoom = (state, view, target, x = view.width / 2, y = view.height / 2) =>
  aim(state, zoomAt(view, state, target, x, y));

/** Rounded as in a link, so that a link gives the same pixels. @param {State} state @param {import("./geometry.js").Camera} camera @returns {State} */
function aim(state, { zoom, cx, cy }) {
  const round = (/** @type {number} */ value) => Number(value.toFixed(6));
  const next = { ...state, zoom: round(zoom), cx: round(cx), cy: round(cy) };
  return isFitted(next) ? { ...next, ...FIT } : next;
}

/** Everything within its range. @param {State} state @param {Catalogue} catalogue @returns {State} */
function tidy(state, { inputs, choices, positions }) {
  const index = (/** @type {number} */ value, /** @type {unknown[]} */ list) =>
    clamp(Math.round(value) || 0, 0, Math.max(0, list.length - 1));
  return {
    ...state,
    input: index(state.input, inputs),
    left: index(state.left, choices),
    right: index(state.right, choices),
    at: index(state.at, positions),
    regions: state.regions.map((at) => index(at, positions)),
    split: Number(clamp(state.split, 0, 1).toFixed(4)),
    cx: clamp(state.cx, 0, 1),
    cy: clamp(state.cy, 0, 1),
    gain: clamp(state.gain, 1, 16),
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
  const base = { slot: side, choice, at: state.at };
  if (!choices[choice].follows) return [base];
  return [
    base,
    ...(data.regions ?? []).map(({ name, masks }, index) => ({
      slot: `${side}:${name}`,
      choice,
      at: state.regions[index],
      mask: masks[inputs[state.input]],
    })),
  ];
}
