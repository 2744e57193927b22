// SPDX-License-Identifier: GPL-3.0-or-later
// A WebSocket and a clock that do what a test says.

export class FakeEnvironment {
  sockets = [];
  reported = [];
  refuses = false; // the constructor throws
  #time = 1_000_000;
  #timers = new Map();
  #nextId = 1;

  constructor() {
    const environment = this;
    this.WebSocket = class extends FakeSocket {
      constructor(url) {
        if (environment.refuses) throw new SyntaxError("bad address");
        super(url);
        environment.sockets.push(this);
      }
    };
  }

  now = () => this.#time;
  report = (error) => this.reported.push(error.message);
  setTimeout = (action, ms) => {
    const id = this.#nextId++;
    this.#timers.set(id, { action, at: this.#time + ms });
    return id;
  };
  clearTimeout = (id) => this.#timers.delete(id);

  get socket() {
    return this.sockets.at(-1);
  }

  /** How long until each timer that is set, in ms. */
  get waits() {
    return [...this.#timers.values()].map(({ at }) => at - this.#time).sort((a, b) => a - b);
  }

  advance(ms) {
    const end = this.#time + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.#time = Math.max(this.#time, due[1].at);
      due[1].action();
    }
    this.#time = end;
  }
}

class FakeSocket {
  sent = [];
  closed = null; // the code it was closed with from our side

  constructor(url) {
    this.url = url;
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close(code) {
    this.closed = code;
  }

  // What the other side does:
  accept() {
    this.onopen({});
  }
  say(message) {
    this.onmessage({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }
  hangUp(code = 1006, reason = "") {
    this.onerror({});
    this.onclose({ code, reason });
  }
  /** Sent messages with this op, without it. */
  asked(op) {
    return this.sent.filter((message) => message.op === op).map(({ op: _, ...rest }) => rest);
  }
}
