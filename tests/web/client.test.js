// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Backoff } from "../../resources/web/client/backoff.js";
import { Connection } from "../../resources/web/client/connection.js";
import { FakeEnvironment } from "./fake_socket.js";

function make(options = {}) {
  const environment = new FakeEnvironment();
  const { random = () => 1, ...rest } = options;
  const connection = new Connection("ws://box/ws", { channels: ["tip"], environment, backoff: new Backoff({ random }), ...rest });
  const states = [];
  connection.on("status", ({ state }) => states.push(state));
  return { environment, connection, states };
}

function makeOpen(options) {
  const made = make(options);
  made.connection.open();
  made.environment.socket.accept();
  return made;
}

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
    const { environment, connection } = make();
    assert.equal(environment.sockets.length, 0);
    assert.equal(connection.status.state, "closed");
    connection.open();
    assert.equal(environment.socket.url, "ws://box/ws");
    assert.equal(connection.isConnected(), false);
  });

  test("goes from closed over connecting to open", () => {
    const { states, connection } = makeOpen();
    assert.deepEqual(states, ["connecting", "open"]);
    assert.ok(connection.isConnected());
  });

  test("opening twice makes one connection", () => {
    const { environment, connection } = makeOpen();
    connection.open();
    assert.equal(environment.sockets.length, 1);
  });

  test("subscribes as soon as it is open, and pings", () => {
    const { environment } = makeOpen({ channels: ["tip", "blocks"] });
    assert.deepEqual(environment.socket.asked("subscribe"), [{ channels: ["tip", "blocks"] }]);
    assert.equal(environment.socket.asked("ping").length, 1);
  });

  test("leaves the server's default alone when no channel is named", () => {
    const { environment } = makeOpen({ channels: [] });
    assert.deepEqual(environment.socket.asked("subscribe"), []);
  });

  test("an opening that nobody answers is given up and tried again", () => {
    const { environment, connection } = make();
    connection.open();
    environment.advance(10_000);
    assert.equal(connection.status.state, "waiting");
    assert.equal(environment.socket.closed, 1000);
    environment.advance(1000);
    assert.equal(environment.sockets.length, 2);
  });

  test("a constructor that throws is a lost attempt like any other", () => {
    const { environment, connection } = make();
    environment.refuses = true;
    connection.open();
    assert.equal(connection.status.state, "waiting");
    assert.equal(connection.status.reason, "bad address");
    environment.refuses = false;
    environment.advance(1000);
    environment.socket.accept();
    assert.ok(connection.isConnected());
  });
});

describe("reconnecting", () => {
  test("comes back after a loss, later each time", () => {
    const { environment, connection } = make();
    connection.open();
    for (const wait of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      environment.socket.hangUp();
      assert.equal(connection.status.state, "waiting");
      assert.equal(connection.status.retryAt, environment.now() + wait);
      environment.advance(wait - 1);
      assert.equal(connection.status.state, "waiting");
      environment.advance(1);
      assert.equal(connection.status.state, "connecting");
    }
  });

  test("an opening resets the pause", () => {
    const { environment, connection } = make();
    connection.open();
    for (let i = 0; i < 5; i += 1) {
      environment.socket.hangUp();
      environment.advance(30_000);
    }
    environment.socket.accept();
    assert.equal(connection.status.attempt, 0);
    environment.socket.hangUp();
    assert.equal(connection.status.retryAt, environment.now() + 1000);
  });

  test("the pause is what chance makes of the bound", () => {
    const { environment, connection } = make({ random: () => 0.25 });
    connection.open();
    environment.socket.hangUp();
    assert.equal(connection.status.retryAt, environment.now() + 250);
  });

  test("subscribes again to what it has by then", () => {
    const { environment, connection } = makeOpen({ channels: ["tip", "txs"] });
    connection.unsubscribe(["txs"]);
    connection.subscribe(["fees"]);
    environment.socket.hangUp();
    environment.advance(1000);
    environment.socket.accept();
    assert.deepEqual(environment.socket.asked("subscribe"), [{ channels: ["tip", "fees"] }]);
  });

  test("tells why and until when it waits", () => {
    const { environment, connection } = makeOpen();
    environment.socket.hangUp(1013, "full");
    assert.deepEqual(connection.status, { state: "waiting", attempt: 1, retryAt: environment.now() + 1000, code: 1013, reason: "full" });
  });

  test("need not wait when the reader is impatient", () => {
    const { environment, connection } = makeOpen();
    environment.socket.hangUp();
    connection.retryNow();
    assert.equal(environment.sockets.length, 2);
    environment.socket.accept();
    environment.advance(5000);
    assert.equal(environment.sockets.length, 2, "the pause that was cut short is forgotten");
  });

  test("impatience changes nothing unless it waits", () => {
    const { environment, connection } = make();
    connection.retryNow();
    connection.open();
    connection.retryNow();
    environment.socket.accept();
    connection.retryNow();
    assert.equal(environment.sockets.length, 1);
  });

  test("a late word of a socket that was let go is not heard", () => {
    const { environment, connection } = make();
    const heard = [];
    connection.on("tip.update", (message) => heard.push(message));
    connection.open();
    const first = environment.socket;
    environment.advance(10_000);
    environment.advance(1000);
    environment.socket.accept();
    first.onopen({});
    first.say({ type: "tip.update", data: {} });
    first.onclose({ code: 1006, reason: "" });
    assert.deepEqual(heard, []);
    assert.ok(connection.isConnected());
  });

  test("counts how often it was lost", () => {
    const { environment, connection } = makeOpen();
    environment.socket.hangUp();
    environment.advance(1000);
    environment.socket.hangUp();
    assert.equal(connection.metrics.reconnects, 2);
  });
});

describe("closing", () => {
  test("is final: no timer is left and nothing comes back", () => {
    const { environment, connection, states } = makeOpen();
    connection.close();
    assert.equal(environment.socket.closed, 1000);
    assert.deepEqual(environment.waits, []);
    environment.advance(120_000);
    assert.equal(environment.sockets.length, 1);
    assert.equal(states.at(-1), "closed");
  });

  test("ends a pause too", () => {
    const { environment, connection } = makeOpen();
    environment.socket.hangUp();
    connection.close();
    environment.advance(120_000);
    assert.equal(environment.sockets.length, 1);
  });

  test("can be followed by another opening, without an old pause", () => {
    const { environment, connection } = makeOpen();
    environment.socket.hangUp();
    connection.close();
    connection.close();
    connection.open();
    environment.socket.hangUp();
    assert.equal(connection.status.retryAt, environment.now() + 1000);
  });
});

describe("messages", () => {
  test("reach every reader of their type, and no other", () => {
    const { environment, connection } = makeOpen();
    const heard = [];
    connection.on("tip.update", ({ data }) => heard.push(["first", data.height]));
    connection.on("tip.update", ({ data }) => heard.push(["second", data.height]));
    connection.on("fees.update", () => heard.push(["fees"]));
    environment.socket.say({ type: "tip.update", channel: "tip", seq: 1, timestamp: 1, data: { height: 5 } });
    assert.deepEqual(heard, [["first", 5], ["second", 5]]);
  });

  test("stop when the reader goes", () => {
    const { environment, connection } = makeOpen();
    const heard = [];
    const handler = () => heard.push("off");
    const stop = connection.on("a", () => heard.push("stop"));
    connection.on("a", handler);
    stop();
    connection.off("a", handler);
    connection.off("b", handler);
    environment.socket.say({ type: "a" });
    assert.deepEqual(heard, []);
  });

  for (const bad of ["", "{", "null", "17", '"text"', "[]", "{}", '{"type":5}', '{"type":null}']) {
    test(`what is no message is counted and passed over: ${bad || "nothing"}`, () => {
      const { environment, connection } = makeOpen();
      const heard = [];
      connection.on("bad", (text) => heard.push(text));
      environment.socket.say(bad);
      assert.deepEqual(heard, [bad]);
      assert.equal(connection.metrics.badMessages, 1);
      assert.equal(connection.metrics.messagesReceived, 0);
      assert.ok(connection.isConnected());
    });
  }

  test("one reader's mistake is reported and harms no other", () => {
    const { environment, connection } = makeOpen();
    const heard = [];
    connection.on("a", () => {
      throw new Error("mine");
    });
    connection.on("a", () => heard.push("second"));
    environment.socket.say({ type: "a" });
    assert.deepEqual(heard, ["second"]);
    assert.deepEqual(environment.reported, ["mine"]);
    assert.ok(connection.isConnected());
  });

  test("are counted both ways", () => {
    const { environment, connection } = makeOpen();
    environment.socket.say({ type: "hello", data: {} });
    environment.socket.say({ type: "tip.update", data: {} });
    assert.equal(connection.metrics.messagesReceived, 2);
    assert.equal(connection.metrics.messagesSent, 2); // subscribe, ping
  });
});

describe("subscribing", () => {
  test("asks for what is new and gives back what it had, once", () => {
    const { environment, connection } = makeOpen({ channels: ["tip"] });
    connection.subscribe(["tip", "txs"]);
    connection.subscribe(["txs"]);
    connection.unsubscribe(["txs", "fees"]);
    connection.unsubscribe(["txs"]);
    assert.deepEqual(environment.socket.asked("subscribe"), [{ channels: ["tip"] }, { channels: ["txs"] }]);
    assert.deepEqual(environment.socket.asked("unsubscribe"), [{ channels: ["txs"] }]);
  });

  test("while offline is kept for the next opening", () => {
    const { environment, connection } = make({ channels: [] });
    connection.subscribe(["mempool"]);
    connection.open();
    connection.subscribe(["fees"]);
    environment.socket.accept();
    assert.deepEqual(environment.socket.asked("subscribe"), [{ channels: ["mempool", "fees"] }]);
  });
});

describe("keepalive", () => {
  function pong(environment) {
    environment.socket.say({ type: "pong", timestamp: environment.socket.asked("ping").at(-1).timestamp });
  }

  test("measures the way there and back", () => {
    const { environment, connection } = makeOpen();
    const latencies = [];
    connection.on("latency", (ms) => latencies.push(ms));
    assert.equal(connection.metrics.latency, null);
    environment.advance(12);
    pong(environment);
    assert.deepEqual(latencies, [12]);
    assert.equal(connection.metrics.latency, 12);
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
    const { environment, connection } = makeOpen();
    pong(environment);
    environment.advance(3000);
    environment.advance(9999);
    assert.ok(connection.isConnected());
    environment.advance(1);
    assert.equal(connection.status.state, "waiting");
    assert.equal(connection.status.code, 4001);
    assert.equal(connection.metrics.latency, null);
  });

  test("a pong without a timestamp still shows that the server is there", () => {
    const { environment, connection } = makeOpen();
    environment.socket.say({ type: "pong" });
    environment.advance(12_000);
    assert.ok(connection.isConnected());
    assert.equal(connection.metrics.latency, null);
  });

  test("quiet sets no timer at all, and asks at once when it ends", () => {
    const { environment, connection } = makeOpen();
    pong(environment);
    connection.setQuiet(true);
    assert.deepEqual(environment.waits, []);
    environment.advance(3_600_000);
    assert.equal(environment.socket.asked("ping").length, 1);
    connection.setQuiet(false);
    assert.equal(environment.socket.asked("ping").length, 2);
    environment.advance(10_000);
    assert.equal(connection.status.state, "waiting", "the server went away meanwhile");
  });

  test("quiet from the start opens without a ping, and a pong that is under way starts none", () => {
    const { environment, connection } = make();
    connection.setQuiet(true);
    connection.open();
    environment.socket.accept();
    assert.equal(environment.socket.asked("ping").length, 0);
    environment.socket.say({ type: "pong", timestamp: environment.now() });
    assert.deepEqual(environment.waits, []);
  });
});
