// SPDX-License-Identifier: GPL-3.0-or-later
import { byId, fill } from "./dom.js";
import { format } from "./format.js";

const paymentVBytes = 141; // one input, two outputs, P2WPKH
const targets = ["nextBlock", "halfHour", "hour", "economy"];

function showTile(name, rate) {
  const tile = byId(`fee-${name}`);
  const none = !rate;
  tile.classList.toggle("none", none);
  fill(tile, {
    rate: none ? (name === "minimum" ? "not known yet" : "no estimate yet") : format.feerate(rate),
    unit: none ? "" : "sat/vB",
    cost: none ? "" : `${format.integer(Math.round(rate * paymentVBytes))} sat`,
  });
}

export function showFees(fees) {
  for (const name of [...targets, "minimum"]) showTile(name, fees[name]);
  byId("fees-note").hidden = targets.some((name) => fees[name]);
}
