// SPDX-License-Identifier: GPL-3.0-or-later
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { makeFormat, networkName, rateClass, shortHash, utcMinute } from "../../resources/web/live/format.js";

const cases = JSON.parse(await readFile(new URL("format_cases.json", import.meta.url), "utf8"));
const english = makeFormat("en");
const functions = { ...english, rateLevel: (rate) => Number(rateClass(rate).slice("rate-".length)) };

// The same cases as the server's format.cpp (test_page_format.cpp): the page does not change its words when it comes to life.
for (const [name, list] of Object.entries(cases)) {
  test(`${name} says what the server says`, () => {
    for (const row of list) assert.equal(functions[name](...row.slice(0, -1)), row.at(-1), JSON.stringify(row));
  });
}

test("figures follow the reader's locale", () => {
  const german = makeFormat("de");
  assert.equal(german.integer(918318), "918.318");
  assert.equal(german.feerate(28.4), "28,4");
  assert.equal(german.scaled(61402118, "vB"), "61,4 MvB");
});

test("what is not known has no colour", () => {
  assert.equal(rateClass(null), "rate-none");
  assert.equal(rateClass(undefined), "rate-none");
});

test("small words", () => {
  assert.equal(shortHash("a91e".padEnd(60, "0") + "07c2"), "a91e…07c2");
  assert.equal(utcMinute(1763631420), "2025-11-20 09:37 UTC");
  assert.equal(networkName("main"), "mainnet");
  assert.equal(networkName("regtest"), "regtest");
  assert.equal(networkName(null), "");
});
