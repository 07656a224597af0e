// The custom element: it brings state, renderer, loader, address and input devices together.

import { catalogue as arrange } from "./catalogue.js";
import { controls } from "./controls.js";
import { Fullscreen } from "./fullscreen.js";
import { keyboard } from "./keyboard.js";
import { decode, encode } from "./link.js";
import { mouse } from "./mouse.js";
import { pad } from "./pad.js";
import { compose, download } from "./picture.js";
import { flicker, player } from "./play.js";
import { Renderer } from "./render.js";
import { parts, reduce } from "./state.js";
import { touch } from "./touch.js";
import { wheel } from "./wheel.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Action} Action */
/** @typedef {import("./catalogue.js").Catalogue} Catalogue */

/**
 * @typedef {object} Desk What an input device works with.
 * @property {HTMLElement} root the custom element
 * @property {HTMLElement} group the viewer proper, which goes fullscreen
 * @property {HTMLElement} stage
 * @property {Catalogue} catalogue
 * @property {Fullscreen} fullscreen
 * @property {() => State} getState
 * @property {(action: Action) => void} dispatch
 * @property {() => boolean} isReady all that is to be shown is shown
 * @property {() => void} scrub the scrubber has been touched: fetch more frames
 */

const ZOOM = 1.25;
const FRAME = /** @type {const} */ (["input", "left", "right", "at", "regions"]); // what decides on the pictures

/**
 * @param {import("./loader.js").Loader} loader shared by the page's viewers
 * @param {import("./address.js").Address} address
 */
export function viewerElement(loader, address) {
  return class Viewer extends HTMLElement {
    connectedCallback() {
      const same = [...document.querySelectorAll("alpha-viewer")].filter((other) => other.getAttribute("data-id") === this.dataset.id);
      const nth = same.indexOf(this);
      this.key = nth > 0 ? `${this.dataset.id}~${nth + 1}` : `${this.dataset.id}`;
      const view = address.subscribe(this.key, (text) => this.follow(text));
      const near = new IntersectionObserver(
        (entries) => {
          if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
          near.disconnect();
          this.start();
        },
        { rootMargin: "50%" },
      );
      near.observe(this);
      if (view) this.reveal();
    }

    /** Bring into sight what a link points to, also out of closed details. */
    reveal() {
      for (let box = this.closest("details"); box; box = box.parentElement?.closest("details") ?? null) box.open = true;
      const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
      if (entry?.type === "navigate") this.scrollIntoView({ block: "nearest" });
    }

    async start() {
      const source = new URL(this.dataset.src ?? "", document.baseURI).href;
      const stage = /** @type {HTMLElement} */ (this.querySelector(".stage"));
      const box = /** @type {HTMLElement} */ (this.querySelector(".problem"));
      try {
        const response = await fetch(source);
        if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
        const catalogue = arrange(await response.json());
        box.hidden = true;
        this.run(catalogue, source, stage);
      } catch (error) {
        stage.dataset.state = "error";
        box.hidden = false;
        /** @type {HTMLElement} */ (box.querySelector("p")).textContent = `This comparison could not be loaded: ${error instanceof Error ? error.message : error}`;
        const retry = /** @type {HTMLButtonElement} */ (box.querySelector("button"));
        retry.disabled = false;
        retry.addEventListener("click", () => this.start(), { once: true });
      }
    }

    /** @param {Catalogue} catalogue @param {string} source @param {HTMLElement} stage */
    run(catalogue, source, stage) {
      const group = /** @type {HTMLElement} */ (this.querySelector("[role=group]"));
      const key = /** @type {string} */ (this.key);
      let state = decode(address.views.get(key) ?? "", catalogue);
      let painting = 0;
      const paint = () => {
        painting ||= requestAnimationFrame(() => {
          painting = 0;
          renderer.paint(state);
          play();
          flick.update();
        });
      };
      const renderer = new Renderer(this, catalogue, loader, source, paint);
      /** @type {Desk} */
      const desk = {
        root: this,
        group,
        stage,
        catalogue,
        fullscreen: new Fullscreen(group, () => {
          renderer.press("fullscreen", desk.fullscreen.active);
          renderer.element(".close").hidden = !desk.fullscreen.active;
          paint();
        }),
        getState: () => state,
        isReady: () => stage.dataset.state !== "loading",
        dispatch: (action) => {
          const before = state;
          state = reduce(before, action, catalogue, renderer.view(before));
          if (FRAME.some((key) => state[key] !== before[key])) stage.dataset.state = "loading"; // till painted
          address.set(key, encode(state, catalogue));
          paint();
        },
        scrub: () => {
          if (!renderer.scrubbed) paint();
          renderer.scrubbed = true;
        },
      };
      const play = player(desk);
      const flick = flicker(desk);
      /** @type {Record<string, () => unknown>} */
      const actions = {
        play: () => {
          desk.scrub();
          desk.dispatch({ type: "set", change: { playing: !state.playing } });
        },
        "zoom-in": () => desk.dispatch({ type: "zoom", factor: ZOOM }),
        "zoom-out": () => desk.dispatch({ type: "zoom", factor: 1 / ZOOM }),
        fit: () => desk.dispatch({ type: "fit" }),
        actual: () => desk.dispatch({ type: "actual" }),
        flicker: () => flick.toggle(true),
        "flicker-end": () => flick.toggle(false),
        difference: () => desk.dispatch({ type: "mode", mode: "difference" }),
        pixelated: () => desk.dispatch({ type: "set", change: { pixelated: !stage.hasAttribute("data-pixelated") } }),
        reset: () => desk.dispatch({ type: "reset" }),
        fullscreen: () => desk.fullscreen.toggle(),
        close: () => desk.fullscreen.close(),
        help: () => /** @type {HTMLDialogElement | null} */ (document.querySelector("#viewer-help"))?.showModal(),
        retry: () => loader.retry(),
        copy: async () => renderer.say(await copy(address.link(key, encode(state, catalogue)))),
        save: async () => download(await this.picture(state, catalogue, renderer), `${catalogue.data.id}.png`),
      };
      group.addEventListener("click", ({ target }) => {
        const action = target instanceof Element ? target.closest("[data-action]")?.getAttribute("data-action") : null;
        if (action === "flicker" && flick.calm()) return;
        if (action) actions[action]?.();
      });
      this.follow = (/** @type {string} */ text) => {
        stage.dataset.state = "loading";
        state = decode(text, catalogue);
        paint();
      };
      this.reset = () => desk.dispatch({ type: "reset" });
      stage.tabIndex = 0;
      controls(desk);
      pad(desk);
      mouse(desk);
      touch(desk);
      wheel(desk);
      keyboard(desk, (name) => actions[name]());
      new ResizeObserver(paint).observe(stage);
      renderer.adopt();
      paint();
    }

    /** @param {State} state @param {Catalogue} catalogue @param {Renderer} renderer */
    picture(state, catalogue, renderer) {
      const pieces = parts(state, "right", catalogue).flatMap(({ slot, choice, at, mask }) => {
        const index = catalogue.find(state.input, choice, at);
        const image = loader.get(slot, renderer.address(index));
        return image ? [{ image, mask: mask && new URL(mask, renderer.base).href }] : [];
      });
      const { columns, rows } = renderer.view(state);
      return compose(pieces, columns, rows);
    }

    /** Before the data is there, the address is read when it comes. @param {string} _text */
    follow(_text) {}

    /** Back to the initial view. */
    reset() {}
  };
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return "Link copied";
  } catch {
    return `Copy this link: ${text}`;
  }
}
