// Lists and sliders: what native controls say becomes actions.

import { PANES } from "../core/fields.js";

/** @typedef {import("../viewer.js").ViewerContext} ViewerContext */

const LATER = "[type=search], [data-range=weight]"; // modules of their own see to these

/** @param {ViewerContext} viewer */
export function controls(viewer) {
  const { root, catalogue } = viewer;
  const { choices, inputs } = catalogue.head;
  PANES.forEach((name, pane) => picker(viewer, name, choices, (choice) => viewer.dispatch({ type: "show", pane, choice })));
  picker(viewer, "input", inputs.map(({ id, title }) => ({ id, label: title })), (input) => viewer.set({ input }));
  slider(viewer, "at", 0, () => viewer.state.value);
  catalogue.regions.forEach((_, region) => slider(viewer, "region", region, () => viewer.state.regions[region], region));
  const on = (/** @type {string} */ selector, /** @type {(value: number) => void} */ change) => {
    for (const control of root.querySelectorAll(selector)) {
      viewer.listen(control, "input", () => change(Number(/** @type {HTMLInputElement} */ (control).value)));
    }
  };
  on(".split", (value) => viewer.set({ split: value / 100 }));
  on("[data-gain]", (gain) => viewer.set({ gain }));
  for (const range of root.querySelectorAll("[data-range]")) {
    for (const event of /** @type {const} */ (["pointerdown", "focus"])) viewer.listen(range, event, () => viewer.scrub());
  }
  for (const control of root.querySelectorAll(`:disabled:not(${LATER})`)) control.removeAttribute("disabled");
}

/**
 * A select of all entries and, for a long list, a field that narrows it.
 *
 * @param {ViewerContext} viewer @param {string} name @param {{id: string, label: string}[]} entries
 * @param {(id: string) => void} choose
 */
function picker(viewer, name, entries, choose) {
  const box = viewer.root.querySelector(`[data-picker=${name}]`);
  const select = box?.querySelector("select");
  if (!select) return;
  const options = entries.map(({ id, label }) => new Option(label, id));
  select.replaceChildren(...options);
  viewer.listen(select, "change", () => choose(select.value));
  const filter = box?.querySelector("input");
  if (filter) viewer.later(import("../later/filter.js"), ({ narrow }) => narrow(viewer, filter, select, choose));
}

/**
 * The slider of alpha or frame, or that of a region.
 *
 * @param {ViewerContext} viewer @param {string} kind @param {number} index among those of its kind
 * @param {() => number[]} now @param {number} [region]
 */
function slider(viewer, kind, index, now, region) {
  const { catalogue } = viewer;
  const { places, spacing } = catalogue;
  const range = /** @type {HTMLInputElement | undefined} */ (viewer.root.querySelectorAll(`[data-range=${kind}]`)[index]);
  if (!range) return;
  viewer.listen(range, "input", () => viewer.moveTo([range.valueAsNumber], region));
  if (spacing) range.step = String(spacing);
  // Uneven alphas: an arrow goes to the next one, however far.
  else viewer.onArrow(range, (step) => viewer.moveTo(places[catalogue.nearest(now()) + step] ?? now(), region));
}
