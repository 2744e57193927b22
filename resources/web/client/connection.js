// SPDX-License-Identifier: GPL-3.0-or-later
import { Backoff } from "./backoff.js";

// The first answer is measured while whoever opens the connection is still busy starting: it is asked again soon.
const secondPingMs = 3000;

/**
 * A connection to a Tipwatch that keeps itself alive (protocol version 1, canonical JSON). No DOM: works wherever there is a WebSocket.
 *
 *     const connection = new Connection("ws://127.0.0.1:8787/ws");
 *     connection.on("tip.update", (message) => console.log(message.data.height));
 *     connection.subscribe(["tip"]);
 *     connection.open();
 *
 * Events, besides one per message type of the protocol:
 * - "status" {state, attempt, retryAt, code, reason}: state is "closed", "connecting", "open" or "waiting" (until retryAt, ms of now())
 * - "latency" ms: there and back
 * - "bad" text: what came is not a message; it is counted and passed over
 */
export class Connection {
  #url;
  #channels;
  #backoff;
  #pingInterval;
  #answerTimeout;
  #env;
  #socket = null;
  #timers = new Map();
  #handlers = new Map();
  #status = { state: "closed", attempt: 0, retryAt: 0, code: 0, reason: "" };
  #quiet = false;
  #pings = 0; // of this opening
  #metrics = { messagesReceived: 0, messagesSent: 0, badMessages: 0, reconnects: 0, latency: null };

  /**
   * @param {string | URL} url ws: or wss:
   * @param {object} options
   * @param {string[]} [options.channels] subscribed at every opening; none: the server's default
   * @param {number} [options.pingInterval] ms between two questions whether the server is there
   * @param {number} [options.answerTimeout] ms until an opening, or a ping without answer, counts as lost
   * @param {Backoff} [options.backoff]
   * @param {object} [options.environment] WebSocket, setTimeout, clearTimeout, now and report (of a handler's error), for tests and for Node
   */
  constructor(url, { channels = [], pingInterval = 30_000, answerTimeout = 10_000, backoff = new Backoff(), environment = {} } = {}) {
    this.#url = String(url);
    this.#channels = new Set(channels);
    this.#pingInterval = pingInterval;
    this.#answerTimeout = answerTimeout;
    this.#backoff = backoff;
    this.#env = {
      WebSocket: globalThis.WebSocket,
      setTimeout: (...args) => globalThis.setTimeout(...args),
      clearTimeout: (id) => globalThis.clearTimeout(id),
      now: () => Date.now(),
      report: (error) =>
        queueMicrotask(() => {
          throw error;
        }),
      ...environment,
    };
  }

  get status() {
    return this.#status;
  }

  get metrics() {
    return { ...this.#metrics };
  }

  isConnected() {
    return this.#status.state === "open";
  }

  /** @returns {() => void} takes the handler away again */
  on(event, handler) {
    if (!this.#handlers.has(event)) this.#handlers.set(event, new Set());
    this.#handlers.get(event).add(handler);
    return () => this.off(event, handler);
  }

  off(event, handler) {
    this.#handlers.get(event)?.delete(handler);
  }

  /** Starts, and from then on comes back by itself until close(). */
  open() {
    if (this.#status.state === "closed") this.#connect();
  }

  /** Ends it for good; open() starts anew. */
  close() {
    if (this.#status.state === "closed") return;
    this.#drop(1000);
    this.#backoff.reset();
    this.#enter("closed", { code: 1000 });
  }

  /** Does not wait for the rest of the pause between two attempts. */
  retryNow() {
    if (this.#status.state === "waiting") this.#connect();
  }

  /** Remembered, and asked for again at every opening. */
  subscribe(channels) {
    const added = channels.filter((channel) => !this.#channels.has(channel));
    for (const channel of added) this.#channels.add(channel);
    if (added.length > 0) this.#send({ op: "subscribe", channels: added });
  }

  unsubscribe(channels) {
    const removed = channels.filter((channel) => this.#channels.delete(channel));
    if (removed.length > 0) this.#send({ op: "unsubscribe", channels: removed });
  }

  /** Quiet: no pings, for a page that nobody looks at. Back again, it asks at once whether the server is still there. */
  setQuiet(quiet) {
    if (quiet === this.#quiet) return;
    this.#quiet = quiet;
    if (!this.isConnected()) return;
    this.#cancel("ping");
    this.#cancel("answer");
    if (!quiet) this.#ping();
  }

  #connect() {
    this.#cancel("retry");
    this.#enter("connecting");
    let socket;
    try {
      socket = new this.#env.WebSocket(this.#url);
    } catch (error) {
      this.#lost(1006, String(error?.message ?? error));
      return;
    }
    this.#socket = socket;
    const mine = (handle) => (event) => {
      if (this.#socket === socket) handle(event);
    };
    socket.onopen = mine(() => this.#opened());
    socket.onmessage = mine((event) => this.#received(event.data));
    socket.onclose = mine((event) => this.#lost(event.code, event.reason));
    socket.onerror = () => {}; // a close follows and says more
    this.#after("answer", this.#answerTimeout, () => this.#lost(1006, "no answer"));
  }

  #opened() {
    this.#cancel("answer");
    this.#backoff.reset();
    this.#pings = 0;
    this.#enter("open");
    if (this.#channels.size > 0) this.#send({ op: "subscribe", channels: [...this.#channels] });
    if (!this.#quiet) this.#ping();
  }

  #lost(code, reason) {
    this.#drop(1000);
    this.#metrics.reconnects += 1;
    const pause = this.#backoff.next();
    this.#after("retry", pause, () => this.#connect());
    this.#enter("waiting", { retryAt: this.#env.now() + pause, code, reason });
  }

  /** Lets go of the socket at once: the closing handshake over a dead network takes minutes. */
  #drop(code) {
    for (const name of [...this.#timers.keys()]) this.#cancel(name);
    const socket = this.#socket;
    this.#socket = null;
    this.#metrics.latency = null;
    try {
      socket?.close(code);
    } catch {
      // it never opened
    }
  }

  #received(text) {
    let message;
    try {
      message = JSON.parse(text);
    } catch {
      message = null;
    }
    if (typeof message?.type !== "string") {
      this.#metrics.badMessages += 1;
      this.#emit("bad", text);
      return;
    }
    this.#metrics.messagesReceived += 1;
    if (message.type === "pong") this.#ponged(message.timestamp);
    else this.#emit(message.type, message);
  }

  #ping() {
    this.#pings += 1;
    this.#send({ op: "ping", timestamp: this.#env.now() });
    this.#after("answer", this.#answerTimeout, () => this.#lost(4001, "no answer to a ping"));
  }

  #ponged(timestamp) {
    this.#cancel("answer");
    if (Number.isFinite(timestamp)) {
      this.#metrics.latency = Math.max(0, this.#env.now() - timestamp);
      this.#emit("latency", this.#metrics.latency);
    }
    if (!this.#quiet) this.#after("ping", this.#pings === 1 ? Math.min(secondPingMs, this.#pingInterval) : this.#pingInterval, () => this.#ping());
  }

  #send(message) {
    if (!this.isConnected()) return;
    this.#socket.send(JSON.stringify(message));
    this.#metrics.messagesSent += 1;
  }

  #enter(state, details = {}) {
    this.#status = { state, attempt: this.#backoff.attempt, retryAt: 0, code: 0, reason: "", ...details };
    this.#emit("status", this.#status);
  }

  #emit(event, value) {
    for (const handler of [...(this.#handlers.get(event) ?? [])]) {
      try {
        handler(value);
      } catch (error) {
        this.#env.report(error); // neither the other readers' nor the connection's affair
      }
    }
  }

  #after(name, ms, action) {
    this.#cancel(name);
    const id = this.#env.setTimeout(() => {
      this.#timers.delete(name);
      action();
    }, ms);
    this.#timers.set(name, id);
  }

  #cancel(name) {
    if (!this.#timers.has(name)) return;
    this.#env.clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
