// Fetches and decodes pictures for all viewers of a page: three at a time, the shown ones first.
// A file is fetched once and kept compressed; decoded pictures are kept in an LRU by bytes.

/**
 * @typedef {object} Want
 * @property {string} url
 * @property {string} slot a picture element can be in one place only, so each slot has its own
 * @property {number} bytes when decoded
 * @property {number} rank 0: on show now; the larger, the later
 *
 * @typedef {{image: HTMLImageElement, bytes: number}} Decoded
 */

const PARALLEL = 3;
const MB = 2 ** 20;
const DAMAGED = "the file is damaged";

/** Least recently used first out, by bytes; what is pinned stays. @template {{bytes: number}} T */
export class Cache {
  /** @param {number} limit in bytes */
  constructor(limit) {
    this.limit = limit;
    this.bytes = 0;
    /** @type {Map<string, T>} */
    this.entries = new Map();
  }

  /** @param {string} key */
  get(key) {
    const entry = this.entries.get(key);
    if (entry) {
      this.entries.delete(key);
      this.entries.set(key, entry);
    }
    return entry;
  }

  /** @param {string} key @param {T} entry @param {(key: string) => boolean} pinned */
  put(key, entry, pinned) {
    this.bytes += entry.bytes - (this.entries.get(key)?.bytes ?? 0);
    this.entries.delete(key);
    this.entries.set(key, entry);
    for (const [other, { bytes }] of this.entries) {
      if (this.bytes <= this.limit) return;
      if (other === key || pinned(other)) continue;
      this.entries.delete(other);
      this.bytes -= bytes;
    }
  }
}

export class Loader {
  constructor() {
    const touch = matchMedia("(pointer: coarse)").matches;
    /** @type {Cache<Decoded>} */
    this.decoded = new Cache((touch ? 64 : 128) * MB);
    /** @type {Map<string, Promise<string>>} */
    this.files = new Map(); // address → blob address
    /** @type {Map<string, string>} */
    this.errors = new Map();
    /** @type {Set<string>} */
    this.failed = new Set(); // whose copy in the browser's own cache is no good
    /** @type {Map<object, {wants: Want[], changed: () => void}>} */
    this.owners = new Map();
    /** @type {Set<string>} */
    this.busy = new Set();
    /** @type {Set<string>} */
    this.awaited = new Set(); // which the page itself loads
  }

  /** The visitor asked for little traffic. */
  get frugal() {
    return /** @type {{connection?: {saveData?: boolean}}} */ (navigator).connection?.saveData === true;
  }

  /** A decoded picture for a slot, if there is one. @param {string} slot @param {string} url */
  get(slot, url) {
    return this.decoded.get(key(slot, url))?.image;
  }

  /** Replace what an owner wants; `changed` is called whenever something of it arrived or failed. @param {object} owner @param {Want[]} wants @param {() => void} changed */
  want(owner, wants, changed) {
    this.owners.set(owner, { wants, changed });
    this.pump();
  }

  /** Take over a picture that the page itself has loaded. @param {string} slot @param {HTMLImageElement} image */
  async adopt(slot, image) {
    const id = key(slot, image.src);
    this.awaited.add(id);
    try {
      await image.decode();
      this.keep(id, { image, bytes: image.naturalWidth * image.naturalHeight * 4 });
    } finally {
      this.awaited.delete(id);
    }
  }

  /** Forget failures, so that they are tried again. */
  retry() {
    this.failed = new Set(this.errors.keys());
    for (const url of this.failed) this.files.delete(url);
    this.errors.clear();
    this.pump();
  }

  pump() {
    const wants = [...this.owners.values()].flatMap((owner) => owner.wants);
    for (const want of wants.sort((a, b) => a.rank - b.rank)) {
      if (this.busy.size >= PARALLEL) return;
      const id = key(want.slot, want.url);
      if (this.busy.has(id) || this.awaited.has(id) || this.errors.has(want.url) || this.decoded.entries.has(id)) continue;
      const full = want.rank > 0 && this.decoded.bytes + want.bytes > this.decoded.limit;
      if (full && this.files.has(want.url)) continue;
      this.busy.add(id);
      this.load(want, full).finally(() => {
        this.busy.delete(id);
        this.pump();
        for (const owner of this.owners.values()) owner.changed();
      });
    }
  }

  /** @param {Want} want @param {boolean} fetchOnly */
  async load({ slot, url, bytes, rank }, fetchOnly) {
    try {
      const file = this.files.get(url) ?? download(url, rank, this.failed.has(url) ? "reload" : "force-cache");
      this.files.set(url, file);
      const address = await file;
      if (fetchOnly) return;
      const image = new Image();
      image.decoding = "sync"; // swapped in only when decoded: paint it with the rest
      image.draggable = false;
      image.src = address;
      await image.decode().catch(() => fail(DAMAGED));
      this.keep(key(slot, url), { image, bytes });
    } catch (error) {
      this.errors.set(url, /** @type {Error} */ (error).message);
    }
  }

  /** @param {string} id @param {Decoded} entry */
  keep(id, entry) {
    const shown = new Set(
      [...this.owners.values()].flatMap(({ wants }) =>
        wants.filter(({ rank }) => rank === 0).map(({ slot, url }) => key(slot, url)),
      ),
    );
    this.decoded.put(id, entry, (other) => {
      const held = this.decoded.entries.get(other);
      return shown.has(other) || held?.image.isConnected === true;
    });
  }
}

/** @param {string} slot @param {string} url */
const key = (slot, url) => `${slot} ${url}`;

/** Frames never change under their name, so any copy the browser has is good. @param {string} url @param {number} rank @param {RequestCache} cache @returns {Promise<string>} */
const download = async (url, rank, cache) => URL.createObjectURL(await receive(url, "blob", { priority: rank ? "low" : "high", cache }));

/** What lies at an address; throws why not, in a visitor's words. @param {string} url @param {"blob" | "json"} as @param {RequestInit} [options] */
export async function receive(url, as, options) {
  const response = await fetch(url, options).catch(() => fail("no connection"));
  const { ok, status } = response;
  if (!ok) fail(status === 404 ? "the file is not there (404)" : `the server ${status < 500 ? "refuses it" : "is in trouble"} (${status})`);
  return response[as]().catch((/** @type {Error} */ { name }) => fail(name === "SyntaxError" ? DAMAGED : "the connection broke"));
}

/** @param {string} reason @returns {never} */
function fail(reason) {
  throw new Error(reason);
}
