// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * How long to wait before attempt n: anywhere between nothing and a bound that doubles up to `max` ("full jitter",
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), so that clients that were cut off together do not come back together.
 */
export class Backoff {
  #attempt = 0;
  #first;
  #max;
  #random;

  /** @param {{first?: number, max?: number, random?: () => number}} options first and max in ms */
  constructor({ first = 1000, max = 30_000, random = Math.random } = {}) {
    this.#first = first;
    this.#max = max;
    this.#random = random;
  }

  /** Waits handed out since the last reset. */
  get attempt() {
    return this.#attempt;
  }

  /** @returns {number} ms */
  next() {
    const bound = Math.min(this.#max, this.#first * 2 ** this.#attempt);
    this.#attempt += 1;
    return this.#random() * bound;
  }

  reset() {
    this.#attempt = 0;
  }
}
