// SPDX-License-Identifier: GPL-3.0-or-later
// Brings the page that the server rendered to life: the same elements, kept up to date over the stream.
import { Connection } from "../client/connection.js";
import { blockDisconnected, blockFound, blockUpdated, knowsTip, showBlocks } from "./blocks.js";
import { nextFrame } from "./dom.js";
import { blockInFeed, clearFeed, reorgInFeed, transactionsRemoved, transactionsSeen } from "./feed.js";
import { showFees } from "./fees.js";
import { showMempool } from "./mempool.js";
import { showCount, showLink, showStatus } from "./strip.js";
import { startTime } from "./time.js";
import { followNetwork, showPeers, showTip, showTipBlock } from "./tip.js";

const always = ["tip", "status"]; // so that even a hidden tab's title tells the height
const whileSeen = ["blocks", "txs", "mempool", "fees", "network"];
const settleMs = 300; // a tip and its block arrive as two messages

const root = document.documentElement;
const url = new URL(root.dataset.socket, location.href);
url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
const token = new URLSearchParams(location.search).get("token"); // where one is needed; a browser's WebSocket cannot send it in a field
if (token !== null) url.searchParams.set("token", token);
const connection = new Connection(url, { channels: document.hidden ? always : [...always, ...whileSeen] });

let tipHash = null;
let asking = 0;

/** Whatever was missed, by a lost connection or in a hidden tab, shows in a tip that is not the newest block here. */
function checkBlocks() {
  clearTimeout(asking);
  asking = setTimeout(async () => {
    if (document.hidden || tipHash === null || knowsTip(tipHash)) return;
    try {
      const response = await fetch("/api/v1/blocks?limit=12", {
        cache: "no-store",
        headers: token === null ? {} : { Authorization: `Bearer ${token}` },
      });
      if (!response.ok) return;
      const blocks = await response.json();
      if (blocks.length === 0) return;
      nextFrame("blocks", () => {
        showBlocks(blocks);
        showTipBlock(blocks[0]);
      });
    } catch {
      // the connection is about to say so, and its return asks again
    }
  }, settleMs);
}

connection.on("hello", ({ data }) => {
  if (data.epoch === root.dataset.epoch) return;
  root.dataset.epoch = data.epoch; // another run of the server, perhaps of another network
  clearFeed();
});
connection.on("tip.update", ({ data }) => {
  tipHash = data.hash;
  if (document.hidden) showTip(data);
  else nextFrame("tip", () => showTip(data));
  checkBlocks();
});
connection.on("status.update", ({ data }) =>
  nextFrame("status", () => {
    showStatus(data);
    followNetwork(data);
  }),
);
connection.on("mempool.update", ({ data }) =>
  nextFrame("mempool", () => {
    showMempool(data);
    showCount(data.count);
  }),
);
connection.on("fees.update", ({ data }) => nextFrame("fees", () => showFees(data)));
connection.on("network.update", ({ data }) => nextFrame("network", () => showPeers(data)));
connection.on("block.mined", ({ data }) => {
  if (!blockFound(data)) checkBlocks();
  nextFrame("tip block", () => showTipBlock(data));
  blockInFeed(data);
});
connection.on("block.updated", ({ data }) => nextFrame(`update ${data.hash}`, () => blockUpdated(data)));
connection.on("block.disconnected", ({ data }) => blockDisconnected(data));
connection.on("chain.reorg", ({ data }) => reorgInFeed(data));
connection.on("tx.seen", ({ data }) => transactionsSeen([data]));
connection.on("tx.batch", ({ data }) => transactionsSeen(data));
connection.on("tx.removed", ({ data }) => transactionsRemoved(data));

document.addEventListener("visibilitychange", () => {
  connection.setQuiet(document.hidden);
  if (document.hidden) {
    connection.unsubscribe(whileSeen);
  } else {
    connection.subscribe(whileSeen);
    connection.retryNow();
    checkBlocks();
  }
});
addEventListener("online", () => connection.retryNow());

startTime();
showLink(connection);
connection.setQuiet(document.hidden);
connection.open();
