// SPDX-License-Identifier: GPL-3.0-or-later
// WCAG 2.2 AA (1.4.3): text has a contrast of 4.5 on whatever it stands on, in both themes.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const read = (name) => readFile(new URL(`../../resources/web/${name}`, import.meta.url), "utf8");
const style = await read("style.css");
const scale = await read("scale.css");

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function variables(block) {
  return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]));
}

const themes = {
  dark: variables(style.match(/^:root \{[^}]*\}/m)[0]),
  light: variables(style.match(/^:root\[data-theme="light"\] \{[^}]*\}/m)[0]),
};

for (const [name, colours] of Object.entries(themes)) {
  test(`text reads well in the ${name} theme`, () => {
    for (const ground of ["bg", "bar", "card", "raised"]) {
      for (const ink of ["text", "dim", "faint", "accent-text", "warn", "bad"]) {
        const ratio = contrast(colours[ink], colours[ground]);
        assert.ok(ratio >= 4.5, `${ink} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  });
}

test("the system's light theme is the switch's", () => {
  const bySystem = style.match(/@media \(prefers-color-scheme: light\) \{\s*:root:not\(\[data-theme="dark"\]\) \{([^}]*)\}/)[1];
  assert.deepEqual(variables(bySystem), themes.light);
});

test("white text reads well on every car", () => {
  const cars = [...scale.matchAll(/\.rate-(\d+) \{([^}]*)\}/g)];
  assert.equal(cars.length, 24);
  for (const [, level, block] of cars) {
    for (const [name, colour] of Object.entries(variables(block))) {
      if (name !== "rate") assert.ok(contrast(colour, "#ffffff") >= 4.5, `rate-${level} ${name}`);
    }
  }
});

test("every step of the scale stands out from the one four steps before", () => {
  const colours = [...scale.matchAll(/--rate: (#[0-9a-f]{6})/g)].map(([, colour]) => luminance(colour));
  for (let i = 4; i < colours.length; i += 1) assert.ok(colours[i] > colours[i - 4], `step ${i} is brighter than step ${i - 4}`);
});
