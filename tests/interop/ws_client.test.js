// SPDX-License-Identifier: GPL-3.0-or-later
// npm ws as a client: of the echo, and of the real program. TIPWATCH_WS_ECHO and TIPWATCH_BINARY name the programs.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { TipwatchProcess } from "../web/tipwatch_process.js";

const { WebSocket } = createRequire(new URL("../web/", import.meta.url))("ws");

async function echoProgram(options) {
  const child = spawn(process.env.TIPWATCH_WS_ECHO, ["--port", "0", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const [url] = await once(createInterface({ input: child.stdout }), "line");
  return { url, stop: () => (child.kill(), once(child, "exit")) };
}

/** Opens @p url, and collects messages as [payload, isBinary]. */
async function open(url, options = {}) {
  const socket = new WebSocket(url, options);
  const waiting = [];
  const messages = [];
  socket.on("message", (...message) => (waiting.length > 0 ? waiting.shift()(message) : messages.push(message)));
  await once(socket, "open");
  socket.next = () => (messages.length > 0 ? messages.shift() : new Promise((resolve) => waiting.push(resolve)));
  socket.end = async (code, reason) => {
    const closed = once(socket, "close");
    socket.close(code, reason);
    return closed;
  };
  return socket;
}

const offers = {
  "without an offer": { perMessageDeflate: false },
  "with its own offer": { perMessageDeflate: true },
  "with small windows": { perMessageDeflate: { serverMaxWindowBits: 9, clientMaxWindowBits: 10, threshold: 0 } },
  "with context takeover refused": { perMessageDeflate: { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 } },
};

for (const [server, options] of Object.entries({ "ws_echo": [], "ws_echo --deflate": ["--deflate"] })) {
  describe(server, () => {
    let echo;
    before(async () => (echo = await echoProgram(options)));
    after(() => echo.stop());

    for (const [name, offer] of Object.entries(offers)) {
      test(`echoes everything to a client ${name}`, async () => {
        const socket = await open(echo.url, offer);
        assert.equal(socket.extensions, options.length > 0 && offer.perMessageDeflate ? "permessage-deflate" : "");
        const texts = ["", "a", "sat\u00f6shi \u20bf \u{1f4a9}", "x".repeat(125), "x".repeat(126), "{\"a\":1}".repeat(9000), "z".repeat(3_000_000)];
        for (const text of texts) {
          socket.send(text);
          const [answer, isBinary] = await socket.next();
          assert.ok(!isBinary && answer.toString() === text, `${text.length} characters`);
        }
        for (const size of [0, 1, 126, 65_535, 65_536, 1_000_000]) {
          const bytes = randomBytes(size);
          socket.send(bytes);
          const [answer, isBinary] = await socket.next();
          assert.ok(isBinary && bytes.equals(answer), `${size} bytes`);
        }
        // Fragments, with a ping between them
        const pong = once(socket, "pong");
        socket.send("frag", { fin: false });
        socket.send("men", { fin: false });
        socket.ping("are you there?");
        socket.send("ts", { fin: true });
        assert.equal((await pong)[0].toString(), "are you there?");
        assert.equal((await socket.next())[0].toString(), "fragments");
        const [code] = await socket.end(4321, "enough");
        assert.equal(code, 4321);
      });
    }

    test("answers a thousand messages that are sent at once, in order", async () => {
      const socket = await open(echo.url, { perMessageDeflate: { threshold: 0 } });
      for (let i = 0; i < 1000; ++i) socket.send(`${i} ${"-".repeat(i)}`);
      for (let i = 0; i < 1000; ++i) assert.ok((await socket.next())[0].toString().startsWith(`${i} `));
      await socket.end(1000);
    });
  });
}

describe("tipwatch", () => {
  const lively = ["--seed", "7", "--simulate-mempool", "500", "--simulate-tx-rate", "20", "--simulate-block-interval", "1s"];
  for (const [name, options] of Object.entries({ "": [], " that compresses": ["--websocket-compression=on"] })) {
    test(`is heard${name}, from the hello to the next block`, async () => {
      const tipwatch = await TipwatchProcess.start([...lively, ...options]);
      try {
        const socket = await open(tipwatch.url.replace("http", "ws") + "/ws");
        assert.equal(socket.extensions, options.length > 0 ? "permessage-deflate" : "");
        const seen = new Set();
        while (!(seen.has("hello") && seen.has("tip.update") && seen.has("mempool.update") && seen.has("block.mined"))) {
          const [message] = await socket.next();
          seen.add(JSON.parse(message).type);
        }
        socket.send(JSON.stringify({ op: "ping", timestamp: 17, padding: "p".repeat(2000) }));
        let answer;
        do answer = JSON.parse((await socket.next())[0]);
        while (answer.type !== "pong");
        assert.equal(answer.timestamp, 17);
        const [code] = await socket.end(1000);
        assert.equal(code, 1000);
      } finally {
        await tipwatch.stop();
      }
    });
  }
});
