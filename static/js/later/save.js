// The composed view as a file: base and masked regions, at the pictures' own size.

/** @typedef {{picture?: CanvasImageSource, mask?: string}} Piece */

/** @param {Piece[]} pieces @param {number} width @param {number} height @param {string} name of the file */
export async function saveComposed(pieces, width, height, name) {
  const whole = canvas(width, height);
  for (const { picture, mask } of pieces) {
    if (!picture) throw new Error("a picture of it is missing");
    if (!mask) {
      whole.drawImage(picture, 0, 0, width, height);
      continue;
    }
    const part = canvas(width, height);
    part.drawImage(await coverage(mask, width, height), 0, 0);
    part.globalCompositeOperation = "source-in";
    part.drawImage(picture, 0, 0, width, height);
    whole.drawImage(part.canvas, 0, 0);
  }
  const link = document.createElement("a");
  link.href = whole.canvas.toDataURL("image/png");
  link.download = name;
  link.click();
}

/** A mask's brightness as opacity. @param {string} url @param {number} width @param {number} height */
async function coverage(url, width, height) {
  const image = new Image();
  image.src = url;
  await image.decode();
  const context = canvas(width, height);
  context.drawImage(image, 0, 0, width, height);
  const pixels = context.getImageData(0, 0, width, height);
  for (let index = 0; index < pixels.data.length; index += 4) {
    pixels.data[index + 3] = pixels.data[index];
  }
  context.putImageData(pixels, 0, 0);
  return context.canvas;
}

/** @param {number} width @param {number} height */
function canvas(width, height) {
  const element = Object.assign(document.createElement("canvas"), { width, height });
  const context = element.getContext("2d");
  if (!context) throw new Error("no canvas");
  return context;
}
