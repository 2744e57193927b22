// SPDX-License-Identifier: GPL-3.0-or-later
// A stand-in for the gateway that says what a test tells it to: pages written by write_pages, and a stream by hand.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { WebSocketServer } from "ws";
import { ownLoopbackAddress } from "./loopback_address.js";

const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
export const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
  "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export class ScriptedGateway {
  /** Blocks that GET /api/v1/blocks answers, newest first. */
  blocks = [];
  /** Messages of state channels, sent to whoever subscribes: channel to [type, data]. */
  states = new Map();
  epoch = "0000000000001234";
  #folder;
  #port = 0;
  #http = null;
  #sockets = null;
  #seq = 9000;
  #listeners = [];

  /** @param {string} folder that write_pages filled */
  constructor(folder) {
    this.#folder = folder;
  }

  get url() {
    return `http://${ownLoopbackAddress}:${this.#port}`;
  }

  get clients() {
    return this.#sockets.clients.size;
  }

  /** Comes back on the same port after stop(). */
  async start() {
    this.#http = createServer((request, response) => this.#answer(request, response));
    this.#sockets = new WebSocketServer({ server: this.#http, path: "/ws" });
    this.#sockets.on("connection", (socket) => this.#welcome(socket));
    await new Promise((resolve, reject) => this.#http.on("error", reject).listen(this.#port, ownLoopbackAddress, resolve));
    this.#port = this.#http.address().port;
  }

  async stop() {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  send(type, channel, data) {
    this.#seq += 1;
    const text = JSON.stringify({ type, channel, seq: this.#seq, timestamp: Date.now(), data });
    for (const socket of this.#sockets.clients) if (socket.channels.has(channel)) socket.send(text);
  }

  sendRaw(text) {
    for (const socket of this.#sockets.clients) socket.send(text);
  }

  /** The next message of this kind that a client sends. */
  nextMessage(op) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`nobody said ${op}`)), 10_000);
      this.#listeners.push({ op, listener: (message) => (clearTimeout(timer), resolve(message)) });
    });
  }

  setState(channel, type, data) {
    this.states.set(channel, [type, data]);
    this.send(type, channel, data);
  }

  async #answer(request, response) {
    const path = decodeURIComponent(request.url.split("?")[0]);
    if (path === "/api/v1/blocks") {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(this.blocks));
      return;
    }
    try {
      const body = await readFile(join(this.#folder, path === "/" ? "busy.html" : path));
      response.writeHead(200, { "content-type": types[extname(path)] ?? types[".html"], "content-security-policy": contentSecurityPolicy }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }

  #welcome(socket) {
    socket.channels = new Set();
    socket.send(JSON.stringify({ type: "hello", data: { server: "tipwatch/test", epoch: this.epoch, seq: this.#seq, network: "main", chain: "bitcoin", ping: 30 } }));
    socket.on("message", (text) => {
      const message = JSON.parse(text);
      for (const { op, listener } of this.#listeners) if (op === message.op) listener(message);
      if (message.op === "ping") socket.send(JSON.stringify({ type: "pong", timestamp: message.timestamp }));
      if (message.op === "unsubscribe") for (const channel of message.channels) socket.channels.delete(channel);
      if (message.op !== "subscribe") return;
      const recovered = message.since?.epoch === this.epoch;
      const channels = message.channels.map((channel) => channel.name ?? channel);
      socket.send(JSON.stringify({ type: "subscribed", id: message.id, data: { channels, epoch: this.epoch, seq: this.#seq, recovered } }));
      for (const channel of message.channels) {
        socket.channels.add(channel);
        const [type, data] = this.states.get(channel) ?? [];
        if (type) socket.send(JSON.stringify({ type, channel, seq: this.#seq, timestamp: Date.now(), data }));
      }
    });
  }
}
