// One pane: a figure of the page with the pictures of what it shows.

import { setAttribute } from "./dom.js";

/** @typedef {import("../core/catalogue.js").Frame} Frame */
/** @typedef {import("../sources/loader.js").Picture} Picture */

/**
 * @typedef {object} Shown A picture to be put on a pane.
 * @property {string} slot
 * @property {Picture} picture
 * @property {Frame} frame
 * @property {string} input whose
 * @property {string} [mask] address of what is seen of it
 */

export class Pane {
  /** @param {HTMLElement} figure */
  constructor(figure) {
    this.name = figure.dataset.side ?? "";
    this.plane = /** @type {HTMLElement} */ (figure.querySelector(".plane"));
    this.caption = /** @type {HTMLElement} */ (figure.querySelector("figcaption"));
    /** @type {Map<string, Shown>} */
    this.shown = new Map(); // by slot
  }

  /** The picture that came with the page. */
  get original() {
    return this.plane.querySelector("img");
  }

  /** @param {Shown[]} list @param {(frame: Frame) => string} alt */
  show(list, alt) {
    this.shown = new Map(list.map((entry) => [entry.slot, entry]));
    for (const { picture, frame, mask } of list) {
      setAttribute(picture, "data-frame", String(frame.index));
      setAttribute(picture, picture instanceof HTMLImageElement ? "alt" : "aria-label", alt(frame));
      picture.classList.toggle("masked", Boolean(mask));
      if (mask) picture.style.maskImage = `url("${mask}")`;
    }
    const pictures = list.map(({ picture }) => picture);
    const { children } = this.plane;
    const same = pictures.length === children.length && pictures.every((picture, at) => children[at] === picture);
    if (!same) this.plane.replaceChildren(...pictures);
  }

  /** @param {import("../core/geometry.js").Viewport} viewport @param {import("../core/geometry.js").Placement} placement @param {string} caption */
  place({ columns, rows }, { scale, x, y }, caption) {
    if (this.caption.textContent !== caption) this.caption.textContent = caption;
    this.plane.classList.add("placed");
    this.plane.style.width = `${columns}px`;
    this.plane.style.height = `${rows}px`;
    this.plane.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  }
}
