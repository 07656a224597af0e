// Lists, sliders and filters: what native controls say becomes actions.

import { PANES } from "../core/fields.js";
import { nearestWeights, stepWeight } from "../core/weights.js";

/** @typedef {import("../viewer.js").ViewerContext} ViewerContext */

/** @param {ViewerContext} viewer */
export function controls(viewer) {
  const { root, catalogue } = viewer;
  const { choices, inputs } = catalogue.head;
  PANES.forEach((name, pane) => picker(viewer, name, choices, (choice) => viewer.dispatch({ type: "show", pane, choice })));
  picker(viewer, "input", inputs.map(({ id, title }) => ({ id, label: title })), (input) => viewer.set({ input }));
  slider(viewer, "at", 0, () => viewer.state.value);
  catalogue.regions.forEach((_, region) => slider(viewer, "region", region, () => viewer.state.regions[region], region));
  weights(viewer);
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
  for (const control of root.querySelectorAll(":disabled")) control.removeAttribute("disabled");
}

/**
 * A select of all entries and, for long lists, a field that narrows them.
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
  if (!filter) return;
  viewer.listen(filter, "input", () => {
    const { value } = select;
    const words = filter.value.toLowerCase().split(" ");
    const fitting = options.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
    select.replaceChildren(...options.filter((option) => option.value === value || fitting.includes(option)));
    select.value = value;
    filter.ariaInvalid = String(!fitting.length);
    viewer.say(filter.value && `${fitting.length || "None"} of ${options.length} fit the filter`);
  });
  viewer.listen(filter, "keydown", ({ key }) => {
    if (key !== "Enter" || !filter.value) return;
    choose([...select.options].find(({ value }) => value !== select.value)?.value ?? select.value);
  });
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
  if (spacing) range.step = String(spacing);
  viewer.listen(range, "input", () => viewer.moveTo([range.valueAsNumber], region));
  viewer.listen(range, "keydown", (event) => {
    const step = arrow(event);
    if (!step || spacing) return;
    event.preventDefault(); // uneven alphas: an arrow goes to the next one, however far
    viewer.moveTo(places[catalogue.nearest(now()) + step] ?? now(), region);
  });
}

/** One slider for each model of a triangle or square, or for each group of layers. @param {ViewerContext} viewer */
function weights(viewer) {
  const { places, head } = viewer.catalogue;
  const free = head.layout === "sliders";
  /** @type {NodeListOf<HTMLInputElement>} */ (viewer.root.querySelectorAll("[data-range=weight]")).forEach((range, axis) => {
    const go = (/** @type {number} */ position) => viewer.moveTo(places[position]);
    viewer.listen(range, "input", () => go(nearestWeights(places, viewer.state.value, axis, range.valueAsNumber, free)));
    viewer.listen(range, "keydown", (event) => {
      const step = arrow(event);
      if (!step) return;
      event.preventDefault(); // to the next weight that there is
      go(stepWeight(places, viewer.state.value, axis, step, free));
    });
  });
}

/** Which way an arrow key goes on a slider, or 0. @param {KeyboardEvent} event */
function arrow({ key, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey) return 0;
  return /^Arrow(Right|Up)$/.test(key) ? 1 : /^Arrow(Left|Down)$/.test(key) ? -1 : 0;
}
