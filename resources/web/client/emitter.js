// SPDX-License-Identifier: GPL-3.0-or-later

/** Any number of handlers for each event. What one of them throws is reported, and is neither the others' affair nor the caller's. */
export class Emitter {
  #handlers = new Map();
  #report;

  /** @param {(error: unknown) => void} report */
  constructor(report) {
    this.#report = report;
  }

  on(event, handler) {
    if (typeof handler !== "function") throw new TypeError(`a handler of "${event}" is a function, not ${typeof handler}`);
    if (!this.#handlers.has(event)) this.#handlers.set(event, new Set());
    this.#handlers.get(event).add(handler);
    return () => this.off(event, handler);
  }

  off(event, handler) {
    const handlers = this.#handlers.get(event);
    handlers?.delete(handler);
    if (handlers?.size === 0) this.#handlers.delete(event);
  }

  has(event) {
    return this.#handlers.has(event);
  }

  emit(event, value) {
    for (const handler of [...(this.#handlers.get(event) ?? [])]) {
      try {
        handler(value);
      } catch (error) {
        this.#report(error);
      }
    }
  }
}
