// SPDX-License-Identifier: GPL-3.0-or-later
// What is wanted and who hears it: subscriptions with filters, handlers, pauses, the queue, tokens, options. Over a WebSocket by hand.
import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { defaultChannels, features, presets, TipwatchClient } from "../../resources/web/client/index.js";
import { Features } from "../../resources/web/client/features.js";
import { expiryOf } from "../../resources/web/client/token.js";
import { placeOf } from "../../resources/web/client/place.js";
import { epoch, FakeEnvironment, settled } from "./fake_socket.js";

afterEach(() => features.enable("websockets"));

function make(options = {}) {
  const environment = new FakeEnvironment();
  const client = new TipwatchClient("http://box", { transports: ["websocket"], environment, ...options });
  const told = { reset: [], error: [] };
  for (const event of Object.keys(told)) client.on(event, (value) => told[event].push(value));
  return { environment, client, told };
}

function makeOpen(options, confirmation) {
  const made = make(options);
  made.client.connect();
  made.environment.socket.accept();
  made.environment.socket.confirm(confirmation);
  return made;
}

function comeBack(environment, confirmation) {
  environment.socket.hangUp();
  environment.advance(1000);
  environment.socket.accept();
  environment.socket.confirm(confirmation);
}

const wanted = (environment) => environment.socket.asked("subscribe").at(-1);
const jwt = (claims) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;

describe("filters", () => {
  test("go with their channel, at every opening", () => {
    const { environment, client } = makeOpen({ channels: ["tip", { name: "txs", filter: { minFeerate: 20 } }] });
    assert.deepEqual(wanted(environment).channels, ["tip", { name: "txs", filter: { minFeerate: 20 } }]);
    comeBack(environment);
    assert.deepEqual(wanted(environment).channels, ["tip", { name: "txs", filter: { minFeerate: 20 } }]);
    assert.equal(client.isConnected(), true);
  });

  test("that change are asked for again, and the same ones are not", () => {
    const { environment, client } = makeOpen({ channels: ["tip"] });
    client.subscribe({ name: "txs", filter: { minFeerate: 20 } });
    client.subscribe({ name: "txs", filter: { minFeerate: 20 } });
    client.subscribe({ name: "txs", filter: { minFeerate: 5 } });
    client.subscribe("txs");
    assert.deepEqual(environment.socket.asked("subscribe").slice(1).map(({ channels }) => channels[0]), [
      { name: "txs", filter: { minFeerate: 20 } }, { name: "txs", filter: { minFeerate: 5 } }, "txs",
    ]);
  });

  for (const bad of [7, null, {}, { name: "" }, [["tip"]]]) {
    test(`what is no channel is refused at once: ${JSON.stringify(bad)}`, () => assert.throws(() => make().client.subscribe(bad), /a channel is a name or an object/));
  }
});

describe("handlers", () => {
  test("hear a channel, a type, or everything", () => {
    const { environment, client } = makeOpen({ channels: ["tip", "blocks"] });
    const heard = [];
    client.on("blocks", () => heard.push("channel"));
    client.on("block.mined", () => heard.push("type"));
    client.on("message", () => heard.push("all"));
    environment.socket.say({ type: "block.mined", channel: "blocks", seq: 101, data: {} });
    assert.deepEqual(heard, ["type", "channel", "all"]);
  });

  test("two of one channel are independent, and the last to go ends the subscription", () => {
    const { environment, client } = makeOpen({ channels: ["tip"] });
    const heard = [];
    const stop = client.subscribe("txs", () => heard.push("first"));
    const second = () => heard.push("second");
    client.subscribe(["txs"], second);
    environment.socket.say({ type: "tx.seen", channel: "txs", seq: 101, data: {} });
    stop();
    environment.socket.say({ type: "tx.seen", channel: "txs", seq: 102, data: {} });
    assert.deepEqual(heard, ["first", "second", "second"]);
    assert.deepEqual(environment.socket.asked("unsubscribe"), []);
    client.unsubscribe("txs", second);
    assert.deepEqual(environment.socket.asked("unsubscribe"), [{ channels: ["txs"] }]);
  });

  test("hear nothing of a channel that they gave up, however late it comes", () => {
    const { environment, client } = makeOpen({ channels: ["tip", "txs"] });
    const heard = [];
    client.on("txs", () => heard.push("txs"));
    client.unsubscribe("txs");
    environment.socket.say({ type: "tx.seen", channel: "txs", seq: 101, data: {} });
    assert.deepEqual(heard, []);
  });

  test("hear nothing of the server's default channels before their own are confirmed", () => {
    const { environment, client } = make({ channels: ["tip"] });
    const heard = [];
    client.on("message", ({ type }) => heard.push(type));
    client.connect();
    environment.socket.accept();
    environment.socket.say({ type: "hello", data: { epoch, seq: 1 } });
    environment.socket.say({ type: "tip.update", channel: "tip", seq: 1, data: {} });
    environment.socket.confirm();
    environment.socket.say({ type: "tip.update", channel: "tip", seq: 1, data: {} });
    assert.deepEqual(heard, ["hello", "tip.update"]);
  });

  test("are functions", () => assert.throws(() => make().client.on("tip", "console.log"), /a handler of "tip" is a function/));
});

describe("resuming", () => {
  test("asks from the last message on, and hears nothing twice", () => {
    const { environment, client, told } = makeOpen({ channels: ["blocks", "txs"] });
    const heard = [];
    client.on("message", ({ channel, seq }) => heard.push(`${channel}@${seq}`));
    environment.socket.say({ type: "tx.seen", channel: "txs", seq: 101, data: {} });
    environment.socket.say({ resume: false, type: "block.mined", channel: "blocks", seq: 105, data: {} });
    comeBack(environment, { seq: 110, recovered: true });
    assert.deepEqual(wanted(environment).since, { epoch, seq: 101 });
    environment.socket.say({ type: "tx.seen", channel: "txs", seq: 102, data: {} });
    environment.socket.say({ type: "block.mined", channel: "blocks", seq: 105, data: {} });
    environment.socket.say({ type: "block.mined", channel: "blocks", seq: 111, data: {} });
    assert.deepEqual(heard, ["txs@101", "blocks@105", "txs@102", "blocks@111"]);
    assert.deepEqual(told.reset, []);
    assert.equal(client.getMetrics().repeated, 1);
  });

  test("that is not possible is told, with why", () => {
    const { environment, told } = makeOpen({ channels: ["blocks"] });
    comeBack(environment, { seq: 5, epoch: "ffffffffffffffff" });
    comeBack(environment, { seq: 90_000, epoch: "ffffffffffffffff" });
    assert.deepEqual(told.reset.map(({ reason, channels, position }) => [reason, channels, position.seq]), [["restarted", ["blocks"], 5], ["forgotten", ["blocks"], 90_000]]);
  });

  test("can begin where another client ended", () => {
    const since = { epoch, seq: 77 };
    const { environment, client, told } = makeOpen({ channels: ["blocks"], since: `${epoch}:77` }, { seq: 80, recovered: true });
    assert.deepEqual(wanted(environment).since, since);
    assert.deepEqual(client.position, since);
    assert.deepEqual(told.reset, []);
  });

  test("what the server dropped is told", () => {
    const { environment, told } = makeOpen({ channels: ["txs"] });
    environment.socket.say({ type: "error", error: { code: "dropped", message: "too slow", count: 12 } });
    assert.deepEqual(told.reset.map(({ reason, count }) => [reason, count]), [["dropped", 12]]);
  });
});

describe("pausing", () => {
  test("gives channels up, and goes on from where they were left", () => {
    const { environment, client } = makeOpen({ channels: ["tip", "blocks"] });
    environment.socket.say({ type: "block.mined", channel: "blocks", seq: 101, data: {} });
    client.pause(["blocks"]);
    assert.deepEqual(environment.socket.asked("unsubscribe"), [{ channels: ["blocks"] }]);
    environment.socket.say({ type: "tip.update", channel: "tip", seq: 150, data: {} });
    client.resume();
    assert.deepEqual(wanted(environment), { id: 2, channels: ["blocks"], since: { epoch, seq: 101 } });
    client.resume();
    assert.equal(environment.socket.asked("subscribe").length, 2);
  });

  test("over an outage: what pauses is not asked for, and comes back from where it was left", () => {
    const { environment, client } = makeOpen({ channels: ["tip", "blocks"] });
    client.pause(["blocks"]);
    environment.socket.say({ type: "tip.update", channel: "tip", seq: 150, data: {} });
    comeBack(environment, { recovered: true });
    assert.deepEqual(wanted(environment).channels, ["tip"]);
    environment.socket.hangUp();
    client.resume();
    environment.advance(1000);
    environment.socket.accept();
    assert.deepEqual(wanted(environment), { id: 1, channels: ["tip", "blocks"], since: { epoch, seq: 100 } });
  });

  test("that ends on a connection that is lost without having answered is asked for again", () => {
    const { environment, client } = makeOpen({ channels: ["tip", "blocks"] });
    client.pause(["blocks"]);
    environment.socket.say({ type: "tip.update", channel: "tip", seq: 150, data: {} });
    client.resume();
    environment.socket.hangUp();
    environment.advance(1000);
    environment.socket.accept();
    assert.deepEqual(wanted(environment).since, { epoch, seq: 100 });
  });

  test("for too long is told, of these channels only", () => {
    const { environment, client, told } = makeOpen({ channels: ["tip", "blocks"] });
    client.pause(["blocks"]);
    client.resume();
    environment.socket.confirm({ seq: 90_000, recovered: false });
    assert.deepEqual(told.reset.map(({ reason, channels }) => [reason, channels]), [["forgotten", ["blocks"]]]);
  });
});

describe("refusals", () => {
  test("of a channel are told, the others go on", () => {
    const { environment, client, told } = make({ channels: ["tip", "nonsense"] });
    client.connect();
    environment.socket.accept();
    environment.socket.say({ type: "error", id: 1, error: { code: "unknown_channel", message: "there is none", channel: "nonsense" } });
    environment.socket.confirm();
    assert.equal(client.isConnected(), true);
    assert.deepEqual(told.error, [{ code: "unknown_channel", message: "there is none", channel: "nonsense", id: 1 }]);
  });

  test("of all channels leave an open connection that wants nothing", () => {
    const { environment, client } = make({ channels: ["nonsense"] });
    client.connect();
    environment.socket.accept();
    environment.socket.say({ type: "error", id: 1, error: { code: "unknown_channel", message: "there is none", channel: "nonsense" } });
    assert.deepEqual(wanted(environment), { id: 2, channels: [] });
    environment.socket.confirm();
    assert.equal(client.isConnected(), true);
  });
});

describe("the queue", () => {
  test("keeps what is said offline and sends it in order, behind the subscription", () => {
    const { environment, client } = make({ channels: ["tip"] });
    client.send({ op: "snapshot", channels: ["mempool"] });
    client.connect();
    client.send({ op: "snapshot", channels: ["fees"] });
    environment.socket.accept();
    assert.equal(client.getMetrics().queued, 2);
    environment.socket.confirm();
    assert.deepEqual(environment.socket.sent.map(({ op }) => op), ["subscribe", "snapshot", "snapshot", "ping"]);
    assert.deepEqual(environment.socket.asked("snapshot").map(({ channels }) => channels[0]), ["mempool", "fees"]);
    assert.equal(client.getMetrics().queued, 0);
    client.send({ op: "snapshot", channels: ["tip"] });
    assert.equal(environment.socket.asked("snapshot").length, 3);
  });

  test("is bounded: the oldest goes", () => {
    const { environment, client } = make({ channels: ["tip"], queueLimit: 3 });
    for (let i = 0; i < 10; i += 1) client.send({ op: "snapshot", id: i, channels: ["tip"] });
    assert.deepEqual([client.getMetrics().queued, client.getMetrics().dropped], [3, 7]);
    client.connect();
    environment.socket.accept();
    environment.socket.confirm();
    assert.deepEqual(environment.socket.asked("snapshot").map(({ id }) => id), [7, 8, 9]);
  });
});

describe("tokens", () => {
  test("are said first, not in the address", () => {
    const { environment } = makeOpen({ token: "a.b.c" });
    assert.deepEqual(environment.socket.sent.slice(0, 2).map(({ op }) => op), ["auth", "subscribe"]);
    assert.equal(environment.socket.url, "ws://box/ws");
  });

  test("are renewed before they end, over the connection that is open", async () => {
    const asked = [];
    const environment = new FakeEnvironment();
    const end = (minutes) => Math.floor(environment.now() / 1000) + 60 * minutes;
    const next = jwt({ exp: end(20) });
    const client = new TipwatchClient("http://box", {
      transports: ["websocket"], environment, token: jwt({ exp: end(10) }), refreshToken: async () => (asked.push(environment.now()), next),
    });
    const began = environment.now();
    client.connect();
    environment.socket.accept();
    environment.socket.confirm();
    client.setQuiet(true);
    environment.advance(540_000 - 1000);
    assert.equal(asked.length, 0);
    environment.advance(1000);
    await settled();
    assert.equal(asked.length, 1);
    assert.ok(asked[0] - began < 600_000);
    assert.deepEqual(environment.socket.asked("auth").at(-1), { token: next });
    assert.equal(environment.sockets.length, 1);
  });

  test("that ended are replaced before it comes back", async () => {
    const { environment, client } = makeOpen({ token: "old", refreshToken: () => "new" });
    environment.socket.hangUp(1008, "the token has expired");
    await settled();
    environment.advance(1000);
    environment.socket.accept();
    assert.deepEqual(environment.socket.asked("auth"), [{ token: "new" }]);
    assert.equal(client.connection.state, "connecting");
  });

  test("that ended and cannot be replaced end it, and a new one begins it again", () => {
    const { environment, client, told } = makeOpen({ token: "old" });
    environment.socket.hangUp(1008, "the token has expired");
    assert.deepEqual([client.connection.state, client.connection.code, client.connection.reason], ["closed", 1008, "the token has expired"]);
    assert.equal(told.error[0].code, "unauthorized");
    assert.deepEqual(environment.waits, []);
    client.setToken("new");
    client.connect();
    environment.socket.accept();
    assert.deepEqual(environment.socket.asked("auth"), [{ token: "new" }]);
  });

  test("that are refused are as good as ended", () => {
    const { environment, client } = make({ token: "wrong" });
    client.connect();
    environment.socket.accept();
    environment.socket.say({ type: "error", error: { code: "unauthorized", message: "bad signature" } });
    environment.socket.say({ type: "error", id: 1, error: { code: "unauthorized", message: "a token is needed first" } });
    assert.deepEqual([client.connection.state, client.connection.code], ["closed", 1008]);
  });

  test("that cannot be had are told, and asked for again, not too often", async () => {
    let asked = 0;
    const environment = new FakeEnvironment();
    const refreshToken = () => {
      asked += 1;
      throw new Error("the office is closed");
    };
    const client = new TipwatchClient("http://box", { transports: ["websocket"], environment, token: jwt({ exp: environment.now() / 1000 - 5 }), refreshToken });
    const errors = [];
    client.on("error", ({ message }) => errors.push(message));
    client.connect();
    environment.advance(0);
    await settled();
    assert.deepEqual([asked, errors[0]], [1, "no new token: the office is closed"]);
    environment.advance(4999);
    await settled();
    assert.equal(asked, 1);
    environment.advance(1);
    await settled();
    assert.equal(asked, 2);
  });

  test("are given anew by hand", () => {
    const { environment, client } = makeOpen({ token: "old" });
    client.setToken("new");
    assert.deepEqual(environment.socket.asked("auth").at(-1), { token: "new" });
    assert.throws(() => client.setToken(""), /a token is a text/);
  });

  test("that last for years set no timer that fires at once", () => {
    const { environment, client } = make({ token: jwt({ exp: 99_999_999_999 }), refreshToken: () => assert.fail("asked") });
    client.connect();
    environment.advance(1000);
    assert.ok(environment.waits.every((ms) => ms < 2 ** 31));
  });

  test("say when they end, those that can be read", () => {
    assert.equal(expiryOf(jwt({ exp: 1_763_629_200 })), 1_763_629_200_000);
    assert.equal(expiryOf(jwt({ name: "ÿ?>", exp: 5 })), 5000);
    for (const none of [jwt({}), jwt({ exp: "soon" }), "", "abc", "a.%%%.c"]) assert.equal(expiryOf(none), null, none);
  });
});

describe("features", () => {
  test("are on, can be turned, and are told", () => {
    const mine = new Features();
    const heard = [];
    const stop = mine.onChange((name, value) => heard.push([name, value]));
    assert.equal(mine.isEnabled("websockets"), true);
    mine.disable("websockets");
    mine.disable("websockets");
    assert.equal(mine.isEnabled("websockets"), false);
    stop();
    mine.enable("websockets");
    assert.deepEqual(heard, [["websockets", false]]);
  });

  test("are remembered, and a broken memory is passed over", () => {
    const kept = new Map();
    const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
    new Features(storage).disable("websockets");
    assert.equal(new Features(storage).isEnabled("websockets"), false);
    for (const broken of ["{", "null", "7", '{"websockets":"maybe"}']) {
      assert.equal(new Features({ getItem: () => broken, setItem() {} }).isEnabled("websockets"), true, broken);
    }
    const forbidden = new Features({ getItem() { throw new Error(); }, setItem() { throw new Error(); } });
    forbidden.disable("websockets");
    assert.equal(forbidden.isEnabled("websockets"), false);
  });

  test("have names", () => assert.throws(() => features.disable("websocket"), /there is no feature "websocket"; there is: websockets/));

  test("without WebSocket and without another way there is no connection, and it says so", () => {
    const { client } = make();
    features.disable("websockets");
    client.connect();
    assert.equal(client.connection.state, "closed");
    assert.match(client.connection.reason, /none of the ways \(websocket\) can be taken here/);
  });
});

describe("options", () => {
  const cases = [
    [{ pingInterval: 0 }, /"pingInterval" is a number of ms above 0, not 0/],
    [{ transports: ["carrier pigeon"] }, /"transports" is a list of websocket, events, poll, polling/],
    [{ transports: [] }, /"transports"/],
    [{ backoff: { first: 50, max: 10 } }, /"backoff" is \{first, max\}/],
    [{ since: "yesterday" }, /"since" is a position/],
    [{ queueLimit: -1 }, /"queueLimit"/],
    [{ maxAttempts: 0 }, /"maxAttempts"/],
    [{ refreshToken: "abc" }, /"refreshToken" is a function/],
    [{ retries: 5 }, /there is no option "retries"; there is: channels, since/],
  ];
  for (const [options, words] of cases) test(`${JSON.stringify(options)} is refused with what is accepted`, () => assert.throws(() => new TipwatchClient("http://box", options), words));

  for (const name of ["ftp://box", "box"]) test(`the address ${name} is refused`, () => assert.throws(() => new TipwatchClient(name), TypeError));

  const places = [
    [["http://box:8787"], "ws://box:8787/ws", "http://box:8787/"],
    [["https://box/watch/"], "wss://box/watch/ws", "https://box/watch/"],
    [["ws://box/ws"], "ws://box/ws", "http://box/"],
    [["wss://box/watch/socket"], "wss://box/watch/socket", "https://box/watch/"],
    [["http://box/", "/socket"], "ws://box/socket", "http://box/"],
    [["https://box/", "//box:9000/ws"], "wss://box:9000/ws", "https://box/"],
  ];
  for (const [given, socket, base] of places) {
    test(`${given.join(" with ")} is ${socket} and ${base}`, () => {
      const place = placeOf(...given);
      assert.deepEqual([place.socket, place.base.href], [socket, base]);
    });
  }

  for (const [name, preset] of Object.entries(presets)) test(`the preset ${name} is accepted`, () => assert.ok(new TipwatchClient("http://box", preset)));

  test("the preset of S2 gives up after ten attempts", () => {
    const { environment, client } = make({ ...presets.states, transports: ["websocket"] });
    client.connect();
    for (let i = 0; i < 20 && client.connection.state !== "closed"; i += 1) {
      environment.socket.hangUp();
      environment.advance(30_000);
    }
    assert.equal(environment.sockets.length, 11);
  });

  test("the default channels are the server's", () => assert.deepEqual(defaultChannels, ["tip", "blocks", "mempool", "txs"]));
});
