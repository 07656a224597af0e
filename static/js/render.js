// Paints a state: the only place that writes to a viewer's page. It changes no state.

import { point, preloadOrder } from "./catalogue.js";
import { bound, magnification, place } from "./geometry.js";
import { parts } from "./state.js";
import { describe, percent, scores, valueText } from "./words.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./catalogue.js").Catalogue} Catalogue */
/** @typedef {import("./catalogue.js").Frame} Frame */
/** @typedef {import("./loader.js").Loader} Loader */
/** @typedef {import("./loader.js").Want} Want */
/** @typedef {import("./geometry.js").View} View */
/** @typedef {{slot: string, choice: number, at: number, mask?: string}} Part */

const SIDES = /** @type {const} */ (["left", "right"]);

export class Renderer {
  /**
   * @param {HTMLElement} root the custom element
   * @param {Catalogue} catalogue
   * @param {Loader} loader
   * @param {string} base address that those in the data are relative to
   * @param {() => void} repaint called when a picture has arrived
   */
  constructor(root, catalogue, loader, base, repaint) {
    this.root = root;
    this.catalogue = catalogue;
    this.loader = loader;
    this.base = base;
    this.repaint = repaint;
    this.stage = this.element(".stage");
    this.planes = {
      left: this.element("[data-side=left] .plane"),
      right: this.element("[data-side=right] .plane"),
    };
    /** @type {Map<string, number>} */
    this.shown = new Map(); // slot → the frame in it
    this.scrubbed = false; // other frames are fetched once the scrubber has been touched
  }

  /** Take over the two pictures that came with the page. */
  adopt() {
    const { start, find } = this.catalogue;
    for (const side of SIDES) {
      const image = this.planes[side].querySelector("img");
      const index = find(0, start[side], start.at);
      if (!image || image.src !== this.address(index)) continue;
      image.loading = "eager";
      this.label(image, side, index);
      this.loader.adopt(side, image.src, image).catch(() => {}).finally(this.repaint);
    }
  }

  /**
   * The stage and the picture in it. Pictures of one input share a box, the larger one's.
   *
   * @param {State} state @returns {View}
   */
  view(state) {
    const { find, data } = this.catalogue;
    const [left, right] = SIDES.map((side) => data.frames[find(state.input, state[side], state.at)]);
    const frame = !right || left?.width > right.width ? left : right;
    return {
      width: this.stage.clientWidth || 1,
      height: this.stage.clientHeight || 1,
      density: devicePixelRatio,
      columns: frame?.width ?? 1,
      rows: frame?.height ?? 1,
    };
  }

  /** @param {State} state */
  paint(state) {
    /** @type {Want[]} */
    const wants = [];
    let waiting = false;
    let problem = "";
    for (const side of SIDES) {
      const images = [];
      for (const part of parts(state, side, this.catalogue)) {
        const index = this.catalogue.find(state.input, part.choice, part.at);
        const url = this.address(index);
        if (url) wants.push({ url, slot: part.slot, bytes: this.size(index), rank: 0 });
        problem ||= this.problem(index, url);
        const image = url ? this.pick(state, part) : undefined;
        if (image) images.push(image);
        waiting ||= Boolean(url) && this.shown.get(part.slot) !== index;
      }
      const plane = this.planes[side];
      if (images.length !== plane.childElementCount || images.some((image, at) => plane.children[at] !== image)) {
        plane.replaceChildren(...images);
      }
    }
    this.loader.want(this, [...wants, ...this.preloads(state)], this.repaint);
    this.stage.dataset.state = problem ? "error" : waiting ? "loading" : "ready";
    this.paintProblem(problem);
    this.paintStage(state);
    this.paintControls(state, waiting && !problem);
  }

  /**
   * The picture for a part: the wanted one once it is decoded; until then the nearest decoded
   * one, or what is there. Never nothing, never a blend of two.
   *
   * @param {State} state @param {Part} part @returns {HTMLImageElement | undefined}
   */
  pick({ input }, part) {
    const { positions, choices, find, distance } = this.catalogue;
    const nearby = choices[part.choice].follows
      ? positions.map((_, at) => at).sort((a, b) => distance(a, part.at) - distance(b, part.at))
      : [part.at];
    for (const at of nearby) {
      const index = find(input, part.choice, at);
      const url = this.address(index);
      const image = url && this.loader.get(part.slot, url);
      if (image) return this.label(image, part.slot, index, part.mask);
    }
    const side = part.slot.startsWith("left") ? "left" : "right";
    const there = [...this.planes[side].querySelectorAll("img")];
    return there.find(({ dataset }) => (dataset.slot ?? side) === part.slot);
  }

  /** @param {HTMLImageElement} image @param {string} slot @param {number} index @param {string} [mask] */
  label(image, slot, index, mask) {
    this.shown.set(slot, index);
    image.dataset.slot = slot;
    image.dataset.frame = String(index);
    image.alt = this.catalogue.data.frames[index].label;
    if (mask) image.style.maskImage = `url("${new URL(mask, this.base).href}")`;
    return image;
  }

  /** What the scrubber may come to, once it has been touched. @param {State} state @returns {Want[]} */
  preloads(state) {
    if (!this.scrubbed || this.loader.frugal) return [];
    const { catalogue } = this;
    return SIDES.flatMap((side) => parts(state, side, catalogue))
      .filter(({ choice }) => catalogue.choices[choice].follows)
      .flatMap(({ slot, choice, at }) =>
        preloadOrder(catalogue, at).map((spot, rank) => {
          const index = catalogue.find(state.input, choice, spot);
          return { url: this.address(index), slot, bytes: this.size(index), rank: rank + 1 };
        }),
      )
      .filter(({ url }) => url);
  }

  /** @param {State} state */
  paintStage(state) {
    const { stage } = this;
    const view = this.view(state);
    const { zoom } = bound(view, state);
    const { scale, x, y } = place(view, state);
    for (const side of SIDES) {
      const plane = this.planes[side];
      plane.dataset.placed = "";
      plane.style.width = `${view.columns}px`;
      plane.style.height = `${view.rows}px`;
      plane.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    }
    const magnified = magnification(view, zoom);
    const pixelated = state.pixelated ?? magnified >= 2;
    stage.style.setProperty("--split", `${state.split * 100}%`);
    stage.style.setProperty("--gain", String(state.gain));
    stage.dataset.mode = state.mode;
    stage.dataset.show = state.face;
    stage.toggleAttribute("data-peek", state.peek);
    stage.toggleAttribute("data-zoomed", zoom > 1.0001);
    stage.toggleAttribute("data-pixelated", pixelated);
    this.press("pixelated", pixelated);
    this.press("flicker", state.mode === "flicker");
    this.press("difference", state.mode === "difference");
    this.press("play", state.playing);
    this.text(".percent", `${Math.round(100 * magnified)}%`);
    this.element(".gain").hidden = state.mode !== "difference";
  }

  /** @param {State} state @param {boolean} waiting */
  paintControls(state, waiting) {
    const { catalogue, root } = this;
    const { data, positions, find, choices, inputs } = catalogue;
    const frame = SIDES.map((side) => data.frames[find(state.input, state[side], state.at)]);
    this.text(".place", describe(state, catalogue));
    this.text(".scores", waiting ? "loading" : scores(frame[1]));
    SIDES.forEach((side, index) => {
      this.text(`[data-side=${side}] figcaption`, frame[index]?.label ?? "");
      this.select(side, choices[state[side]].id);
    });
    this.select("input", inputs[state.input]);
    /** @type {NodeListOf<HTMLSelectElement>} */ (root.querySelectorAll("[data-gain]")).forEach((select) => {
      select.value = String(state.gain);
    });
    this.slide(".split", state.split * 100, `${Math.round(state.split * 100)}% from the left`);
    if (!positions.length) return;
    this.slide("[data-range=at]", positions[state.at].value, valueText(catalogue, state.at));
    state.regions.forEach((at, index) => {
      this.slide("[data-range=region]", positions[at].value, valueText(catalogue, at), index);
    });
    (data.models ?? []).forEach((id, index) => {
      const weight = positions[state.at].weights[id];
      this.slide("[data-range=weight]", weight, percent(weight), index);
      this.text(".weights output", percent(weight), index);
    });
    this.paintPad(state);
    for (const chart of root.querySelectorAll(".chart")) mark(chart, positions[state.at].value);
  }

  /** @param {State} state */
  paintPad(state) {
    const spot = this.root.querySelector(".pad .spot");
    if (!spot) return;
    const { data, positions } = this.catalogue;
    const [x, y] = point(corners(this.root), data.models ?? [], positions[state.at].weights);
    spot.setAttribute("cx", String(x));
    spot.setAttribute("cy", String(y));
  }

  /** @param {string} problem */
  paintProblem(problem) {
    this.element(".problem").hidden = !problem;
    this.text(".problem p", problem);
  }

  /** @param {number} index @param {string} url */
  problem(index, url) {
    const frame = this.catalogue.data.frames[index];
    const name = frame?.label ?? "This frame";
    if (!url) return `${name} is missing${frame?.missing ? `: ${frame.missing}` : ""}`;
    const error = this.loader.errors.get(url);
    return error ? `${name} could not be loaded: ${error}` : "";
  }

  /** For the status line, which is read aloud. @param {string} text */
  say(text) {
    this.text(".status", text);
  }

  /** @param {number} index */
  address(index) {
    const url = this.catalogue.data.frames[index]?.url;
    return url ? new URL(url, this.base).href : "";
  }

  /** In bytes, decoded. @param {number} index */
  size(index) {
    const { width, height } = this.catalogue.data.frames[index] ?? { width: 0, height: 0 };
    return width * height * 4;
  }

  /** @param {string} selector @returns {HTMLElement} */
  element(selector) {
    return /** @type {HTMLElement} */ (this.root.querySelector(selector));
  }

  /** @param {string} action @param {boolean} on */
  press(action, on) {
    this.root.querySelector(`[data-action=${action}]`)?.setAttribute("aria-pressed", String(on));
  }

  /** @param {string} selector @param {string} text @param {number} [index] */
  text(selector, text, index = 0) {
    const element = this.root.querySelectorAll(selector)[index];
    if (element && element.textContent !== text) element.textContent = text;
  }

  /** @param {string} name @param {string} value */
  select(name, value) {
    const select = /** @type {HTMLSelectElement | null} */ (this.root.querySelector(`[data-picker=${name}] select`));
    if (select) select.value = value;
  }

  /** @param {string} selector @param {number} value @param {string} words @param {number} [index] */
  slide(selector, value, words, index = 0) {
    const range = /** @type {HTMLInputElement} */ (this.root.querySelectorAll(selector)[index]);
    if (!range) return;
    range.value = String(value);
    const [low, high] = [Number(range.min), Number(range.max)];
    range.style.setProperty("--done", `${(100 * (value - low)) / (high - low || 1)}%`);
    if (range.getAttribute("aria-valuetext") !== words) range.setAttribute("aria-valuetext", words);
  }
}

/** The pad's corners, one for each model, in its own units. @param {ParentNode} root */
export const corners = (root) =>
  [...root.querySelectorAll(".pad .corner")].map((corner) => ["cx", "cy"].map((name) => Number(corner.getAttribute(name))));

/** Move a chart's marker from where it is drawn, the axis' start. @param {Element} chart @param {number} value */
function mark(chart, value) {
  const svg = chart.matches("[data-x0]") ? chart : chart.querySelector("[data-x0]");
  const marker = chart.querySelector("[data-chart-marker]");
  if (!(svg instanceof SVGElement) || !marker) return;
  const [x0, x1, min, max] = ["x0", "x1", "min", "max"].map((name) => Number(svg.dataset[name]));
  marker.setAttribute("transform", `translate(${((x1 - x0) * (value - min)) / (max - min || 1)} 0)`);
}
