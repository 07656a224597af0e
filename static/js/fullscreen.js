// Fullscreen of the whole viewer; where the browser has none or refuses (iPhone), a fixed layer
// over the page that keeps focus and scrolling inside. The focus goes back to where it was.

export class Fullscreen {
  /** @param {HTMLElement} group @param {() => void} changed */
  constructor(group, changed) {
    this.group = group;
    this.changed = changed;
    this.fixed = false;
    /** @type {Element | null} */
    this.origin = null;
    /** @type {Element[]} */
    this.muted = [];
    document.addEventListener("fullscreenchange", () => {
      if (!this.active) this.restore();
      this.changed();
    });
    group.addEventListener("keydown", (event) => this.trap(event));
  }

  get active() {
    return this.fixed || document.fullscreenElement === this.group;
  }

  async toggle() {
    if (this.active) return this.close();
    this.origin = document.activeElement;
    try {
      await this.group.requestFullscreen();
    } catch {
      this.cover();
    }
  }

  async close() {
    if (!this.fixed) return document.exitFullscreen();
    this.fixed = false;
    this.group.classList.remove("fixed");
    document.documentElement.classList.remove("locked");
    for (const element of this.muted) element.removeAttribute("inert");
    this.muted = [];
    this.restore();
    this.changed();
  }

  /** The fallback: a fixed layer, everything outside it inert. */
  cover() {
    this.fixed = true;
    this.group.classList.add("fixed");
    document.documentElement.classList.add("locked");
    for (let inside = /** @type {Element} */ (this.group); inside !== document.body; ) {
      const parent = /** @type {Element} */ (inside.parentElement);
      const others = [...parent.children].filter((element) => element !== inside && !element.matches("dialog, [inert]"));
      for (const element of others) element.setAttribute("inert", "");
      this.muted.push(...others);
      inside = parent;
    }
    this.changed();
  }

  restore() {
    if (this.origin instanceof HTMLElement) this.origin.focus({ preventScroll: true });
    this.origin = null;
  }

  /** Esc closes the layer; Tab goes round in it, since it is all there is. @param {KeyboardEvent} event */
  trap(event) {
    if (!this.fixed) return;
    if (event.key === "Escape") this.close();
    if (event.key !== "Tab") return;
    const stops = [...this.group.querySelectorAll("button, select, input, [tabindex='0']")].filter((element) => element.getClientRects().length > 0);
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const leaving = event.shiftKey ? first : last;
    if (document.activeElement !== leaving) return;
    event.preventDefault();
    /** @type {HTMLElement} */ (event.shiftKey ? last : first).focus();
  }
}
