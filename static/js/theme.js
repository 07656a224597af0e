// Runs before the first paint: says that scripts run and takes up the theme chosen earlier.
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

  const saved = read();
  if (saved === "dark" || saved === "light") page.dataset.theme = saved;

  document.addEventListener("DOMContentLoaded", show);
  system.addEventListener("change", show);
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest("[data-theme-toggle]")) return;
    page.dataset.theme = dark() ? "light" : "dark";
    try {
      localStorage.setItem("theme", page.dataset.theme);
    } catch {
      // the choice holds for this page
    }
    show();
  });
  // Where the viewer's script cannot load, the pictures go back to standing side by side.
  document.addEventListener(
    "error",
    (event) => {
      if (event.target instanceof HTMLScriptElement) page.classList.remove("js");
    },
    true,
  );
})();
