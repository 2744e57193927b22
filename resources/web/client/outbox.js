// SPDX-License-Identifier: GPL-3.0-or-later

/** What was said while nobody could hear it: the latest @p most messages, oldest first. */
export class Outbox {
  #messages = [];
  #most;
  #dropped = 0;

  constructor(most) {
    this.#most = most;
  }

  get size() {
    return this.#messages.length;
  }

  /** How many had to go to make room. */
  get dropped() {
    return this.#dropped;
  }

  put(message) {
    this.#messages.push(message);
    while (this.#messages.length > this.#most) {
      this.#messages.shift();
      this.#dropped += 1;
    }
  }

  /** Sends in order until @p send says no. */
  flush(send) {
    while (this.#messages.length > 0 && send(this.#messages[0])) this.#messages.shift();
  }
}
