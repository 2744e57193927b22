// SPDX-License-Identifier: GPL-3.0-or-later
import { EventParser } from "./event_parser.js";
import { lossOf, Requests, streamQuery } from "./requests.js";

const usualPingSeconds = 30;
const patience = 2; // keepalives that may fail to come

/**
 * Server-sent events at /api/v1/events. Read with fetch, not with EventSource: that says nothing of why it fails, sends no token, and Node has
 * none. What is asked for stands in the request, so a change begins a new one, from the same position.
 */
export class EventStreamTransport {
  #host;
  #env;
  #requests;
  #run = 0;
  #heardAt = 0;
  #pingMs = usualPingSeconds * 1000;
  #ending = null;

  static isPossible = (env) => typeof env.fetch === "function";

  constructor(host, env) {
    this.#host = host;
    this.#env = env;
    this.#requests = new Requests(env, host.place.base);
  }

  start() {
    this.#run += 1;
    this.#read(this.#run);
  }

  stop() {
    this.#run += 1;
    this.#requests.abort();
  }

  send() {
    return false;
  }

  update() {
    this.#restart();
  }

  renewToken() {
    this.#restart(); // the server ends a stream with its token
  }

  /** The way there and back is measured beside the stream, and with it that the stream itself still speaks. */
  async ping() {
    const run = this.#run;
    const asked = this.#env.now();
    if (asked - this.#heardAt > patience * this.#pingMs) {
      this.#host.lost({ code: 4001, reason: "the event stream fell silent" });
      return;
    }
    try {
      await this.#requests.get("healthz");
      this.#host.ponged(this.#env.now() - asked);
    } catch {
      if (run !== this.#run) this.#host.ponged(null); // ended with the stream, by a change of channels
    }
  }

  /** Once for all changes of this moment. */
  #restart() {
    const run = ++this.#run;
    queueMicrotask(() => {
      if (run !== this.#run) return;
      this.#requests.abort();
      this.#host.asked();
      this.#read(run);
    });
  }

  async #read(run) {
    const isMine = () => run === this.#run;
    try {
      const wanted = this.#host.wanted();
      const response = await this.#requests.get("api/v1/events", { query: streamQuery(wanted), token: this.#host.token() });
      const parser = new EventParser({ onData: (text) => isMine() && this.#received(text), onComment: (text) => this.#commented(text) });
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (!isMine()) return;
        if (done) break;
        this.#heardAt = this.#env.now();
        parser.push(decoder.decode(value, { stream: true }));
      }
      this.#host.lost(this.#ending ?? { code: 1006, reason: "the event stream ended" });
    } catch (error) {
      if (isMine()) this.#host.lost(lossOf(error));
    }
  }

  #received(text) {
    let message = null;
    try {
      message = JSON.parse(text);
    } catch {
      // told below
    }
    if (typeof message?.type !== "string") {
      this.#host.bad(text);
    } else if (message.type === "hello") {
      this.#pingMs = 1000 * (message.data.ping || usualPingSeconds);
      this.#host.opened();
      this.#host.received(message);
      this.#host.begun(message.data);
    } else {
      this.#host.received(message);
    }
  }

  /** ": closed 4008 too slow, …" says what a close frame would. */
  #commented(text) {
    const [, code, reason] = /^closed (\d{4}) ?(.*)$/.exec(text) ?? [];
    if (code) this.#ending = { code: Number(code), reason };
  }
}
