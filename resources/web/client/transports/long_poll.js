// SPDX-License-Identifier: GPL-3.0-or-later
import { positionFrom } from "../session.js";
import { lossOf, Requests, streamQuery } from "./requests.js";

const patienceSeconds = 25;
const restMs = 500; // between two questions on a busy chain: what comes meanwhile is told together
const usualRetryMs = 2000;

/** /api/v1/poll, asked again from where the last answer ended: nothing is missed between two of them. */
export class LongPollTransport {
  #host;
  #env;
  #requests;
  #run = 0;
  #isOpen = false;

  static isPossible = (env) => typeof env.fetch === "function";

  constructor(host, env) {
    this.#host = host;
    this.#env = env;
    this.#requests = new Requests(env, host.place.base);
  }

  start() {
    this.#run += 1;
    this.#ask(this.#run, 0); // the first answer comes at once, and shows that there is one
  }

  stop() {
    this.#run += 1;
    this.#requests.abort();
  }

  send() {
    return false;
  }

  update() {
    const run = ++this.#run;
    queueMicrotask(() => {
      if (run !== this.#run) return;
      this.#requests.abort();
      this.#ask(run, 0);
    });
  }

  renewToken() {} // the next question has it

  async ping() {
    const asked = this.#env.now();
    const run = this.#run;
    try {
      await this.#requests.get("healthz");
      this.#host.ponged(this.#env.now() - asked);
    } catch {
      if (run !== this.#run) this.#host.ponged(null); // ended with the question beside it, by a change of channels
    }
  }

  async #ask(run, timeout) {
    const asked = this.#env.now();
    let wait;
    try {
      const wanted = this.#host.wanted();
      const response = await this.#requests.get("api/v1/poll", { query: { ...streamQuery(wanted), timeout }, token: this.#host.token() });
      const answer = await response.json();
      if (run !== this.#run) return;
      this.#answered(answer);
      wait = Math.max(0, restMs - (this.#env.now() - asked));
    } catch (error) {
      if (run !== this.#run) return;
      const loss = lossOf(error);
      if (!this.#isOpen || loss.code !== 1013) {
        this.#host.lost(loss);
        return;
      }
      wait = loss.retryAfter || usualRetryMs; // a limit was met; the position keeps
    }
    if (run === this.#run) this.#env.setTimeout(() => run === this.#run && this.#ask(run, patienceSeconds), wait);
  }

  #answered({ position: text, recovered, events }) {
    const position = positionFrom(text);
    if (!position || !Array.isArray(events)) throw new Error("an answer without position or events");
    if (!this.#isOpen) this.#host.opened();
    if (!this.#isOpen || !recovered) this.#host.begun({ ...position, recovered });
    this.#isOpen = true;
    for (const event of events) this.#host.received(event);
    this.#host.movedTo(position);
  }
}
