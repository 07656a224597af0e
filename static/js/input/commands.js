// What a visitor can ask for, one row each: buttons, keys and the help follow from this table.

/** @typedef {import("../viewer.js").ViewerContext} ViewerContext */
/** @typedef {import("../core/state.js").State} State */

/**
 * @typedef {object} Command
 * @property {string} id in a button's data-action
 * @property {(viewer: ViewerContext) => unknown} run
 * @property {(viewer: ViewerContext) => unknown} [click] by the button, where that differs
 * @property {string[]} [keys]
 * @property {boolean} [onStage] the keys count on the stage alone
 * @property {boolean} [repeats] while the key is held
 * @property {(viewer: ViewerContext) => unknown} [release] when the key is let go
 * @property {(state: State, viewer: ViewerContext) => boolean} [pressed]
 * @property {string} [does] for the help, where no button says it
 */

const ZOOM = 1.25;
const PAN = 60; // CSS pixels for an arrow

/** @param {string} id @param {string} key @param {number} by @param {string} does @returns {Command} */
const step = (id, key, by, does) => ({
  id,
  keys: [key],
  repeats: true,
  does,
  run(viewer) {
    viewer.scrub();
    viewer.dispatch({ type: "step", by });
  },
});

/** @param {string} key @param {number} dx @param {number} dy @returns {Command} */
const pan = (key, dx, dy) => ({
  id: `pan-${key}`,
  keys: [key],
  onStage: true,
  repeats: true,
  does: "pan",
  run: (viewer) => viewer.dispatch({ type: "pan", dx: dx * PAN, dy: dy * PAN }),
});

/** @type {Command[]} */
export const COMMANDS = [
  step("previous", "[", -1, "previous frame"),
  step("next", "]", 1, "next frame"),
  {
    id: "show-other",
    keys: [" "],
    onStage: true,
    does: "hold to see the other side",
    run: (viewer) => viewer.set({ showOther: true }),
    release: (viewer) => viewer.set({ showOther: false }),
  },
  { id: "zoom-in", keys: ["+", "="], repeats: true, run: (viewer) => viewer.dispatch({ type: "zoom", factor: ZOOM }) },
  { id: "zoom-out", keys: ["-"], repeats: true, run: (viewer) => viewer.dispatch({ type: "zoom", factor: 1 / ZOOM }) },
  { id: "fit", keys: ["0"], run: (viewer) => viewer.dispatch({ type: "fit" }) },
  { id: "actual", keys: ["1"], run: (viewer) => viewer.dispatch({ type: "actual" }) },
  pan("ArrowLeft", 1, 0),
  pan("ArrowRight", -1, 0),
  pan("ArrowUp", 0, 1),
  pan("ArrowDown", 0, -1),
  {
    id: "play",
    run(viewer) {
      viewer.scrub();
      viewer.set({ playing: !viewer.state.playing });
    },
    pressed: ({ playing }) => playing,
  },
  {
    id: "flicker",
    keys: ["t"],
    run: ({ flicker }) => flicker.start(),
    release: ({ flicker }) => flicker.hold(false),
    click: ({ flicker }) => flicker.click(),
    pressed: ({ mode }) => mode === "flicker",
  },
  {
    id: "difference",
    keys: ["d"],
    run: (viewer) => viewer.dispatch({ type: "mode", mode: "difference" }),
    pressed: ({ mode }) => mode === "difference",
  },
  {
    id: "pixelated",
    keys: ["p"],
    run: (viewer) => viewer.set({ pixelated: !viewer.stageView.pixelated }),
    pressed: (_, { stageView }) => stageView.pixelated,
  },
  {
    id: "fullscreen",
    keys: ["f"],
    run: ({ fullscreen }) => fullscreen.toggle(),
    pressed: (_, { fullscreen }) => fullscreen.active,
  },
  { id: "close", run: ({ fullscreen }) => fullscreen.toggle() },
  { id: "reset", keys: ["r"], run: (viewer) => viewer.dispatch({ type: "reset" }) },
  { id: "help", keys: ["?"], run: (viewer) => viewer.help() },
  { id: "copy", run: (viewer) => viewer.copyLink() },
  { id: "save", run: (viewer) => viewer.save() },
  { id: "retry", run: (viewer) => viewer.retry() },
  { id: "reload", run: (viewer) => viewer.reload() },
];
