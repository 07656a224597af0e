// The custom element: a viewer begins when it comes near the window, and ends when it leaves the
// page.

import { openData } from "./sources/data.js";
import { FetchError } from "./sources/fetch.js";
import { Dom } from "./view/dom.js";
import { reveal } from "./view/reveal.js";
import { showProblem } from "./view/stage.js";
import { Viewer } from "./viewer.js";

/** Fetch what a viewer's controls need besides, so that they work from the start. @param {HTMLElement} root */
const prepare = (root) =>
  Promise.allSettled([
    root.querySelector("[data-range=weight]") && import("./later/mixer.js"),
    root.querySelector("[type=search]") && import("./later/filter.js"),
  ]);

/**
 * @param {import("./sources/loader.js").Loader} loader shared by the page's viewers
 * @param {import("./core/url-state.js").UrlState} urlState
 */
export const viewerElement = (loader, urlState) =>
  class extends HTMLElement {
    key = ""; // in the address
    ending = new AbortController();
    /** @type {Viewer | undefined} */
    viewer;

    connectedCallback() {
      const { id = "" } = this.dataset;
      const alike = [...document.querySelectorAll("alpha-viewer")].filter((other) => other.getAttribute("data-id") === id);
      const nth = alike.indexOf(this);
      this.key = nth > 0 ? `${id}~${nth + 1}` : id; // one comparison may stand on a page twice
      this.ending = new AbortController();
      const { signal } = this.ending;
      urlState.follow(this.key, (view) => this.viewer?.follow(view), signal);
      const near = new IntersectionObserver(
        (entries) => {
          if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
          near.disconnect();
          this.start(signal);
        },
        { rootMargin: "50%" },
      );
      near.observe(this);
      signal.addEventListener("abort", () => near.disconnect());
      if (!urlState.views.has(this.key)) return;
      const [entry] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
      reveal(this, entry?.type === "navigate");
    }

    disconnectedCallback() {
      this.ending.abort();
      this.viewer?.end();
      this.viewer = undefined;
      new Dom(this).one(".stage").dataset.state = "loading"; // should it come back
    }

    /** Bytes of decoded pictures that the page holds. */
    get decoded() {
      return loader.decoded.bytes;
    }

    /** @param {AbortSignal} signal */
    async start(signal) {
      const dom = new Dom(this);
      try {
        const [data] = await Promise.all([openData(this.dataset), prepare(this)]);
        if (signal.aborted) return;
        this.viewer = new Viewer(this, this.key, data, loader, urlState);
        this.viewer.start();
      } catch (error) {
        if (error instanceof FetchError) this.explain(dom, error, signal);
        else {
          this.viewer?.end();
          document.dispatchEvent(new Event("viewerfailed")); // the page goes on without scripts
          throw error;
        }
      }
    }

    /** Say why there is no data, and try again when asked or when there is a connection. @param {Dom} dom @param {Error} error @param {AbortSignal} signal */
    explain(dom, { message }, signal) {
      dom.one(".stage").dataset.state = "error";
      showProblem(dom, `This comparison could not be loaded: ${message}`, "retry");
      const [button] = /** @type {HTMLButtonElement[]} */ (dom.all(".problem [data-action=retry]"));
      button.disabled = false;
      const again = new AbortController();
      const retry = () => {
        again.abort();
        this.start(signal);
      };
      signal.addEventListener("abort", () => again.abort());
      button.addEventListener("click", retry, again);
      addEventListener("online", retry, again);
    }

    /** Back to the initial view. */
    reset() {
      if (this.viewer) this.viewer.dispatch({ type: "reset" });
      else urlState.set(this.key, "");
    }
  };
