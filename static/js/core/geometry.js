// Where the picture lies on the stage. Pure.
//
// zoom is relative to the size at which the whole picture fits; (cx, cy) is the point of the
// picture, in fractions of it, at the stage's centre. Both survive a resize and another frame.

/**
 * @typedef {object} Viewport The stage in CSS pixels, its density, and the picture's own pixels.
 * @property {number} width
 * @property {number} height
 * @property {number} density device pixels per CSS pixel
 * @property {number} columns
 * @property {number} rows
 *
 * @typedef {{zoom: number, cx: number, cy: number}} Camera
 * @typedef {{scale: number, x: number, y: number}} Placement scale in CSS pixels per picture pixel
 */

export const FIT = { zoom: 1, cx: 0.5, cy: 0.5 };

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

/** CSS pixels per picture pixel when the whole picture is shown. @param {Viewport} viewport */
export const fitScale = ({ width, height, columns, rows }) =>
  Math.min(width / columns, height / rows);

/** The zoom at which a picture pixel is a device pixel. @param {Viewport} viewport */
export const actualZoom = (viewport) => 1 / (viewport.density * fitScale(viewport));

/** Device pixels per picture pixel. @param {Viewport} viewport @param {number} zoom */
export const magnification = (viewport, zoom) => zoom / actualZoom(viewport);

/** From fit (or actual size, if that is smaller) to 16× of the larger. @param {Viewport} viewport @param {number} zoom */
export function clampZoom(viewport, zoom) {
  const actual = actualZoom(viewport);
  return clamp(zoom, Math.min(1, actual), 16 * Math.max(1, actual));
}

/**
 * Keep the picture on the stage: centred along a side on which it fits, else without a gap.
 *
 * @param {Viewport} viewport @param {Camera} camera @returns {Camera}
 */
export function clampCamera(viewport, camera) {
  const zoom = clampZoom(viewport, camera.zoom);
  const scale = fitScale(viewport) * zoom;
  const half = (/** @type {number} */ stage, /** @type {number} */ picture) =>
    Math.min(0.5, stage / (2 * scale * picture));
  const [hx, hy] = [half(viewport.width, viewport.columns), half(viewport.height, viewport.rows)];
  return { zoom, cx: clamp(camera.cx, hx, 1 - hx), cy: clamp(camera.cy, hy, 1 - hy) };
}

/**
 * The transform of the picture: whole device pixels, so that at actual size nothing is resampled.
 *
 * @param {Viewport} viewport @param {Camera} camera @returns {Placement}
 */
export function place(viewport, camera) {
  const { zoom, cx, cy } = clampCamera(viewport, camera);
  const exact = 1 / viewport.density;
  let scale = fitScale(viewport) * zoom;
  if (Math.abs(scale / exact - 1) < 1e-3) scale = exact;
  const snap = (/** @type {number} */ value) => Math.round(value * viewport.density) / viewport.density;
  return {
    scale,
    x: snap(viewport.width / 2 - cx * viewport.columns * scale),
    y: snap(viewport.height / 2 - cy * viewport.rows * scale),
  };
}

/**
 * Zoom so that what lies at (x, y) on the stage stays there, as far as the bounds allow.
 *
 * @param {Viewport} viewport @param {Camera} camera @param {number} zoom @param {number} x @param {number} y
 * @returns {Camera}
 */
export function zoomAt(viewport, camera, zoom, x, y) {
  const before = clampCamera(viewport, camera);
  const after = clampZoom(viewport, zoom);
  const scale = fitScale(viewport);
  const shift = (1 / before.zoom - 1 / after) / scale;
  return clampCamera(viewport, {
    zoom: after,
    cx: before.cx + ((x - viewport.width / 2) * shift) / viewport.columns,
    cy: before.cy + ((y - viewport.height / 2) * shift) / viewport.rows,
  });
}

/**
 * Move the picture by (dx, dy) CSS pixels.
 *
 * @param {Viewport} viewport @param {Camera} camera @param {number} dx @param {number} dy @returns {Camera}
 */
export function pan(viewport, camera, dx, dy) {
  const from = clampCamera(viewport, camera);
  const scale = fitScale(viewport) * from.zoom;
  return clampCamera(viewport, {
    zoom: from.zoom,
    cx: from.cx - dx / (scale * viewport.columns),
    cy: from.cy - dy / (scale * viewport.rows),
  });
}

/**
 * Where what is visible of the picture begins on the stage, and how wide it is, in CSS pixels.
 *
 * @param {Viewport} viewport @param {Camera} camera
 */
export function visibleSpan(viewport, camera) {
  const { scale, x } = place(viewport, camera);
  const left = Math.max(0, x);
  return { left, width: Math.min(viewport.width, x + viewport.columns * scale) - left };
}
