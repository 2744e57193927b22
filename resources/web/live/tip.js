// SPDX-License-Identifier: GPL-3.0-or-later
import { byId, fill, setAttribute, setText } from "./dom.js";
import { format, utcMinute } from "./format.js";
import { everySecond, now } from "./time.js";

const card = byId("tip");
const facts = document.querySelector(".now-facts");
const since = byId("since");
const later = byId("later");
const ringLength = 251.3;
const targetSpacingMs = 600_000;
const difficultyPeriod = 2016;
const halvingInterval = 210_000;

let publicSpacing = later.textContent !== ""; // blocks come every ten minutes on average
let publicPeriods = !byId("epoch").hidden;

/** A simulated or private network keeps no ten minutes, and regtest no difficulty periods. */
export function followNetwork(status) {
  publicSpacing = !status.simulated && status.network !== "regtest" && status.state === "live";
  publicPeriods = status.network !== "regtest";
  showElapsed();
  byId("epoch").hidden = !publicPeriods || !since.dataset.at;
}

function showElapsed() {
  if (!since.dataset.at) return;
  const age = Math.max(0, now() - Number(since.dataset.at));
  const fraction = Math.exp(-age / targetSpacingMs);
  const text = format.clock(age);
  setText(since, text);
  since.classList.toggle("long", text.length > 5);
  setAttribute(byId("ring-arc"), "stroke-dasharray", `${(ringLength * (1 - fraction)).toFixed(1)} 252`);
  setText(later, publicSpacing ? `${format.integer(Math.floor(fraction * 100))} % take longer` : "");
}

export function showTip(tip) {
  if (tip.height === null) return;
  const at = String(tip.receivedAt ?? tip.time * 1000);
  const height = format.integer(tip.height);
  const ahead = (tip.headers ?? tip.height) - tip.height;
  const work = format.log2OfHex(tip.chainwork);
  const done = tip.height % difficultyPeriod;
  document.title = `${height} · Tipwatch`;
  since.dataset.at = at;
  fill(facts, { height });
  fill(card, {
    height,
    headers: ahead <= 0 ? "no headers ahead" : `${format.integer(ahead)} ${ahead === 1 ? "header" : "headers"} ahead`,
    start: tip.hash.slice(0, 32),
    end: tip.hash.slice(32),
    difficulty: tip.difficulty > 0 ? format.difficulty(tip.difficulty) : "–",
    chainwork: work ? `2^${work}` : "–",
    headerTime: utcMinute(tip.time),
    epochDone: `${format.integer(done)} of ${format.integer(difficultyPeriod)} blocks`,
    halving: `in ${format.integer(halvingInterval - (tip.height % halvingInterval))} blocks`,
  });
  card.querySelector('[data-f="chainwork"]').title = tip.chainwork ?? "";
  byId("copy-hash").hidden = false;
  byId("epoch").hidden = !publicPeriods;
  setAttribute(byId("epoch-meter"), "width", `${((done / difficultyPeriod) * 100).toFixed(1)}%`);
  const time = byId("tip-time");
  time.dataset.at = at;
  time.dateTime = new Date(Number(at)).toISOString();
  setText(time, format.ago(now() - Number(at)));
  showElapsed();
}

export function showTipBlock(block) {
  fill(facts, { line: block.miner || block.coinbaseTag || "" });
}

export function showPeers(network) {
  fill(card, { peers: `${format.integer(network.peers)} (${format.integer(network.outbound)} out, ${format.integer(network.inbound)} in)` });
}

/** Plain http on a LAN address has no clipboard object, so there is the old way too. */
async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const range = document.createRange();
  range.selectNodeContents(byId("tip-hash"));
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  document.execCommand("copy");
  selection.removeAllRanges();
}

byId("copy-hash").addEventListener("click", async ({ currentTarget: button }) => {
  try {
    await copy(byId("tip-hash").textContent);
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 1500);
  } catch {
    getSelection().selectAllChildren(byId("tip-hash")); // then at least the keyboard can
  }
});

everySecond(showElapsed);
