// Entry of every page with viewers.

import { UrlState, safeDecode } from "./core/url-state.js";
import { viewerElement } from "./element.js";
import { Loader } from "./sources/loader.js";
import { reveal } from "./view/reveal.js";

document.documentElement.classList.add("js"); // as theme.js does, if it is there
customElements.define("alpha-viewer", viewerElement(new Loader(), new UrlState()));

document.querySelector("[data-reset-all]")?.addEventListener("click", () => {
  for (const viewer of document.querySelectorAll("alpha-viewer")) {
    /** @type {HTMLElement & {reset(): void}} */ (viewer).reset();
  }
});

/** Details that a link points to are opened; the browser opens only those around its target. */
function openTarget() {
  const target = document.getElementById(safeDecode(location.hash.slice(1)));
  if (target) reveal(target, false);
}
addEventListener("hashchange", openTarget);
openTarget();
