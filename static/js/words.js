// What readouts and assistive technology say about a state. Pure.

/** @typedef {import("./catalogue.js").Catalogue} Catalogue */
/** @typedef {import("./catalogue.js").Frame} Frame */
/** @typedef {import("./state.js").State} State */

/** "0.30", "0.125". @param {number} value */
export const fixed = (value) =>
  Math.abs(value * 100 - Math.round(value * 100)) < 1e-6 ? value.toFixed(2) : value.toFixed(3);

/** "30%", "12.5%". @param {number} share */
export const percent = (share) => `${Number((share * 100).toFixed(1))}%`;

/** "70% Fidelity, 30% Sharp". @param {Catalogue} catalogue @param {number} at @param {string} [between] */
export function mixture({ data, positions }, at, between = ", ") {
  const { weights } = positions[at];
  return Object.keys(weights)
    .filter((id) => weights[id])
    .map((id) => `${percent(weights[id])} ${data.titles.models?.[id] ?? id}`)
    .join(between);
}

/** The value of the slider as words. @param {Catalogue} catalogue @param {number} at */
export function valueText(catalogue, at) {
  const { data, positions } = catalogue;
  const { value, label } = positions[at];
  return data.kind === "frames"
    ? `frame ${at + 1} of ${positions.length}: ${label}`
    : `alpha ${fixed(value)}: ${mixture(catalogue, at)}`;
}

/** One line on what is seen. @param {State} state @param {Catalogue} catalogue */
export function describe({ left, right, at }, catalogue) {
  const { data, positions, choices } = catalogue;
  if (data.kind === "choose") return `${choices[left].label} | ${choices[right].label}`;
  if (data.kind === "frames") return `${at + 1} / ${positions.length} · ${positions[at].label}`;
  if (!positions.length) return "";
  const mix = mixture(catalogue, at, " + ");
  return isLattice(data) || data.regions?.length ? mix : `α ${fixed(positions[at].value)} · ${mix}`;
}

/** @param {Frame | undefined} frame */
export const scores = ({ psnr, ssim } = /** @type {Frame} */ ({})) =>
  [psnr === undefined ? "" : `PSNR ${psnr.toFixed(2)} dB`, ssim === undefined ? "" : `SSIM ${ssim.toFixed(3)}`]
    .filter(Boolean)
    .join(" · ");

/** Triangle or square: weights instead of one alpha. @param {import("./catalogue.js").Data} data */
export const isLattice = ({ control }) => control === "triangle" || control === "square";
