// SPDX-License-Identifier: GPL-3.0-or-later
import { textOf } from "../session.js";

/** An answer that is no yes. `code` is the close code a WebSocket would have ended with. */
export class Refusal extends Error {
  constructor(status, { code, message }, retryAfterMs) {
    super(`${code}: ${message}`);
    this.status = status;
    this.code = status === 401 ? 1008 : 1013;
    this.retryAfter = retryAfterMs;
    this.asked = status === 400 ? { code, message } : null; // what we asked for is wrong, and will be next time
  }
}

/** GET requests to the server, with the token in its field. @throws {Refusal} and what fetch throws */
export class Requests {
  #env;
  #base;
  #abort = new AbortController();

  constructor(env, base) {
    this.#env = env;
    this.#base = base;
  }

  /** @returns {Promise<Response>} */
  async get(path, { query = {}, token = null } = {}) {
    const url = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== null) url.searchParams.set(name, value);
    const headers = {};
    if (token !== null) headers.Authorization = `Bearer ${token}`;
    const response = await this.#env.fetch(url.href, { headers, signal: this.#abort.signal, cache: "no-store" });
    if (response.ok) return response;
    throw new Refusal(response.status, await errorOf(response), Number(response.headers.get("retry-after") ?? 0) * 1000);
  }

  /** Ends what is under way. */
  abort() {
    this.#abort.abort();
    this.#abort = new AbortController();
  }
}

async function errorOf(response) {
  try {
    const { error } = await response.json();
    return { code: String(error.code), message: String(error.message) };
  } catch {
    return { code: "refused", message: `status ${response.status}` };
  }
}

/** What an event stream and a long poll are asked for. Filters of `network` and `nodes` cannot be said there. */
export function streamQuery({ channels, since }) {
  const query = { channels: channels.map(({ name }) => name).join(","), since: since && textOf(since) };
  const filter = channels.find(({ name }) => name === "txs")?.filter ?? {};
  for (const [name, value] of Object.entries(filter)) query[name] = Array.isArray(value) ? value.join(",") : String(value);
  return query;
}

/** As a lost connection is told. */
export function lossOf(error) {
  if (error instanceof Refusal) return { code: error.code, reason: error.message, retryAfter: error.retryAfter, asked: error.asked };
  return { code: 1006, reason: error?.message || String(error) };
}
