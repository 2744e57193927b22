// SPDX-License-Identifier: GPL-3.0-or-later
// Transactions, removals, blocks and reorgs as they come: the latest few, as fast as eyes can follow and no faster.
import { byId, fill, mayMove, setText } from "./dom.js";
import { format, rateClass, shortHash } from "./format.js";
import { now, showAge } from "./time.js";

const shown = 40;
const restMs = 200; // between two changes of the list
const calmMs = 600; // what comes faster just stands there: a list that slides all the time cannot be read
const motionMs = 160;

const list = byId("feed-list");
const pause = byId("pause");
const template = byId("feed-template").content.firstElementChild;

// Rows stay where they are and take on what they show: the page around them never moves, however much comes.
const rows = [];
let entries = []; // shown, newest first
let arrived = []; // newest last
let held = 0;
let paused = false;
let drawnAt = 0;
let due = false;

const gone = {
  mined: "confirmed",
  replaced: "replaced",
  conflict: "lost to a block",
  evicted: "evicted, the mempool is full",
  expired: "expired",
  reorg: "left in a reorg",
  unknown: "left",
};

function add(entry) {
  arrived.push({ at: now(), ...entry });
  if (paused) held += 1;
  if (arrived.length > 4 * shown) forget();
  plan();
}

/** Blocks and reorgs outlast the transactions around them. */
function forget() {
  const latest = arrived.slice(-shown / 2);
  arrived = [...arrived.slice(0, -shown / 2).filter((entry) => entry.keep), ...latest].slice(-shown);
}

function plan() {
  if (due || document.hidden) return;
  due = true;
  const wait = paused ? restMs : Math.max(0, drawnAt + restMs - performance.now());
  setTimeout(() => requestAnimationFrame(draw), wait);
}

function describe(row, entry) {
  row.className = `${entry.kind} ${rateClass(entry.feerate)}`;
  row.title = entry.title ?? "";
  fill(row, { what: entry.what, note: entry.note ?? "", figure: entry.figure ?? "" });
  const time = row.querySelector("time");
  time.dataset.at = String(entry.at);
  showAge(time);
}

function draw() {
  due = false;
  setText(byId("feed-held"), paused && held > 0 ? `${format.integer(held)} held back` : "");
  if (paused || arrived.length === 0) return;
  if (arrived.length > shown) forget();
  const added = arrived.length;
  entries = [...arrived.reverse(), ...entries].slice(0, shown);
  arrived = [];
  const calm = performance.now() - drawnAt > calmMs;
  drawnAt = performance.now();
  while (rows.length < entries.length) {
    const row = template.cloneNode(true);
    rows.push(row);
    list.append(row);
  }
  entries.forEach((entry, index) => describe(rows[index], entry));
  byId("feed-empty").hidden = true;
  follow(added, calm);
}

/** What comes in slides down; whoever reads further down keeps their place. */
function follow(added, calm) {
  const step = added * rows[0].offsetHeight;
  if (list.scrollTop > 4) list.scrollTop += step;
  else if (calm && added <= 4 && mayMove()) {
    for (const row of rows.slice(0, 14)) row.animate([{ transform: `translateY(${-step}px)` }, { transform: "none" }], { duration: motionMs, easing: "ease-out" });
  }
}

pause.addEventListener("click", () => {
  paused = !paused;
  held = 0;
  pause.ariaPressed = String(paused);
  setText(pause, paused ? "Resume" : "Pause");
  setText(byId("feed-held"), "");
  plan();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && arrived.length > 0) plan();
});

export function transactionsSeen(transactions) {
  for (const tx of transactions.slice(-shown)) {
    const notes = [];
    if (tx.replaces?.length > 0) notes.push(`replaces ${shortHash(tx.replaces[0])}`);
    if (tx.value !== null && tx.value !== undefined) notes.push(format.bitcoins(tx.value));
    notes.push(format.scaled(tx.vsize, "vB"));
    add({ kind: "is-tx", what: shortHash(tx.txid), title: tx.txid, note: notes.join(" · "), figure: format.feerate(tx.feerate), feerate: tx.feerate });
  }
}

export function transactionsRemoved({ txid, txids, reason, by }) {
  const why = (gone[reason] ?? gone.unknown) + (by ? ` by ${shortHash(by)}` : "");
  if (txid) add({ kind: "is-gone", what: shortHash(txid), title: txid, note: why });
  else add({ kind: "is-many", what: `${format.integer(txids.length)} transactions`, note: why });
}

export function blockInFeed(block) {
  add({
    kind: "is-block",
    keep: true,
    what: format.integer(block.height),
    title: block.hash,
    note: [block.miner || block.coinbaseTag, `${format.integer(block.txCount)} tx`].filter(Boolean).join(" · "),
    figure: block.medianFeerate === null ? "" : format.feerate(block.medianFeerate),
  });
}

export function reorgInFeed({ depth, fork }) {
  add({ kind: "is-reorg", keep: true, what: depth === 1 ? "Reorg of a block" : `Reorg of ${format.integer(depth)} blocks`, note: `above ${format.integer(fork)}` });
}

export function clearFeed() {
  arrived = [];
  entries = [];
  rows.length = 0;
  list.replaceChildren();
  byId("feed-empty").hidden = false;
}
