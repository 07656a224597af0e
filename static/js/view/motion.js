// What moves by itself, and only when asked: playing through the frames and back, and flicker.

const PLAY = 120; // ms
const FLIP = 350; // ms: below three changes a second

/** Calls `tick` at intervals for as long as `wanted` says so. */
class Interval {
  /** @param {number} pause @param {() => boolean} wanted @param {() => void} tick */
  constructor(pause, wanted, tick) {
    this.pause = pause;
    this.wanted = wanted;
    this.tick = tick;
    this.timer = 0;
  }

  update(wanted = this.wanted()) {
    if (Boolean(this.timer) === wanted) return;
    clearInterval(this.timer);
    this.timer = wanted ? setInterval(this.tick, this.pause) : 0;
  }
}

/** @param {import("../viewer.js").ViewerContext} viewer */
export function player(viewer) {
  const { places } = viewer.catalogue;
  let direction = 1;
  return new Interval(PLAY, () => viewer.state.playing, () => {
    if (viewer.stage.dataset.state === "loading") return;
    const at = viewer.catalogue.nearest(viewer.state.value);
    if (!places[at + direction]) direction = -direction;
    viewer.set({ value: places[at + direction] ?? places[at] });
  });
}

/**
 * Shows the panes in turn while the mode is flicker; where motion is to be reduced, only while the
 * button or key is held.
 */
export class Flicker extends Interval {
  /** @param {import("../viewer.js").ViewerContext} viewer @param {string[]} panes names */
  constructor(viewer, panes) {
    super(
      FLIP,
      () => viewer.state.mode === "flicker" && (this.held || !this.calm.matches),
      () => {
        this.flipped = true;
        viewer.set({ visibleSide: panes[(panes.indexOf(viewer.state.visibleSide) + 1) % panes.length] });
      },
    );
    this.viewer = viewer;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.held = false;
    this.flipped = false;
    for (const button of viewer.root.querySelectorAll("[data-action=flicker]")) {
      viewer.listen(button, "pointerdown", () => this.hold(true));
      for (const end of /** @type {const} */ (["pointerup", "pointerleave", "blur"])) viewer.listen(button, end, () => this.hold(false));
    }
  }

  toggle() {
    this.viewer.dispatch({ type: "mode", mode: "flicker" });
  }

  /** @param {boolean} on */
  hold(on) {
    this.held = on;
    if (on) this.flipped = false;
    if (this.calm.matches && (this.viewer.state.mode === "flicker") !== on) this.toggle();
  }

  /** By key: on and off, or while it is held. */
  start() {
    if (this.calm.matches) this.hold(true);
    else this.toggle();
  }

  /** By button, which has been held already. */
  click() {
    if (!this.calm.matches) this.toggle();
    else if (!this.flipped) this.viewer.say("Hold the button, or T, to flicker", "flicker");
    this.flipped = false;
  }
}
