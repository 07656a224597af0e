// Where the picture lies on the stage. Pure.
//
// zoom is relative to the size at which the whole picture fits; (cx, cy) is the point of the
// picture, in fractions of it, at the stage's centre. Both survive a resize and another frame.

/**
 * @typedef {object} View The stage in CSS pixels, its density, and the picture's own pixels.
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

/** CSS pixels per picture pixel when the whole picture is shown. @param {View} view */
export const fitScale = ({ width, height, columns, rows }) =>
  Math.min(width / columns, height / rows);

/** The zoom at which a picture pixel is a device pixel. @param {View} view */
export const actualZoom = (view) => 1 / (view.density * fitScale(view));

/** Device pixels per picture pixel. @param {View} view @param {number} zoom */
export const magnification = (view, zoom) => zoom / actualZoom(view);

/** From fit (or actual size, if that is smaller) to 16× of the larger. @param {View} view @param {number} zoom */
export function clampZoom(view, zoom) {
  const actual = actualZoom(view);
  return clamp(zoom, Math.min(1, actual), 16 * Math.max(1, actual));
}

/**
 * Keep the picture on the stage: centred along a side on which it fits, else without a gap.
 *
 * @param {View} view @param {Camera} camera @returns {Camera}
 */
export function bound(view, camera) {
  const zoom = clampZoom(view, camera.zoom);
  const scale = fitScale(view) * zoom;
  const half = (/** @type {number} */ stage, /** @type {number} */ picture) =>
    Math.min(0.5, stage / (2 * scale * picture));
  const [hx, hy] = [half(view.width, view.columns), half(view.height, view.rows)];
  return { zoom, cx: clamp(camera.cx, hx, 1 - hx), cy: clamp(camera.cy, hy, 1 - hy) };
}

/**
 * The transform of the picture: whole device pixels, so that at actual size nothing is resampled.
 *
 * @param {View} view @param {Camera} camera @returns {Placement}
 */
export function place(view, camera) {
  const { zoom, cx, cy } = bound(view, camera);
  const exact = 1 / view.density;
  let scale = fitScale(view) * zoom;
  if (Math.abs(scale / exact - 1) < 1e-3) scale = exact;
  const snap = (/** @type {number} */ value) => Math.round(value * view.density) / view.density;
  return {
    scale,
    x: snap(view.width / 2 - cx * view.columns * scale),
    y: snap(view.height / 2 - cy * view.rows * scale),
  };
}

/**
 * Zoom so that what lies at (x, y) on the stage stays there, as far as the bounds allow.
 *
 * @param {View} view @param {Camera} camera @param {number} zoom @param {number} x @param {number} y
 * @returns {Camera}
 */
export function zoomAt(view, camera, zoom, x, y) {
  const before = bound(view, camera);
  const after = clampZoom(view, zoom);
  const scale = fitScale(view);
  const shift = (1 / before.zoom - 1 / after) / scale;
  return bound(view, {
    zoom: after,
    cx: before.cx + ((x - view.width / 2) * shift) / view.columns,
    cy: before.cy + ((y - view.height / 2) * shift) / view.rows,
  });
}

/**
 * Move the picture by (dx, dy) CSS pixels.
 *
 * @param {View} view @param {Camera} camera @param {number} dx @param {number} dy @returns {Camera}
 */
export function pan(view, camera, dx, dy) {
  const from = bound(view, camera);
  const scale = fitScale(view) * from.zoom;
  return bound(view, {
    zoom: from.zoom,
    cx: from.cx - dx / (scale * view.columns),
    cy: from.cy - dy / (scale * view.rows),
  });
}
