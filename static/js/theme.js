// Runs before the first paint: says that scripts run, and takes up the theme chosen earlier.
(() => {
  const page = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  page.classList.add("js");

  const read = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage may be forbidden; the system's theme then holds
    }
  };

  const dark = () => (page.dataset.theme ? page.dataset.theme === "dark" : system.matches);

  const show = () => {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      button.setAttribute("aria-pressed", String(dark()));
    }
  };

  const take = (/** @type {string | null} */ theme) => {
    if (theme === "dark" || theme === "light") page.dataset.theme = theme;
    show();
  };

  take(read());
  document.addEventListener("DOMContentLoaded", show);
  system.addEventListener("change", show);
  addEventListener("storage", ({ key, newValue }) => key === "theme" && take(newValue)); // another tab
  addEventListener("pageshow", ({ persisted }) => persisted && take(read()));
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-theme-toggle]")) return;
    take(dark() ? "light" : "dark");
    try {
      localStorage.setItem("theme", page.dataset.theme ?? "");
    } catch {
      // the choice holds for this page
    }
  });

  // Without the viewer's script, for whatever reason, the page is as for visitors without scripts.
  const giveUp = () => {
    page.classList.remove("js");
    for (const stage of document.querySelectorAll("[data-state]")) stage.setAttribute("data-state", "error");
    for (const note of document.querySelectorAll("noscript")) note.outerHTML = note.textContent ?? ""; // which is its markup here
  };
  document.addEventListener("viewerfailed", giveUp);
  document.addEventListener("DOMContentLoaded", () => {
    if (document.querySelector("alpha-viewer") && !customElements.get("alpha-viewer")) giveUp();
  });
})();
