// The custom element: it brings state, renderer, loader, address and input devices together.

import { arrange, isLattice } from "./catalogue.js";
import { controls } from "./controls.js";
import { Fullscreen } from "./fullscreen.js";
import { keyboard } from "./keyboard.js";
import { lattice } from "./lattice.js";
import { decode, encode } from "./link.js";
import { receive } from "./loader.js";
import { mouse } from "./mouse.js";
import { compose } from "./picture.js";
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
 * @property {(change: Partial<State>) => void} set
 * @property {() => void} scrub the scrubber has been touched: fetch more frames
 * @property {(at: number, region?: number) => void} scrubTo
 * @property {(text: string, action?: string) => void} say in the status line, and beside an action's button
 * @property {(event: MouseEvent) => {x: number, y: number, handle: boolean} | null} onStage where, unless on a button
 */

const ZOOM = 1.25;
const SAID = 2500; // ms that a word stays beside a button
const PICTURES = /** @type {const} */ (["input", "left", "right", "at", "regions"]); // what decides on them

/**
 * @param {import("./loader.js").Loader} loader shared by the page's viewers
 * @param {import("./link.js").Address} address
 */
export const viewerElement = (loader, address) =>
  class extends HTMLElement {
    connectedCallback() {
      const { id = "" } = this.dataset;
      const nth = [...document.querySelectorAll("alpha-viewer")].filter((other) => other.getAttribute("data-id") === id).indexOf(this);
      this.key = nth > 0 ? `${id}~${nth + 1}` : id; // one comparison may stand on a page twice
      address.followers.set(this.key, (view) => this.follow(view));
      const near = new IntersectionObserver(
        (entries) => {
          if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
          near.disconnect();
          this.start();
        },
        { rootMargin: "50%" },
      );
      near.observe(this);
      if (address.views.has(this.key)) this.reveal();
    }

    /** Bring into sight what a link points to, also out of closed details. */
    reveal() {
      for (let box = this.closest("details"); box; box = box.parentElement?.closest("details") ?? null) box.open = true;
      const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
      const far = this.getBoundingClientRect().top > innerHeight / 2;
      if (far && entry?.type === "navigate") this.scrollIntoView();
    }

    /** Bytes of decoded pictures that the page holds. */
    get decoded() {
      return loader.decoded.bytes;
    }

    async start() {
      const source = new URL(this.dataset.src ?? "", document.baseURI).href;
      const stage = /** @type {HTMLElement} */ (this.querySelector(".stage"));
      const box = /** @type {HTMLElement} */ (stage.querySelector(".problem"));
      try {
        this.run(arrange(await receive(source, "json")), source, stage);
      } catch (error) {
        stage.dataset.state = "error";
        box.hidden = false;
        box.children[0].textContent = `This comparison could not be loaded: ${/** @type {Error} */ (error).message}`;
        const retry = /** @type {HTMLButtonElement} */ (box.children[1]);
        retry.disabled = false;
        retry.addEventListener("click", () => this.start(), { once: true });
      }
    }

    /** @param {Catalogue} catalogue @param {string} source @param {HTMLElement} stage */
    run(catalogue, source, stage) {
      const key = this.key ?? "";
      const group = /** @type {HTMLElement} */ (this.querySelector("[role=group]"));
      let state = decode(address.views.get(key) ?? "", catalogue);
      let painting = 0;
      const paint = () => {
        painting ||= requestAnimationFrame(() => {
          painting = 0;
          renderer.paint(state);
          if (state.playing && renderer.failed) change({ ...state, playing: false });
          play();
          flick.update();
        });
      };
      /** @param {State} next */
      const change = (next) => {
        const other = PICTURES.some((name) => state[name] !== next[name]);
        if (other) stage.dataset.state = "loading"; // until it is painted
        state = next;
        paint();
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
          renderer.all(".close")[0].hidden = !desk.fullscreen.active;
          paint();
        }),
        getState: () => state,
        dispatch: (action) => {
          change(reduce(state, action, catalogue, renderer.view(state)));
          address.set(key, encode(state, catalogue));
        },
        set: (part) => desk.dispatch({ type: "set", change: part }),
        scrub: () => {
          renderer.scrubbed = true;
          paint();
        },
        scrubTo: (at, region = -1) => {
          desk.scrub();
          desk.set(region < 0 ? { at, playing: false } : { regions: state.regions.map((old, index) => (index === region ? at : old)) });
        },
        say: (text, action) => {
          renderer.text(".status", text);
          const button = action && renderer.all(`[data-action=${action}]`)[0];
          if (!button) return;
          button.dataset.said = text;
          setTimeout(() => delete button.dataset.said, SAID);
        },
        onStage: ({ target, clientX, clientY }) => {
          const element = /** @type {Element} */ (target);
          const { left, top } = stage.getBoundingClientRect();
          if (element.closest("button, .problem")) return null;
          return { x: clientX - left, y: clientY - top, handle: element.matches(".handle") };
        },
      };
      const { dispatch, set, say, fullscreen } = desk;
      const play = player(desk);
      const flick = flicker(desk);
      /** @type {Record<string, () => unknown>} */
      const actions = {
        play: () => {
          desk.scrub();
          set({ playing: !state.playing });
        },
        "zoom-in": () => dispatch({ type: "zoom", factor: ZOOM }),
        "zoom-out": () => dispatch({ type: "zoom", factor: 1 / ZOOM }),
        fit: () => dispatch({ type: "fit" }),
        actual: () => dispatch({ type: "actual" }),
        flicker: flick.start,
        "flicker-end": flick.end,
        difference: () => dispatch({ type: "mode", mode: "difference" }),
        pixelated: () => set({ pixelated: !stage.hasAttribute("data-pixelated") }),
        reset: () => dispatch({ type: "reset" }),
        fullscreen: () => fullscreen.toggle(),
        close: () => fullscreen.toggle(),
        help: () => /** @type {HTMLDialogElement} */ (document.querySelector("#viewer-help")).showModal(),
        retry: () => loader.retry(),
        copy: async () => say(await copy(address.link(key, encode(state, catalogue))), "copy"),
        save: () => this.save(state, catalogue, renderer).catch(({ message }) => say(`Not saved: ${message}`, "save")),
      };
      group.addEventListener("click", ({ target }) => {
        const name = /** @type {Element} */ (target).closest("[data-action]")?.getAttribute("data-action") ?? "";
        if (name === "flicker") flick.click();
        else actions[name]?.();
      });
      this.follow = (/** @type {string} */ view) => change(decode(view, catalogue));
      this.reset = actions.reset;
      if (isLattice(catalogue.data)) renderer.paintLattice = lattice(desk);
      stage.tabIndex = 0;
      controls(desk);
      mouse(desk);
      touch(desk);
      wheel(desk);
      keyboard(desk, (name) => actions[name]());
      new ResizeObserver(([{ contentRect }]) => {
        renderer.size = contentRect;
        paint();
      }).observe(stage);
      renderer.adopt();
      paint();
    }

    /** The right side, composed of its regions, as a file. @param {State} state @param {Catalogue} catalogue @param {Renderer} renderer */
    async save(state, catalogue, renderer) {
      const pieces = parts(state, "right", catalogue).map((part) => {
        const { slot, url } = renderer.want(state, part, part.at, 0);
        return { image: loader.get(slot, url), mask: part.mask && new URL(part.mask, renderer.base).href };
      });
      const { columns, rows } = renderer.view(state);
      await compose(pieces, columns, rows, `${catalogue.data.id}.png`);
    }

    /** Until the data is there, views wait in the address. @param {string} _view */
    follow(_view) {}

    /** Back to the initial view. @returns {unknown} */
    reset() {
      return null;
    }
  };

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return "Link copied";
  } catch {
    return `Copy this link: ${text}`;
  }
}
