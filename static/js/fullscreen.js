// Fullscreen of the whole viewer; where the browser has none or refuses (iPhone), a fixed layer
// over the page that keeps focus and scrolling inside. The focus goes back to where it was.

export class Fullscreen {
  /** @param {HTMLElement} group @param {() => void} changed */
  constructor(group, changed) {
    this.group = group;
    this.changed = changed;
    /** @type {Element | null} */
    this.origin = null;
    /** @type {Element[]} */
    this.muted = [];
    document.addEventListener("fullscreenchange", () => this.settle());
    group.addEventListener("keydown", (event) => this.trap(event));
  }

  get fixed() {
    return this.group.dataset.fullscreen === "layer";
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
    if (on) this.group.dataset.fullscreen = "layer";
    else delete this.group.dataset.fullscreen;
    document.documentElement.classList.toggle("locked", on);
    for (let inside = /** @type {Element} */ (this.group); on && inside !== document.body; ) {
      const parent = /** @type {Element} */ (inside.parentElement);
      this.muted.push(...[...parent.children].filter((other) => other !== inside && !other.matches("dialog, [inert]")));
      inside = parent;
    }
    for (const element of this.muted) element.toggleAttribute("inert", on);
    if (!on) this.muted = [];
    this.settle();
  }

  settle() {
    if (!this.fixed) this.group.toggleAttribute("data-fullscreen", this.active);
    if (!this.active && this.origin instanceof HTMLElement) {
      this.origin.focus({ preventScroll: true });
      this.origin = null;
    }
    this.changed();
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
