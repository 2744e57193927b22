// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Backoff } from "../../resources/web/client/backoff.js";
import { TipwatchClient } from "../../resources/web/client/index.js";
import { epoch, FakeEnvironment } from "./fake_socket.js";

/** Over WebSocket alone. */
function make(options = {}) {
  const environment = new FakeEnvironment();
  const { random = () => 1, ...rest } = options;
  environment.random = random;
  const client = new TipwatchClient("ws://box/ws", { channels: ["tip"], transports: ["websocket"], environment, ...rest });
  const states = [];
  client.on("connection", ({ state }) => states.push(state));
  return { environment, client, states };
}

function makeOpen(options) {
  const made = make(options);
  made.client.connect();
  made.environment.socket.accept();
  made.environment.socket.confirm();
  return made;
}

const ids = (asked) => asked.map(({ channels }) => channels);

describe("backoff", () => {
  test("doubles from one second to thirty", () => {
    const backoff = new Backoff({ random: () => 1 });
    assert.deepEqual(Array.from({ length: 7 }, () => backoff.next()), [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  });

  test("waits anywhere between nothing and the bound", () => {
    const backoff = new Backoff({ random: () => 0 });
    assert.equal(backoff.next(), 0);
    const waits = Array.from({ length: 2000 }, () => new Backoff().next());
    assert.ok(waits.every((ms) => ms >= 0 && ms < 1000));
    const mean = waits.reduce((sum, ms) => sum + ms, 0) / waits.length;
    assert.ok(mean > 400 && mean < 600, `full jitter has its mean in the middle: ${mean}`);
  });

  test("stays within the bound after very many attempts", () => {
    const backoff = new Backoff({ random: () => 1 });
    for (let i = 0; i < 5000; i += 1) assert.ok(backoff.next() <= 30_000);
  });

  test("starts anew after a reset", () => {
    const backoff = new Backoff({ random: () => 1 });
    backoff.next();
    backoff.next();
    backoff.reset();
    assert.equal(backoff.attempt, 0);
    assert.equal(backoff.next(), 1000);
  });
});

describe("opening", () => {
  test("connects only when asked to", () => {
    const { environment, client } = make();
    assert.equal(environment.sockets.length, 0);
    assert.equal(client.connection.state, "closed");
    client.connect();
    assert.equal(environment.socket.url, "ws://box/ws");
    assert.equal(client.isConnected(), false);
  });

  test("goes from closed over connecting to open", () => {
    const { states, client } = makeOpen();
    assert.deepEqual(states, ["connecting", "open"]);
    assert.ok(client.isConnected());
  });

  test("opening twice makes one connection", () => {
    const { environment, client } = makeOpen();
    client.connect();
    assert.equal(environment.sockets.length, 1);
  });

  test("subscribes as soon as it is open, and pings", () => {
    const { environment } = makeOpen({ channels: ["tip", "blocks"] });
    assert.deepEqual(environment.socket.asked("subscribe"), [{ id: 1, channels: ["tip", "blocks"] }]);
    assert.equal(environment.socket.asked("ping").length, 1);
  });

  test("asks for the server's default when nobody says what is wanted", () => {
    const { environment } = makeOpen({ channels: undefined });
    assert.deepEqual(ids(environment.socket.asked("subscribe")), [["tip", "blocks", "mempool", "txs"]]);
  });

  test("the default is replaced by the first that is wanted", () => {
    const { environment, client } = make({ channels: undefined });
    client.subscribe("fees");
    client.connect();
    environment.socket.accept();
    assert.deepEqual(ids(environment.socket.asked("subscribe")), [["fees"]]);
  });

  test("an open socket that does not answer the subscription is given up too", () => {
    const { environment, client } = make();
    client.connect();
    environment.socket.accept();
    assert.equal(client.isConnected(), false);
    environment.advance(10_000);
    assert.equal(client.connection.state, "waiting");
    assert.equal(client.connection.reason, "no answer");
  });

  test("an opening that nobody answers is given up and tried again", () => {
    const { environment, client } = make();
    client.connect();
    environment.advance(10_000);
    assert.equal(client.connection.state, "waiting");
    assert.equal(environment.socket.closed, 1000);
    environment.advance(1000);
    assert.equal(environment.sockets.length, 2);
  });

  test("a constructor that throws is a lost attempt like any other", () => {
    const { environment, client } = make();
    environment.refuses = true;
    client.connect();
    assert.equal(client.connection.state, "waiting");
    assert.equal(client.connection.reason, "bad address");
    environment.refuses = false;
    environment.advance(1000);
    environment.socket.accept();
    environment.socket.confirm();
    assert.ok(client.isConnected());
  });
});

describe("reconnecting", () => {
  test("comes back after a loss, later each time", () => {
    const { environment, client } = make();
    client.connect();
    for (const wait of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      environment.socket.hangUp();
      assert.equal(client.connection.state, "waiting");
      assert.equal(client.connection.retryAt, environment.now() + wait);
      environment.advance(wait - 1);
      assert.equal(client.connection.state, "waiting");
      environment.advance(1);
      assert.equal(client.connection.state, "connecting");
    }
  });

  test("an opening resets the pause", () => {
    const { environment, client } = make();
    client.connect();
    for (let i = 0; i < 5; i += 1) {
      environment.socket.hangUp();
      environment.advance(30_000);
    }
    environment.socket.accept();
    environment.socket.confirm();
    assert.equal(client.connection.attempt, 0);
    environment.socket.hangUp();
    assert.equal(client.connection.retryAt, environment.now() + 1000);
  });

  test("the pause is what chance makes of the bound", () => {
    const { environment, client } = make({ random: () => 0.25 });
    client.connect();
    environment.socket.hangUp();
    assert.equal(client.connection.retryAt, environment.now() + 250);
  });

  test("subscribes again to what it has by then", () => {
    const { environment, client } = makeOpen({ channels: ["tip", "txs"] });
    client.unsubscribe(["txs"]);
    client.subscribe(["fees"]);
    environment.socket.hangUp();
    environment.advance(1000);
    environment.socket.accept();
    environment.socket.confirm();
    assert.deepEqual(ids(environment.socket.asked("subscribe")), [["tip", "fees"]]);
  });

  test("tells why and until when it waits", () => {
    const { environment, client } = makeOpen();
    environment.socket.hangUp(1013, "full");
    assert.deepEqual(client.connection, { state: "waiting", transport: null, attempt: 1, retryAt: environment.now() + 1000, code: 1013, reason: "full" });
  });

  test("need not wait when the reader is impatient", () => {
    const { environment, client } = makeOpen();
    environment.socket.hangUp();
    client.retryNow();
    assert.equal(environment.sockets.length, 2);
    environment.socket.accept();
    environment.socket.confirm();
    environment.advance(5000);
    assert.equal(environment.sockets.length, 2, "the pause that was cut short is forgotten");
  });

  test("impatience changes nothing unless it waits", () => {
    const { environment, client } = make();
    client.retryNow();
    client.connect();
    client.retryNow();
    environment.socket.accept();
    environment.socket.confirm();
    client.retryNow();
    assert.equal(environment.sockets.length, 1);
  });

  test("a late word of a socket that was let go is not heard", () => {
    const { environment, client } = make();
    const heard = [];
    client.on("tip.update", (message) => heard.push(message));
    client.connect();
    const first = environment.socket;
    environment.advance(10_000);
    environment.advance(1000);
    environment.socket.accept();
    environment.socket.confirm();
    first.onopen({});
    first.say({ type: "tip.update", data: {} });
    first.onclose({ code: 1006, reason: "" });
    assert.deepEqual(heard, []);
    assert.ok(client.isConnected());
  });

  test("counts how often it came back", () => {
    const { environment, client } = makeOpen();
    environment.socket.hangUp();
    environment.advance(1000);
    environment.socket.hangUp();
    assert.equal(client.getMetrics().reconnects, 0);
    environment.advance(2000);
    environment.socket.accept();
    environment.socket.confirm();
    assert.equal(client.getMetrics().reconnects, 1);
  });

  test("gives up after as many attempts as it was allowed", () => {
    const { environment, client } = make({ maxAttempts: 3 });
    client.connect();
    for (let i = 0; i < 4; i += 1) {
      environment.socket.hangUp();
      environment.advance(30_000);
    }
    assert.equal(environment.sockets.length, 4);
    assert.equal(client.connection.state, "closed");
    assert.match(client.connection.reason, /given up after 3 attempts/);
    assert.deepEqual(environment.waits, []);
  });

  test("an opening makes the attempts count anew", () => {
    const { environment, client } = make({ maxAttempts: 2 });
    client.connect();
    for (let i = 0; i < 10; i += 1) {
      environment.socket.accept();
      environment.socket.confirm();
      environment.socket.hangUp();
      environment.advance(1000);
      environment.socket.hangUp();
      environment.advance(2000);
    }
    assert.equal(client.connection.state, "connecting");
  });

  for (const [code, reason] of [[1001, "shutdown"], [4000, "idle"], [4008, "too slow"], [4029, "too many messages"], [1013, "full"]]) {
    test(`comes back after ${code} ${reason}`, () => {
      const { environment, client } = makeOpen();
      environment.socket.hangUp(code, reason);
      assert.equal(client.connection.code, code);
      environment.advance(1000);
      assert.equal(environment.sockets.length, 2);
    });
  }
});

describe("closing", () => {
  test("is final: no timer is left and nothing comes back", () => {
    const { environment, client, states } = makeOpen();
    client.close();
    assert.equal(environment.socket.closed, 1000);
    assert.deepEqual(environment.waits, []);
    environment.advance(120_000);
    assert.equal(environment.sockets.length, 1);
    assert.equal(states.at(-1), "closed");
  });

  test("ends a pause too", () => {
    const { environment, client } = makeOpen();
    environment.socket.hangUp();
    client.close();
    environment.advance(120_000);
    assert.equal(environment.sockets.length, 1);
  });

  test("can be followed by another opening, without an old pause", () => {
    const { environment, client } = makeOpen();
    environment.socket.hangUp();
    client.close();
    client.close();
    client.connect();
    environment.socket.hangUp();
    assert.equal(client.connection.retryAt, environment.now() + 1000);
  });
});

describe("a handler", () => {
  for (const state of ["connecting", "open", "waiting"]) {
    test(`may close while it is told of "${state}"`, () => {
      const { environment, client } = make();
      client.on("connection", (connection) => connection.state === state && client.close());
      client.connect();
      if (state !== "connecting") environment.socket.accept();
      if (state !== "connecting") environment.socket.confirm();
      if (state === "waiting") environment.socket.hangUp();
      assert.equal(client.connection.state, "closed");
      assert.deepEqual(environment.waits, []);
      assert.ok(environment.sockets.every(({ readyState }) => readyState === 3));
    });
  }

  test("may close and open again", () => {
    const { environment, client } = make();
    let closes = 1;
    client.on("connection", ({ state }) => {
      if (state !== "open" || closes-- < 1) return;
      client.close();
      client.connect();
    });
    client.connect();
    environment.socket.accept();
    environment.socket.confirm();
    assert.equal(environment.sockets.length, 2);
    environment.socket.accept();
    environment.socket.confirm();
    assert.equal(client.isConnected(), true);
    assert.equal(environment.socket.asked("ping").length, 1);
  });
});

describe("messages", () => {
  test("reach every reader of their type, and no other", () => {
    const { environment, client } = makeOpen();
    const heard = [];
    client.on("tip.update", ({ data }) => heard.push(["first", data.height]));
    client.on("tip.update", ({ data }) => heard.push(["second", data.height]));
    client.on("fees.update", () => heard.push(["fees"]));
    environment.socket.say({ type: "tip.update", channel: "tip", seq: 1, timestamp: 1, data: { height: 5 } });
    assert.deepEqual(heard, [["first", 5], ["second", 5]]);
  });

  test("stop when the reader goes", () => {
    const { environment, client } = makeOpen();
    const heard = [];
    const handler = () => heard.push("off");
    const stop = client.on("a", () => heard.push("stop"));
    client.on("a", handler);
    stop();
    client.off("a", handler);
    client.off("b", handler);
    environment.socket.say({ type: "a" });
    assert.deepEqual(heard, []);
  });

  for (const bad of ["", "{", "null", "17", '"text"', "[]", "{}", '{"type":5}', '{"type":null}']) {
    test(`what is no message is counted and passed over: ${bad || "nothing"}`, () => {
      const { environment, client } = makeOpen();
      const heard = [];
      client.on("bad", (text) => heard.push(text));
      environment.socket.say(bad);
      assert.deepEqual(heard, [bad]);
      assert.equal(client.getMetrics().badMessages, 1);
      assert.equal(client.getMetrics().messagesReceived, 0);
      assert.ok(client.isConnected());
    });
  }

  test("one reader's mistake is reported and harms no other", () => {
    const { environment, client } = makeOpen();
    const heard = [];
    client.on("a", () => {
      throw new Error("mine");
    });
    client.on("a", () => heard.push("second"));
    environment.socket.say({ type: "a" });
    assert.deepEqual(heard, ["second"]);
    assert.deepEqual(environment.reported, ["mine"]);
    assert.ok(client.isConnected());
  });

  test("are counted both ways", () => {
    const { environment, client } = makeOpen();
    environment.socket.say({ type: "hello", data: {} });
    environment.socket.say({ type: "tip.update", data: {} });
    assert.equal(client.getMetrics().messagesReceived, 2); // answers to itself are the client's own affair
    assert.equal(client.getMetrics().messagesSent, 2); // subscribe, ping
  });
});

describe("subscribing", () => {
  test("asks for what is new and gives back what it had, once", () => {
    const { environment, client } = makeOpen({ channels: ["tip"] });
    client.subscribe(["tip", "txs"]);
    client.subscribe(["txs"]);
    client.unsubscribe(["txs", "fees"]);
    client.unsubscribe(["txs"]);
    assert.deepEqual(ids(environment.socket.asked("subscribe")), [["tip"], ["txs"]]);
    assert.deepEqual(environment.socket.asked("unsubscribe"), [{ channels: ["txs"] }]);
  });

  test("while offline is kept for the next opening", () => {
    const { environment, client } = make({ channels: undefined });
    client.subscribe(["mempool"]);
    client.connect();
    client.subscribe(["fees"]);
    environment.socket.accept();
    environment.socket.confirm();
    assert.deepEqual(ids(environment.socket.asked("subscribe")), [["mempool", "fees"]]);
  });
});

describe("keepalive", () => {
  function pong(environment) {
    environment.socket.say({ type: "pong", timestamp: environment.socket.asked("ping").at(-1).timestamp });
  }

  test("measures the way there and back", () => {
    const { environment, client } = makeOpen();
    const latencies = [];
    client.on("latency", (ms) => latencies.push(ms));
    assert.equal(client.getMetrics().latency, null);
    environment.advance(12);
    pong(environment);
    assert.deepEqual(latencies, [12]);
    assert.equal(client.getMetrics().latency, 12);
  });

  test("asks again after three seconds, when everything has settled, and then every thirty", () => {
    const { environment } = makeOpen();
    pong(environment);
    environment.advance(2999);
    assert.equal(environment.socket.asked("ping").length, 1);
    environment.advance(1);
    for (let i = 2; i <= 4; i += 1) {
      pong(environment);
      environment.advance(29_999);
      assert.equal(environment.socket.asked("ping").length, i);
      environment.advance(1);
      assert.equal(environment.socket.asked("ping").length, i + 1);
    }
  });

  test("takes silence for a loss, and lets go without waiting for a farewell", () => {
    const { environment, client } = makeOpen();
    pong(environment);
    environment.advance(3000);
    environment.advance(9999);
    assert.ok(client.isConnected());
    environment.advance(1);
    assert.equal(client.connection.state, "waiting");
    assert.equal(client.connection.code, 4001);
    assert.equal(client.getMetrics().latency, null);
  });

  test("a pong without a timestamp still shows that the server is there", () => {
    const { environment, client } = makeOpen();
    environment.socket.say({ type: "pong" });
    environment.advance(12_000);
    assert.ok(client.isConnected());
    assert.equal(client.getMetrics().latency, null);
  });

  test("quiet sets no timer at all, and asks at once when it ends", () => {
    const { environment, client } = makeOpen();
    pong(environment);
    client.setQuiet(true);
    assert.deepEqual(environment.waits, []);
    environment.advance(3_600_000);
    assert.equal(environment.socket.asked("ping").length, 1);
    client.setQuiet(false);
    assert.equal(environment.socket.asked("ping").length, 2);
    environment.advance(10_000);
    assert.equal(client.connection.state, "waiting", "the server went away meanwhile");
  });

  test("quiet from the start opens without a ping, and a pong that is under way starts none", () => {
    const { environment, client } = make();
    client.setQuiet(true);
    client.connect();
    environment.socket.accept();
    environment.socket.confirm();
    assert.equal(environment.socket.asked("ping").length, 0);
    environment.socket.say({ type: "pong", timestamp: environment.now() });
    assert.deepEqual(environment.waits, []);
  });
});
