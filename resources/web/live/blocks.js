// SPDX-License-Identifier: GPL-3.0-or-later
// The block train and the table of recent blocks: the same blocks, twice. Their items stay where they are and hand on what they show, so
// that an arrival moves nothing but by its animation.
import { byId, fill, mayMove, nextFrame, setAttribute, setClass, setText } from "./dom.js";
import { format, rateClass } from "./format.js";
import { showAge } from "./time.js";

const motionMs = 220;
const blockWeight = 4_000_000;

const lists = [
  { element: byId("cars"), template: byId("car-template"), most: 12, ghosts: true },
  { element: byId("rows"), template: byId("row-template"), most: 7, ghosts: false },
];
const cars = lists[0].element;

const minerOf = (block) => block.miner || block.coinbaseTag || "unknown miner";
const itemOf = (list, hash) => list.element.querySelector(`[data-hash="${hash}"]`);

let found = []; // not drawn yet, oldest first

/** The block that a new one has to build on: the newest that is not stale. */
function newest() {
  return found.at(-1)?.hash ?? cars.querySelector("[data-hash]:not(.stale)")?.dataset.hash;
}

export const knowsTip = (hash) => newest() === hash;

function describe(item, block) {
  const at = String(block.receivedAt ?? block.time * 1000);
  const median = block.medianFeerate;
  const range = block.feerateRange;
  const size = format.scaled(block.size, "B");
  item.dataset.hash = block.hash;
  setClass(item, "rate-", rateClass(median));
  fill(item, {
    height: format.integer(block.height),
    rate: median === null ? "–" : format.feerate(median),
    range: range ? format.feerateRange(range[0], range[6]) : block.txCount <= 1 ? "no payments" : "fees unknown",
    txCount: format.integer(block.txCount),
    bytes: size,
    size: `${format.integer(block.txCount)} tx · ${size}`,
    fees: block.totalFees === null ? "–" : format.bitcoins(block.totalFees),
    miner: minerOf(block),
  });
  const bar = item.querySelector("rect");
  if (bar) setAttribute(bar, "width", `${Math.min(100, (block.weight / blockWeight) * 100).toFixed(1)}%`);
  const time = item.querySelector("time");
  time.dataset.at = at;
  time.dateTime = new Date(Number(at)).toISOString();
  showAge(time);
}

function itemFor(list, block) {
  const item = list.template.content.firstElementChild.cloneNode(true);
  describe(item, block);
  return item;
}

function showEmptiness() {
  const empty = newest() === undefined;
  byId("no-blocks").hidden = !empty;
  byId("no-rows").hidden = !empty;
}

/** @p item becomes what @p other was. */
function take(item, other) {
  item.className = other.className;
  item.ariaHidden = other.ariaHidden;
  if (other.dataset.hash) item.dataset.hash = other.dataset.hash;
  else delete item.dataset.hash;
  item.replaceChildren(...other.childNodes);
}

function pushIn(list, blocks) {
  const { children } = list.element;
  const count = Math.min(blocks.length, list.most);
  for (let i = Math.min(count, list.most - children.length); i > 0; i -= 1) list.element.append(list.template.content.firstElementChild.cloneNode());
  for (let i = children.length - 1; i >= count; i -= 1) take(children[i], children[i - count]);
  for (let i = 0; i < count; i += 1) take(children[i], itemFor(list, blocks[blocks.length - 1 - i]));
  slideIn(children, count);
}

function slideIn(items, count) {
  const pushed = items[count];
  if (!pushed || !mayMove()) return;
  const x = pushed.offsetLeft - items[0].offsetLeft;
  const y = pushed.offsetTop - items[0].offsetTop;
  for (const item of items) {
    item.animate([{ transform: `translate(${-x}px, ${-y}px)` }, { transform: "none" }], { duration: motionMs, easing: "cubic-bezier(.2,.8,.3,1)" });
  }
}

function drawFound() {
  const blocks = found;
  found = [];
  if (blocks.length === 0) return;
  for (const list of lists) pushIn(list, blocks);
  showEmptiness();
  const last = blocks.at(-1);
  setText(byId("announce"), `Block ${format.integer(last.height)} found by ${minerOf(last)}`);
}

/** @returns {boolean} false if it does not build on what is shown: then the list has to be asked for */
export function blockFound(block) {
  const before = newest();
  if (before === block.hash) return true;
  if (before !== undefined && before !== block.previousHash) return false;
  found.push(block);
  nextFrame("found", drawFound);
  return true;
}

export function blockUpdated(block) {
  drawFound();
  for (const list of lists) {
    const item = itemOf(list, block.hash);
    if (item) describe(item, block);
  }
}

/** It falls out of the train, and stays to be seen. */
export function blockDisconnected({ hash }) {
  drawFound();
  for (const list of lists) {
    const item = itemOf(list, hash);
    if (!item || item.classList.contains("stale")) continue;
    item.classList.add("stale");
    if (list.ghosts && mayMove()) {
      item.animate(
        [{ transform: "none" }, { transform: "translateY(18px) rotate(3deg)", opacity: 0.5, offset: 0.6 }, { transform: "none", opacity: 1 }],
        { duration: motionMs, easing: "ease-in" },
      );
    }
  }
}

/** All anew. @param blocks newest first */
export function showBlocks(blocks) {
  found = [];
  for (const list of lists) {
    const items = blocks.slice(0, list.most).map((block) => itemFor(list, block));
    while (list.ghosts && items.length < list.most) items.push(ghost());
    list.element.replaceChildren(...items);
  }
  showEmptiness();
}

function ghost() {
  const item = document.createElement("li");
  item.className = "car ghost";
  item.ariaHidden = "true";
  return item;
}
