// SPDX-License-Identifier: GPL-3.0-or-later

const mostAheadMs = 60_000;

/** @returns {number | null} when the JSON Web Token ends (RFC 7519, 4.1.4), Unix ms; null: never, or it cannot be read */
export function expiryOf(token) {
  try {
    const payload = token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    const { exp } = JSON.parse(atob(payload));
    return Number.isFinite(exp) ? exp * 1000 : null;
  } catch {
    return null;
  }
}

/** The token that a client shows, and how it comes by the next one before that ends. */
export class Token {
  #value;
  #fetchNext;
  #fetching = null;

  /** @param {string | null} value @param {(() => string | Promise<string>) | null} fetchNext */
  constructor(value, fetchNext) {
    this.#value = value;
    this.#fetchNext = fetchNext;
  }

  get value() {
    return this.#value;
  }

  set value(next) {
    if (next !== null && (typeof next !== "string" || next === "")) throw new TypeError("a token is a text that is not empty");
    this.#value = next;
  }

  get canRenew() {
    return this.#fetchNext !== null;
  }

  /** ms from @p now until the next one should be asked for: a minute before the end, or a tenth of what is left if that is less; null: never. */
  dueIn(now) {
    const end = this.#value && this.canRenew ? expiryOf(this.#value) : null;
    if (end === null) return null;
    const left = Math.max(0, end - now);
    return left - Math.min(mostAheadMs, left / 10);
  }

  /** Asks once, however many want it. */
  renew() {
    this.#fetching ??= Promise.resolve()
      .then(() => this.#fetchNext())
      .then((next) => (this.value = next))
      .finally(() => (this.#fetching = null));
    return this.#fetching;
  }
}
