// The page's address as the store of views: read at the start and on hashchange, written late.

import { readHash, writeHash } from "./link.js";

const WRITE_AFTER = 250; // ms after the last change

export class Address {
  constructor() {
    this.views = readHash(location.hash) ?? new Map();
    /** @type {Map<string, (view: string) => void>} */
    this.followers = new Map();
    this.timer = 0;
    addEventListener("hashchange", () => this.follow());
    addEventListener("pagehide", () => this.timer && this.write());
  }

  /** The view of a viewer, and every later one that the address takes. @param {string} id @param {(view: string) => void} changed */
  subscribe(id, changed) {
    this.followers.set(id, changed);
    return this.views.get(id) ?? "";
  }

  /** @param {string} id @param {string} view empty: the initial one */
  set(id, view) {
    if ((this.views.get(id) ?? "") === view) return;
    if (view) this.views.set(id, view);
    else this.views.delete(id);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), WRITE_AFTER);
  }

  /** The address of one view alone. @param {string} id @param {string} view */
  link(id, view) {
    return new URL(`#${writeHash(new Map([[id, view]]))}`, location.href).href;
  }

  write() {
    clearTimeout(this.timer);
    this.timer = 0;
    const hash = writeHash(this.views);
    history.replaceState(history.state, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  follow() {
    const views = readHash(location.hash);
    if (!views) return; // a heading of the page
    clearTimeout(this.timer);
    this.timer = 0;
    this.views = views;
    for (const [id, changed] of this.followers) changed(views.get(id) ?? "");
  }
}
