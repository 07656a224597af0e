// What the controls show of a state: lists, sliders, readout, charts. It changes no state.

import { PANES } from "../core/fields.js";
import { fixed, percent } from "../core/format.js";
import { layers } from "../core/state.js";

/** @typedef {import("../core/state.js").State} State */
/** @typedef {import("../core/catalogue.js").Catalogue} Catalogue */
/** @typedef {import("../core/catalogue.js").Frame} Frame */

export class ControlsView {
  /** @param {import("./dom.js").Dom} dom @param {Catalogue} catalogue */
  constructor(dom, catalogue) {
    this.dom = dom;
    this.catalogue = catalogue;
  }

  /** @param {State} state @param {string} results of what the last pane shows */
  paint(state, results) {
    const { dom } = this;
    dom.text(".place", this.readout(state));
    dom.text(".scores", results);
    state.panes.forEach(({ choice }, at) => dom.value(`[data-picker=${PANES[at]}] select`, choice));
    dom.value("[data-picker=input] select", state.input);
    dom.value("[data-gain]", state.gain);
    dom.one(".gain").hidden = state.mode !== "difference";
    dom.value(".split", state.split * 100, `${Math.round(state.split * 100)}% from the left`);
    if (state.value.length) this.paintSliders(state);
    for (const figure of dom.all(".charts[data-input]")) figure.hidden = figure.dataset.input !== state.input;
  }

  /** @param {State} state */
  paintSliders({ value, regions }) {
    const { dom, catalogue } = this;
    const spoken = (/** @type {number[]} */ place) => catalogue.positions[catalogue.nearest(place)].spoken;
    if (catalogue.isLine) {
      dom.value("[data-range=at]", value[0], spoken(value));
      regions.forEach((place, index) => dom.value("[data-range=region]", place[0], spoken(place), index));
      for (const marker of dom.all("[data-chart-marker]")) moveMarker(marker, value[0]);
      return;
    }
    const words = catalogue.head.layout === "pad" ? percent : fixed;
    value.forEach((weight, index) => {
      dom.value("[data-range=weight]", weight, words(weight), index);
      dom.text(".weights output", words(weight), index);
    });
  }

  /** One line on what is seen. @param {State} state */
  readout({ panes, value, regions }) {
    const { catalogue } = this;
    if (!value.length) return panes.map(({ choice }) => catalogue.choice(choice).label).join(" | ");
    const own = regions.map(([alpha], index) => `${catalogue.regions[index].name} ${fixed(alpha)}`);
    return own.length ? [...own, `rest ${fixed(value[0])}`].join(" · ") : catalogue.positions[catalogue.nearest(value)].text;
  }
}

/** What was measured of the last pane's frame; nothing where several are composed. @param {State} state @param {Catalogue} catalogue */
export function results(state, catalogue) {
  const [{ choice, value }, ...parts] = layers(state, state.panes.length - 1, catalogue);
  if (parts.some((part) => part.value !== value)) return "";
  const { measured = {} } = catalogue.find(state.input, choice, catalogue.nearest(value)) ?? {};
  return (catalogue.head.measures ?? [])
    .filter(({ id }) => id in measured)
    .map(({ id, title, unit, decimals }) => `${title} ${decimal(Number(measured[id]), decimals)} ${unit}`.trim())
    .join(" · ");
}

/** @param {number} value @param {number} decimals */
const decimal = (value, decimals) => value.toFixed(decimals).replace("Infinity", "∞");

/** Move a chart's marker from where it is drawn, the start of its axis. @param {Element} marker @param {number} value */
function moveMarker(marker, value) {
  const chart = /** @type {SVGSVGElement} */ (marker.closest("[data-x0]"));
  const [x0, x1, min, max] = ["x0", "x1", "min", "max"].map((name) => Number(chart.dataset[name]));
  marker.setAttribute("transform", `translate(${((x1 - x0) * (value - min)) / (max - min || 1)} 0)`);
}
