// SPDX-License-Identifier: GPL-3.0-or-later
// Brings the page that the server rendered to life: the same elements, kept up to date over the stream.
import { features, TipwatchClient } from "../client/index.js";
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
const token = new URLSearchParams(location.search).get("token"); // where one is needed
const client = new TipwatchClient(new URL("/", location.href), {
  socketUrl: root.dataset.socket,
  channels: [...always, ...whileSeen],
  since: `${root.dataset.epoch}:${root.dataset.seq}`, // what happened while the page was on its way comes first
  token,
});
window.ws = client; // for the console: ws.getMetrics(), features.disable("websockets")
window.features = features;

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

client.on("reset", ({ reason, position }) => {
  root.dataset.epoch = position.epoch;
  if (reason === "restarted") clearFeed(); // another run of the server, perhaps of another network
  checkBlocks();
});
client.on("tip.update", ({ data }) => {
  tipHash = data.hash;
  if (document.hidden) showTip(data);
  else nextFrame("tip", () => showTip(data));
  checkBlocks();
});
client.on("status.update", ({ data }) =>
  nextFrame("status", () => {
    showStatus(data);
    followNetwork(data);
  }),
);
client.on("mempool.update", ({ data }) =>
  nextFrame("mempool", () => {
    showMempool(data);
    showCount(data.count);
  }),
);
client.on("fees.update", ({ data }) => nextFrame("fees", () => showFees(data)));
client.on("network.update", ({ data }) => nextFrame("network", () => showPeers(data)));
client.on("block.mined", ({ data }) => {
  if (!blockFound(data)) checkBlocks();
  nextFrame("tip block", () => showTipBlock(data));
  blockInFeed(data);
});
client.on("block.updated", ({ data }) => nextFrame(`update ${data.hash}`, () => blockUpdated(data)));
client.on("block.disconnected", ({ data }) => blockDisconnected(data));
client.on("chain.reorg", ({ data }) => reorgInFeed(data));
client.on("tx.seen", ({ data }) => transactionsSeen([data]));
client.on("tx.batch", ({ data }) => transactionsSeen(data));
client.on("tx.removed", ({ data }) => transactionsRemoved(data));

/** A tab that nobody looks at listens for its title only, and goes on from there when it is seen. */
function followVisibility() {
  client.setQuiet(document.hidden);
  if (document.hidden) {
    client.pause(whileSeen);
  } else {
    client.resume();
    client.retryNow();
    checkBlocks();
  }
}
document.addEventListener("visibilitychange", followVisibility);
addEventListener("online", () => client.retryNow());

startTime();
showLink(client);
if (document.hidden) followVisibility();
client.connect();
