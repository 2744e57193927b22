// SPDX-License-Identifier: GPL-3.0-or-later
// A way to the program that does to it what networks and proxies do: refuses, cuts, holds back.
import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { ownLoopbackAddress } from "./loopback_address.js";

const ways = { events: "/api/v1/events", poll: "/api/v1/poll" };

export class Meddler {
  /** Ways that are refused: websocket, events, poll. */
  refused = new Set();
  /** The next request of this way finds its connection broken. */
  breaksNext = null;
  /** The program behind it: {host, port}. */
  target;
  #server = createServer((request, response) => this.#forward(request, response));
  #sockets = new Set();
  #asked = new Map();

  static async to(target) {
    const meddler = new Meddler();
    meddler.target = target;
    meddler.#server.on("upgrade", (request, socket, head) => meddler.#upgrade(request, socket, head));
    meddler.#server.on("connection", (socket) => meddler.#keep(socket));
    meddler.#server.listen(0, ownLoopbackAddress);
    await once(meddler.#server, "listening");
    return meddler;
  }

  get url() {
    return `http://${ownLoopbackAddress}:${this.#server.address().port}`;
  }

  /** How often a way was asked for, or any path. */
  asked(name) {
    return this.#asked.get(name) ?? 0;
  }

  /** Whoever is connected is not any more. */
  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close() {
    this.#server.close();
    this.cut();
  }

  #keep(socket) {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
  }

  #count(name) {
    this.#asked.set(name, this.asked(name) + 1);
  }

  #forward(request, response) {
    const path = request.url.split("?")[0];
    const [way] = Object.entries(ways).find(([, prefix]) => path === prefix) ?? [path];
    this.#count(way);
    if (this.refused.has(way)) {
      response.writeHead(403).end("blocked by policy");
      return;
    }
    if (this.breaksNext === way) {
      this.breaksNext = null;
      request.socket.destroy();
      return;
    }
    const { host, port } = this.target;
    const headers = { ...request.headers, host: `${host}:${port}` };
    const onward = httpRequest({ host, port, path: request.url, method: request.method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      response.flushHeaders();
      answer.on("error", () => response.destroy());
      answer.on("aborted", () => response.destroy());
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    response.on("close", () => onward.destroy());
    request.pipe(onward);
  }

  #upgrade(request, socket, head) {
    this.#count("websocket");
    if (this.refused.has("websocket")) {
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    const { host, port } = this.target;
    const onward = connect(port, host, () => {
      const fields = Object.entries({ ...request.headers, host: `${host}:${port}` }).filter(([name]) => name !== "origin");
      onward.write(`GET ${request.url} HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    this.#keep(onward);
    onward.on("close", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  }
}
