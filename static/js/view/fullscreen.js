// Fullscreen of the whole viewer; where the browser has none or refuses (iPhone), a fixed layer
// over the page that keeps focus and scrolling inside. The focus goes back to where it was.

export class Fullscreen {
  /** @param {import("../viewer.js").ViewerContext} viewer @param {HTMLElement} group @param {() => void} changed */
  constructor(viewer, group, changed) {
    this.group = group;
    this.changed = changed;
    this.fixed = false; // a layer over the page stands in for it
    /** @type {Element | null} */
    this.origin = null;
    /** @type {Element[]} */
    this.muted = [];
    viewer.listen(document, "fullscreenchange", () => this.update());
    viewer.listen(group, "keydown", (event) => this.trap(event));
  }

  get active() {
    return this.fixed || document.fullscreenElement === this.group;
  }

  async toggle() {
    if (this.fixed) return this.cover(false);
    if (this.active) return document.exitFullscreen();
    this.origin = document.activeElement;
    try {
      await this.group.requestFullscreen();
    } catch {
      this.cover(true);
    }
  }

  /** The fallback: a fixed layer, everything outside it inert. @param {boolean} on */
  cover(on) {
    this.fixed = on;
    document.documentElement.classList.toggle("locked", on);
    for (let inside = /** @type {Element} */ (this.group); on && inside !== document.body; ) {
      const parent = /** @type {Element} */ (inside.parentElement);
      this.muted.push(...[...parent.children].filter((other) => other !== inside && !other.matches("dialog, [inert]")));
      inside = parent;
    }
    for (const element of this.muted) element.toggleAttribute("inert", on);
    if (!on) this.muted = [];
    this.update();
  }

  update() {
    if (this.active) this.group.dataset.fullscreen = this.fixed ? "layer" : "";
    else delete this.group.dataset.fullscreen;
    if (!this.active && this.origin instanceof HTMLElement) {
      this.origin.focus({ preventScroll: true });
      this.origin = null;
    }
    this.changed();
  }

  /** The viewer leaves the page: nothing of the layer may stay. */
  end() {
    this.origin = null;
    if (this.fixed) this.cover(false);
  }

  /** Esc closes the layer; Tab goes round in it, since it is all there is. @param {KeyboardEvent} event */
  trap(event) {
    if (!this.fixed) return;
    if (event.key === "Escape") this.cover(false);
    if (event.key !== "Tab") return;
    const stops = /** @type {HTMLElement[]} */ ([...this.group.querySelectorAll("button, select, input, [tabindex]")]).filter((stop) => stop.getClientRects().length);
    if (event.shiftKey) stops.reverse();
    if (document.activeElement !== stops.at(-1)) return;
    event.preventDefault();
    stops[0].focus();
  }
}
