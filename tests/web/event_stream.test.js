// SPDX-License-Identifier: GPL-3.0-or-later
// A browser's EventSource on the stream of the real program. TIPWATCH_BINARY names it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { after, before, test } from "node:test";
import { launch, openPage } from "./chromium.js";
import { TipwatchProcess } from "./tipwatch_process.js";

let browser;
let tipwatch;

before(async () => {
  browser = await launch();
  tipwatch = await TipwatchProcess.start(["--seed", "7", "--simulate-mempool", "500", "--simulate-tx-rate", "20", "--simulate-block-interval", "1s"]);
});
after(async () => {
  await browser.close();
  await tipwatch.stop();
});

/** A way to the program that can be cut. */
async function wire() {
  const sockets = new Set();
  const server = createServer((client) => {
    const upstream = connect(tipwatch.port, tipwatch.host);
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      sockets.add(from);
      from.on("error", () => {});
      from.on("close", () => to.destroy());
      from.pipe(to);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, cut, close: () => (cut(), server.close()) };
}

test("a browser whose connection breaks comes back by itself and misses nothing", async (t) => {
  const { url, cut, close } = await wire();
  const { page, close: closePage } = await openPage(browser, url);
  t.after(async () => {
    await closePage();
    close();
  });
  await page.goto(url);
  await page.evaluate(() => {
    window.hellos = [];
    window.blocks = [];
    window.types = new Set();
    const source = new EventSource("/api/v1/events?channels=tip,blocks,txs");
    source.addEventListener("hello", (event) => window.hellos.push(JSON.parse(event.data).data.recovered));
    source.addEventListener("tip.update", (event) => window.types.add(JSON.parse(event.data).type));
    source.addEventListener("tx.seen", (event) => window.types.add(JSON.parse(event.data).type));
    source.addEventListener("block.mined", (event) => window.blocks.push(JSON.parse(event.data).data));
  });
  for (let breaks = 1; breaks <= 2; breaks++) {
    await page.waitForFunction((least) => window.hellos.length > least && window.blocks.length >= 2 * (least + 1), breaks - 1, { timeout: 60_000 });
    cut();
  }
  await page.waitForFunction(() => window.hellos.length === 3 && window.blocks.length >= 12, null, { timeout: 60_000 });
  const { hellos, blocks, types } = await page.evaluate(() => ({ hellos: window.hellos, blocks: window.blocks, types: [...window.types].sort() }));
  assert.deepEqual(hellos, [false, true, true]);
  const heard = new Set([blocks[0].hash, blocks[0].previousHash]);
  for (const { hash, previousHash } of blocks.slice(1)) {
    assert.ok(heard.has(previousHash) && !heard.has(hash), hash); // a reorg may go back to one of them
    heard.add(hash);
  }
  assert.deepEqual(types, ["tip.update", "tx.seen"]);
});
