// SPDX-License-Identifier: GPL-3.0-or-later
import { BlockTrail } from "./block_trail.js";
import { Channels, defaultChannels, specsOf } from "./channels.js";
import { Emitter } from "./emitter.js";
import { environmentOf } from "./environment.js";
import { Link } from "./link.js";
import { optionsFrom } from "./options.js";
import { Outbox } from "./outbox.js";
import { placeOf } from "./place.js";
import { Session } from "./session.js";
import { Token } from "./token.js";

/**
 * A Tipwatch's stream, kept alive: it comes back by itself, goes on where it ended, and finds another way where there is no WebSocket. README.md
 * shows how it is used, index.d.ts says it all.
 *
 * What is here: what is wanted, and what is told of it. How it comes here is Link's affair.
 */
export class TipwatchClient {
  #emitter;
  #channels = new Channels();
  #session;
  #trail = new BlockTrail();
  #token;
  #outbox;
  #link;
  #rejoining = new Map(); // channel → since, of those that asked to go on and were not answered yet
  #isDefault; // nobody has said yet what is wanted
  #metrics = { messagesReceived: 0, messagesSent: 0, badMessages: 0, repeated: 0, resets: 0 };

  /** @throws {TypeError} for an address or an option that is none */
  constructor(url, given = {}) {
    const options = optionsFrom(given);
    const env = environmentOf(options.environment);
    this.#emitter = new Emitter(env.report);
    this.#session = new Session(options.since);
    this.#token = new Token(options.token, options.refreshToken);
    this.#outbox = new Outbox(options.queueLimit);
    this.#channels.add(specsOf(options.channels ?? defaultChannels));
    this.#isDefault = options.channels === null;
    this.#link = new Link({
      env,
      options,
      token: this.#token,
      place: placeOf(url, options.socketUrl),
      reader: {
        trail: this.#trail,
        wanted: () => this.#wanted(),
        begun: (position) => this.#begun(position),
        rejoined: (names, { recovered, epoch, seq }) => this.#rejoined(names, recovered, { epoch, seq }),
        received: (message) => this.#received(message),
        movedTo: (position) => this.#session.moveTo(position),
        overtook: (channel, position) => this.#session.overtake(channel, position),
        forgot: (channel) => this.#forgot(channel),
        bad: (text) => this.#bad(text),
        sent: () => (this.#metrics.messagesSent += 1),
        changed: (connection) => this.#emitter.emit("connection", connection),
        measured: (latency) => this.#emitter.emit("latency", latency),
        failed: (error) => this.#fail(error),
      },
    });
  }

  /** Starts, and from then on comes back by itself until close(). */
  connect() {
    this.#link.open();
    return this;
  }

  /** Ends it; connect() goes on from where it was. */
  close() {
    this.#link.close();
  }

  /** Does not wait for the rest of a pause, nor for the next attempt to find a better way. */
  retryNow() {
    this.#link.retryNow();
  }

  isConnected() {
    return this.#link.connection.state === "open";
  }

  get connection() {
    return this.#link.connection;
  }

  /** Where it stands in the stream, to be handed to another client as `since`. */
  get position() {
    return this.#session.position;
  }

  getMetrics() {
    return {
      ...this.#metrics,
      reconnects: this.#link.reconnects,
      latency: this.#link.latency,
      transport: this.#link.connection.transport,
      queued: this.#outbox.size,
      dropped: this.#outbox.dropped,
    };
  }

  on(event, handler) {
    return this.#emitter.on(event, handler);
  }

  off(event, handler) {
    this.#emitter.off(event, handler);
  }

  subscribe(channels, handler) {
    const specs = specsOf(channels);
    if (this.#isDefault) this.#channels.remove(defaultChannels.filter((name) => !specs.some((spec) => spec.name === name)));
    this.#isDefault = false;
    if (handler) for (const { name } of specs) this.#emitter.on(name, handler);
    const added = this.#channels.add(specs);
    for (const { name } of added) this.#forget(name);
    if (added.length > 0) this.#link.update({ added });
    return () => this.unsubscribe(specs, handler);
  }

  /** With a handler: ends that handler's part, and the subscription with the last of its channel. */
  unsubscribe(channels, handler) {
    const names = specsOf(channels).map(({ name }) => name);
    if (handler) for (const name of names) this.#emitter.off(name, handler);
    const removed = this.#channels.remove(handler ? names.filter((name) => !this.#emitter.has(name)) : names);
    this.#isDefault = false;
    for (const name of removed) this.#forget(name);
    if (removed.length > 0) this.#link.update({ removed });
  }

  /** Listens to @p channels no more for now, and remembers where they were left. */
  pause(channels) {
    const resting = this.#channels.rest(specsOf(channels).map(({ name }) => name), this.#session.position);
    if (resting.length > 0) this.#link.update({ removed: resting });
  }

  /** Goes on with what pauses, from where each was left: what was missed comes first. */
  resume() {
    const woken = this.#channels.wake();
    if (woken.length === 0) return;
    const added = woken.map(({ spec }) => spec);
    const [since] = woken.map((channel) => channel.since).filter(Boolean).sort((a, b) => a.seq - b.seq);
    if (this.#link.canRejoin) {
      if (since) for (const { name } of added) this.#rejoining.set(name, since);
      this.#link.update({ added, since });
      return;
    }
    if (since && !this.#session.rewind(since)) this.#rejoined(added.map(({ name }) => name), false, this.#session.position);
    this.#link.update({ added });
  }

  /** Sends a message of the protocol, now or when there is a WebSocket again. */
  send(message) {
    if (!this.#link.send(message)) this.#outbox.put(message);
  }

  setToken(token) {
    this.#token.value = token;
    this.#link.tokenChanged();
  }

  /** Quiet: no pings and no attempts to find a better way, for a page that nobody looks at. */
  setQuiet(isQuiet) {
    this.#link.setQuiet(isQuiet);
  }

  /** To begin with, on a connection. What was asked for on the one before and not answered has to be asked for again. */
  #wanted() {
    for (const since of this.#rejoining.values()) this.#session.rewind(since);
    this.#rejoining.clear();
    return { channels: this.#channels.active, since: this.#session.position };
  }

  #begun({ epoch, seq, recovered }) {
    const reason = this.#session.begin({ epoch, seq }, recovered === true);
    if (reason) {
      this.#trail.clear();
      this.#reset(reason, this.#channels.active.map(({ name }) => name));
    }
    this.#outbox.flush((message) => this.#link.send(message));
  }

  #rejoined(names, recovered, position) {
    for (const name of names) this.#rejoining.delete(name);
    if (recovered) {
      this.#session.rejoin(names);
      return;
    }
    for (const name of names) this.#forget(name);
    this.#reset(position.epoch === this.#session.position?.epoch ? "forgotten" : "restarted", names);
  }

  #forgot(channel) {
    this.#forget(channel);
    this.#reset("forgotten", [channel]);
  }

  /** What was heard of it has nothing to do with what comes. */
  #forget(channel) {
    this.#session.forget(channel);
    if (channel === "blocks") this.#trail.clear();
  }

  /** What comes next does not follow on what was told: the reader has to begin anew. */
  #reset(reason, channels, details = {}) {
    this.#metrics.resets += 1;
    this.#emitter.emit("reset", { reason, channels, position: this.#session.position, ...details });
  }

  #received(message) {
    this.#metrics.messagesReceived += 1;
    if (message.type === "error") {
      this.#refused(message);
      return;
    }
    const { channel, type } = message;
    const isWanted = channel === undefined || this.#channels.isActive(channel); // else it was said before the server knew
    const isNew = this.#session.accept(message, isWanted);
    if (!isNew) this.#metrics.repeated += 1;
    if (!isNew || !isWanted) return;
    this.#trail.heard(message);
    this.#emitter.emit(type, message);
    if (channel !== undefined) this.#emitter.emit(channel, message);
    this.#emitter.emit("message", message);
  }

  #refused({ error = {}, id }) {
    if (error.code === "dropped") this.#reset("dropped", this.#channels.active.map(({ name }) => name), { count: error.count });
    else this.#fail({ code: error.code ?? "error", message: error.message ?? "", channel: error.channel ?? null, id: id ?? null });
  }

  #bad(text) {
    this.#metrics.badMessages += 1;
    this.#emitter.emit("bad", text);
  }

  #fail(error) {
    this.#emitter.emit("error", { channel: null, id: null, ...error });
  }
}
