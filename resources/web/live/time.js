// SPDX-License-Identifier: GPL-3.0-or-later
import { setText } from "./dom.js";
import { format } from "./format.js";

const root = document.documentElement;
const words = { ago: format.ago, age: format.age };

// The page says when it was made; a phone whose clock is off still tells the right ages.
const arrived = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
const offset = Number(root.dataset.now) - (performance.timeOrigin + arrived);

/** The server's clock, Unix ms. */
export const now = () => Date.now() + offset;

const tickers = new Set();

/** Calls back once a second while the page is looked at, and as soon as it is looked at again. */
export function everySecond(action) {
  tickers.add(action);
}

export function showAge(element) {
  if (element.dataset.at) setText(element, words[element.dataset.words](now() - Number(element.dataset.at)));
}

function tick() {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("time[data-words]")) showAge(element);
  for (const action of tickers) action();
}

export function startTime() {
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
}
