// Selects, sliders and filters: what native controls say becomes actions.

import { nearest } from "./catalogue.js";

/** @typedef {import("./viewer.js").Desk} Desk */

/** Which way an arrow key goes on a slider, or 0. @param {KeyboardEvent} event */
export function arrow({ key, ctrlKey, metaKey, altKey }) {
  if (ctrlKey || metaKey || altKey) return 0;
  return /^Arrow(Right|Up)$/.test(key) ? 1 : /^Arrow(Left|Down)$/.test(key) ? -1 : 0;
}

/** @param {Desk} desk */
export function controls(desk) {
  const { root, catalogue, set } = desk;
  const { choices, inputs, data } = catalogue;
  picker(desk, "left", choices);
  picker(desk, "right", choices);
  picker(desk, "input", inputs.map((id) => ({ id, label: data.titles?.inputs?.[id] ?? id })));
  scrubber(desk, "at");
  data.regions?.forEach((_, region) => scrubber(desk, "region", region));
  const on = (/** @type {string} */ selector, /** @type {(value: number) => void} */ change) =>
    root.querySelector(selector)?.addEventListener("input", ({ target }) => change(Number(/** @type {HTMLInputElement} */ (target).value)));
  on(".split", (value) => set({ split: value / 100 }));
  on("[data-gain]", (gain) => set({ gain }));
  for (const range of root.querySelectorAll("[data-range]")) {
    for (const event of ["pointerdown", "focus"]) range.addEventListener(event, desk.scrub);
  }
  for (const control of root.querySelectorAll(":disabled")) control.removeAttribute("disabled");
}

/** A select of all entries and, for long lists, a field that narrows them. @param {Desk} desk @param {string} name @param {{id: string, label: string}[]} entries */
function picker({ root, set, say }, name, entries) {
  const box = root.querySelector(`[data-picker=${name}]`);
  const select = box?.querySelector("select");
  if (!select) return;
  const options = entries.map(({ id, label }) => new Option(label, id));
  select.replaceChildren(...options);
  const choose = () => set({ [name]: options.findIndex(({ value }) => value === select.value) });
  select.addEventListener("change", choose);
  const filter = box?.querySelector("input");
  filter?.addEventListener("input", () => {
    const { value } = select;
    const words = filter.value.toLowerCase().split(" ");
    const fitting = options.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
    select.replaceChildren(...options.filter((option) => option.value === value || fitting.includes(option)));
    select.value = value;
    filter.ariaInvalid = String(!fitting.length);
    say(filter.value && `${fitting.length || "None"} of ${options.length} fit the filter`);
  });
  filter?.addEventListener("keydown", ({ key }) => {
    if (key !== "Enter" || !filter.value) return;
    select.value = [...select.options].find(({ value }) => value !== select.value)?.value ?? select.value;
    choose();
  });
}

/** The slider of alpha or frame, or that of a region. @param {Desk} desk @param {string} kind @param {number} [region] */
function scrubber({ root, catalogue, getState, scrubTo }, kind, region = -1) {
  const { positions, spacing } = catalogue;
  const range = /** @type {HTMLInputElement | undefined} */ (root.querySelectorAll(`[data-range=${kind}]`)[Math.max(0, region)]);
  if (!range) return;
  if (spacing) range.step = String(spacing);
  range.addEventListener("input", () => scrubTo(nearest(positions, ({ value }) => Math.abs(value - range.valueAsNumber)), region));
  range.addEventListener("keydown", (event) => {
    const step = arrow(event);
    if (!step || spacing) return;
    event.preventDefault(); // uneven alphas: an arrow goes to the next one, however far
    const { at, regions } = getState();
    scrubTo((regions[region] ?? at) + step, region);
  });
}
