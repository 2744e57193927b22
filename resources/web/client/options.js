// SPDX-License-Identifier: GPL-3.0-or-later
import { rungs } from "./ladder.js";
import { positionFrom } from "./session.js";

const usual = {
  channels: null,
  since: null,
  socketUrl: "ws",
  transports: rungs,
  token: null,
  refreshToken: null,
  pingInterval: 30_000,
  answerTimeout: 10_000,
  pollInterval: 2000,
  backoff: { first: 1000, max: 30_000 },
  climb: { first: 5000, max: 300_000 },
  maxAttempts: Infinity,
  queueLimit: 32,
  environment: {},
};

const isPositive = (value) => typeof value === "number" && value > 0;
const rules = {
  pingInterval: [isPositive, "a number of ms above 0"],
  answerTimeout: [isPositive, "a number of ms above 0"],
  pollInterval: [isPositive, "a number of ms above 0"],
  maxAttempts: [isPositive, "a number above 0, or Infinity"],
  queueLimit: [(value) => Number.isInteger(value) && value >= 0, "a whole number of messages"],
  transports: [(value) => Array.isArray(value) && value.length > 0 && value.every((name) => rungs.includes(name)), `a list of ${rungs.join(", ")}`],
  backoff: [(value) => isPositive(value?.first) && value.max >= value.first, "{first, max} in ms, max not below first"],
  climb: [(value) => isPositive(value?.first) && value.max >= value.first, "{first, max} in ms, max not below first"],
  since: [(value) => value === null || (typeof value.epoch === "string" && Number.isSafeInteger(value.seq)), "a position {epoch, seq} or \"<epoch>:<seq>\""],
  refreshToken: [(value) => value === null || typeof value === "function", "a function that returns a token"],
};

/** @throws {TypeError} that names what is wrong and what is accepted */
export function optionsFrom(given) {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(usual, name)) throw new TypeError(`there is no option "${name}"; there is: ${Object.keys(usual).join(", ")}`);
  }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const options = { ...usual, ...set };
  for (const name of ["backoff", "climb"]) options[name] = { ...usual[name], ...options[name] };
  if (typeof options.since === "string") options.since = positionFrom(options.since) ?? options.since;
  for (const [name, [isGood, accepted]] of Object.entries(rules)) {
    if (!isGood(options[name])) throw new TypeError(`option "${name}" is ${accepted}, not ${JSON.stringify(options[name])}`);
  }
  return options;
}
