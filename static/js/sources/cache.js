// Least recently used first out, by bytes; what is pinned stays.

/** @template {{bytes: number}} T */
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
    this.delete(key);
    this.entries.set(key, entry);
    this.bytes += entry.bytes;
    for (const other of this.entries.keys()) {
      if (this.bytes <= this.limit) return;
      if (other !== key && !pinned(other)) this.delete(other);
    }
  }

  /** @param {string} key */
  delete(key) {
    this.bytes -= this.entries.get(key)?.bytes ?? 0;
    this.entries.delete(key);
  }
}
