// Keys. Letters and digits anywhere in the viewer but in lists and text; arrows and Space on the
// stage only. Tab, and whatever has a modifier, is the browser's.

const PAN = 60; // CSS pixels for an arrow
const BUTTONS = { 0: "fit", 1: "actual", "+": "zoom-in", "=": "zoom-in", "-": "zoom-out", t: "flicker", d: "difference", p: "pixelated", f: "fullscreen", r: "reset", "?": "help" };

/** @param {import("./viewer.js").Desk} desk @param {(name: string) => void} act what the buttons do */
export function keyboard({ group, stage, dispatch, set, scrub }, act) {
  const step = (/** @type {number} */ by) => () => {
    scrub();
    dispatch({ type: "step", by });
  };
  const pan = (/** @type {number} */ dx, /** @type {number} */ dy) => () => dispatch({ type: "pan", dx: dx * PAN, dy: dy * PAN });
  /** @type {Record<string, () => void>} */
  const onStage = { ArrowLeft: pan(1, 0), ArrowRight: pan(-1, 0), ArrowUp: pan(0, 1), ArrowDown: pan(0, -1), " ": () => set({ peek: true }) };
  /** @type {Record<string, () => void>} */
  const anywhere = { "[": step(-1), "]": step(1) };
  for (const [key, name] of Object.entries(BUTTONS)) anywhere[key] = () => act(name);

  group.addEventListener("keydown", (event) => {
    const { key, repeat } = event;
    const target = /** @type {Element} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("select, [type=search]")) return;
    const action = (target === stage && onStage[key]) || anywhere[key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    if (!repeat || !"tdpfr? ".includes(key)) action(); // what goes on and off does not repeat
  });
  group.addEventListener("keyup", ({ key }) => {
    if (key === " ") set({ peek: false });
    if (key === "t") act("flicker-end");
  });
  stage.addEventListener("blur", () => set({ peek: false }));
}
