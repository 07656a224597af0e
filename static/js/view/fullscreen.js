// Fullscreen of the whole viewer, or a layer in its place. The focus goes back to where it was.

export class Fullscreen {
  /** @param {import("../viewer.js").ViewerContext} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** @type {Element | null} */
    this.origin = null;
    /** @type {(() => void) | undefined} */
    this.closeLayer = undefined;
    viewer.listen(document, "fullscreenchange", () => this.update());
  }

  get active() {
    return Boolean(this.closeLayer) || document.fullscreenElement === this.viewer.group;
  }

  async toggle() {
    if (this.closeLayer) return this.closeLayer();
    if (this.active) return document.exitFullscreen();
    this.origin = document.activeElement;
    try {
      await this.viewer.group.requestFullscreen();
    } catch {
      await this.viewer.later(import("../later/layer.js"), ({ openLayer }) => {
        const closed = () => {
          this.closeLayer = undefined;
          this.update();
        };
        this.closeLayer = openLayer(this.viewer, closed);
        this.update();
      });
    }
  }

  update() {
    const { dataset } = this.viewer.group;
    if (this.active) dataset.fullscreen = this.closeLayer ? "layer" : "";
    else delete dataset.fullscreen;
    if (!this.active && this.origin instanceof HTMLElement) {
      this.origin.focus({ preventScroll: true });
      this.origin = null;
    }
    this.viewer.paint();
  }

  /** The viewer leaves the page: nothing of the layer may stay. */
  end() {
    this.origin = null;
    this.closeLayer?.();
  }
}
