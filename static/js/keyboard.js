// Keys. Letters and digits anywhere in the viewer but in lists and text; arrows and Space on the
// stage only. Tab, and whatever has a modifier, is the browser's.

const PAN = 60; // CSS pixels for an arrow
const ZOOM = 1.25;

/** @param {import("./viewer.js").Desk} desk @param {(name: string) => void} act what the buttons do */
export function keyboard({ group, stage, dispatch, scrub }, act) {
  const step = (/** @type {number} */ by) => () => {
    scrub();
    dispatch({ type: "set", change: { playing: false } });
    dispatch({ type: "step", by });
  };
  const pan = (/** @type {number} */ dx, /** @type {number} */ dy) => () => dispatch({ type: "pan", dx: dx * PAN, dy: dy * PAN });
  const peek = (/** @type {boolean} */ on) => () => dispatch({ type: "set", change: { peek: on } });
  /** @type {Record<string, () => void>} */
  const onStage = { ArrowLeft: pan(1, 0), ArrowRight: pan(-1, 0), ArrowUp: pan(0, 1), ArrowDown: pan(0, -1), " ": peek(true) };
  /** @type {Record<string, () => void>} */
  const anywhere = {
    "+": () => dispatch({ type: "zoom", factor: ZOOM }),
    "=": () => dispatch({ type: "zoom", factor: ZOOM }),
    "-": () => dispatch({ type: "zoom", factor: 1 / ZOOM }),
    "[": step(-1),
    "]": step(1),
  };
  const buttons = { 0: "fit", 1: "actual", t: "flicker", d: "difference", p: "pixelated", f: "fullscreen", r: "reset", "?": "help" };
  for (const [key, name] of Object.entries(buttons)) anywhere[key] = () => act(name);

  group.addEventListener("keydown", (event) => {
    const target = /** @type {Element} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("select, [type=search]")) return;
    const action = (target === stage ? onStage[event.key] : undefined) ?? anywhere[event.key.length === 1 ? event.key.toLowerCase() : ""];
    if (!action) return;
    event.preventDefault();
    if (!event.repeat || "[]+=-".includes(event.key) || event.key.startsWith("Arrow")) action();
  });
  group.addEventListener("keyup", ({ key }) => {
    if (key === " ") peek(false)();
    if (key === "t") act("flicker-end");
  });
  stage.addEventListener("blur", peek(false));
}
