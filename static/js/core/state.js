// The state of one comparison and the only function that changes it. Pure.

import { FIELDS } from "./fields.js";
import { FIT, actualZoom, clamp, clampCamera, pan, zoomAt } from "./geometry.js";

/** @typedef {import("./catalogue.js").Catalogue} Catalogue */
/** @typedef {import("./geometry.js").Viewport} Viewport */

/**
 * @typedef {object} State What its rows in FIELDS hold.
 * @property {string} input id
 * @property {{choice: string}[]} panes what each shows, by id
 * @property {number[]} value where the slider stands: an alpha, the index in a sequence, or weights by axis
 * @property {number[][]} regions such a value for each region
 * @property {number} split fraction of the picture's visible width
 * @property {number} zoom 1 is fit
 * @property {number} cx
 * @property {number} cy
 * @property {"split" | "flicker" | "difference"} mode
 * @property {number} gain of the difference
 * @property {boolean | null} pixelated null: by magnification
 * @property {boolean} showOther passing: the other side is held up
 * @property {string} visibleSide passing: the pane that flicker shows alone
 * @property {boolean} playing passing
 *
 * @typedef {{type: "set", change: Partial<State>}} SetAction
 * @typedef {{type: "show", pane: number, choice: string}} ShowAction a choice in a pane
 * @typedef {{type: "step", by: number}} StepAction next or previous frame, or entry of the last pane's list
 * @typedef {{type: "mode", mode: "flicker" | "difference"}} ModeAction on, or off again
 * @typedef {{type: "pan", dx: number, dy: number}} PanAction
 * @typedef {{type: "zoom", factor: number, x?: number, y?: number}} ZoomAction
 * @typedef {{type: "actual" | "toggle", x?: number, y?: number}} ActualAction
 * @typedef {{type: "fit" | "reset"}} PlainAction
 * @typedef {SetAction | ShowAction | StepAction | ModeAction | PanAction | ZoomAction | ActualAction | PlainAction} Action
 *
 * @typedef {object} Layer A picture of a pane.
 * @property {string} slot where it stands: no two pictures on a page share one
 * @property {string} choice
 * @property {number[]} value
 * @property {string} [mask] what is seen of it
 */

/** @param {Catalogue} catalogue @returns {State} */
export function initial(catalogue) {
  const state = /** @type {any} */ ({});
  for (const [name, { start }] of Object.entries(FIELDS)) state[name] = start(catalogue);
  return state;
}

/** @param {State} state @param {Action} action @param {Catalogue} catalogue @param {Viewport} viewport @returns {State} */
export function reduce(state, action, catalogue, viewport) {
  const change = (/** @type {Partial<State>} */ part) => normalize({ ...state, ...part }, catalogue);
  const zoom = (/** @type {number} */ target, { x = viewport.width / 2, y = viewport.height / 2 }) =>
    change(zoomAt(viewport, state, target, x, y));
  switch (action.type) {
    case "set":
      return change(action.change);
    case "show":
      return change({ panes: state.panes.map((pane, at) => (at === action.pane ? { choice: action.choice } : pane)) });
    case "step":
      return change({ playing: false, ...step(state, action.by, catalogue) });
    case "mode":
      return change({ mode: state.mode === action.mode ? "split" : action.mode, visibleSide: "" });
    case "pan":
      return change(pan(viewport, state, action.dx, action.dy));
    case "zoom":
      return zoom(clampCamera(viewport, state).zoom * action.factor, action);
    case "actual":
      return zoom(actualZoom(viewport), action);
    case "toggle":
      return zoom(state.zoom === 1 ? actualZoom(viewport) : 1, action);
    case "fit":
      return change(FIT);
    case "reset":
      return initial(catalogue);
  }
}

/** @param {State} state @param {number} by @param {Catalogue} catalogue @returns {Partial<State>} */
function step({ value, panes }, by, catalogue) {
  const { places, head } = catalogue;
  const beside = (/** @type {any[]} */ list, /** @type {number} */ index) => list[clamp(index + by, 0, list.length - 1)];
  if (places.length) return { value: beside(places, catalogue.nearest(value)) };
  const last = panes.length - 1;
  return { panes: [...panes.slice(0, last), { choice: beside(head.choices, catalogue.index(panes[last].choice)).id }] };
}

/** Everything within its range. @param {State} state @param {Catalogue} catalogue @returns {State} */
export function normalize(state, catalogue) {
  const next = /** @type {any} */ ({ ...state });
  for (const [name, { list, normalize: item }] of Object.entries(FIELDS)) {
    if (!item) continue;
    if (!list) next[name] = item(next[name], catalogue);
    else if (next[name].some((/** @type {any} */ each) => item(each, catalogue) !== each)) {
      next[name] = next[name].map((/** @type {any} */ each) => item(each, catalogue));
    }
  }
  return Math.abs(next.zoom - 1) < 1e-4 ? { ...next, ...FIT } : next;
}

/**
 * The pictures of a pane: the frame itself and, where regions have a value of their own, one more
 * for each, to be shown through its mask.
 *
 * @param {State} state @param {number} pane @param {Catalogue} catalogue @returns {Layer[]}
 */
export function layers(state, pane, catalogue) {
  const { choice } = state.panes[pane];
  const regions = catalogue.choice(choice).moves ? catalogue.regions : [];
  return [
    { slot: `${pane}`, choice, value: state.value },
    ...regions.flatMap(({ name, masks }, index) => {
      const mask = masks[state.input];
      return mask ? { slot: `${pane}:${name}`, choice, value: state.regions[index], mask } : [];
    }),
  ];
}
