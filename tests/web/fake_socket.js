// SPDX-License-Identifier: GPL-3.0-or-later
// A WebSocket, a fetch and a clock that do what a test says.

export const epoch = "0123456789abcdef";

export class FakeEnvironment {
  sockets = [];
  requests = []; // of fetch, those that were aborted too
  reported = [];
  random = () => 1;
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
  fetch = (url, { headers, signal }) =>
    new Promise((resolve, reject) => {
      const request = new FakeRequest(new URL(url), headers, resolve, reject);
      this.requests.push(request);
      signal.addEventListener("abort", () => request.fail("aborted"));
    });
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

  /** The newest request for @p path. */
  request(path) {
    return this.requests.findLast(({ url }) => url.pathname === path);
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

/** What waits for promises has had its turn. */
export async function settled() {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

class FakeRequest {
  isAborted = false;
  #body = null; // of an answer that goes on

  constructor(url, headers, resolve, reject) {
    Object.assign(this, { url, headers, resolve, reject });
  }

  get path() {
    return this.url.pathname;
  }
  get query() {
    return Object.fromEntries(this.url.searchParams);
  }

  async answer(body, { status = 200, headers = {} } = {}) {
    this.resolve(new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers }));
    await settled();
  }
  async refuse(status, code = "no", headers = {}) {
    await this.answer({ error: { code, message: "no" } }, { status, headers });
  }
  async fail(reason = "fetch failed") {
    this.isAborted = reason === "aborted";
    this.reject(new TypeError(reason));
    try {
      this.#body?.error(new TypeError(reason));
    } catch {
      // it had ended
    }
    await settled();
  }
  /** Begins an event stream. */
  async stream() {
    this.resolve(new Response(new ReadableStream({ start: (body) => (this.#body = body) })));
    await settled();
  }
  async push(text) {
    this.#body.enqueue(new TextEncoder().encode(text));
    await settled();
  }
  async tell(...messages) {
    await this.push(messages.map((message) => `event: ${message.type}\ndata: ${JSON.stringify(message)}\n\n`).join(""));
  }
  async end() {
    this.#body.close();
    await settled();
  }
}

class FakeSocket {
  readyState = 0;
  sent = [];
  closed = null; // the code it was closed with from our side

  constructor(url) {
    this.url = url;
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close(code) {
    this.readyState = 3;
    this.closed = code;
  }

  // What the other side does:
  accept() {
    this.readyState = 1;
    this.onopen({});
  }
  /** Answers the latest subscription. */
  confirm({ seq = 100, recovered = false, ...rest } = {}) {
    const { id, channels } = this.asked("subscribe").at(-1);
    this.say({ type: "subscribed", id, data: { channels, epoch, seq, recovered, ...rest } });
  }
  say(message) {
    this.onmessage({ data: typeof message === "string" ? message : JSON.stringify(message) });
  }
  hangUp(code = 1006, reason = "") {
    this.readyState = 3;
    this.onerror({});
    this.onclose({ code, reason });
  }
  /** Sent messages with this op, without it. */
  asked(op) {
    return this.sent.filter((message) => message.op === op).map(({ op: _, ...rest }) => rest);
  }
}
