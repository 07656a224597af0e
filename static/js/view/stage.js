// The stage: it asks for the pictures of a state, and shows what there is of them. It changes no
// state.

import { PANES } from "../core/fields.js";
import { clampCamera, magnification, place, visibleSpan } from "../core/geometry.js";
import { layers } from "../core/state.js";
import { AHEAD, positionsAhead, saveData } from "../sources/ahead.js";
import { setAttribute } from "./dom.js";
import { Pane } from "./pane.js";

/** @typedef {import("../core/state.js").State} State */
/** @typedef {import("../core/state.js").Layer} Layer */
/** @typedef {import("../core/catalogue.js").Frame} Frame */
/** @typedef {import("../core/geometry.js").Viewport} Viewport */
/** @typedef {import("../sources/loader.js").FrameRequest} FrameRequest */
/** @typedef {import("../sources/loader.js").FrameSource} FrameSource */
/** @typedef {{layer: Layer, pane: Pane, frame?: Frame, request?: FrameRequest}} Wanted */

export const OUTDATED = "This site has been updated since the page was opened.";

export class Stage {
  /**
   * @param {import("./dom.js").Dom} dom
   * @param {import("../sources/data.js").ComparisonData} data
   * @param {FrameSource} source
   * @param {() => void} repaint called when a picture has arrived
   */
  constructor(dom, data, source, repaint) {
    this.dom = dom;
    this.data = data;
    this.catalogue = data.catalogue;
    this.source = source;
    this.repaint = repaint;
    this.element = dom.one(".stage");
    this.panes = PANES.map((name) => new Pane(dom.one(`[data-side=${name}]`)));
    /** @type {{width: number, height: number}} */
    this.size = this.element.getBoundingClientRect(); // then set by an observer: to ask again would cost a layout
    this.input = this.catalogue.head.inputs[0].id; // whose pictures are shown: the wanted one's once every pane can show it
    this.files = new URL(this.catalogue.head.frames, this.catalogue.base).href;
    this.touched = false; // other frames are fetched once the slider has been
    this.failed = false; // what is wanted could not be loaded
    this.gone = ""; // which of it the server has no more
    this.problem = "";
    this.loading = true;
    this.pixelated = false;
  }

  /** Ask for the first pictures, and take over those that come with the page. @param {State} state @param {import("../sources/loader.js").Loader} loader */
  adopt(state, loader) {
    const wanted = this.wanted(state);
    for (const { pane, request } of wanted) {
      const { original } = pane;
      if (!original || original.src !== request?.url) continue;
      original.loading = "eager";
      loader.adopt(request, original);
    }
    this.source.request(this, requestsOf(wanted), this.repaint);
  }

  /** The stage and the picture on it: panes share a box, the widest one's. @param {State} state @returns {Viewport} */
  viewport(state) {
    const widest = this.frames({ ...state, input: this.input }).reduce((a, b) => ((b?.width ?? 0) > (a?.width ?? 0) ? b : a));
    const { width: columns, height: rows } = widest ?? { width: 1, height: 1 };
    const { width, height } = this.size;
    return { width: width || 1, height: height || 1, density: devicePixelRatio, columns, rows };
  }

  /** @param {State} state */
  paint(state) {
    const { source, data } = this;
    const wanted = this.wanted(state);
    const requests = requestsOf(wanted);
    data.request(state.input, this.repaint);
    source.request(this, [...requests, ...this.ahead(state)], this.repaint);
    if (this.input !== state.input && this.canShow(state, wanted)) this.input = state.input;
    this.panes.forEach((pane, index) => this.paintPane({ ...state, input: this.input }, pane, index));
    const errors = requests.flatMap((request) => source.error(request) ?? []);
    this.failed = errors.length > 0 || data.errors.has(state.input);
    this.gone = errors.some(({ gone }) => gone) ? `${requests.map(({ url }) => url)}` : "";
    this.problem = this.explain(state, wanted);
    this.loading = !this.problem && wanted.some(({ layer, pane, frame }) => !frame || pane.shown.get(layer.slot)?.frame !== frame);
    this.paintProblem();
    this.paintStage(state);
  }

  /** @param {State} state @param {Pane} pane @param {number} index */
  paintPane(state, pane, index) {
    const { head } = this.catalogue;
    const list = layers(state, index, this.catalogue).flatMap((layer) => {
      if (!this.requestFor(state, layer)) return [];
      const { slot, mask } = layer;
      const found = this.pick(state, layer);
      if (found) return { ...found, slot, input: state.input, mask: mask && new URL(mask, this.catalogue.base).href };
      const old = pane.shown.get(slot);
      return old?.input === state.input ? old : [];
    });
    const { title } = head.inputs.find(({ id }) => id === state.input) ?? {};
    pane.show(list, ({ label }) => `${[head.title, title].filter(Boolean).join(", ")}: ${label}`);
  }

  /** What each pane is to show. @param {State} state @returns {Wanted[]} */
  wanted(state) {
    return this.panes.flatMap((pane, index) =>
      layers(state, index, this.catalogue).map((layer) => ({
        layer,
        pane,
        frame: this.catalogue.find(state.input, layer.choice, this.catalogue.nearest(layer.value)),
        request: this.requestFor(state, layer),
      })),
    );
  }

  /** May the wanted input take the place of the one shown? Under one split there is never more than one. @param {State} state @param {Wanted[]} wanted */
  canShow(state, wanted) {
    const there = (/** @type {Wanted} */ { layer }) => this.pick(state, layer);
    const settled = wanted.every((each) => !each.request || this.source.error(each.request) || there(each));
    return this.catalogue.frames.has(state.input) && settled && wanted.some(there);
  }

  /** The wanted picture once it is decoded, until then the nearest that is. Never a blend of two. @param {State} state @param {Layer} layer */
  pick(state, layer) {
    const positions = this.catalogue.choice(layer.choice).moves ? this.catalogue.around(layer.value) : [0];
    for (const position of positions) {
      const request = this.requestFor(state, layer, position);
      const picture = request && this.source.get(request);
      if (picture) return { picture, frame: request.frame };
    }
  }

  /** What the slider may come to, once it has been touched. @param {State} state */
  ahead(state) {
    if (!this.touched || saveData()) return [];
    const { catalogue } = this;
    const moving = this.wanted(state).filter(({ layer }) => catalogue.choice(layer.choice).moves);
    return moving.flatMap(({ layer }) => {
      const cost = (/** @type {number} */ position) => catalogue.find(state.input, layer.choice, position)?.bytes ?? 0;
      const positions = positionsAhead(catalogue, layer.value, cost, AHEAD / moving.length);
      return positions.flatMap((position, rank) => this.requestFor(state, layer, position, rank + 1) ?? []);
    });
  }

  /** @param {State} state @param {Layer} layer @param {number} [position] @param {number} [rank] @returns {FrameRequest | undefined} */
  requestFor({ input }, { slot, choice, value }, position = this.catalogue.nearest(value), rank = 0) {
    const frame = this.catalogue.find(input, choice, position);
    if (!frame?.file) return undefined;
    const { file, bytes = 0, width, height } = frame;
    return { slot, url: this.files + file, length: bytes, bytes: width * height * 4, rank, value, frame };
  }

  /** What the last pane is composed of. @param {State} state */
  pieces(state) {
    const last = this.panes.at(-1);
    return this.wanted(state)
      .filter(({ pane }) => pane === last)
      .map(({ request, layer: { mask } }) => ({
        picture: request && this.source.get(request),
        mask: mask && new URL(mask, this.catalogue.base).href,
      }));
  }

  /** The frames on show, by pane. @param {State} state */
  frames({ input, panes, value }) {
    return panes.map(({ choice }) => this.catalogue.find(input, choice, this.catalogue.nearest(value)));
  }

  /** Why it cannot be shown, in a visitor's words. @param {State} state @param {Wanted[]} wanted */
  explain({ input }, wanted) {
    const { data, catalogue } = this;
    const there = catalogue.frames.has(input);
    if (data.outdated && (this.failed || !there)) return OUTDATED;
    const unread = data.errors.get(input);
    if (unread) return `${catalogue.head.inputs.find(({ id }) => id === input)?.title} could not be loaded: ${unread}`;
    for (const { frame, request } of there ? wanted : []) {
      const error = request && this.source.error(request);
      if (error) return `${frame?.label} could not be loaded: ${error.message}`;
      if (!request) return `${frame?.label ?? "This frame"} is missing: ${frame?.missing ?? "it was not rendered"}`;
    }
    return "";
  }

  paintProblem() {
    const outdated = this.problem === OUTDATED;
    showProblem(this.dom, this.problem, outdated ? "reload" : this.failed ? "retry" : ""); // what is missing stays missing
    setAttribute(this.element, "data-state", this.problem ? "error" : this.loading ? "loading" : "ready");
  }

  /** @param {State} state */
  paintStage(state) {
    const { element, dom } = this;
    const viewport = this.viewport(state);
    const { zoom } = clampCamera(viewport, state);
    const { left, width } = visibleSpan(viewport, state);
    const magnified = magnification(viewport, zoom);
    const frames = this.frames(state);
    this.panes.forEach((pane, index) => pane.place(viewport, place(viewport, state), frames[index]?.label ?? ""));
    this.pixelated = state.pixelated ?? magnified >= 2;
    element.style.setProperty("--split", `${left + state.split * width}px`);
    element.style.setProperty("--gain", String(state.gain));
    setAttribute(element, "data-mode", state.mode);
    setAttribute(element, "data-show", state.visibleSide);
    element.toggleAttribute("data-peek", state.showOther);
    element.toggleAttribute("data-zoomed", zoom > 1);
    element.toggleAttribute("data-pixelated", this.pixelated);
    element.toggleAttribute("data-stale", this.input !== state.input);
    dom.text(".percent", `${Math.round(100 * magnified)}%`);
  }
}

/** @param {Wanted[]} wanted */
const requestsOf = (wanted) => wanted.flatMap(({ request }) => request ?? []);

/** Say over the stage what is wrong, and offer one of its buttons. @param {import("./dom.js").Dom} dom @param {string} text @param {string} offer */
export function showProblem(dom, text, offer) {
  dom.one(".problem").hidden = !text;
  dom.text(".problem p", text);
  for (const button of dom.all(".problem button")) button.hidden = button.dataset.action !== offer;
}
