// Entry of every page with viewers.

import { Address } from "./link.js";
import { Loader } from "./loader.js";
import { viewerElement } from "./viewer.js";

customElements.define("alpha-viewer", viewerElement(new Loader(), new Address()));

document.querySelector("[data-reset-all]")?.addEventListener("click", () => {
  for (const viewer of document.querySelectorAll("alpha-viewer")) {
    /** @type {HTMLElement & {reset(): void}} */ (viewer).reset();
  }
});
