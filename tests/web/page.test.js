// SPDX-License-Identifier: GPL-3.0-or-later
// The page in a real browser against a stream by hand. TIPWATCH_PAGES names the folder that write_pages filled.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { connected, desktop, launch, openPage, overflows, phone, text } from "./chromium.js";
import { ScriptedGateway } from "./scripted_gateway.js";

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
let gateway;
let opened;
let nextHash = 1;

before(async () => {
  browser = await launch();
});
after(() => browser.close());
beforeEach(async () => {
  gateway = new ScriptedGateway(process.env.TIPWATCH_PAGES);
  await gateway.start();
  opened = null;
});
afterEach(async () => {
  await opened?.close();
  await gateway.stop();
});

async function open(path = "/", options) {
  opened = await openPage(browser, gateway.url, options);
  await opened.page.goto(gateway.url + path);
  return opened;
}

async function openLive(options) {
  const result = await open("/", options);
  await connected(result.page);
  return result;
}

const newHash = () => (nextHash++).toString(16).padStart(64, "0");
const newest = (page) => page.evaluate(() => document.querySelector("#cars [data-hash]:not(.stale)").dataset.hash);
const made = (page) => page.evaluate(() => Number(document.documentElement.dataset.now));

function block(height, previousHash, time, changes = {}) {
  return {
    height, hash: newHash(), previousHash, time, medianTime: time, receivedAt: time * 1000, version: 1, bits: 1, txCount: 3411, size: 1_612_000,
    weight: 3_993_000, totalFees: 31_200_000, subsidy: 312_500_000, medianFeerate: 29.1, feerateRange: [18, 20, 24, 29.1, 35, 48, 320],
    miner: "MARA Pool", coinbaseTag: "x", chainwork: null, ...changes,
  };
}

const tip = (b) => ({
  height: b.height, hash: b.hash, previousHash: b.previousHash, time: b.time, receivedAt: b.receivedAt, difficulty: 1.4672e14, chainwork: "ff",
  headers: b.height, initialBlockDownload: false, verificationProgress: 1, finalizedHeight: null, medianTime: b.time,
});

const status = (changes = {}) => ({
  source: "bitcoin", network: "main", node: "http://127.0.0.1:8332", version: "Bitcoin Core 31.0.0", state: "live", reason: null, progress: null,
  feed: "push", exact: true, resyncs: 0, simulated: false, pruned: false, since: null, ...changes,
});

const mempool = (changes = {}) => ({
  count: 1234, undescribed: 0, vsize: 4_200_000, usage: 290_000_000, maxUsage: 300_000_000, totalFees: 5_000_000, minFeerate: 2.5,
  bytesPerSecond: 2310, txPerSecond: 4.8, histogram: [[1, 1_000_000], [10, 3_200_000]], exact: true, resyncs: 0, ...changes,
});

const transaction = (changes = {}) => ({
  txid: newHash(), wtxid: newHash(), fee: 2820, vsize: 141, weight: 561, feerate: 20, value: 123_456_789, inputs: 1, outputs: 2, flags: [], time: 1, ...changes,
});

async function mine(page, changes) {
  const found = block(918_319, await newest(page), Math.floor((await made(page)) / 1000), changes);
  gateway.send("block.mined", "blocks", found);
  gateway.send("tip.update", "tip", tip(found));
  await page.waitForFunction((hash) => document.querySelector(`#cars [data-hash="${hash}"]`), found.hash);
  return found;
}

describe("at every width and in every theme", () => {
  for (const [width, viewport] of Object.entries({ phone, desktop })) {
    for (const colorScheme of ["dark", "light"]) {
      test(`comes to life on a ${width}, ${colorScheme}: no errors, no strangers, no sideways scrolling, no jumps`, async () => {
        opened = await openPage(browser, gateway.url, { viewport, colorScheme });
        const { page, problems } = opened;
        await page.addInitScript(() => {
          window.shift = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) window.shift += entry.value;
          }).observe({ type: "layout-shift", buffered: true });
        });
        gateway.setState("status", "status.update", status());
        await page.goto(gateway.url);
        await connected(page);
        await mine(page);
        for (let i = 0; i < 20; i += 1) gateway.send("tx.seen", "txs", transaction());
        await page.waitForSelector("#feed-list li.is-tx");
        assert.equal(await page.title(), "918,319 · Tipwatch");
        assert.equal(await overflows(page), false);
        assert.deepEqual(problems, []);
        const shift = await page.evaluate(() => window.shift);
        assert.ok(shift < 0.01, `cumulative layout shift ${shift}`);
      });

      test(`reads well without scripts on a ${width}, ${colorScheme}`, async () => {
        const { page, problems } = await open("/", { viewport, colorScheme, javaScript: false });
        assert.match(await text(page, "#state"), /Live/);
        assert.match(await text(page, "#cars"), /918,318/);
        assert.match(await text(page, "#fees"), /28\.4/);
        assert.match(await text(page, "#rows"), /Foundry USA/);
        assert.match(await text(page, "#link"), /Static/);
        for (const needless of ["#feed", "#theme", "#copy-hash"]) assert.equal(await page.locator(needless).isVisible(), false, needless);
        assert.equal(await overflows(page), false);
        assert.deepEqual(problems, []);
      });
    }
  }
});

describe("accessibility (axe-core)", () => {
  for (const state of ["busy", "unknown", "syncing", "error", "simulated", "empty"]) {
    for (const colorScheme of ["dark", "light"]) {
      test(`${state}, ${colorScheme}: nothing to complain of`, async () => {
        const { page } = await open(`/${state}.html`, { colorScheme, viewport: state === "simulated" ? phone : desktop });
        await connected(page);
        if (state === "busy") {
          const found = await mine(page);
          gateway.send("block.disconnected", "blocks", { height: found.height, hash: found.hash });
          gateway.send("tx.seen", "txs", transaction());
          gateway.send("chain.reorg", "blocks", { depth: 2, fork: 918_316, disconnected: [], connected: [] });
          await page.waitForSelector(".is-reorg");
          await page.waitForFunction(() => document.getAnimations().length === 0);
        }
        await page.evaluate(axeSource);
        const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
        assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")}`), []);
      });
    }
  }
});

describe("blocks", () => {
  test("a found block goes to the front, is announced, and the tip follows without a reload", async () => {
    const { page, problems } = await openLive();
    await page.evaluate(() => (window.sameDocument = true));
    const found = await mine(page);
    assert.equal(await newest(page), found.hash);
    assert.match(await text(page, "#cars li"), /918,319[\s\S]*29\.1 sat\/vB[\s\S]*18–320[\s\S]*3,411 tx · 1\.61 MB[\s\S]*MARA Pool/);
    assert.match(await text(page, "#rows tr"), /918,319.*3,411.*1\.61 MB.*0\.3120 BTC.*29\.1.*MARA Pool/s);
    assert.equal(await page.textContent("#announce"), "Block 918,319 found by MARA Pool");
    assert.equal(await text(page, "#tip .tip-height b"), "918,319");
    assert.equal(await page.textContent("#tip-hash"), found.hash);
    assert.equal(await page.locator("#cars li").count(), 12);
    assert.equal(await page.locator("#rows tr").count(), 7);
    assert.equal(await page.evaluate(() => window.sameDocument), true);
    assert.deepEqual(problems, []);
  });

  test("it slides in within a quarter of a second, or not at all for who wants no motion", async () => {
    const { page } = await openLive();
    await mine(page);
    const longest = await page.evaluate(() => Math.max(...document.getAnimations().map((a) => a.effect.getComputedTiming().endTime)));
    assert.ok(longest > 0 && longest <= 250, `${longest} ms`);
    await opened.close();
    const still = await openLive({ reducedMotion: "reduce" });
    await mine(still.page);
    assert.equal(await still.page.evaluate(() => document.getAnimations().length), 0);
  });

  test("a disconnected block stays to be seen as stale, and the new branch builds on what was before", async () => {
    const { page, problems } = await openLive();
    const before = await newest(page);
    const lost = await mine(page, { miner: "Loser" });
    gateway.send("block.disconnected", "blocks", { height: lost.height, hash: lost.hash });
    await page.waitForSelector("#cars .stale");
    assert.match(await text(page, "#cars .stale"), /Loser/);
    assert.equal(await page.locator("#rows .stale").count(), 1);
    assert.equal(await newest(page), before);
    const winner = await mine(page, { miner: "Winner" });
    gateway.send("chain.reorg", "blocks", { depth: 1, fork: 918_318, disconnected: [], connected: [] });
    await page.waitForSelector(".is-reorg");
    assert.equal(winner.previousHash, before);
    assert.deepEqual(await page.locator("#cars .car").evaluateAll((cars) => cars.slice(0, 2).map((car) => car.classList.contains("stale"))), [false, true]);
    assert.match(await text(page, "#feed-list .is-reorg"), /Reorg of a block.*above 918,318/s);
    assert.deepEqual(problems, []);
  });

  test("more of them than fit, in one moment, leave the newest", async () => {
    const { page, problems } = await openLive();
    let previous = await newest(page);
    const time = Math.floor((await made(page)) / 1000);
    for (let i = 1; i <= 30; i += 1) {
      const found = block(918_318 + i, previous, time);
      gateway.send("block.mined", "blocks", found);
      previous = found.hash;
    }
    await page.waitForFunction((hash) => document.querySelector(`#cars [data-hash="${hash}"]`), previous);
    const heights = await page.locator("#cars .car-height").allInnerTexts();
    assert.deepEqual(heights, Array.from({ length: 12 }, (_, i) => (918_348 - i).toLocaleString("en")));
    assert.deepEqual(problems, []);
  });

  test("what was missed is asked for", async () => {
    const { page } = await openLive();
    const time = Math.floor((await made(page)) / 1000);
    const chain = [block(918_325, "00", time, { miner: "Newer" }), block(918_324, "00", time)];
    gateway.blocks = chain;
    gateway.send("tip.update", "tip", tip(chain[0]));
    await page.waitForFunction((hash) => document.querySelector(`#cars [data-hash="${hash}"]`), chain[0].hash);
    assert.equal(await page.locator("#cars .ghost").count(), 10);
    assert.equal(await page.locator("#rows tr").count(), 2);
    assert.equal(await page.textContent(".now-facts [data-f=line]"), "Newer");
  });

  test("more becomes known of one", async () => {
    const { page } = await openLive();
    const found = await mine(page, { miner: null, coinbaseTag: null, medianFeerate: null, feerateRange: null, totalFees: null });
    assert.match(await text(page, "#cars li"), /–[\s\S]*fees unknown[\s\S]*unknown miner/);
    gateway.send("block.updated", "blocks", { ...found, miner: "Luxor", medianFeerate: 7, feerateRange: [1, 2, 3, 7, 8, 9, 10] });
    await page.waitForFunction(() => document.querySelector("#cars li").textContent.includes("Luxor"));
    assert.match(await text(page, "#cars li"), /7\.0 sat\/vB[\s\S]*1\.0–10/);
  });

  test("names of miners are text, whatever they hold", async () => {
    const { page, problems } = await openLive();
    await mine(page, { miner: "<img src=x onerror=alert(1)>" });
    assert.match(await text(page, "#cars li"), /<img src=x/);
    assert.equal(await page.locator("main img").count(), 0);
    assert.deepEqual(problems, []);
  });
});

describe("state", () => {
  const cases = {
    "syncing with its progress": [{ state: "syncing", progress: 0.4371, exact: false, reason: "Downloading." }, /Syncing 43 %/, /Not exact/, /Downloading\./],
    "the reason of an error": [{ state: "error", exact: false, reason: "The node refuses the password." }, /Error/, /Not exact/, /refuses the password/],
    "how long it is stale": [{ state: "stale", exact: false }, /Stale/, /as last seen/, /last picture/],
    "that it polls": [{ feed: "poll", reason: "No ZMQ." }, /Live/, /Polling/, /No ZMQ/],
    "that it resyncs": [{ exact: false }, /Live/, /Resyncing/, null],
    "that all is well": [{}, /Live/, /Exact/, null],
  };
  for (const [name, [changes, state, exact, notice]] of Object.entries(cases)) {
    test(`says ${name}`, async () => {
      const { page } = await openLive();
      gateway.send("status.update", "status", status({ version: "Bitcoin Knots 29.1", ...changes }));
      await page.waitForFunction(() => document.querySelector("#state").textContent.includes("Knots"));
      assert.match(await text(page, "#state"), state);
      assert.match(await text(page, "#exact"), exact);
      assert.equal(await page.locator("#notice").isVisible(), notice !== null);
      if (notice) assert.match(await text(page, "#notice"), notice);
    });
  }

  test("simulated data is labelled as soon as it is known to be", async () => {
    const { page } = await openLive();
    assert.equal(await page.locator("#simulated").isVisible(), false);
    gateway.send("status.update", "status", status({ simulated: true, reason: "Everything is invented.", version: "Simulated network" }));
    await page.locator("#simulated").waitFor();
    assert.equal(await page.locator("#notice").isVisible(), false);
    assert.match(await text(page, "#state"), /^Live\s+Simulated network$/);
    assert.match(await text(page, "#simulated"), /simulated/i);
  });

  test("mempool and fees follow", async () => {
    const { page } = await openLive();
    gateway.setState("mempool", "mempool.update", mempool());
    gateway.setState("fees", "fees.update", { nextBlock: 3.5, halfHour: null, hour: null, economy: null, minimum: 1 });
    await page.waitForFunction(() => document.querySelector("#fee-hour").classList.contains("none") && document.querySelector("#mempool em").textContent === "1,234 tx");
    assert.match(await text(page, "#mempool"), /4\.20 MvB · 0\.0500 BTC in fees[\s\S]*5 MvB[\s\S]*290 of 300 MB[\s\S]*2\.5 sat\/vB/);
    assert.equal(await page.getAttribute("#usage-meter", "class"), "warn");
    const heights = await page.locator("#bars .bar").evaluateAll((bars) => bars.map((bar) => bar.getAttribute("height")).filter((height) => height !== "0.00%"));
    assert.deepEqual(heights, ["20.00%", "64.00%"]);
    assert.match(await text(page, "#fee-nextBlock"), /3\.5 sat\/vB[\s\S]*494 sat/);
    assert.match(await text(page, "#fee-halfHour"), /no estimate yet/);
    gateway.send("mempool.update", "mempool", mempool({ count: 0, vsize: 0, usage: 0, totalFees: 0, histogram: [] }));
    await page.locator("#mempool-empty").waitFor();
  });
});

describe("feed", () => {
  test("tells of transactions, removals and blocks, newest first", async () => {
    const { page } = await openLive();
    const old = newHash();
    gateway.send("tx.seen", "txs", transaction({ txid: "a91e" + "0".repeat(56) + "07c2", feerate: 31.2 }));
    gateway.send("tx.batch", "txs", [transaction({ replaces: [old] }), transaction({ value: null })]);
    gateway.send("tx.removed", "txs", { txid: old, reason: "replaced", by: newHash() });
    gateway.send("tx.removed", "txs", { txids: Array.from({ length: 500 }, newHash), reason: "mined" });
    await page.waitForFunction(() => document.querySelectorAll("#feed-list li").length === 5);
    const rows = await page.locator("#feed-list li").allInnerTexts();
    assert.match(rows[0], /500 transactions[\s\S]*confirmed/);
    assert.match(rows[1], /replaced by/);
    assert.match(rows[3], /replaces .*1\.235 BTC/s);
    assert.match(rows[4], /a91e…07c2[\s\S]*31\.2/);
  });

  test("pauses, counts what it holds back, and shows it when asked to go on", async () => {
    const { page } = await openLive();
    await page.click("#pause");
    for (let i = 0; i < 25; i += 1) gateway.send("tx.seen", "txs", transaction());
    await page.waitForFunction(() => document.querySelector("#feed-held").textContent === "25 held back");
    assert.equal(await page.locator("#feed-list li").count(), 0);
    assert.equal(await page.getAttribute("#pause", "aria-pressed"), "true");
    await page.click("#pause");
    await page.waitForFunction(() => document.querySelectorAll("#feed-list li").length === 25);
    assert.equal(await text(page, "#feed-held"), "");
  });

  test("a block outlasts the many transactions held back around it", async () => {
    const { page } = await openLive();
    await page.click("#pause");
    for (let i = 0; i < 400; i += 1) gateway.send("tx.seen", "txs", transaction());
    await mine(page);
    for (let i = 0; i < 400; i += 1) gateway.send("tx.seen", "txs", transaction());
    await page.waitForFunction(() => document.querySelector("#feed-held").textContent === "801 held back");
    await page.click("#pause");
    await page.waitForSelector("#feed-list li.is-block");
  });

  test("stays short however much comes", async () => {
    const { page, problems } = await openLive();
    for (let i = 0; i < 3000; i += 1) gateway.send("tx.seen", "txs", transaction());
    await mine(page);
    for (let i = 0; i < 3000; i += 1) gateway.send("tx.seen", "txs", transaction());
    const last = transaction({ txid: "f".repeat(64) });
    gateway.send("tx.seen", "txs", last);
    await page.waitForFunction((txid) => document.querySelector(`#feed-list li[title="${txid}"]`), last.txid);
    assert.equal(await page.locator("#feed-list li").count(), 40);
    assert.deepEqual(problems, []);
  });
});

describe("connection", () => {
  test("comes back after the server was gone, without a reload", async () => {
    const { page, problems } = await openLive();
    await page.evaluate(() => (window.sameDocument = true));
    await gateway.stop();
    await page.waitForFunction(() => document.querySelector("#link").textContent.includes("Reconnecting"));
    await page.waitForFunction(() => document.querySelector("#retry").checkVisibility()); // hidden while an attempt is under way
    gateway.epoch = "000000000000abcd";
    await gateway.start();
    await page.evaluate(() => {
      const retry = document.querySelector("#retry");
      if (retry.checkVisibility()) retry.click(); // else its own attempt was faster
    });
    await connected(page);
    await mine(page);
    assert.equal(await page.evaluate(() => window.sameDocument), true);
    const ofTheOutage = /WebSocket connection to|net::ERR_(CONNECTION|EMPTY_RESPONSE)/; // a late icon fails to load, too
    assert.deepEqual(problems.filter((problem) => !ofTheOutage.test(problem)), []);
  });

  test("survives nonsense", async () => {
    const { page, problems } = await openLive();
    for (const nonsense of ["", "{", "null", "[]", '{"type":"no.such"}', '{"type":7}', '{"type":"error","error":{"code":"bad_json"}}']) gateway.sendRaw(nonsense);
    await mine(page);
    assert.deepEqual(problems, []);
  });

  test("a hidden tab gives its channels back, and has everything again when it is seen", async () => {
    const { page } = await openLive();
    const setHidden = (hidden) =>
      page.evaluate((value) => {
        Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    const given = gateway.nextMessage("unsubscribe");
    await setHidden(true);
    assert.deepEqual((await given).channels, ["blocks", "txs", "mempool", "fees", "network"]);
    const time = Math.floor((await made(page)) / 1000);
    const missed = block(918_340, "00", time);
    gateway.blocks = [missed];
    gateway.setState("tip", "tip.update", tip(missed));
    gateway.setState("mempool", "mempool.update", mempool({ count: 777 }));
    await page.waitForFunction(() => document.title.startsWith("918,340")); // the title is seen even then
    assert.equal(await text(page, "#mempool em"), "84,213 tx");
    await setHidden(false);
    await page.waitForFunction(() => document.querySelector("#mempool em").textContent === "777 tx");
    await page.waitForFunction((hash) => document.querySelector(`#cars [data-hash="${hash}"]`), missed.hash);
  });
});

describe("controls", () => {
  test("the theme can be chosen, and is remembered", async () => {
    const { page } = await openLive({ colorScheme: "light" });
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await page.click("#theme");
    assert.equal(await page.getAttribute("#theme", "aria-label"), "Theme: dark");
    const dark = await background();
    assert.notEqual(dark, light);
    await page.reload();
    assert.equal(await background(), dark);
    assert.equal(await page.getAttribute("#theme", "aria-label"), "Theme: dark");
    await page.click("#theme");
    assert.equal(await background(), light);
    await page.click("#theme");
    assert.equal(await page.getAttribute("#theme", "aria-label"), "Theme: system");
    await page.emulateMedia({ colorScheme: "dark" });
    assert.equal(await background(), dark);
  });

  for (const clipboard of ["a clipboard object", "plain http, which has none"]) {
    test(`the hash can be copied with ${clipboard}`, async () => {
      const { page } = await openLive();
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      const hash = await page.textContent("#tip-hash");
      const read = await page.evaluateHandle(() => navigator.clipboard);
      if (clipboard.startsWith("plain")) await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
      await page.click("#copy-hash");
      await page.waitForSelector("#copy-hash.done");
      assert.equal(await read.evaluate((object) => object.readText()), hash);
    });
  }

  test("everything that can be pressed can be reached and is seen to be reached", async () => {
    const { page } = await openLive();
    const reached = [];
    for (let i = 0; i < 20; i += 1) {
      await page.keyboard.press("Tab");
      const where = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === document.body) return null;
        return { name: element.id || element.textContent, outlined: getComputedStyle(element).outlineStyle !== "none" };
      });
      if (!where) break;
      assert.ok(where.outlined, `${where.name} shows its focus`);
      reached.push(where.name);
    }
    for (const name of ["Skip to content", "theme", "cars", "copy-hash", "pause", "feed-list"]) assert.ok(reached.includes(name), `${name} of ${reached}`);
  });
});
