// SPDX-License-Identifier: GPL-3.0-or-later
// packaging/nginx/tipwatch.conf in a real nginx before the real program. TIPWATCH_NGINX and TIPWATCH_BINARY name them.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { ownLoopbackAddress } from "./loopback_address.js";
import { TipwatchProcess } from "./tipwatch_process.js";

const sample = fileURLToPath(new URL("../../packaging/nginx/tipwatch.conf", import.meta.url));
const password = `Basic ${Buffer.from("alice:secret").toString("base64")}`;
const securePort = 8443; // of an address that is ours alone

let folder;
let tipwatch;
let nginx;

/** What is particular to a machine in the sample is replaced, nothing else; each has to be there. */
function adapted(text) {
  const changes = [
    ["127.0.0.1:8787", new URL(tipwatch.url).host],
    ["listen 80;", `listen ${ownLoopbackAddress}:8080;`],
    ["listen 443 ssl http2;", `listen ${ownLoopbackAddress}:${securePort} ssl http2;`],
    ["/etc/letsencrypt/live/tipwatch.example.net/fullchain.pem", join(folder, "cert.pem")],
    ["/etc/letsencrypt/live/tipwatch.example.net/privkey.pem", join(folder, "key.pem")],
    ["/etc/nginx/tipwatch.htpasswd", join(folder, "htpasswd")],
  ];
  for (const [from, to] of changes) {
    const at = text.lastIndexOf(from); // comments come first
    assert.ok(at >= 0, from);
    text = text.slice(0, at) + to + text.slice(at + from.length);
  }
  return text;
}

function get(path, headers = { authorization: password }) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: ownLoopbackAddress, port: securePort, path, headers: { host: "tipwatch.example.net", ...headers }, rejectUnauthorized: false });
    asked.on("response", (response) => resolve(response)).on("error", reject).end();
  });
}

async function text(response) {
  let all = "";
  for await (const part of response.setEncoding("utf8")) all += part;
  return all;
}

async function listens(port) {
  for (;;) {
    const socket = connect(port, ownLoopbackAddress);
    const isThere = await Promise.race([once(socket, "connect").then(() => true), once(socket, "error").then(() => false)]).catch(() => false);
    socket.destroy();
    if (isThere) return;
    if (nginx.exitCode !== null) throw new Error(`nginx ended:\n${await readFile(join(folder, "error.log"), "utf8")}`);
    await pause(20);
  }
}

describe("behind nginx", { skip: process.env.TIPWATCH_NGINX ? false : "TIPWATCH_NGINX names no nginx" }, () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "tipwatch-nginx-"));
    await writeFile(join(folder, "admin"), "the-admin-token-of-this-test-only\n");
    tipwatch = await TipwatchProcess.start([
      "--seed", "7", "--simulate-mempool", "500", "--simulate-tx-rate", "20", "--simulate-block-interval", "500ms",
      "--allowed-hosts", "tipwatch.example.net", "--trusted-proxies", "127.0.0.0/8", "--admin-token", join(folder, "admin"),
    ]);
    execFileSync("openssl", ["req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", "/CN=tipwatch.example.net",
      "-keyout", join(folder, "key.pem"), "-out", join(folder, "cert.pem")], { stdio: "ignore" });
    await writeFile(join(folder, "htpasswd"), `alice:${execFileSync("openssl", ["passwd", "-apr1", "secret"]).toString()}`);
    await writeFile(join(folder, "nginx.conf"), `
      daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
      events { }
      http {
        access_log off;
        client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
        uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
        ${adapted(await readFile(sample, "utf8"))}
      }`);
    nginx = spawn(process.env.TIPWATCH_NGINX, ["-p", folder, "-c", join(folder, "nginx.conf")], { stdio: "ignore" });
    await listens(securePort);
  });
  after(async () => {
    if (nginx?.exitCode === null) {
      nginx.kill("SIGTERM");
      await once(nginx, "exit");
    }
    await tipwatch?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test("the password is asked for, but not of a supervisor", async () => {
    assert.equal((await get("/", {})).statusCode, 401);
    assert.equal((await get("/healthz", {})).statusCode, 200);
    const page = await get("/");
    assert.equal(page.statusCode, 200);
    assert.match(await text(page), /<title>[\d,]+ · Tipwatch<\/title>/);
  });

  test("a WebSocket lives, and its client is known by its own address", async () => {
    const socket = new WebSocket(`wss://${ownLoopbackAddress}:${securePort}/ws`, {
      rejectUnauthorized: false, headers: { host: "tipwatch.example.net", authorization: password, "x-forwarded-for": "203.0.113.9" },
    });
    const types = [];
    for await (const [message] of (async function* () { while (true) yield await once(socket, "message"); })()) {
      types.push(JSON.parse(message).type);
      if (types.includes("hello") && types.includes("block.mined")) break;
    }
    const clients = await (await fetch(`${tipwatch.url}/api/v1/clients`, { headers: { authorization: "Bearer the-admin-token-of-this-test-only" } })).json();
    // nginx appends who has connected to it: what a client says of itself is worth nothing, unless that is a trusted proxy, too.
    assert.ok(clients.some(({ remote }) => remote.startsWith("203.0.113.9")), JSON.stringify(clients));
    socket.terminate();
  });

  test("events arrive as they happen", async () => {
    const response = await get("/api/v1/events?channels=tip,blocks");
    assert.equal(response.statusCode, 200);
    let all = "";
    for await (const part of response.setEncoding("utf8")) {
      all += part;
      if (all.includes("event: block.mined")) break; // buffered it would come when some 8 KB are there
    }
    assert.match(all, /^retry: \d+/);
    response.destroy();
  });
});
