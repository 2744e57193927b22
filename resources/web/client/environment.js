// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * What the client needs of the world around it: a browser and Node have it all, but for Node's WebSocket before version 22. Tests, and
 * programs with a WebSocket or a proxy of their own, put theirs in place.
 */
export function environmentOf(own = {}) {
  return {
    WebSocket: globalThis.WebSocket,
    fetch: globalThis.fetch && ((...args) => globalThis.fetch(...args)),
    setTimeout: (...args) => globalThis.setTimeout(...args),
    clearTimeout: (id) => globalThis.clearTimeout(id),
    now: () => Date.now(),
    random: () => Math.random(),
    report: (error) =>
      queueMicrotask(() => {
        throw error;
      }),
    ...own,
  };
}

/** Timers by name: one of a name at a time. */
export class Timers {
  #env;
  #ids = new Map();

  constructor(env) {
    this.#env = env;
  }

  after(name, ms, action) {
    this.cancel(name);
    const id = this.#env.setTimeout(() => {
      this.#ids.delete(name);
      action();
    }, ms);
    this.#ids.set(name, id);
  }

  cancel(...names) {
    for (const name of names) {
      if (!this.#ids.has(name)) continue;
      this.#env.clearTimeout(this.#ids.get(name));
      this.#ids.delete(name);
    }
  }

  cancelAll() {
    this.cancel(...this.#ids.keys());
  }
}
