// SPDX-License-Identifier: GPL-3.0-or-later
const storageKey = "tipwatch.features";

/**
 * Switches that a person can turn, in the console too, and that a browser remembers. "websockets": whether clients may use WebSocket at all;
 * clients that run follow at once.
 */
export class Features {
  #states = { websockets: true };
  #storage;
  #listeners = new Set();

  /** @param {Storage | null} storage where they are remembered */
  constructor(storage = null) {
    this.#storage = storage;
    try {
      const kept = JSON.parse(storage?.getItem(storageKey) ?? "{}");
      for (const name of Object.keys(this.#states)) if (typeof kept?.[name] === "boolean") this.#states[name] = kept[name];
    } catch {
      // not ours to mend
    }
  }

  isEnabled(name) {
    this.#check(name);
    return this.#states[name];
  }

  enable(name) {
    this.#set(name, true);
  }

  disable(name) {
    this.#set(name, false);
  }

  /** @returns {() => void} ends it */
  onChange(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #set(name, value) {
    this.#check(name);
    if (this.#states[name] === value) return;
    this.#states[name] = value;
    try {
      this.#storage?.setItem(storageKey, JSON.stringify(this.#states));
    } catch {
      // full or forbidden: then until the page is left
    }
    for (const listener of [...this.#listeners]) listener(name, value);
  }

  #check(name) {
    if (!Object.hasOwn(this.#states, name)) throw new RangeError(`there is no feature "${name}"; there is: ${Object.keys(this.#states).join(", ")}`);
  }
}

function storageHere() {
  try {
    return globalThis.document ? (globalThis.localStorage ?? null) : null; // Node has one too, of a file that nobody named
  } catch {
    return null; // a browser that forbids it throws
  }
}

export const features = new Features(storageHere());
