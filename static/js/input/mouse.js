// Mouse and pen on the stage. The handle and, while the picture fits, the picture itself move the
// split; a zoomed picture is panned. Other buttons than the first stay the browser's.

const CLICK = 3; // CSS pixels that a click may wander

/** @param {import("../viewer.js").ViewerContext} viewer */
export function mouse(viewer) {
  const { stage } = viewer;
  /** @type {{id: number, pans: boolean, grab: number, x: number, y: number, moved: boolean} | null} */
  let drag = null;
  let touched = false;
  const end = () => {
    drag = null;
    stage.classList.remove("panning");
  };

  viewer.listen(stage, "pointerdown", (event) => {
    touched = event.pointerType === "touch";
    const at = viewer.pointOnStage(event);
    if (touched || event.button || !at) return;
    const grab = at.handle ? at.x - viewer.splitX : 0;
    drag = { id: event.pointerId, pans: !at.handle && viewer.state.zoom > 1, grab, ...at, moved: false };
    stage.setPointerCapture(event.pointerId);
    stage.classList.toggle("panning", drag.pans);
  });

  viewer.listen(stage, "pointermove", (event) => {
    const at = viewer.pointOnStage(event);
    if (event.pointerId !== drag?.id || !at) return;
    if (!(event.buttons & 1)) return end(); // the button was let go of where nobody told
    const [dx, dy] = [at.x - drag.x, at.y - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < CLICK) return;
    drag = { ...drag, x: at.x, y: at.y, moved: true };
    if (drag.pans) viewer.dispatch({ type: "pan", dx, dy });
    else viewer.set({ split: viewer.splitAt(at.x - drag.grab) });
  });

  viewer.listen(stage, "lostpointercapture", end);

  viewer.listen(stage, "dblclick", (event) => {
    const at = viewer.pointOnStage(event);
    if (at && !touched) viewer.dispatch({ type: "toggle", x: at.x, y: at.y });
  });
}
