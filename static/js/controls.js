// Selects, sliders and filters: what native controls say becomes actions.

import { nearestValue, nearestWeights, stepWeight } from "./catalogue.js";

/** @typedef {import("./viewer.js").Desk} Desk */

const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

/** @param {Desk} desk */
export function controls(desk) {
  const { root, catalogue } = desk;
  const { choices, inputs, data } = catalogue;
  const sides = choices.map(({ id, label }) => ({ id, label }));
  picker(desk, "left", sides);
  picker(desk, "right", sides);
  picker(desk, "input", inputs.map((id) => ({ id, label: data.titles.inputs?.[id] ?? id })));
  for (const [index, range] of ranges(root, "at").entries()) scrubber(desk, range, index, false);
  for (const [index, range] of ranges(root, "region").entries()) scrubber(desk, range, index, true);
  for (const [index, range] of ranges(root, "weight").entries()) weight(desk, range, index);
  root.querySelector(".split")?.addEventListener("input", ({ target }) => {
    desk.dispatch({ type: "set", change: { split: Number(/** @type {HTMLInputElement} */ (target).value) / 100 } });
  });
  root.querySelector("[data-gain]")?.addEventListener("change", ({ target }) => {
    desk.dispatch({ type: "set", change: { gain: Number(/** @type {HTMLSelectElement} */ (target).value) } });
  });
  for (const control of root.querySelectorAll(":disabled")) control.removeAttribute("disabled");
}

/** @param {HTMLElement} root @param {string} kind @returns {HTMLInputElement[]} */
const ranges = (root, kind) => [...root.querySelectorAll(`[data-range=${kind}]`)].map((range) => /** @type {HTMLInputElement} */ (range));

/**
 * A select of all entries and, for long lists, a field that narrows them.
 *
 * @param {Desk} desk @param {"left" | "right" | "input"} name @param {{id: string, label: string}[]} entries
 */
function picker({ root, dispatch }, name, entries) {
  const box = root.querySelector(`[data-picker=${name}]`);
  const select = box?.querySelector("select");
  if (!box || !select) return;
  const options = entries.map(({ id, label }) => new Option(label, id));
  select.replaceChildren(...options);
  const choose = () => dispatch({ type: "set", change: { [name]: options.findIndex(({ value }) => value === select.value) } });
  select.addEventListener("change", choose);
  const filter = /** @type {HTMLInputElement | null} */ (box.querySelector("input"));
  filter?.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/);
    const { value } = select;
    select.replaceChildren(
      ...options.filter((option) => option.value === value || words.every((word) => option.label.toLowerCase().includes(word))),
    );
    select.value = value;
  });
  filter?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const first = [...select.options].find(({ value }) => value !== select.value);
    if (first && filter.value) select.value = first.value;
    choose();
  });
}

/** @param {Desk} desk @param {HTMLInputElement} range @param {number} index @param {boolean} region */
function scrubber({ catalogue, dispatch, getState, scrub }, range, index, region) {
  const { positions, spacing } = catalogue;
  if (spacing) range.step = String(spacing);
  const go = (/** @type {number} */ at) => {
    scrub();
    dispatch(region ? { type: "region", index, at } : { type: "set", change: { at, playing: false } });
  };
  range.addEventListener("input", () => go(nearestValue(positions, range.valueAsNumber)));
  for (const event of ["pointerdown", "focus"]) range.addEventListener(event, scrub);
  range.addEventListener("keydown", (event) => {
    const step = STEPS[/** @type {keyof typeof STEPS} */ (event.key)];
    if (!step || spacing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); // uneven alphas: an arrow goes to the next one, however far
    const state = getState();
    go((region ? state.regions[index] : state.at) + step);
  });
}

/** @param {Desk} desk @param {HTMLInputElement} range @param {number} index */
function weight({ catalogue, dispatch, getState, scrub }, range, index) {
  const { positions, data } = catalogue;
  const model = data.models?.[index] ?? "";
  const go = (/** @type {number} */ at) => dispatch({ type: "set", change: { at, playing: false } });
  for (const event of ["pointerdown", "focus"]) range.addEventListener(event, scrub);
  range.addEventListener("input", () => go(nearestWeights(positions, getState().at, model, range.valueAsNumber)));
  range.addEventListener("keydown", (event) => {
    const step = STEPS[/** @type {keyof typeof STEPS} */ (event.key)];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault(); // to the next weight on the lattice
    go(stepWeight(positions, getState().at, model, step));
  });
}
