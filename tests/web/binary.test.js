// SPDX-License-Identifier: GPL-3.0-or-later
// The page of the real program in a real browser: what a LAN browser gets. TIPWATCH_BINARY names the program.
import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { HtmlValidate } from "html-validate";
import { connected, desktop, launch, openPage, overflows, phone, text } from "./chromium.js";
import { TipwatchProcess } from "./tipwatch_process.js";

const lively = ["--seed", "7", "--simulate-mempool", "2000", "--simulate-tx-rate", "20", "--simulate-block-interval", "2s"];

let browser;
let tipwatch;
let opened;

before(async () => {
  browser = await launch();
});
after(() => browser.close());
beforeEach(async () => {
  tipwatch = await TipwatchProcess.start(lively);
  opened = null;
});
afterEach(async () => {
  await opened?.close();
  await tipwatch.stop();
});

async function open(options) {
  opened = await openPage(browser, tipwatch.url, options);
  await opened.page.goto(tipwatch.url);
  return opened;
}

/** The height on the page reaches what the program says at that moment. */
async function followsTip(page) {
  const { height } = await tipwatch.get("/api/v1/tip");
  await page.waitForFunction((least) => Number(document.querySelector("#cars .car-height").textContent.replace(/\D/g, "")) > least, height);
}

for (const [width, viewport] of Object.entries({ phone, desktop })) {
  for (const colorScheme of ["dark", "light"]) {
    test(`on a ${width}, ${colorScheme}: live, labelled, in order`, async () => {
      const { page, problems } = await open({ viewport, colorScheme });
      await connected(page);
      await page.evaluate(() => (window.sameDocument = true));
      assert.equal(await page.locator("#simulated").isVisible(), true);
      await followsTip(page);
      await page.waitForSelector("#feed-list li.is-tx");
      assert.equal(await page.evaluate(() => window.sameDocument), true);
      assert.equal(await overflows(page), false);
      assert.deepEqual(problems, []);
    });

    test(`on a ${width}, ${colorScheme}, without scripts: complete`, async () => {
      const { page, problems } = await open({ viewport, colorScheme, javaScript: false });
      assert.match(await page.title(), /^[\d,]+ · Tipwatch$/);
      assert.match(await text(page, "#simulated"), /simulated/i);
      assert.match(await text(page, "#state"), /Live/);
      assert.match(await text(page, "#mempool"), /tx/);
      assert.ok((await page.locator("#rows tr").count()) >= 1);
      assert.equal(await overflows(page), false);
      assert.deepEqual(problems, []);
    });
  }
}

test("with a token in its address it is let in where one is needed, and its stream too", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tipwatch-"));
  const secret = randomBytes(32).toString("hex");
  await writeFile(join(folder, "secret"), secret);
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${encode({ alg: "HS256" })}.${encode({ exp: Math.floor(Date.now() / 1000) + 600 })}`;
  const token = `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
  await tipwatch.stop();
  tipwatch = await TipwatchProcess.start([...lively, "--require-auth", "--jwt-key", join(folder, "secret")]);
  assert.equal((await fetch(tipwatch.url)).status, 401);
  opened = await openPage(browser, tipwatch.url);
  const { page, problems } = opened;
  await page.goto(`${tipwatch.url}/?token=${token}`);
  await connected(page);
  await page.waitForSelector("#feed-list li.is-tx");
  assert.deepEqual(problems, []);
  await rm(folder, { recursive: true });
});

test("what the page shows is what the program says", async () => {
  await tipwatch.stop();
  tipwatch = await TipwatchProcess.start(["--seed", "7", "--simulate-mempool", "500", "--simulate-tx-rate", "0", "--simulate-block-interval", "1h"]);
  const { page } = await open();
  await connected(page);
  const [tip, blocks, mempool] = await Promise.all(["/api/v1/tip", "/api/v1/blocks?limit=12", "/api/v1/mempool"].map((path) => tipwatch.get(path)));
  assert.equal(await page.textContent("#tip-hash"), tip.hash);
  assert.deepEqual(await page.locator("#cars [data-hash]").evaluateAll((cars) => cars.map((car) => car.dataset.hash)), blocks.map((block) => block.hash));
  assert.equal(await page.textContent("#mempool em"), `${mempool.count.toLocaleString("en")} tx`);
});

for (const signal of ["SIGTERM", "SIGKILL"]) {
  test(`the page comes back after the program got ${signal} and was started again`, async () => {
    const { page, problems } = await open();
    await connected(page);
    await page.evaluate(() => (window.sameDocument = true));
    const { port } = tipwatch;
    await tipwatch.stop(signal);
    await page.waitForFunction(() => document.querySelector("#link").textContent.includes("Reconnecting"));
    tipwatch = await TipwatchProcess.start(lively, port);
    const started = Date.now();
    await connected(page);
    console.log(`# reconnected ${Date.now() - started} ms after the program listened again`);
    await followsTip(page);
    assert.equal(await page.evaluate(() => window.sameDocument), true);
    assert.deepEqual(problems.filter((problem) => !/WebSocket connection to|net::ERR_(CONNECTION|EMPTY_RESPONSE)/.test(problem)), []);
  });
}

describe("what is served", () => {
  test("the page is valid HTML and forbids everything it does not need", async () => {
    const response = await fetch(tipwatch.url);
    assert.match(response.headers.get("content-type"), /^text\/html; *charset=utf-8$/i);
    assert.match(response.headers.get("content-security-policy"), /default-src 'none'/);
    const report = await new HtmlValidate({ extends: ["html-validate:standard"], rules: { "meta-refresh": "off" } }).validateString(await response.text());
    assert.deepEqual(report.results.flatMap(({ messages }) => messages.map((m) => `${m.line}:${m.column} ${m.message}`)), []);
  });

  test("every file of the page is there, and may be kept", async () => {
    const html = await (await fetch(tipwatch.url)).text();
    const paths = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
    assert.ok(paths.length > 15);
    for (const path of paths) {
      const response = await fetch(tipwatch.url + path);
      assert.equal(response.status, 200, path);
      assert.match(response.headers.get("cache-control"), /max-age=31536000, immutable/, path);
      assert.ok((await response.arrayBuffer()).byteLength > 100, path);
      const again = await fetch(tipwatch.url + path, { headers: { "if-none-match": response.headers.get("etag") } });
      assert.equal(again.status, 304, path);
    }
  });
});

test("it is there at once", async () => {
  opened = await openPage(browser, tipwatch.url);
  const { page } = opened;
  await page.addInitScript(() => {
    new MutationObserver(() => {
      if (/ms$/.test(document.querySelector("#link b")?.textContent ?? "")) window.liveAt ??= performance.now();
    }).observe(document, { subtree: true, childList: true, characterData: true });
  });
  await page.goto(tipwatch.url);
  await connected(page);
  const { paint, load, live, bytes } = await page.evaluate(() => ({
    paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    load: performance.getEntriesByType("navigation")[0].loadEventEnd,
    live: window.liveAt,
    bytes: [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")].reduce((sum, entry) => sum + entry.transferSize, 0),
  }));
  console.log(`# first contentful paint ${paint.toFixed(0)} ms, load ${load.toFixed(0)} ms, live ${live.toFixed(0)} ms, ${(bytes / 1000).toFixed(0)} kB`);
  assert.ok(paint < 3000 && live < 6000, "far from the figures even for a busy machine");
});
