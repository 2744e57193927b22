// SPDX-License-Identifier: GPL-3.0-or-later
import { positionFrom } from "../session.js";
import { lossOf, Requests } from "./requests.js";

const latestBlocks = 12;
const mostBlocks = 144;
const quietFactor = 15;

const states = {
  tip: ["api/v1/tip", "tip.update"],
  mempool: ["api/v1/mempool", "mempool.update"],
  projected: ["api/v1/projected", "projected.blocks"],
  fees: ["api/v1/fees", "fees.update"],
  difficulty: ["api/v1/difficulty", "difficulty.update"],
  network: ["api/v1/network", "network.update"],
};

/**
 * REST, asked again and again: the last resort, when no stream can be had. It tells the states as messages, and blocks by comparing the list of
 * the latest with those told before. Transactions it cannot tell: they follow from the stream's position, once there is a stream again.
 */
export class PollingTransport {
  #host;
  #env;
  #requests;
  #run = 0;
  #epoch = null;
  #told = new Map(); // channel → body
  #isQuiet = false;

  static isPossible = (env) => typeof env.fetch === "function";

  constructor(host, env) {
    this.#host = host;
    this.#env = env;
    this.#requests = new Requests(env, host.place.base);
  }

  start() {
    this.#run += 1;
    this.#round(this.#run);
  }

  stop() {
    this.#run += 1;
    this.#requests.abort();
  }

  send() {
    return false;
  }

  /** At once, for who has just subscribed. */
  update({ added = [] }) {
    for (const { name } of added) this.#told.delete(name);
    if (added.length > 0 && this.#epoch !== null) this.start();
  }

  renewToken() {}

  setQuiet(isQuiet) {
    this.#isQuiet = isQuiet;
    if (!isQuiet && this.#epoch !== null) this.start();
  }

  async #round(run) {
    const isMine = () => run === this.#run;
    try {
      const asked = this.#env.now();
      const { channels } = this.#host.wanted();
      const names = channels.map(({ name }) => name);
      const status = await this.#get("api/v1/status");
      if (!isMine()) return;
      this.#begin(status.position);
      this.#host.ponged(this.#env.now() - asked);
      if (names.includes("status")) this.#tell("status", "status.update", status);
      for (const name of names) {
        if (states[name]) await this.#readState(name, isMine);
        else if (name === "blocks") await this.#readBlocks(isMine);
        if (!isMine()) return;
      }
    } catch (error) {
      if (isMine()) this.#host.lost(lossOf(error));
      return;
    }
    const wait = this.#host.pollInterval * (this.#isQuiet ? quietFactor : 1);
    this.#env.setTimeout(() => isMine() && this.#round(run), wait);
  }

  async #get(path, query) {
    const response = await this.#requests.get(path, { query, token: this.#host.token() });
    return { position: positionFrom(response.headers.get("tipwatch-position")), body: await response.text() };
  }

  #begin(position) {
    if (!position) throw new Error("an answer without a position");
    if (this.#epoch === position.epoch) return;
    const { since } = this.#host.wanted();
    if (this.#epoch === null) this.#host.opened();
    this.#epoch = position.epoch;
    this.#told.clear();
    this.#host.begun({ ...position, recovered: since?.epoch === position.epoch });
  }

  async #readState(name, isMine) {
    const [path, type] = states[name];
    try {
      const answer = await this.#get(path);
      if (isMine()) this.#tell(name, type, answer);
    } catch (error) {
      if (error.status === undefined || error.status === 401) throw error; // else: not known yet, or not allowed
    }
  }

  async #readBlocks(isMine) {
    let answer = await this.#get("api/v1/blocks", { limit: latestBlocks });
    if (!isMine() || this.#told.get("blocks") === answer.body) return;
    this.#told.set("blocks", answer.body);
    let changes = this.#host.trail.changesTo(JSON.parse(answer.body));
    if (changes === null) {
      answer = await this.#get("api/v1/blocks", { limit: mostBlocks });
      if (!isMine()) return;
      changes = this.#host.trail.changesTo(JSON.parse(answer.body));
    }
    if (changes === null) {
      this.#host.forgot("blocks"); // and begin with these
      changes = this.#host.trail.changesTo(JSON.parse(answer.body));
    }
    for (const change of changes) this.#say("blocks", change.type, change.data, answer.position);
    this.#host.overtook("blocks", answer.position);
  }

  #tell(channel, type, { body, position }) {
    if (this.#told.get(channel) === body) return;
    this.#told.set(channel, body);
    this.#say(channel, type, JSON.parse(body), position);
  }

  /** Marked: the stream is still to be resumed from where it ended. */
  #say(channel, type, data, position) {
    this.#host.received({ resume: false, type, channel, seq: position?.seq ?? 0, timestamp: this.#env.now(), data });
  }
}
