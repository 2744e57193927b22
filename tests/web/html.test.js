// SPDX-License-Identifier: GPL-3.0-or-later
// Every page that write_pages wrote is valid HTML. TIPWATCH_PAGES names the folder.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { FileSystemConfigLoader, HtmlValidate } from "html-validate";

const folder = process.env.TIPWATCH_PAGES;
const validator = new HtmlValidate(
  new FileSystemConfigLoader([], {
    root: true,
    extends: ["html-validate:standard", "html-validate:a11y"],
    // Without scripts, reloading is what keeps the page true; somebody reading it loses nothing by it.
    rules: { "meta-refresh": "off" },
  }),
);

const pages = (await readdir(folder)).filter((name) => name.endsWith(".html"));
test("there are pages", () => assert.ok(pages.length >= 20));
for (const name of pages) {
  test(`${name} is valid`, async () => {
    const report = await validator.validateFile(join(folder, name));
    const problems = report.results.flatMap(({ messages }) => messages.map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`));
    assert.deepEqual(problems, []);
  });
}
