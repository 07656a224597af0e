// One running viewer: it holds the state, and ties together what shows it, what changes it, and the
// page's address.

import { PANES } from "./core/fields.js";
import { visibleSpan } from "./core/geometry.js";
import { reduce } from "./core/state.js";
import { decode, encode } from "./core/url-state.js";
import { COMMANDS } from "./input/commands.js";
import { controls } from "./input/controls.js";
import { keyboard } from "./input/keyboard.js";
import { mouse } from "./input/mouse.js";
import { touch } from "./input/touch.js";
import { wheel } from "./input/wheel.js";
import { ControlsView, results } from "./view/controls-view.js";
import { Dom } from "./view/dom.js";
import { Fullscreen } from "./view/fullscreen.js";
import { Flicker, player } from "./view/motion.js";
import { Stage } from "./view/stage.js";

/** @typedef {import("./core/state.js").State} State */
/** @typedef {import("./core/state.js").Action} Action */
/** @typedef {Viewer} ViewerContext What input devices and commands work with. */

const SAID = 2500; // ms that a word stays beside a button
const STATUS = 6000; // ms that it stays in the status line
const PICTURES = /** @type {const} */ (["input", "panes", "value", "regions"]); // what decides on them

export class Viewer {
  /**
   * @param {HTMLElement} root the custom element
   * @param {string} key its name in the address
   * @param {import("./sources/data.js").ComparisonData} data
   * @param {import("./sources/loader.js").Loader} loader
   * @param {import("./core/url-state.js").UrlState} urlState
   */
  constructor(root, key, data, loader, urlState) {
    this.root = root;
    this.key = key;
    this.data = data;
    this.catalogue = data.catalogue;
    this.loader = loader;
    this.urlState = urlState;
    this.ending = new AbortController();
    this.painting = 0;
    this.statusTimer = 0;
    this.compared = ""; // for which files the server was asked whether it has a newer site
    this.dom = new Dom(root);
    this.group = this.dom.one("[role=group]");
    this.stage = this.dom.one(".stage");
    this.stageView = new Stage(this.dom, data, loader, () => this.paint());
    this.controlsView = new ControlsView(this.dom, this.catalogue);
    this.fullscreen = new Fullscreen(this);
    this.state = this.read(urlState.views.get(key) ?? "");
    this.player = player(this);
    this.flicker = new Flicker(this, PANES);
    this.paintPad = (/** @type {number[]} */ _value) => {};
  }

  /** Take over the page's pictures and controls; hear what the visitor and the browser do. */
  start() {
    this.stageView.adopt(this.state, this.loader);
    this.paint();
    this.stage.tabIndex = 0;
    this.listen(this.group, "click", ({ target }) => {
      const id = target instanceof Element && target.closest("[data-action]")?.getAttribute("data-action");
      const command = COMMANDS.find((each) => each.id === id);
      (command?.click ?? command?.run)?.(this);
    });
    for (const device of [controls, mouse, touch, wheel, keyboard]) device(this);
    if (this.root.querySelector("[data-range=weight]")) {
      this.later(import("./later/mixer.js"), ({ mixer }) => {
        this.paintPad = mixer(this);
        this.paint();
      });
    }
    addEventListener("online", () => this.retry(), this.ending);
    this.watchDensity();
    this.resized = new ResizeObserver(([{ contentRect }]) => {
      this.stageView.size = contentRect;
      this.paint();
    });
    this.resized.observe(this.stage);
  }

  /** Let go of everything that is not the page's. */
  end() {
    this.ending.abort();
    this.resized?.disconnect();
    cancelAnimationFrame(this.painting);
    this.painting = -1; // and never again
    clearTimeout(this.statusTimer);
    this.player.update(false);
    this.flicker.update(false);
    this.fullscreen.end();
    this.loader.release(this.stageView);
  }

  /**
   * Until the viewer ends.
   *
   * @template {keyof HTMLElementEventMap} T
   * @param {EventTarget} target @param {T} type @param {(event: HTMLElementEventMap[T]) => void} handler
   * @param {AddEventListenerOptions} [options]
   */
  listen(target, type, handler, options) {
    const { signal } = this.ending;
    target.addEventListener(type, /** @type {EventListener} */ (handler), { ...options, signal });
  }

  /** The arrow keys of a slider: one up, or down. @param {HTMLElement} range @param {(step: number) => void} go */
  onArrow(range, go) {
    this.listen(range, "keydown", (event) => {
      const { key, ctrlKey, metaKey, altKey } = event;
      const step = /^Arrow(Right|Up)$/.test(key) ? 1 : /^Arrow(Left|Down)$/.test(key) ? -1 : 0;
      if (!step || ctrlKey || metaKey || altKey) return;
      event.preventDefault();
      go(step);
    });
  }

  /** Go on with a module that is fetched when it is needed. @template T @param {Promise<T>} module @param {(module: T) => unknown} use */
  async later(module, use) {
    const loaded = await module.catch(() => null);
    if (!loaded) this.say("A part of this page could not be loaded: reload it.");
    else if (!this.ending.signal.aborted) await use(loaded);
  }

  /** Another monitor, or the browser's own zoom. */
  watchDensity() {
    const changed = () => {
      this.watchDensity();
      this.paint();
    };
    const { signal } = this.ending;
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", changed, { once: true, signal });
  }

  paint() {
    this.painting ||= requestAnimationFrame(() => {
      this.painting = 0;
      const { state, stageView } = this;
      stageView.paint(state);
      this.controlsView.paint(state, stageView.problem ? "" : stageView.loading ? "loading" : results(state, this.catalogue));
      this.paintPad(state.value);
      for (const { id, pressed } of COMMANDS) if (pressed) this.dom.press(id, pressed(state, this));
      this.dom.one(".close").hidden = !this.fullscreen.active;
      if (state.playing && stageView.failed) this.change({ ...state, playing: false });
      if (stageView.gone !== this.compared) this.compare(stageView.gone);
      this.player.update();
      this.flicker.update();
    });
  }

  /** Files that are gone may have gone with a new deploy. @param {string} gone */
  async compare(gone) {
    this.compared = gone;
    if (!gone) return;
    await this.data.compare();
    this.paint();
  }

  /** @param {State} next */
  change(next) {
    const other = PICTURES.some((name) => this.state[name] !== next[name]);
    if (other) this.stage.dataset.state = "loading"; // until it is painted
    this.state = next;
    this.paint();
  }

  /** @param {Action} action */
  dispatch(action) {
    this.change(reduce(this.state, action, this.catalogue, this.viewport));
    this.urlState.set(this.key, encode(this.state, this.catalogue));
  }

  /** @param {Partial<State>} change */
  set(change) {
    this.dispatch({ type: "set", change });
  }

  /** The slider has been touched: fetch more frames. */
  scrub() {
    this.stageView.touched = true;
    this.paint();
  }

  /** Where the slider stands, or that of a region. @param {number[]} value @param {number} [region] */
  moveTo(value, region) {
    this.scrub();
    const { regions } = this.state;
    this.set(region === undefined ? { value, playing: false } : { regions: regions.map((old, at) => (at === region ? value : old)) });
  }

  /** The state that the address asks for. @param {string} text */
  read(text) {
    const { state, unfit } = decode(text, this.catalogue);
    const first = document.querySelector("alpha-viewer") === this.root;
    const lost = [...unfit, ...(first ? this.urlState.strangers : [])];
    if (lost.length) this.say(`This link no longer fits this page (${lost.join(", ")}): the nearest view is shown.`, "", true);
    return state;
  }

  /** @param {string} text */
  follow(text) {
    this.change(this.read(text));
  }

  /**
   * In the status line for a while, and beside an action's button.
   *
   * @param {string} text @param {string} [action] @param {boolean} [stays] until something else is said
   */
  say(text, action, stays) {
    clearTimeout(this.statusTimer);
    this.dom.text(".status", text);
    if (!stays) this.statusTimer = setTimeout(() => this.dom.text(".status", ""), STATUS);
    const [button] = action ? this.dom.all(`[data-action=${action}]`) : [];
    if (!button) return;
    button.dataset.said = text;
    setTimeout(() => delete button.dataset.said, SAID);
  }

  /** Where on the stage, unless on a button. @param {MouseEvent} event */
  pointOnStage({ target, clientX, clientY }) {
    const element = /** @type {Element} */ (target);
    const { left, top } = this.stage.getBoundingClientRect();
    if (element.closest("button, .problem")) return null;
    return { x: clientX - left, y: clientY - top, handle: element.matches(".handle") };
  }

  get viewport() {
    return this.stageView.viewport(this.state);
  }

  /** Where the split stands, in CSS pixels of the stage. */
  get splitX() {
    const { left, width } = visibleSpan(this.viewport, this.state);
    return left + this.state.split * width;
  }

  /** The split that stands at a place of the stage. @param {number} x */
  splitAt(x) {
    const { left, width } = visibleSpan(this.viewport, this.state);
    return (x - left) / width;
  }

  retry() {
    this.data.retry();
    this.loader.retry();
    this.compared = "";
    this.paint();
  }

  reload() {
    this.urlState.write();
    location.reload();
  }

  async copyLink() {
    const link = this.urlState.link(this.key, encode(this.state, this.catalogue));
    try {
      await navigator.clipboard.writeText(link);
      this.say("Link copied", "copy");
    } catch {
      this.say(`Copy this link: ${link}`, "copy", true);
    }
  }

  /** The last pane, composed of its regions, as a file. */
  save() {
    const { columns, rows } = this.viewport;
    const name = `${this.catalogue.head.id}.png`;
    this.later(import("./later/save.js"), ({ saveComposed }) =>
      saveComposed(this.stageView.pieces(this.state), columns, rows, name).catch(({ message }) => this.say(`Not saved: ${message}`, "save")),
    );
  }

  help() {
    this.later(import("./later/help.js"), ({ showHelp }) => showHelp(COMMANDS, this.group));
  }
}
