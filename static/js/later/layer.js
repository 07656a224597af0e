// A fixed layer over the page, where the browser has no fullscreen or refuses it (iPhone): it keeps
// focus and scrolling inside.

/** @param {import("../viewer.js").ViewerContext} viewer @param {() => void} closed @returns {() => void} closes it */
export function openLayer({ group }, closed) {
  const root = document.documentElement;
  const muted = outside(group);
  const ending = new AbortController();
  const cover = (/** @type {boolean} */ on) => {
    root.classList.toggle("locked", on);
    for (const element of muted) element.toggleAttribute("inert", on);
  };
  const close = () => {
    ending.abort();
    cover(false);
    closed();
  };
  group.addEventListener("keydown", (event) => (event.key === "Escape" ? close() : keepFocus(group, event)), ending);
  cover(true);
  return close;
}

/** What can be used beside a part of the page. @param {Element} part */
function outside(part) {
  const found = [];
  for (let inside = part; inside !== document.body; ) {
    const parent = /** @type {Element} */ (inside.parentElement);
    found.push(...[...parent.children].filter((other) => other !== inside && !other.matches("dialog, [inert]")));
    inside = parent;
  }
  return found;
}

/** Tab goes round in it, since it is all there is. @param {HTMLElement} group @param {KeyboardEvent} event */
function keepFocus(group, event) {
  if (event.key !== "Tab") return;
  const stops = /** @type {HTMLElement[]} */ ([...group.querySelectorAll("button, select, input, [tabindex]")]).filter((stop) => stop.getClientRects().length);
  if (event.shiftKey) stops.reverse();
  if (document.activeElement !== stops.at(-1)) return;
  event.preventDefault();
  stops[0].focus();
}
