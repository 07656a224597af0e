// Files by address; what goes wrong is said in a visitor's words.

const DAMAGED = "the file is damaged";

export class FetchError extends Error {
  /** @param {string} message @param {boolean} [gone] the server has no such file */
  constructor(message, gone = false) {
    super(message);
    this.gone = gone;
  }
}

/** What lies at an address. @param {string} url @param {"blob" | "json"} as @param {RequestInit} [options] */
export async function receive(url, as, options) {
  const response = await fetch(url, options).catch(() => fail("no connection"));
  const { ok, status } = response;
  if (status === 404) throw new FetchError("the file is not there (404)", true);
  if (!ok) fail(`the server ${status < 500 ? "refuses it" : "is in trouble"} (${status})`);
  return response[as]().catch((/** @type {Error} */ { name }) => fail(name === "SyntaxError" ? DAMAGED : "the connection broke"));
}

/** A picture that can be put on the page, decoded. @param {string} address */
export async function decodeImage(address) {
  const image = new Image();
  image.decoding = "sync"; // swapped in only when decoded: paint it with the rest
  image.draggable = false;
  image.src = address;
  await image.decode().catch(() => fail(DAMAGED));
  return image;
}

/** @param {string} reason @returns {never} */
export function fail(reason) {
  throw new FetchError(reason);
}
