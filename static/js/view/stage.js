// Paints a state: the only place that writes to a viewer's page. It changes no state.

import { describe, fixed, percent, preloadOrder, scores, valueText } from "./catalogue.js";
import { bound, magnification, place } from "./geometry.js";
import { parts } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./catalogue.js").Catalogue} Catalogue */
/** @typedef {import("./loader.js").Loader} Loader */
/** @typedef {import("./loader.js").Want} Want */
/** @typedef {import("./geometry.js").View} View */
/** @typedef {ReturnType<typeof parts>[number]} Part */

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
    /** @type {Map<string, HTMLElement[]>} */
    this.found = new Map();
    this.stage = this.all(".stage")[0];
    /** @type {{width: number, height: number}} */
    this.size = this.stage.getBoundingClientRect(); // kept by who observes it: to ask again would cost a layout
    /** @type {Map<string, number>} */
    this.shown = new Map(); // slot → the frame in it
    this.input = 0; // whose pictures are shown: the wanted one's once it can be seen on both sides
    this.failed = false; // what is wanted could not be loaded
    this.scrubbed = false; // other frames are fetched once the scrubber has been touched
    this.paintLattice = (/** @type {number} */ _at) => {};
  }

  /** Take over the two pictures that came with the page. */
  adopt() {
    const { start, find } = this.catalogue;
    for (const side of SIDES) {
      const image = this.plane(side).querySelector("img");
      const index = find(0, start[side], start.at);
      if (!image || image.src !== this.address(index)) continue;
      image.loading = "eager";
      this.label(image, side, index);
      this.loader.adopt(side, image).catch(() => {}).finally(this.repaint);
    }
  }

  /** The stage and the picture in it: both sides share a box, the larger one's. @param {State} state @returns {View} */
  view(state) {
    const [left, right] = this.frames({ ...state, input: this.input });
    const { width: columns, height: rows } = (left?.width > right?.width ? left : right) ?? { width: 1, height: 1 };
    const { width, height } = this.size;
    return { width: width || 1, height: height || 1, density: devicePixelRatio, columns, rows };
  }

  /** @param {State} state */
  paint(state) {
    const { catalogue, loader } = this;
    const wanted = SIDES.flatMap((side) => parts(state, side, catalogue));
    const wants = wanted.map((part) => this.want(state, part, part.at, 0));
    const indices = wanted.map(({ choice, at }) => catalogue.find(state.input, choice, at));
    loader.want(this, [...wants, ...this.preloads(state)].filter(({ url }) => url), this.repaint);
    const settled = (/** @type {Part} */ part, /** @type {number} */ at) => !wants[at].url || loader.errors.has(wants[at].url) || this.pick(state, part);
    if (this.input !== state.input && wanted.every(settled) && wanted.some((part) => this.pick(state, part))) this.input = state.input;
    for (const side of SIDES) this.paintSide({ ...state, input: this.input }, side);
    const waiting = wanted.some(({ slot }, at) => this.shown.get(slot) !== indices[at]);
    const problem = indices.map((index, at) => this.problem(index, wants[at].url)).find(Boolean) ?? "";
    this.failed = wants.some(({ url }) => loader.errors.has(url));
    this.stage.toggleAttribute("data-stale", this.input !== state.input);
    this.set(this.stage, "data-state", problem ? "error" : waiting ? "loading" : "ready");
    this.all(".problem")[0].hidden = !problem;
    this.text(".problem p", problem);
    this.all(".problem button")[0].hidden = !this.failed; // what is missing stays missing
    this.paintStage(state);
    this.paintControls(state, problem ? "" : waiting ? "loading" : this.results(state));
  }

  /** @param {State} state @param {"left" | "right"} side */
  paintSide(state, side) {
    const plane = this.plane(side);
    const { data, find } = this.catalogue;
    const before = /** @type {HTMLImageElement[]} */ ([...plane.children]);
    const images = parts(state, side, this.catalogue).flatMap((part) => {
      if (!this.want(state, part, part.at, 0).url) return [];
      const found = this.pick(state, part);
      if (found) return this.label(found.image, part.slot, found.index, part.mask);
      const old = before.find(({ dataset }) => dataset.slot === part.slot);
      const sameInput = old && data.frames[Number(old.dataset.frame)].input === data.frames[find(state.input, part.choice, part.at)].input;
      return sameInput ? old : [];
    });
    const same = images.length === before.length && images.every((image, at) => before[at] === image);
    if (!same) plane.replaceChildren(...images);
  }

  /** What to show for a part: the wanted picture once it is decoded, until then the nearest that is. Never a blend of two. @param {State} state @param {Part} part */
  pick(state, part) {
    const { positions, choices, find, distance } = this.catalogue;
    const nearby = choices[part.choice].follows
      ? [...positions.keys()].sort((a, b) => distance(a, part.at) - distance(b, part.at))
      : [part.at];
    for (const at of nearby) {
      const { slot, url } = this.want(state, part, at, 0);
      const image = this.loader.get(slot, url);
      if (image) return { image, index: find(state.input, part.choice, at) };
    }
  }

  /** @param {HTMLImageElement} image @param {string} slot @param {number} index @param {string} [mask] */
  label(image, slot, index, mask) {
    this.shown.set(slot, index);
    this.set(image, "data-slot", slot);
    this.set(image, "data-frame", String(index));
    image.alt = this.catalogue.data.frames[index].label;
    if (mask) image.style.maskImage = `url("${new URL(mask, this.base).href}")`;
    return image;
  }

  /** What the scrubber may come to, once it has been touched. @param {State} state */
  preloads(state) {
    const { catalogue } = this;
    if (!this.scrubbed || this.loader.frugal) return [];
    return SIDES.flatMap((side) => parts(state, side, catalogue))
      .filter(({ choice }) => catalogue.choices[choice].follows)
      .flatMap((part) => preloadOrder(catalogue, part.at).map((at, rank) => this.want(state, part, at, rank + 1)));
  }

  /** @param {State} state @param {Part} part @param {number} at @param {number} rank @returns {Want} */
  want({ input }, { slot, choice }, at, rank) {
    const index = this.catalogue.find(input, choice, at);
    const { width, height } = this.catalogue.data.frames[index] ?? { width: 0, height: 0 };
    return { url: this.address(index), slot, bytes: width * height * 4, rank };
  }

  /** @param {State} state */
  paintStage(state) {
    const { stage } = this;
    const view = this.view(state);
    const { zoom } = bound(view, state);
    const { scale, x, y } = place(view, state);
    for (const side of SIDES) {
      const plane = this.plane(side);
      plane.classList.add("placed");
      plane.style.width = `${view.columns}px`;
      plane.style.height = `${view.rows}px`;
      plane.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    }
    const magnified = magnification(view, zoom);
    const pixelated = state.pixelated ?? magnified >= 2;
    stage.style.setProperty("--split", `${state.split * 100}%`);
    stage.style.setProperty("--gain", String(state.gain));
    this.set(stage, "data-mode", state.mode);
    this.set(stage, "data-show", state.face);
    stage.toggleAttribute("data-peek", state.peek);
    stage.toggleAttribute("data-zoomed", zoom > 1);
    stage.toggleAttribute("data-pixelated", pixelated);
    this.press("pixelated", pixelated);
    this.press("flicker", state.mode === "flicker");
    this.press("difference", state.mode === "difference");
    this.press("play", state.playing);
    this.text(".percent", `${Math.round(100 * magnified)}%`);
    this.all(".gain")[0].hidden = state.mode !== "difference";
  }

  /** @param {State} state @param {string} results of what is shown on the right */
  paintControls(state, results) {
    const { catalogue } = this;
    const { positions, choices, inputs } = catalogue;
    const frames = this.frames(state);
    this.text(".place", describe(state, catalogue));
    this.text(".scores", results);
    SIDES.forEach((side, index) => {
      this.text(`[data-side=${side}] figcaption`, frames[index]?.label ?? "");
      this.value(`[data-picker=${side}] select`, choices[state[side]].id);
    });
    this.value("[data-picker=input] select", inputs[state.input]);
    this.value("[data-gain]", state.gain);
    this.value(".split", state.split * 100, `${Math.round(state.split * 100)}% from the left`);
    if (!positions.length) return;
    const { value, weights } = positions[state.at];
    this.value("[data-range=at]", value, valueText(catalogue, state.at));
    state.regions.forEach((at, index) => {
      this.value("[data-range=region]", positions[at].value, valueText(catalogue, at), index);
    });
    const words = catalogue.data.control === "groups" ? fixed : percent;
    Object.values(weights).forEach((weight, index) => {
      this.value("[data-range=weight]", weight, words(weight), index);
      this.text(".weights output", words(weight), index);
    });
    this.paintLattice(state.at);
    this.all("[data-chart-marker]").forEach((marker) => mark(marker, value));
    this.all(".charts[data-input]").forEach((figure) => {
      figure.hidden = figure.dataset.input !== inputs[state.input];
    });
  }

  /** @param {number} index @param {string} url */
  problem(index, url) {
    const frame = this.catalogue.data.frames[index];
    const error = this.loader.errors.get(url);
    if (error) return `${frame.label} could not be loaded: ${error}`;
    return url ? "" : `${frame?.label ?? "This frame"} is missing: ${frame?.missing ?? "it was not rendered"}`;
  }

  /** What was measured on the right, where that is one frame. @param {State} state */
  results(state) {
    const [{ at }, ...regions] = parts(state, "right", this.catalogue);
    return regions.some((part) => part.at !== at) ? "" : scores(this.frames(state)[1]);
  }

  /** The frames on show, left and right. @param {State} state */
  frames(state) {
    const { find, data } = this.catalogue;
    return SIDES.map((side) => data.frames[find(state.input, state[side], state.at)]);
  }

  /** @param {number} index */
  address(index) {
    const url = this.catalogue.data.frames[index]?.url;
    return url ? new URL(url, this.base).href : "";
  }

  /** What the page has for a selector: none of it is ever rebuilt, so each is looked for once. @param {string} selector @returns {HTMLElement[]} */
  all(selector) {
    const found = this.found.get(selector) ?? [.../** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll(selector))];
    this.found.set(selector, found);
    return found;
  }

  /** @param {string} side */
  plane(side) {
    return this.all(`[data-side=${side}] .plane`)[0];
  }

  /** Write an attribute only where it changes, so that nothing is read aloud twice. @param {Element} element @param {string} name @param {string} value */
  set(element, name, value) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }

  /** @param {string} action @param {boolean} on */
  press(action, on) {
    for (const button of this.all(`[data-action=${action}]`)) this.set(button, "aria-pressed", String(on));
  }

  /** @param {string} selector @param {string} text @param {number} [index] */
  text(selector, text, index = 0) {
    const element = this.all(selector)[index];
    if (element && element.textContent !== text) element.textContent = text;
  }

  /** The value of a select or range, and how it is said. @param {string} selector @param {string | number} value @param {string} [words] @param {number} [index] */
  value(selector, value, words, index = 0) {
    const control = /** @type {HTMLInputElement | undefined} */ (this.all(selector)[index]);
    if (!control) return;
    control.value = String(value);
    if (!words) return;
    const [low, high] = [Number(control.min), Number(control.max)];
    control.style.setProperty("--done", `${(100 * (Number(value) - low)) / (high - low || 1)}%`);
    this.set(control, "aria-valuetext", words);
  }
}

/** Move a chart's marker from where it is drawn, the start of its axis. @param {Element} marker @param {number} value */
function mark(marker, value) {
  const chart = /** @type {SVGSVGElement} */ (marker.closest("[data-x0]"));
  const [x0, x1, min, max] = ["x0", "x1", "min", "max"].map((name) => Number(chart.dataset[name]));
  marker.setAttribute("transform", `translate(${((x1 - x0) * (value - min)) / (max - min || 1)} 0)`);
}
