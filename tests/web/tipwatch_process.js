// SPDX-License-Identifier: GPL-3.0-or-later
// The real program, watching its simulated network. TIPWATCH_BINARY names it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { ownLoopbackAddress } from "./loopback_address.js";

export class TipwatchProcess {
  #child;

  /** @param {string[]} args besides those that make it serve a simulated network on loopback */
  static async start(args = [], port = 0) {
    const tipwatch = new TipwatchProcess();
    const all = ["--server-only", "--source", "simulated", "--listen", ownLoopbackAddress, "--http-port", String(port), ...args];
    tipwatch.#child = spawn(process.env.TIPWATCH_BINARY, all, { stdio: ["ignore", "pipe", "pipe"] });
    const log = [];
    tipwatch.#child.stderr.on("data", (data) => log.push(data));
    const ended = once(tipwatch.#child, "exit").then(([code]) => {
      throw new Error(`tipwatch ended with ${code}:\n${Buffer.concat(log)}`);
    });
    ended.catch(() => {}); // expected, once it is stopped
    const announced = (async () => {
      for await (const line of createInterface({ input: tipwatch.#child.stdout })) {
        const address = line.match(/https?:\/\/\S+/);
        if (address) return address[0];
      }
      return new Promise(() => {});
    })();
    tipwatch.url = new URL(await Promise.race([announced, ended])).origin;
    tipwatch.#child.stdout.resume();
    return tipwatch;
  }

  get host() {
    return new URL(this.url).hostname;
  }

  get port() {
    return Number(new URL(this.url).port);
  }

  async get(path) {
    const response = await fetch(this.url + path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  }

  async stop(signal = "SIGTERM") {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "exit");
    this.#child.kill(signal);
    await gone;
  }
}
