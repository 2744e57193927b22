// SPDX-License-Identifier: GPL-3.0-or-later
// The client against the real program, in Node and in Chromium: cut, killed, blocked, slow, and with tokens. TIPWATCH_BINARY names the program.
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import WebSocket from "ws";
import { features, TipwatchClient } from "../../resources/web/client/index.js";
import { launch, openPage } from "./chromium.js";
import { Meddler } from "./meddler.js";
import { TipwatchProcess } from "./tipwatch_process.js";

const busy = [
  "--seed", "7", "--simulate-mempool", "1000", "--simulate-tx-rate", "200", "--simulate-block-interval", "300ms",
  "--websocket-connections-per-minute", "0", "--websocket-max-connections-per-ip", "0",
];
const quick = { backoff: { first: 50, max: 500 }, climb: { first: 200, max: 1000 } };
const streams = ["websocket", "events", "poll"];

let tipwatch;
let meddler;
let clients = [];
let failures = []; // of handlers

before(async () => {
  tipwatch = await TipwatchProcess.start(busy);
  meddler = await Meddler.to(tipwatch);
});
after(async () => {
  await meddler.close();
  await tipwatch.stop();
});
afterEach(() => {
  for (const client of clients) client.close();
  clients = [];
  const [failure] = failures.splice(0);
  assert.equal(failure, undefined);
  meddler.refused.clear();
  features.enable("websockets");
});

function makeClient(url, options = {}) {
  const environment = { WebSocket, report: (error) => failures.push(error), ...options.environment };
  const client = new TipwatchClient(url, { channels: ["blocks", "txs"], ...quick, ...options, environment });
  clients.push(client);
  return client;
}

/** Until @p isSo, looked at whenever the client tells something. */
function until(client, isSo, what) {
  return new Promise((resolve, reject) => {
    const stops = [];
    const end = (settle, value) => {
      clearTimeout(timer);
      for (const stop of stops) stop();
      settle(value);
    };
    const timer = setTimeout(() => end(reject, new Error(`${what} did not happen: ${JSON.stringify([client.connection, client.getMetrics()])}`)), 60_000);
    const look = () => {
      if (isSo()) end(resolve);
    };
    for (const event of ["message", "connection", "latency", "reset", "error"]) stops.push(client.on(event, look));
    look();
  });
}

/** The chain as a reader is told of it: every block has to build on the one before, whatever reorgs come. */
class Chain {
  hashes = [];

  constructor(client) {
    client.on("block.mined", ({ data }) => {
      if (this.hashes.length > 0) assert.equal(data.previousHash, this.hashes.at(-1), `block ${data.height} builds on the one before`);
      this.hashes.push(data.hash);
    });
    client.on("block.disconnected", ({ data }) => {
      if (this.hashes.length > 0) assert.equal(this.hashes.pop(), data.hash, "the last block goes first");
    });
  }

  get length() {
    return this.hashes.length;
  }
}

/** What a reader of events has heard, each by itself, in the order of each channel. */
class Record {
  blocks = [];
  txs = [];

  constructor(client) {
    client.on("blocks", ({ type, seq, data }) => this.blocks.push([seq, `${type} ${data.hash ?? data.fork}`]));
    client.on("txs", ({ type, seq, data }) => {
      if (type === "tx.removed") for (const txid of data.txids ?? [data.txid]) this.txs.push([seq, `gone ${txid}`]);
      else for (const { txid } of type === "tx.batch" ? data : [data]) this.txs.push([seq, `seen ${txid}`]);
    });
  }

  /** Of a channel, what was heard after @p from and up to @p to. */
  between(channel, from, to) {
    return this[channel].filter(([seq]) => seq > from && seq <= to).map(([, what]) => what);
  }

  get lastSeq() {
    return Math.min(this.blocks.at(-1)?.[0] ?? 0, this.txs.at(-1)?.[0] ?? 0);
  }
}

/** Heard the same as one who was never cut off, from @p from up to what both have heard. */
function assertSame(record, reference, from) {
  const to = Math.min(record.lastSeq, reference.lastSeq);
  for (const channel of ["blocks", "txs"]) {
    const heard = record.between(channel, from, to);
    const all = reference.between(channel, from, to);
    assert.ok(all.length > 0, `something happened on ${channel}`);
    const first = all.findIndex((what, i) => what !== heard[i]);
    assert.ok(first === -1 && heard.length === all.length, `${channel}: of ${all.length} and ${heard.length} the first that differ are ${first}: ${all[first]}, ${heard[first]}`);
  }
  return to - from;
}

async function withReference() {
  const steady = makeClient(tipwatch.url, { transports: ["websocket"] });
  const reference = new Record(steady);
  steady.connect();
  await until(steady, () => steady.isConnected() && reference.lastSeq > 0, "the first events");
  return { steady, reference };
}

describe("cut again and again, it misses nothing and hears nothing twice", () => {
  for (const way of streams) {
    test(`over ${way}`, async () => {
      const { steady, reference } = await withReference();
      const client = makeClient(meddler.url, { transports: [way] });
      const record = new Record(client);
      client.connect();
      await until(client, () => client.isConnected(), "an opening");
      const from = client.position.seq;
      for (let cuts = 0; cuts < 8; cuts += 1) {
        const heard = record.txs.length;
        await until(client, () => client.isConnected() && record.txs.length > heard + 20, "more transactions");
        if (way === "poll") meddler.breaksNext = way; // between two polls there is nothing to cut
        else meddler.cut();
        await until(client, () => !client.isConnected(), "a loss");
      }
      const { seq } = steady.position;
      await until(client, () => record.lastSeq > seq, "the present");
      await until(steady, () => reference.lastSeq >= record.lastSeq, "the reference");
      const events = assertSame(record, reference, from);
      const { reconnects, repeated, resets } = client.getMetrics();
      console.log(`# ${way}: ${events} events, ${reconnects} returns, ${repeated} repeated by the server and passed over`);
      assert.ok(reconnects >= 8);
      assert.equal(resets, 0);
    });
  }

  test("and the same with channels that rest meanwhile", async () => {
    const { steady, reference } = await withReference();
    const client = makeClient(meddler.url, { transports: ["websocket"] });
    const record = new Record(client);
    client.connect();
    await until(client, () => record.lastSeq > 0, "the first events");
    const from = Math.max(record.txs[0][0], record.blocks[0][0]);
    for (let rests = 0; rests < 3; rests += 1) {
      client.pause(["txs"]);
      const blocks = record.blocks.length;
      await until(client, () => record.blocks.length > blocks + 2, "blocks");
      if (rests === 1) meddler.cut();
      client.resume();
      const txs = record.txs.length;
      await until(client, () => client.isConnected() && record.txs.length > txs + 50, "transactions");
    }
    const { seq } = steady.position;
    await until(client, () => record.lastSeq > seq, "the present");
    await until(steady, () => reference.lastSeq >= record.lastSeq, "the reference");
    assertSame(record, reference, from);
    assert.equal(client.getMetrics().resets, 0);
  });
});

describe("down the ways and up again", () => {
  test("WebSocket, event stream, long poll and back: without a gap, whatever is blocked", async () => {
    const { steady, reference } = await withReference();
    const client = makeClient(meddler.url);
    const record = new Record(client);
    const used = [];
    client.on("connection", ({ state, transport }) => state === "open" && used.push(transport));
    client.connect();
    await until(client, () => client.isConnected(), "an opening");
    const from = client.position.seq;
    for (const way of ["websocket", "events"]) {
      meddler.refused.add(way);
      meddler.cut();
      const heard = record.txs.length;
      await until(client, () => client.isConnected() && client.connection.transport === streams[streams.indexOf(way) + 1] && record.txs.length > heard + 50, `life without ${way}`);
    }
    for (const way of ["events", "websocket"]) {
      meddler.refused.delete(way);
      await until(client, () => client.connection.transport === way && client.isConnected(), `the return to ${way}`);
    }
    const { seq } = steady.position;
    await until(client, () => record.lastSeq > seq, "the present");
    await until(steady, () => reference.lastSeq >= record.lastSeq, "the reference");
    assertSame(record, reference, from);
    assert.deepEqual(used, ["websocket", "events", "poll", "events", "websocket"]);
    assert.equal(client.getMetrics().resets, 0);
  });

  test("polling tells states and blocks, and leaves the transactions to the stream that follows", async () => {
    const { steady } = await withReference();
    const all = new Chain(steady);
    for (const way of streams) meddler.refused.add(way);
    const client = makeClient(meddler.url, { channels: ["blocks", "txs", "tip"], pollInterval: 200 });
    const record = new Record(client);
    const chain = new Chain(client);
    const tips = [];
    client.on("tip", ({ data }) => tips.push(data.height));
    client.connect();
    await until(client, () => client.connection.transport === "polling" && record.blocks.length >= 3 && tips.length >= 3, "blocks by polling");
    assert.deepEqual(record.txs, []);
    meddler.refused.clear();
    await until(client, () => client.connection.transport === "websocket", "the stream");
    const polled = meddler.asked("/api/v1/blocks");
    await until(client, () => record.txs.length > 100, "transactions");
    const blocks = record.blocks.length;
    await until(client, () => record.blocks.length > blocks + 2, "more blocks");
    assert.equal(meddler.asked("/api/v1/blocks"), polled, "polling stops when the stream is there");
    await until(steady, () => all.hashes.includes(chain.hashes.at(-1)), "the reference");
    assert.ok(chain.length > 5);
  });

  test("the switch takes effect at once, both ways", async () => {
    const client = makeClient(meddler.url);
    client.connect();
    await until(client, () => client.isConnected() && client.connection.transport === "websocket", "a WebSocket");
    features.disable("websockets");
    await until(client, () => client.isConnected() && client.connection.transport === "events", "an event stream");
    features.enable("websockets");
    await until(client, () => client.isConnected() && client.connection.transport === "websocket", "a WebSocket");
    assert.deepEqual([client.getMetrics().resets, client.connection.state], [0, "open"]);
  });

  test("in Node, without a WebSocket of its own, it uses the event stream", async () => {
    const client = makeClient(tipwatch.url, { environment: { WebSocket: undefined } });
    client.connect();
    await until(client, () => client.isConnected() && client.getMetrics().latency !== null, "an event stream");
    assert.equal(client.connection.transport, "events");
  });
});

describe("the program", () => {
  for (const way of [...streams, "polling"]) {
    test(`killed and started again is another run, and told so, over ${way}`, async () => {
      let own = await TipwatchProcess.start(busy);
      const client = makeClient(own.url, { transports: [way], channels: ["tip", "status"], pollInterval: 100 });
      const tips = [];
      const resets = [];
      client.on("tip", ({ data }) => tips.push(data.height));
      client.on("reset", (reset) => resets.push(reset));
      client.connect();
      await until(client, () => tips.length >= 2, "tips");
      const before = client.position;
      await own.stop("SIGKILL");
      await until(client, () => client.connection.state === "waiting", "a loss");
      own = await TipwatchProcess.start(busy, own.port);
      const listened = Date.now();
      tips.length = 0;
      await until(client, () => client.isConnected() && tips.length >= 1, "the return");
      console.log(`# ${way}: back ${Date.now() - listened} ms after the program listened again`);
      assert.deepEqual(resets.map(({ reason, channels }) => [reason, channels]), [["restarted", ["tip", "status"]]]);
      assert.notEqual(resets[0].position.epoch, before.epoch);
      client.close();
      await own.stop();
    });
  }

  test("closes who is too slow, and who comes back has missed nothing", async () => {
    const own = await TipwatchProcess.start([...busy, "--simulate-tx-rate", "3000", "--websocket-queue-messages", "16", "--websocket-delivery-timeout", "100ms"]);
    const steady = makeClient(own.url, { transports: ["websocket"] });
    const reference = new Record(steady);
    let socket;
    const client = makeClient(own.url, {
      transports: ["websocket"],
      environment: { WebSocket: class extends WebSocket { constructor(url) { super(url); socket = this; } } },
    });
    const record = new Record(client);
    const codes = [];
    client.on("connection", ({ state, code }) => state === "waiting" && codes.push(code));
    steady.connect();
    await until(steady, () => reference.lastSeq > 0, "the first events");
    client.connect();
    await until(client, () => client.isConnected(), "an opening");
    const from = client.position.seq;
    await until(client, () => record.lastSeq > from, "events");
    socket.pause();
    const heard = reference.txs.length;
    await until(steady, () => reference.txs.length > heard + 30_000, "a great deal");
    socket.resume();
    await until(client, () => codes.length > 0, "a loss");
    assert.equal(codes[0], 4008);
    const { seq } = steady.position;
    await until(client, () => record.lastSeq > seq, "the present");
    await until(steady, () => reference.lastSeq >= record.lastSeq, "the reference");
    assertSame(record, reference, from);
    assert.equal(client.getMetrics().resets, 0);
    client.close();
    steady.close();
    await own.stop();
  });

  test("answers what was queued while nobody was there", async () => {
    const client = makeClient(tipwatch.url, { channels: ["tip"] });
    const heard = [];
    client.on("pong", (message) => heard.push(message));
    client.on("error", (error) => heard.push(error));
    client.send({ op: "dance", id: "queued" });
    client.connect();
    await until(client, () => heard.length > 0, "an answer");
    assert.deepEqual([heard[0].code, heard[0].id], ["unknown_op", "queued"]);
  });

  test("filters for the client, over every stream", async () => {
    for (const way of streams) {
      const client = makeClient(tipwatch.url, { transports: [way], channels: [{ name: "txs", filter: { minFeerate: 20 } }] });
      const feerates = [];
      client.on("txs", ({ type, data }) => type !== "tx.removed" && feerates.push(...[data].flat().map(({ feerate }) => feerate)));
      client.connect();
      await until(client, () => feerates.length > 20, `transactions over ${way}`);
      assert.ok(feerates.every((feerate) => feerate >= 20), way);
      client.close();
    }
  });

  test("refuses a channel that there is none of, and the others come", async () => {
    const client = makeClient(tipwatch.url, { channels: ["tip", "nonsense"] });
    const errors = [];
    client.on("error", (error) => errors.push(error));
    client.connect();
    await until(client, () => client.isConnected(), "an opening");
    assert.deepEqual(errors.map(({ code, channel }) => [code, channel]), [["unknown_channel", "nonsense"]]);
    const nothing = makeClient(tipwatch.url, { channels: ["nonsense"] });
    nothing.connect();
    await until(nothing, () => nothing.isConnected() && nothing.getMetrics().latency !== null, "an opening without channels");
  });
});

describe("tokens", () => {
  const secret = randomBytes(32).toString("hex");
  const leeway = 30; // s that the server grants after the end
  let folder;
  let guarded;

  function tokenFor(seconds) {
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${encode({ alg: "HS256" })}.${encode({ exp: Math.floor(Date.now() / 1000) + seconds })}`;
    return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "tipwatch-"));
    await writeFile(join(folder, "secret"), secret);
    guarded = await TipwatchProcess.start([...busy, "--require-auth", "--jwt-key", join(folder, "secret")]);
  });
  after(async () => {
    await guarded.stop();
    await rm(folder, { recursive: true });
  });

  for (const way of [...streams, "polling"]) {
    test(`let it in over ${way}, and a wrong one does not`, async () => {
      const client = makeClient(guarded.url, { transports: [way], token: tokenFor(600), channels: ["tip"], pollInterval: 200 });
      client.connect();
      await until(client, () => client.getMetrics().messagesReceived > 3, "messages");
      const stranger = makeClient(guarded.url, { transports: [way], token: "a.b.c", channels: ["tip"] });
      stranger.connect();
      await until(stranger, () => stranger.connection.state === "closed", "a refusal");
      assert.equal(stranger.connection.code, 1008);
    });
  }

  for (const way of ["websocket", "events"]) {
    test(`are renewed before they end, over ${way}: the stream outlives the first`, async () => {
      let asked = 0;
      const ends = Date.now() + 2000;
      const client = makeClient(guarded.url, {
        transports: [way], channels: ["tip", "blocks"], token: tokenFor(2 - leeway), refreshToken: async () => ((asked += 1), tokenFor(600)),
      });
      const chain = new Chain(client);
      client.connect();
      await until(client, () => chain.length > 3 && Date.now() > ends + 1500, "life after the end");
      assert.deepEqual([asked, client.getMetrics().reconnects], [1, 0]);
    });

    test(`that have expired end it over ${way}; with a new one it goes on from there`, async () => {
      const client = makeClient(guarded.url, { transports: [way], channels: ["tip", "blocks"], token: tokenFor(5 - leeway) });
      const chain = new Chain(client);
      client.connect();
      await until(client, () => chain.length > 0, "a block");
      await until(client, () => client.connection.state === "closed", "the end");
      assert.deepEqual([client.connection.code, client.connection.reason], [1008, "the token has expired"]);
      client.setToken(tokenFor(600));
      client.connect();
      const before = chain.length;
      await until(client, () => chain.length > before + 3, "more blocks");
      assert.equal(client.getMetrics().resets, 0);
    });
  }
});

describe("in Chromium", () => {
  let browser;

  before(async () => {
    browser = await launch();
  });
  after(() => browser.close());

  const shows = (page, words) => page.waitForFunction((text) => document.querySelector("#link").textContent.includes(text), words, { timeout: 60_000 });

  test("the page finds another way where WebSocket is blocked, goes on, and comes back up", async () => {
    const { page, problems, close } = await openPage(browser, meddler.url);
    const follows = async () => {
      const { height } = await tipwatch.get("/api/v1/tip");
      await page.waitForFunction((least) => Number(document.querySelector("#cars .car-height").textContent.replace(/\D/g, "")) > least, height, { timeout: 60_000 });
    };
    meddler.refused.add("websocket");
    await page.goto(meddler.url);
    await shows(page, "over an event stream");
    await follows();
    meddler.refused.add("events").add("poll");
    meddler.cut();
    await shows(page, "asking every 2 s");
    await follows();
    meddler.refused.clear();
    await page.evaluate(() => window.ws.retryNow());
    await shows(page, "over WebSocket");
    await follows();
    const ofTheBlocking = /WebSocket connection to|status of 403|net::ERR_/;
    assert.deepEqual(problems.filter((problem) => !ofTheBlocking.test(problem)), []);
    await close();
  });

  test("the console has the client and the switch, and the browser remembers it", async () => {
    const { page, close } = await openPage(browser, tipwatch.url);
    await page.goto(tipwatch.url);
    await shows(page, "over WebSocket");
    const metrics = await page.evaluate(() => window.ws.getMetrics());
    for (const name of ["messagesReceived", "messagesSent", "reconnects", "latency"]) assert.equal(typeof metrics[name], "number", name);
    await page.evaluate(() => window.features.disable("websockets"));
    await shows(page, "over an event stream");
    await page.reload();
    await shows(page, "over an event stream");
    assert.equal(await page.evaluate(() => window.features.isEnabled("websockets")), false);
    await page.evaluate(() => window.features.enable("websockets"));
    await shows(page, "over WebSocket");
    await close();
  });

  test("what happens while the page is on its way is not missed", async () => {
    const { page, close } = await openPage(browser, tipwatch.url);
    await page.goto(tipwatch.url);
    await shows(page, "over WebSocket");
    assert.equal(await page.evaluate(() => window.ws.getMetrics().resets), 0, "the stream went on from the position of the document");
    await close();
  });
});
