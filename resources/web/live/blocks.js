// SPDX-License-Identifier: GPL-3.0-or-later
// The block train and the table of recent blocks: the same blocks, twice.
import { byId, fill, mayMove, nextFrame, setAttribute, setClass, setText } from "./dom.js";
import { format, rateClass } from "./format.js";
import { showAge } from "./time.js";

const motionMs = 220;
const blockWeight = 4_000_000;

const lists = [
  { element: byId("cars"), template: byId("car-template"), most: 12, moves: true },
  { element: byId("rows"), template: byId("row-template"), most: 6, moves: false },
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

/** The new cars come in from the left and push the others; whoever has scrolled away keeps what they look at. */
function slideIn(count) {
  const step = count * (cars.firstElementChild.getBoundingClientRect().width + parseFloat(getComputedStyle(cars).columnGap));
  if (cars.scrollLeft > 0) {
    cars.scrollLeft += step;
    return;
  }
  if (!mayMove()) return;
  for (const car of cars.children) {
    car.animate([{ transform: `translateX(${-step}px)` }, { transform: "none" }], { duration: motionMs, easing: "cubic-bezier(.2,.8,.3,1)" });
  }
}

function drawFound() {
  const blocks = found;
  found = [];
  if (blocks.length === 0) return;
  for (const list of lists) {
    list.element.prepend(...blocks.slice(-list.most).map((block) => itemFor(list, block)).reverse());
    while (list.element.children.length > list.most) list.element.lastElementChild.remove();
  }
  showEmptiness();
  slideIn(Math.min(blocks.length, 3));
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
    if (list.moves && mayMove()) {
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
    if (list.moves) {
      for (let i = items.length; i < list.most; i += 1) {
        const ghost = document.createElement("li");
        ghost.className = "car ghost";
        ghost.ariaHidden = "true";
        items.push(ghost);
      }
    }
    list.element.replaceChildren(...items);
  }
  showEmptiness();
}
