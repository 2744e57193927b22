// SPDX-License-Identifier: GPL-3.0-or-later
// The other ways to the server, down and up again, over a fetch and a WebSocket by hand.
import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { features, TipwatchClient } from "../../resources/web/client/index.js";
import { Ladder } from "../../resources/web/client/ladder.js";
import { EventParser } from "../../resources/web/client/transports/event_parser.js";
import { epoch, FakeEnvironment, settled } from "./fake_socket.js";

const events = "/api/v1/events";
const poll = "/api/v1/poll";
const status = "/api/v1/status";
const hello = (data = {}) => ({ type: "hello", data: { epoch, seq: 100, ping: 30, recovered: false, ...data } });
const block = (seq, height = seq, marked = false) => ({ ...(marked && { resume: false }), type: "block.mined", channel: "blocks", seq, data: { height, hash: `h${height}` } });
const at = (seq, run = epoch) => ({ headers: { "tipwatch-position": `${run}:${seq}` } });

afterEach(() => features.enable("websockets"));

function make(options = {}) {
  const environment = new FakeEnvironment();
  const client = new TipwatchClient("http://box", { channels: ["tip", "blocks"], environment, ...options });
  const told = { connection: [], reset: [], error: [], message: [] };
  client.on("connection", ({ state, transport }) => told.connection.push(transport ? `${state} ${transport}` : state));
  client.on("reset", ({ reason }) => told.reset.push(reason));
  client.on("error", ({ code }) => told.error.push(code));
  client.on("message", ({ type, seq }) => told.message.push(seq === undefined ? type : `${type}@${seq}`));
  return { environment, client, told };
}

/** Where WebSockets are refused. */
async function makeOnEvents(options) {
  const made = make(options);
  made.client.connect();
  made.environment.socket.hangUp();
  await made.environment.request(events).stream();
  await made.environment.request(events).tell(hello());
  return made;
}

async function makeOnPoll(options) {
  const made = make(options);
  made.client.connect();
  made.environment.socket.hangUp();
  await made.environment.request(events).refuse(403);
  await made.environment.request(poll).answer({ position: `${epoch}:100`, recovered: false, events: [] });
  return made;
}

async function makeOnPolling(options) {
  const made = make({ channels: ["tip", "status"], ...options });
  made.client.connect();
  made.environment.socket.hangUp();
  await made.environment.request(events).refuse(403);
  await made.environment.request(poll).refuse(403);
  await made.environment.request(status).answer({ state: "live" }, at(100));
  return made;
}

describe("down the ladder", () => {
  test("a refused WebSocket leads to the event stream at once", async () => {
    const { client, told } = await makeOnEvents();
    assert.deepEqual(told.connection, ["connecting websocket", "connecting events", "open events"]);
    assert.equal(client.getMetrics().transport, "events");
  });

  test("a refused event stream leads to the long poll, and that to polling", async () => {
    const { told } = await makeOnPolling();
    assert.deepEqual(told.connection, ["connecting websocket", "connecting events", "connecting poll", "connecting polling", "open polling"]);
  });

  test("an event stream that begins and says nothing is held back somewhere: on to the long poll", async () => {
    const { environment, client } = make();
    client.connect();
    environment.socket.hangUp();
    await environment.request(events).stream();
    environment.advance(10_000);
    assert.ok(environment.request(events).isAborted);
    assert.equal(client.connection.transport, "poll");
  });

  test("when nothing can be reached it waits, and begins with the best again", async () => {
    const { environment, client, told } = make();
    client.connect();
    environment.socket.hangUp();
    for (const path of [events, poll, status]) await environment.request(path).fail();
    assert.equal(client.connection.state, "waiting");
    assert.equal(client.connection.retryAt, environment.now() + 1000);
    environment.advance(1000);
    assert.equal(environment.sockets.length, 2);
    assert.equal(told.connection.at(-1), "connecting websocket");
  });

  test("a server that asks for patience gets it", async () => {
    const { environment, client } = make({ transports: ["events"] });
    client.connect();
    await environment.request(events).refuse(503, "full", { "retry-after": "7" });
    assert.equal(client.connection.retryAt, environment.now() + 7000);
    assert.equal(client.connection.reason, "full: no");
  });

  test("where there is no WebSocket at all it begins with the event stream", () => {
    const environment = new FakeEnvironment();
    environment.WebSocket = undefined;
    const client = new TipwatchClient("http://box", { environment });
    client.connect();
    assert.equal(client.connection.transport, "events");
  });

  test("what opens and ends at once, twice, is as good as refused", async () => {
    const { environment, client } = await makeOnEvents();
    await environment.request(events).end();
    environment.advance(1000);
    assert.equal(client.connection.transport, "events");
    await environment.request(events).stream();
    await environment.request(events).tell(hello({ recovered: true }));
    await environment.request(events).end();
    environment.advance(1000);
    assert.equal(client.connection.transport, "poll");
  });

  test("being too slow is not the way's fault", async () => {
    const { environment, client } = await makeOnEvents();
    for (let i = 0; i < 4; i += 1) {
      await environment.request(events).push(": closed 4008 too slow, resume from your last seq\n\n");
      await environment.request(events).end();
      assert.deepEqual([client.connection.code, client.connection.reason], [4008, "too slow, resume from your last seq"]);
      environment.advance(1000);
      assert.equal(client.connection.transport, "events");
      await environment.request(events).stream();
      await environment.request(events).tell(hello({ recovered: true }));
    }
  });

  test("a closed client leaves nothing behind", async () => {
    for (const make of [makeOnEvents, makeOnPoll, makeOnPolling]) {
      const { environment, client } = await make();
      client.close();
      const asked = environment.requests.length;
      environment.advance(600_000);
      await settled();
      assert.deepEqual([environment.waits, environment.requests.length], [[], asked]);
    }
  });
});

describe("up the ladder", () => {
  test("a better way takes over in the moment in which it opens, from where the other stood", async () => {
    const { environment, client, told } = await makeOnEvents();
    await environment.request(events).tell(block(101));
    environment.advance(5000);
    assert.equal(environment.sockets.length, 2);
    assert.equal(client.connection.state, "open");
    await environment.request(events).tell(block(102));
    environment.socket.accept();
    assert.ok(environment.request(events).isAborted);
    assert.deepEqual(environment.socket.asked("subscribe")[0].since, { epoch, seq: 102 });
    environment.socket.confirm({ seq: 103, recovered: true });
    environment.socket.say(block(103));
    assert.deepEqual(told.message, ["hello", "block.mined@101", "block.mined@102", "block.mined@103"]);
    assert.equal(told.connection.at(-1), "open websocket");
    assert.deepEqual([told.reset, client.getMetrics().reconnects], [[], 0]);
  });

  test("one that does not open changes nothing, and is tried later each time", async () => {
    const { environment, client } = await makeOnEvents();
    let now = environment.now();
    for (const wait of [5000, 10_000, 20_000]) {
      const before = environment.sockets.length;
      client.setQuiet(false);
      environment.advance(wait - 1);
      await environment.request("/healthz")?.answer({ status: "ok" });
      await environment.request(events).push(": keepalive\n\n");
      assert.equal(environment.sockets.length, before);
      environment.advance(1);
      assert.equal(environment.sockets.length, before + 1);
      environment.socket.hangUp();
      assert.equal(client.connection.transport, "events");
      now += wait;
      assert.equal(environment.now(), now);
    }
  });

  test("one that opens and then says nothing is left for the one below", async () => {
    const { environment, client } = await makeOnEvents();
    environment.advance(5000);
    environment.socket.accept();
    environment.advance(10_000);
    assert.equal(client.connection.transport, "events");
    assert.equal(client.connection.state, "connecting");
  });

  test("from polling each better way is tried in turn", async () => {
    const { environment, client } = await makeOnPolling();
    await environment.request("/api/v1/tip").answer({ height: 5 }, at(100));
    environment.advance(5000);
    environment.socket.hangUp();
    await settled();
    const request = environment.request(events);
    assert.deepEqual(request.query, { channels: "tip,status", since: `${epoch}:100` });
    await request.stream();
    await request.tell(hello({ recovered: true }));
    assert.equal(client.connection.transport, "events");
    const asked = environment.requests.length;
    environment.advance(4000);
    await settled();
    assert.equal(environment.requests.slice(asked).filter(({ path }) => path === status).length, 0);
  });

  test("whoever is impatient need not wait", async () => {
    const { environment, client } = await makeOnEvents();
    client.retryNow();
    client.retryNow();
    assert.equal(environment.sockets.length, 2);
  });

  test("a tab that nobody looks at does not try", async () => {
    const { environment, client } = await makeOnEvents();
    client.setQuiet(true);
    environment.advance(600_000);
    assert.equal(environment.sockets.length, 1);
    await environment.request(events).push(": keepalive\n\n");
    client.setQuiet(false);
    await environment.request("/healthz").answer({ status: "ok" });
    environment.advance(10_000);
    assert.equal(environment.sockets.length, 2);
  });
});

describe("the switch", () => {
  test("turned off, leaves WebSocket at once and goes on over the next way", async () => {
    const { environment, client } = make();
    client.connect();
    environment.socket.accept();
    environment.socket.confirm();
    features.disable("websockets");
    assert.equal(environment.socket.closed, 1000);
    assert.equal(client.connection.transport, "events");
    assert.equal(environment.request(events).query.since, `${epoch}:100`);
    client.close();
  });

  test("turned on, goes back", async () => {
    features.disable("websockets");
    const { environment, client } = make();
    client.connect();
    await environment.request(events).stream();
    await environment.request(events).tell(hello());
    environment.advance(9000);
    assert.equal(environment.sockets.length, 0);
    features.enable("websockets");
    environment.socket.accept();
    environment.socket.confirm({ recovered: true });
    assert.equal(client.connection.transport, "websocket");
    client.close();
    features.disable("websockets");
    assert.equal(client.connection.state, "closed");
  });
});

describe("the event stream", () => {
  test("is asked for channels, filters and position, with the token in its field", async () => {
    const { environment } = await makeOnEvents({
      channels: ["tip", { name: "txs", filter: { minFeerate: 20, flags: ["rbf", "segwit"] } }], since: `${epoch}:7`, token: "a.b.c",
    });
    const { query, headers } = environment.request(events);
    assert.deepEqual(query, { channels: "tip,txs", since: `${epoch}:7`, minFeerate: "20", flags: "rbf,segwit" });
    assert.equal(headers.Authorization, "Bearer a.b.c");
  });

  test("that breaks goes on from the last message without a mark", async () => {
    const { environment, told } = await makeOnEvents();
    await environment.request(events).tell(block(101), block(110, 110, true));
    environment.advance(6000);
    await environment.request(events).fail();
    environment.advance(1000);
    assert.equal(environment.request(events).query.since, `${epoch}:101`);
    await environment.request(events).stream();
    await environment.request(events).tell(hello({ recovered: true }), block(110), block(111));
    assert.deepEqual(told.message.slice(-3), ["block.mined@110", "hello", "block.mined@111"]);
    assert.deepEqual(told.reset, []);
  });

  test("begins anew, once, when other channels are wanted", async () => {
    const { environment, client, told } = await makeOnEvents();
    client.subscribe("fees");
    client.subscribe("mempool");
    client.unsubscribe("tip");
    await settled();
    assert.equal(environment.requests.filter(({ path }) => path === events).length, 2);
    assert.deepEqual(environment.request(events).query, { channels: "blocks,fees,mempool", since: `${epoch}:100` });
    await environment.request(events).stream();
    await environment.request(events).tell(hello({ recovered: true }));
    assert.equal(told.connection.at(-1), "open events");
    assert.equal(client.getMetrics().reconnects, 0);
  });

  test("that paused goes on from where the channel was left, and repeats nothing of the others", async () => {
    const { environment, client, told } = await makeOnEvents({ channels: ["blocks", "txs"] });
    client.pause("txs");
    await settled();
    await environment.request(events).stream();
    await environment.request(events).tell(hello({ recovered: true }), block(105));
    client.resume();
    await settled();
    assert.deepEqual(environment.request(events).query, { channels: "blocks,txs", since: `${epoch}:100` });
    await environment.request(events).stream();
    await environment.request(events).tell(hello({ recovered: true }), { type: "tx.seen", channel: "txs", seq: 103, data: {} }, block(105), block(106));
    assert.deepEqual(told.message.filter((message) => message !== "hello"), ["block.mined@105", "tx.seen@103", "block.mined@106"]);
  });

  test("measures the way there and back beside it", async () => {
    const { environment, client } = await makeOnEvents();
    environment.advance(12);
    await environment.request("/healthz").answer({ status: "ok" });
    assert.equal(client.getMetrics().latency, 12);
  });

  test("takes no change of channels for a ping without answer", async () => {
    const { environment, client } = await makeOnEvents();
    client.subscribe("fees");
    await settled();
    assert.ok(environment.request("/healthz").isAborted);
    await environment.request(events).stream();
    await environment.request(events).tell(hello({ recovered: true }));
    environment.advance(10_000);
    assert.equal(client.isConnected(), true);
  });

  test("that began with a token for which there is a newer one by now begins anew", async () => {
    const { environment, client } = make({ transports: ["events"], token: "old" });
    client.connect();
    client.setToken("new");
    await environment.request(events).stream();
    await environment.request(events).tell(hello());
    assert.equal(environment.request(events).headers.Authorization, "Bearer new");
    assert.equal(environment.requests.filter(({ path }) => path === events).length, 2);
  });

  test("that falls silent is given up, though the server answers", async () => {
    const { environment, client } = make({ transports: ["events"] });
    client.connect();
    await environment.request(events).stream();
    await environment.request(events).tell(hello());
    const began = environment.now();
    while (client.isConnected() && environment.now() < began + 120_000) {
      await environment.request("/healthz").answer({ status: "ok" });
      environment.advance(500);
    }
    assert.deepEqual([client.connection.state, client.connection.code], ["waiting", 4001]);
  });

  test("whose token ended goes on with the next one", async () => {
    const { environment } = await makeOnEvents({ token: "old", refreshToken: () => "new", transports: ["websocket", "events"] });
    await environment.request(events).push(": closed 1008 the token has expired\n\n");
    await environment.request(events).end();
    environment.advance(1000);
    assert.equal(environment.request(events).headers.Authorization, "Bearer new");
  });

  test("that is 401 ends it where there is no other token", async () => {
    const { environment, client, told } = make({ transports: ["events"], token: "old" });
    client.connect();
    await environment.request(events).refuse(401, "unauthorized");
    assert.deepEqual([client.connection.state, client.connection.code, told.error], ["closed", 1008, ["unauthorized"]]);
  });

  test("tells what is wrong with what was asked for, and goes on as well as it can", async () => {
    const { environment, client, told } = make({ channels: ["tip", "nonsense"], transports: ["events", "polling"] });
    client.connect();
    await environment.request(events).refuse(400, "unknown_channel");
    assert.deepEqual(told.error, ["unknown_channel"]);
    await environment.request(status).answer({}, at(100));
    assert.equal(client.connection.transport, "polling");
  });

  test("keeps what can only be said over a WebSocket until there is one", async () => {
    const { environment, client } = await makeOnEvents();
    client.send({ op: "snapshot", channels: ["tip"] });
    assert.equal(client.getMetrics().queued, 1);
    client.retryNow();
    environment.socket.accept();
    environment.socket.confirm({ recovered: true });
    assert.equal(environment.socket.asked("snapshot").length, 1);
  });

  test("may come in pieces that are cut anywhere", () => {
    const text = ": keepalive\r\n\r\nid: 1\r\nevent: a\r\ndata: {\"a\":1}\r\n\r\ndata:x\ndata: y\n\n: closed 4008 slow\n\nevent: empty\n\n";
    for (let size = 1; size <= text.length; size += 1) {
      const heard = [];
      const parser = new EventParser({ onData: (data) => heard.push(data), onComment: (comment) => heard.push(`: ${comment}`) });
      for (let i = 0; i < text.length; i += size) parser.push(text.slice(i, i + size));
      assert.deepEqual(heard, [": keepalive", '{"a":1}', "x\ny", ": closed 4008 slow"], `pieces of ${size}`);
    }
  });

  for (const bad of ["{", "7", '{"type":1}']) {
    test(`counts what is no message: ${bad}`, async () => {
      const { environment, client } = await makeOnEvents();
      await environment.request(events).push(`data: ${bad}\n\n`);
      assert.deepEqual([client.getMetrics().badMessages, client.isConnected()], [1, true]);
    });
  }
});

describe("the long poll", () => {
  test("asks at once, then patiently, each time from where the last answer ended", async () => {
    const { environment, told } = await makeOnPoll();
    assert.deepEqual(environment.request(poll).query, { channels: "tip,blocks", timeout: "0" });
    environment.advance(500);
    assert.deepEqual(environment.request(poll).query, { channels: "tip,blocks", since: `${epoch}:100`, timeout: "25" });
    await environment.request(poll).answer({ position: `${epoch}:120`, recovered: true, events: [block(110), block(112, 112, true)] });
    environment.advance(500);
    assert.equal(environment.request(poll).query.since, `${epoch}:120`);
    assert.deepEqual(told.message, ["block.mined@110", "block.mined@112"]);
  });

  test("tells when too much was forgotten", async () => {
    const { environment, told } = await makeOnPoll();
    environment.advance(500);
    await environment.request(poll).answer({ position: "ffffffffffffffff:3", recovered: false, events: [] });
    assert.deepEqual(told.reset, ["restarted"]);
  });

  test("waits as long as a limit asks for, and loses nothing by it", async () => {
    const { environment, client } = await makeOnPoll();
    environment.advance(500);
    await environment.request(poll).refuse(429, "rate_limited", { "retry-after": "4" });
    assert.equal(client.isConnected(), true);
    const asked = environment.requests.length;
    environment.advance(3999);
    assert.equal(environment.requests.slice(asked).filter(({ path }) => path === poll).length, 0);
    environment.advance(1);
    assert.equal(environment.request(poll).query.since, `${epoch}:100`);
  });

  test("that fails is a lost connection", async () => {
    const { environment, client } = await makeOnPoll();
    environment.advance(500);
    await environment.request(poll).fail();
    assert.equal(client.connection.state, "waiting");
  });

  test("an answer that is none is too", async () => {
    const { environment, client } = await makeOnPoll();
    environment.advance(500);
    await environment.request(poll).answer("<html>hotel login</html>");
    assert.equal(client.connection.state, "waiting");
  });

  test("asks anew, at once, when other channels are wanted", async () => {
    const { environment, client } = await makeOnPoll();
    environment.advance(500);
    const before = environment.request(poll);
    client.subscribe("fees");
    await settled();
    assert.ok(before.isAborted);
    assert.deepEqual(environment.request(poll).query, { channels: "tip,blocks,fees", since: `${epoch}:100`, timeout: "0" });
    assert.equal(client.isConnected(), true);
  });
});

describe("polling", () => {
  test("tells states when they change, every two seconds", async () => {
    const { environment, told } = await makeOnPolling();
    await environment.request("/api/v1/tip").answer({ height: 5 }, at(100));
    environment.advance(1999);
    const asked = environment.requests.length;
    environment.advance(1);
    assert.equal(environment.requests.length, asked + 1);
    await environment.request(status).answer({ state: "live" }, at(100));
    await environment.request("/api/v1/tip").answer({ height: 6 }, at(101));
    assert.deepEqual(told.message, ["status.update@100", "tip.update@100", "tip.update@101"]);
  });

  test("tells of blocks by comparing the list with what was told", async () => {
    const { environment, client, told } = await makeOnPolling({ channels: ["blocks"] });
    const list = (...heights) => heights.map((height) => ({ height, hash: `h${height}` }));
    await environment.request("/api/v1/blocks").answer(list(8, 7, 6), at(100));
    assert.deepEqual(told.message, []);
    environment.advance(2000);
    await environment.request(status).answer({}, at(120));
    await environment.request("/api/v1/blocks").answer(list(10, 9, 8), at(120));
    assert.deepEqual(told.message, ["block.mined@120", "block.mined@120"]);
    client.retryNow();
    environment.socket.accept();
    assert.deepEqual(environment.socket.asked("subscribe")[0].since, { epoch, seq: 100 }, "the stream goes on from where it ended");
    environment.socket.confirm({ recovered: true });
    for (const seq of [110, 119, 121]) environment.socket.say(block(seq));
    assert.deepEqual(told.message.slice(2), ["block.mined@121"]);
  });

  test("a state that is not known yet, or not allowed, is left out", async () => {
    const { environment, client, told } = await makeOnPolling({ channels: ["tip", "fees"] });
    await environment.request("/api/v1/tip").refuse(503, "not_known_yet");
    await environment.request("/api/v1/fees").answer({ hour: 1 }, at(100));
    assert.deepEqual([client.isConnected(), told.message], [true, ["fees.update@100"]]);
  });

  test("tells of another run of the server", async () => {
    const { environment, told } = await makeOnPolling({ channels: ["status"] });
    environment.advance(2000);
    await environment.request(status).answer({ state: "live" }, at(1, "ffffffffffffffff"));
    assert.deepEqual(told.reset, ["restarted"]);
    assert.equal(told.message.length, 2, "and tells all states again");
  });

  test("asks at once for what is subscribed, and rarely while nobody looks", async () => {
    const { environment, client } = await makeOnPolling({ channels: ["status"] });
    client.subscribe("fees");
    await settled();
    await environment.request(status).answer({}, at(100));
    assert.equal(environment.requests.filter(({ path }) => path === "/api/v1/fees").length, 1);
    await environment.request("/api/v1/fees").answer({}, at(100));
    client.setQuiet(true);
    environment.advance(2000);
    await environment.request(status).answer({}, at(100));
    await environment.request("/api/v1/fees").answer({}, at(100));
    const asked = environment.requests.length;
    environment.advance(29_000);
    assert.equal(environment.requests.length, asked);
  });
});

describe("the ladder", () => {
  test("keeps the order whatever order it is given", () => assert.equal(new Ladder(["polling", "websocket"]).current, "websocket"));

  test("remembers where it held until nothing holds", () => {
    const ladder = new Ladder(["websocket", "events", "poll"]);
    assert.ok(ladder.descend());
    ladder.ended(false);
    assert.equal(ladder.current, "events");
    assert.ok(ladder.descend());
    assert.equal(ladder.descend(), false);
    assert.equal(ladder.current, "websocket");
  });

  test("a long life makes good for a short one", () => {
    const ladder = new Ladder(["websocket", "events"]);
    for (const wasShort of [true, false, true]) ladder.ended(wasShort);
    assert.equal(ladder.current, "websocket");
    ladder.ended(true);
    assert.equal(ladder.current, "events");
  });

  test("stays on the last rung, there is nothing below", () => {
    const ladder = new Ladder(["websocket"]);
    for (let i = 0; i < 5; i += 1) ladder.ended(true);
    assert.equal(ladder.current, "websocket");
  });
});
