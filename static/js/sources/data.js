// The data of one comparison: its head, and a file for each input, fetched when it is chosen.

import { Catalogue } from "../core/catalogue.js";
import { receive } from "./fetch.js";

/** @typedef {import("../core/catalogue.js").Head} Head */
/** @typedef {import("../core/catalogue.js").InputFile} InputFile */

/** What the page names is asked for at once. @param {DOMStringMap} addresses */
export async function openData({ view = "", input = "" }) {
  const [headUrl, inputUrl] = [view, input].map((url) => new URL(url, document.baseURI).href);
  const [head, first] = await Promise.all([receive(headUrl, "json"), receive(inputUrl, "json")]);
  return new ComparisonData(head, headUrl, first);
}

export class ComparisonData {
  /** @param {Head} head @param {string} url its address @param {InputFile} first the file of the first input */
  constructor(head, url, first) {
    this.url = url;
    this.catalogue = new Catalogue(head, url);
    this.outdated = false; // the site has been deployed anew since the page was opened
    /** @type {Map<string, string>} */
    this.errors = new Map();
    /** @type {Set<string>} */
    this.asked = new Set();
    this.take(head.inputs[0].id, first);
  }

  /** @param {string} input @param {InputFile} file */
  take(input, file) {
    if (file.view === this.catalogue.head.hash) this.catalogue.add(input, file);
    else this.outdated = true;
  }

  /** See to it that an input's file comes. @param {string} input @param {() => void} changed */
  async request(input, changed) {
    if (this.catalogue.frames.has(input) || this.asked.has(input) || this.outdated) return;
    this.asked.add(input);
    const entry = this.catalogue.head.inputs.find(({ id }) => id === input);
    try {
      this.take(input, await receive(new URL(entry?.data ?? "", this.url).href, "json"));
    } catch (error) {
      const { message, gone } = /** @type {import("./fetch.js").FetchError} */ (error);
      this.errors.set(input, message);
      if (gone) await this.compare();
    }
    changed();
  }

  /** Ask the server whether the site is still the one that this page is of. */
  async compare() {
    const head = await receive(this.url, "json", { cache: "no-cache" }).catch(() => null);
    if (head && head.hash !== this.catalogue.head.hash) this.outdated = true;
  }

  retry() {
    for (const input of this.errors.keys()) this.asked.delete(input);
    this.errors.clear();
  }
}
