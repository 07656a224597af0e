// The source of rendered frames for all viewers of a page. It fetches and decodes three at a time,
// the shown ones first. A file is fetched once and kept compressed; decoded pictures are kept in an
// LRU by bytes.

import { Cache } from "./cache.js";
import { decodeImage, fail, receive } from "./fetch.js";

/**
 * @typedef {object} FrameRequest
 * @property {string} slot a picture element can be in one place only, so each slot has its own
 * @property {string} url
 * @property {number} length of the file in bytes, 0: not known
 * @property {number} bytes when decoded
 * @property {number} rank 0: on show now; the larger, the later
 * @property {number[]} value where the slider stands
 * @property {import("../core/catalogue.js").Frame} frame
 *
 * @typedef {HTMLImageElement | HTMLCanvasElement} Picture
 * @typedef {{message: string, gone: boolean, shown: boolean}} LoadError
 *
 * @typedef {object} FrameSource Where pictures come from.
 * @property {(request: FrameRequest) => Picture | undefined} get a picture that is there
 * @property {(owner: object, list: FrameRequest[], changed: () => void) => void} request replaces what an owner asks for; `changed` is called whenever something of it came or failed
 * @property {(request: FrameRequest) => LoadError | undefined} error why a picture does not come
 * @property {() => void} retry what failed
 * @property {(owner: object) => void} release all that only this owner asked for
 */

const PARALLEL = 3;
const MB = 2 ** 20;

/** @implements {FrameSource} */
export class Loader {
  constructor() {
    const touch = matchMedia("(pointer: coarse)").matches;
    /** @type {Cache<{image: HTMLImageElement, bytes: number}>} */
    this.decoded = new Cache((touch ? 64 : 128) * MB);
    /** @type {Map<string, Promise<string>>} */
    this.files = new Map(); // address → blob address
    /** @type {Map<string, LoadError>} */
    this.errors = new Map();
    /** @type {Set<string>} */
    this.failed = new Set(); // once: the browser's own cache may hold a copy that is no good
    /** @type {Map<object, {list: FrameRequest[], changed: () => void, keys: Map<string, string>}>} */
    this.owners = new Map();
    /** @type {Set<string>} */
    this.busy = new Set(); // is on its way, here or by the page itself
    this.loading = 0;
  }

  /** @param {FrameRequest} request */
  get(request) {
    return this.decoded.get(key(request))?.image;
  }

  /** @param {FrameRequest} request */
  error({ url }) {
    return this.errors.get(url);
  }

  /** @param {object} owner @param {FrameRequest[]} list @param {() => void} changed */
  request(owner, list, changed) {
    const { keys = new Map() } = this.owners.get(owner) ?? {};
    for (const request of list) keys.set(key(request), request.url);
    this.owners.set(owner, { list, changed, keys });
    this.pump();
  }

  /** Take over a picture that the page itself loads, and that has been asked for. @param {FrameRequest} request @param {HTMLImageElement} image */
  async adopt(request, image) {
    const id = key(request);
    this.busy.add(id);
    const decoded = await image.decode().then(() => true, () => false);
    this.busy.delete(id);
    if (decoded && arrived(image.src, request.length)) this.keep(id, { image, bytes: request.bytes });
    else this.failed.add(request.url);
    this.proceed();
  }

  retry() {
    this.errors.clear();
    this.pump();
  }

  /** @param {object} owner */
  release(owner) {
    const { keys } = this.owners.get(owner) ?? { keys: new Map() };
    this.owners.delete(owner);
    for (const [id, url] of keys) this.forget(id, url);
  }

  /** Let go of a picture that nobody asks for any more, and of its file. @param {string} id @param {string} url */
  forget(id, url) {
    const asked = [...this.owners.values()].map(({ keys }) => keys);
    if (this.busy.has(id) || asked.some((keys) => keys.has(id))) return;
    this.decoded.delete(id);
    this.errors.delete(url);
    if (asked.some((keys) => [...keys.values()].includes(url))) return;
    this.files.get(url)?.then(URL.revokeObjectURL, () => {});
    this.files.delete(url);
  }

  pump() {
    const list = [...this.owners.values()].flatMap((owner) => owner.list);
    for (const request of list.sort((a, b) => a.rank - b.rank)) {
      if (this.loading >= PARALLEL) return;
      const { url, rank, bytes } = request;
      const id = key(request);
      const error = this.errors.get(url);
      if (error && (rank || error.shown)) continue; // what failed ahead of time is tried again when it is to be shown
      if (this.busy.has(id) || this.decoded.entries.has(id)) continue;
      const full = rank > 0 && this.decoded.bytes + bytes > this.decoded.limit;
      if (full && this.files.has(url)) continue;
      this.load(request, full);
    }
  }

  /** @param {FrameRequest} request @param {boolean} fetchOnly */
  async load(request, fetchOnly) {
    const { url, rank, bytes } = request;
    const id = key(request);
    this.busy.add(id);
    this.loading += 1;
    try {
      const file = this.files.get(url) ?? this.download(request);
      this.files.set(url, file);
      const address = await file;
      if (!fetchOnly) this.keep(id, { image: await decodeImage(address), bytes });
      this.errors.delete(url);
    } catch (error) {
      const { message, gone } = /** @type {import("./fetch.js").FetchError} */ (error);
      this.errors.set(url, { message, gone, shown: rank === 0 });
      this.failed.add(url);
      this.files.delete(url);
    }
    this.busy.delete(id);
    this.loading -= 1;
    this.forget(id, url);
    this.proceed();
  }

  proceed() {
    this.pump();
    for (const owner of this.owners.values()) owner.changed();
  }

  /** Frames never change under their name, so any whole copy that the browser has is good. @param {FrameRequest} request */
  async download({ url, rank, length }) {
    const cache = this.failed.has(url) ? "reload" : "force-cache";
    const file = /** @type {Blob} */ (await receive(url, "blob", { priority: rank ? "low" : "high", cache }));
    if (length && file.size !== length) fail("the file arrived cut short");
    return URL.createObjectURL(file);
  }

  /** @param {string} id @param {{image: HTMLImageElement, bytes: number}} entry */
  keep(id, entry) {
    const owners = [...this.owners.values()];
    if (!owners.some(({ keys }) => keys.has(id))) return; // who asked for it has gone
    const shown = new Set(owners.flatMap(({ list }) => list.filter(({ rank }) => rank === 0).map(key)));
    this.decoded.put(id, entry, (other) => shown.has(other) || this.decoded.entries.get(other)?.image.isConnected === true);
  }
}

/** @param {FrameRequest} request */
const key = ({ slot, url }) => `${slot} ${url}`;

/** Has the page's own copy of a file its whole length, as far as the browser tells? @param {string} url @param {number} length */
function arrived(url, length) {
  const [{ encodedBodySize = 0 } = {}] = /** @type {Partial<PerformanceResourceTiming>[]} */ (performance.getEntriesByName(url));
  return !length || !encodedBodySize || encodedBodySize === length;
}
