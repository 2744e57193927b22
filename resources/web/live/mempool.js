// SPDX-License-Identifier: GPL-3.0-or-later
import { byId, fill, setAttribute, setClass, setText } from "./dom.js";
import { format } from "./format.js";

const card = byId("mempool");
const bars = byId("bars");
const bands = [...bars.querySelectorAll("g")];
const lowerEdges = bands.map((band) => Number(band.dataset.from));

/** 1, 2 or 5 times a power of ten, and not below: the top of an axis. */
function axisTop(largest) {
  const power = 10 ** Math.floor(Math.log10(Math.max(largest, 1000)));
  return [1, 2, 5, 10].map((step) => step * power).find((top) => top >= largest);
}

function bandName(index) {
  const from = format.integer(lowerEdges[index]);
  return index + 1 < lowerEdges.length ? `${from}–${format.integer(lowerEdges[index + 1])} sat/vB` : `${from} sat/vB and more`;
}

function showHistogram(histogram) {
  const sizes = new Map(histogram);
  const largest = Math.max(0, ...sizes.values());
  const top = axisTop(largest);
  bands.forEach((band, index) => {
    const size = sizes.get(lowerEdges[index]) ?? 0;
    const height = (size / top) * 100;
    const bar = band.lastElementChild;
    setAttribute(bar, "y", `${(100 - height).toFixed(2)}%`);
    setAttribute(bar, "height", `${height.toFixed(2)}%`);
    setText(band.firstElementChild, `${bandName(index)}: ${format.scaled(size, "vB")}`);
    if (size === largest && size > 0) setAttribute(bars, "aria-label", `Most wait at ${bandName(index)}`);
  });
  if (largest === 0) setAttribute(bars, "aria-label", "Nothing waits");
  setText(byId("bars-max"), largest > 0 ? format.axisMark(top, "vB") : "");
  setText(byId("bars-half"), largest > 0 ? format.axisMark(top / 2, "vB") : "");
}

export function showMempool(mempool) {
  const used = mempool.maxUsage ? mempool.usage / mempool.maxUsage : 0;
  fill(card, {
    count: `${format.integer(mempool.count)} tx`,
    waiting: `${format.scaled(mempool.vsize, "vB")} · ${format.bitcoins(mempool.totalFees)} in fees`,
    usage: mempool.maxUsage ? format.bytesOf(mempool.usage, mempool.maxUsage) : "–",
    minimum: mempool.minFeerate > 0 ? `${format.feerate(mempool.minFeerate)} sat/vB` : "–",
    arriving: `${format.decimal(mempool.txPerSecond, 1)} tx/s · ${format.scaled(mempool.bytesPerSecond, "vB/s")}`,
  });
  const meter = byId("usage-meter");
  setAttribute(meter, "width", `${Math.min(100, used * 100).toFixed(1)}%`);
  setClass(meter, "", used > 0.9 ? "warn" : "ok");
  const empty = byId("mempool-empty");
  empty.hidden = mempool.count > 0;
  setText(empty, "Nothing is waiting for a block.");
  showHistogram(mempool.histogram);
}
