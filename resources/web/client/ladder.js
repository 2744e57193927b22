// SPDX-License-Identifier: GPL-3.0-or-later

/** Ways to the server, the best first. */
export const rungs = ["websocket", "events", "poll", "polling"];

const mostStrikes = 2;

/**
 * Which way to take. An attempt begins where it last held and goes down from there; when nothing holds, the next one begins at the top.
 * What opens again and again but does not last is as good as what does not open.
 */
export class Ladder {
  #rungs = [];
  #at = 0;
  #strikes = 0;

  constructor(names) {
    this.limitTo(names);
  }

  /** @returns {boolean} whether the present way is still among @p names */
  limitTo(names) {
    const before = this.current;
    this.#rungs = rungs.filter((name) => names.includes(name));
    this.#at = Math.max(0, this.#rungs.indexOf(before));
    return this.#rungs[this.#at] === before;
  }

  get current() {
    return this.#rungs[this.#at];
  }

  get isAtTop() {
    return this.#at === 0;
  }

  /** Better ways than the present, the best first. */
  get better() {
    return this.#rungs.slice(0, this.#at);
  }

  /** @returns {boolean} false when there was nothing further down: then it stands at the top again */
  descend() {
    this.#strikes = 0;
    this.#at = (this.#at + 1) % Math.max(1, this.#rungs.length);
    return this.#at !== 0;
  }

  moveTo(name) {
    if (name === this.current) return;
    this.#at = this.#rungs.indexOf(name);
    this.#strikes = 0;
  }

  /** The present way did open, and ended; @p wasShort: at once. */
  ended(wasShort) {
    this.#strikes = wasShort ? this.#strikes + 1 : 0;
    if (this.#strikes >= mostStrikes && this.#at + 1 < this.#rungs.length) this.descend();
  }
}
