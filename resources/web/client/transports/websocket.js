// SPDX-License-Identifier: GPL-3.0-or-later
import { wordsFor } from "../channels.js";

/** Messages both ways over one WebSocket, canonical JSON. The server's default channels are replaced before anything of them is told. */
export class WebSocketTransport {
  #host;
  #env;
  #socket = null;
  #lastId = 0;
  #first = null; // the subscription that the connection begins with: {id, left} while it is not answered
  #later = new Map(); // id → names of those that rejoin

  /** Channels may join later and say from where. */
  canRejoin = true;

  static isPossible = (env) => typeof env.WebSocket === "function";

  constructor(host, env) {
    this.#host = host;
    this.#env = env;
  }

  start() {
    const socket = new this.#env.WebSocket(this.#host.place.socket);
    this.#socket = socket;
    const mine = (handle) => (event) => {
      if (this.#socket === socket) handle(event);
    };
    socket.onopen = mine(() => this.#opened());
    socket.onmessage = mine(({ data }) => this.#received(data));
    socket.onclose = mine(({ code, reason }) => this.#host.lost({ code, reason: String(reason ?? "") }));
    socket.onerror = () => {}; // a close follows and says more
  }

  /** Lets go at once: the closing handshake over a dead network takes minutes. */
  stop() {
    const socket = this.#socket;
    this.#socket = null;
    try {
      socket?.close(1000);
    } catch {
      // it never opened
    }
  }

  /** @returns {boolean} whether it is on its way */
  send(message) {
    if (this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(message));
    this.#host.sent();
    return true;
  }

  /** @param {object} changes added: specs, removed: names, since: from where those added missed something */
  update({ added = [], removed = [], since = null }) {
    if (removed.length > 0) this.send({ op: "unsubscribe", channels: removed });
    if (added.length === 0) return;
    const id = this.#nextId();
    if (since) this.#later.set(id, added.map(({ name }) => name));
    this.send({ op: "subscribe", id, channels: added.map(wordsFor), ...(since && { since }) });
  }

  renewToken() {
    this.send({ op: "auth", token: this.#host.token() });
  }

  ping() {
    this.send({ op: "ping", timestamp: this.#env.now() });
  }

  #nextId() {
    this.#lastId += 1;
    return this.#lastId;
  }

  #opened() {
    this.#host.opened();
    const { channels, since } = this.#host.wanted();
    const token = this.#host.token();
    if (token !== null) this.send({ op: "auth", token }); // in a URL it would be in logs
    this.#begin(channels, since);
  }

  #begin(channels, since) {
    this.#first = { id: this.#nextId(), left: channels.length };
    this.send({ op: "subscribe", id: this.#first.id, channels: channels.map(wordsFor), ...(since && { since }) });
  }

  #received(text) {
    let message = null;
    try {
      message = JSON.parse(text);
    } catch {
      // told below
    }
    if (typeof message?.type !== "string") this.#host.bad(text);
    else if (message.type === "pong") this.#ponged(message.timestamp);
    else if (message.type === "subscribed") this.#subscribed(message);
    else if (message.type === "error") this.#refused(message);
    else if (this.#first === null || message.channel === undefined) this.#host.received(message); // else it is of the default channels
  }

  #ponged(timestamp) {
    this.#host.ponged(Number.isFinite(timestamp) ? Math.max(0, this.#env.now() - timestamp) : null);
  }

  #subscribed({ id, data }) {
    if (this.#first?.id === id) {
      this.#first = null;
      this.#host.begun(data);
    } else if (this.#later.has(id)) {
      this.#host.rejoined(this.#later.get(id), data);
      this.#later.delete(id);
    }
  }

  #refused(message) {
    const isFirst = this.#first !== null && message.id === this.#first.id;
    if (isFirst && message.error?.code === "unauthorized") {
      this.#host.lost({ code: 1008, reason: message.error.message });
      return;
    }
    this.#host.received(message);
    if (!isFirst) return;
    this.#first.left -= 1;
    if (this.#first.left === 0) this.#begin([], null); // none can be had, and the default is not wanted
  }
}
