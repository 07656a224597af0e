// Mouse and pen on the stage. The handle and, while the picture fits, the picture itself move the
// split; a zoomed picture is panned. Other buttons than the first stay the browser's.

const CLICK = 3; // CSS pixels that a click may wander

/** @param {import("./viewer.js").Desk} desk */
export function mouse({ stage, dispatch, getState, set, onStage }) {
  /** @type {{id: number, pans: boolean, grab: number, x: number, y: number, moved: boolean} | null} */
  let drag = null;
  let touched = false;

  stage.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch";
    const at = onStage(event);
    if (touched || event.button || !at) return;
    const { split, zoom } = getState();
    const grab = at.handle ? at.x - split * stage.clientWidth : 0;
    drag = { id: event.pointerId, pans: !at.handle && zoom > 1, grab, ...at, moved: false };
    stage.setPointerCapture(event.pointerId);
    stage.classList.toggle("panning", drag.pans);
  });

  stage.addEventListener("pointermove", (event) => {
    const at = onStage(event);
    if (event.pointerId !== drag?.id || !at) return;
    const [dx, dy] = [at.x - drag.x, at.y - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < CLICK) return;
    drag = { ...drag, x: at.x, y: at.y, moved: true };
    if (drag.pans) dispatch({ type: "pan", dx, dy });
    else set({ split: (at.x - drag.grab) / stage.clientWidth });
  });

  stage.addEventListener("lostpointercapture", () => {
    drag = null;
    stage.classList.remove("panning");
  });

  stage.addEventListener("dblclick", (event) => {
    const at = onStage(event);
    if (at && !touched) dispatch({ type: "toggle", x: at.x, y: at.y });
  });
}
