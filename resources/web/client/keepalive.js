// SPDX-License-Identifier: GPL-3.0-or-later
import { Timers } from "./environment.js";

// The first answer is measured while whoever opens the connection is still busy starting: it is asked again soon.
const secondPingMs = 3000;

/** Asks the server every so often whether it is there, and takes silence for a loss. No timer runs while it is quiet. */
export class Keepalive {
  #timers;
  #interval;
  #answerTimeout;
  #ask = null;
  #lost = null;
  #count = 0;
  #isQuiet = false;

  constructor(env, { interval, answerTimeout }) {
    this.#timers = new Timers(env);
    this.#interval = interval;
    this.#answerTimeout = answerTimeout;
  }

  /** @param {() => void} ask sends a ping @param {() => void} lost nothing came back */
  start(ask, lost) {
    this.#ask = ask;
    this.#lost = lost;
    this.#count = 0;
    if (!this.#isQuiet) this.#ping();
  }

  stop() {
    this.#timers.cancelAll();
    this.#ask = null;
  }

  answered() {
    this.#timers.cancel("answer");
    if (!this.#ask || this.#isQuiet) return;
    this.#timers.after("ping", this.#count === 1 ? Math.min(secondPingMs, this.#interval) : this.#interval, () => this.#ping());
  }

  /** Asks at once when the quiet ends. */
  setQuiet(isQuiet) {
    this.#isQuiet = isQuiet;
    this.#timers.cancelAll();
    if (!isQuiet && this.#ask) this.#ping();
  }

  #ping() {
    this.#count += 1;
    this.#timers.after("answer", this.#answerTimeout, this.#lost);
    this.#ask();
  }
}
