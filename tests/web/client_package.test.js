// SPDX-License-Identifier: GPL-3.0-or-later
// tipwatch-client as others get it: what is in the package, its types, and the examples of its README. TIPWATCH_BINARY names the program.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import * as library from "../../resources/web/client/index.js";
import { TipwatchProcess } from "./tipwatch_process.js";

const run = promisify(execFile);
const here = import.meta.dirname;
const source = join(here, "../../resources/web/client");
const most = 40_000; // bytes, of the package

let project; // somebody's, that has the package installed from its tarball
let packed;

before(async () => {
  project = await mkdtemp(join(tmpdir(), "tipwatch-client-"));
  const { stdout } = await run("npm", ["pack", source, "--json", "--offline", "--pack-destination", project], { cwd: project });
  [packed] = JSON.parse(stdout);
  await mkdir(join(project, "node_modules"));
  await run("tar", ["-xzf", packed.filename], { cwd: project });
  await symlink("../package", join(project, "node_modules/tipwatch-client"));
  await writeFile(join(project, "package.json"), '{"type":"module"}');
});
after(() => rm(project, { recursive: true }));

describe("the package", () => {
  test("has the modules, the types and the README, and nothing else", async () => {
    const files = await readdir(source, { recursive: true });
    const expected = files.filter((name) => /\.(js|ts|md)$|^package\.json$/.test(name));
    assert.deepEqual(packed.files.map(({ path }) => path).sort(), expected.sort());
    assert.ok(packed.files.some(({ path }) => path === "transports/websocket.js"));
  });

  test("is small, needs nothing, and is named and licensed", async () => {
    const { name, dependencies, license, type } = JSON.parse(await readFile(join(source, "package.json"), "utf8"));
    assert.deepEqual([name, dependencies, license, type], ["tipwatch-client", undefined, "GPL-3.0-or-later", "module"]);
    console.log(`# ${packed.size} bytes packed, ${packed.unpackedSize} unpacked`);
    assert.ok(packed.size < most, `${packed.size} bytes`);
  });

  test("imports only itself", async () => {
    for (const { path } of packed.files.filter(({ path }) => path.endsWith(".js"))) {
      const text = await readFile(join(source, path), "utf8");
      for (const [, from] of text.matchAll(/from "([^"]+)"/g)) {
        assert.ok(from.startsWith("."), `${path} imports ${from}`);
        assert.ok(packed.files.some((file) => file.path === join(dirname(path), from)), `${path} imports ${from}`);
      }
    }
  });
});

describe("the types", () => {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");

  const compile = (file) =>
    run(process.execPath, [tsc, "--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom", file], { cwd: project }).catch(
      ({ stdout }) => assert.fail(stdout),
    );

  test("allow what works and refuse what does not", async () => {
    await writeFile(join(project, "use.ts"), await readFile(join(here, "client_types.ts")));
    await compile("use.ts");
  });

  test("describe every message as the encoders write it", async () => {
    const golden = join(here, "../fixtures/dialects/json");
    const messages = [];
    for (const name of await readdir(golden)) {
      const lines = (await readFile(join(golden, name), "utf8")).split("\n");
      messages.push(...lines.filter((line) => line.startsWith("{") && JSON.parse(line).channel !== undefined));
    }
    assert.ok(messages.length > 30);
    const declared = messages.map((message, i) => `export const message${i}: AnyMessage = ${message};`);
    await writeFile(join(project, "golden.ts"), `import type { AnyMessage } from "tipwatch-client";\n${declared.join("\n")}\n`);
    await compile("golden.ts");
  });

  test("name all that there is, and only that", async () => {
    const { default: ts } = await import("typescript");
    const program = ts.createProgram([join(source, "index.d.ts")], { noLib: true, moduleResolution: ts.ModuleResolutionKind.NodeNext, module: ts.ModuleKind.NodeNext });
    const checker = program.getTypeChecker();
    const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(join(source, "index.d.ts"))));
    const values = exported.filter(({ flags }) => flags & ts.SymbolFlags.Value);
    assert.deepEqual(values.map(({ name }) => name).sort(), Object.keys(library).sort());
    const members = [...values.find(({ name }) => name === "TipwatchClient").members.keys()].filter((name) => name !== "__constructor");
    assert.deepEqual(members.sort(), Object.getOwnPropertyNames(library.TipwatchClient.prototype).filter((name) => name !== "constructor").sort());
  });
});

describe("the README", () => {
  test("begins with an example that works, in five lines", async () => {
    const tipwatch = await TipwatchProcess.start(["--simulate-tx-rate", "5", "--simulate-block-interval", "200ms"]);
    const [, example] = (await readFile(join(source, "README.md"), "utf8")).match(/```js\n([\s\S]*?)```/);
    assert.equal(example.trim().split("\n").length, 5);
    assert.ok(example.includes("http://127.0.0.1:8787"));
    await writeFile(join(project, "example.js"), example.replace("http://127.0.0.1:8787", tipwatch.url));
    const child = spawn(process.execPath, ["example.js"], { cwd: project, stdio: ["ignore", "pipe", "inherit"] });
    const heights = [];
    for await (const line of createInterface({ input: child.stdout })) {
      heights.push(Number(/^height (\d+)$/.exec(line)[1]));
      if (heights.length === 4) break;
    }
    child.kill();
    await tipwatch.stop();
    assert.ok(heights.every((height, i) => i === 0 || height > heights[i - 1]), String(heights));
  });

  test("names every option and every event", async () => {
    const readme = await readFile(join(source, "README.md"), "utf8");
    const types = await readFile(join(source, "index.d.ts"), "utf8");
    const membersOf = (name) => [...types.match(new RegExp(`interface ${name} \\{([\\s\\S]*?)\\n\\}`))[1].matchAll(/^ {2}(\w+)\??:/gm)].map(([, member]) => member);
    for (const name of [...membersOf("Options"), ...membersOf("OwnEvents").filter((name) => name !== "hello")]) assert.ok(readme.includes(`\`${name}\``), name);
  });
});
