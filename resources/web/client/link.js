// SPDX-License-Identifier: GPL-3.0-or-later
import { Backoff } from "./backoff.js";
import { Timers } from "./environment.js";
import { features } from "./features.js";
import { Keepalive } from "./keepalive.js";
import { Ladder } from "./ladder.js";
import { EventStreamTransport } from "./transports/event_stream.js";
import { LongPollTransport } from "./transports/long_poll.js";
import { PollingTransport } from "./transports/polling.js";
import { WebSocketTransport } from "./transports/websocket.js";

const transports = { websocket: WebSocketTransport, events: EventStreamTransport, poll: LongPollTransport, polling: PollingTransport };

const shortLifeMs = 5000; // what ends sooner did not really hold
const renewalRestMs = 5000; // between two attempts to get a token
const longestTimerMs = 86_400_000; // what has more than 31 bits fires at once
const policy = 1008; // coming back in the same way does not help
const notTheWaysFault = [1001, 1008, 4008];

/**
 * The way to the server: opens one, keeps it alive, comes back over it or another one, and looks for a better one while a lesser one serves.
 * One transport is heard at a time; a better one takes over in the moment in which it has proved that it is there.
 */
export class Link {
  #env;
  #options;
  #place;
  #reader;
  #token;
  #timers;
  #ladder;
  #backoff;
  #climbing;
  #keepalive;
  #transport = null;
  #candidate = null; // {name, transport} of a better way that is being tried
  #connection = { state: "closed", transport: null, attempt: 0, retryAt: 0, code: 0, reason: "" };
  #hasBegun = false; // the transport, and did not only open
  #hasNewerToken = false; // than the one that the transport began with
  #openedAt = 0;
  #hasBeenOpen = false;
  #isQuiet = false;
  #ignoreFeatures = null;

  /** Times that it came back. */
  reconnects = 0;
  /** ms there and back; null while it is not known */
  latency = null;

  constructor({ env, options, place, reader, token }) {
    this.#env = env;
    this.#options = options;
    this.#place = place;
    this.#reader = reader;
    this.#token = token;
    this.#timers = new Timers(env);
    this.#ladder = new Ladder(this.#possible());
    this.#backoff = new Backoff({ ...options.backoff, random: env.random });
    this.#climbing = new Backoff({ ...options.climb, random: env.random });
    this.#keepalive = new Keepalive(env, { interval: options.pingInterval, answerTimeout: options.answerTimeout });
  }

  get connection() {
    return this.#connection;
  }

  /** Whether channels can join and say from where. */
  get canRejoin() {
    return this.#isOpen && this.#transport.canRejoin === true;
  }

  open() {
    if (this.#connection.state !== "closed") return;
    this.#ignoreFeatures = features.onChange(() => this.#featuresChanged());
    this.#ladder.limitTo(this.#possible());
    this.#backoff.reset();
    this.#attempt();
    this.#planRenewal();
  }

  close() {
    if (this.#connection.state !== "closed") this.#end(1000, "");
  }

  retryNow() {
    if (this.#connection.state === "waiting") this.#attempt();
    else if (this.#isOpen) this.#climb();
  }

  send(message) {
    return this.#isOpen && this.#transport.send(message);
  }

  update(changes) {
    if (this.#isOpen) this.#transport.update(changes);
  }

  tokenChanged() {
    this.#planRenewal(renewalRestMs); // also where this one has ended already
    if (this.#hasBegun) this.#transport.renewToken();
    else this.#hasNewerToken = this.#transport !== null;
  }

  setQuiet(isQuiet) {
    if (isQuiet === this.#isQuiet) return;
    this.#isQuiet = isQuiet;
    this.#keepalive.setQuiet(isQuiet);
    this.#transport?.setQuiet?.(isQuiet);
    if (isQuiet) this.#dropCandidate();
    else if (this.#isOpen) this.#planClimb();
  }

  #end(code, reason) {
    this.#ignoreFeatures();
    this.#letGo();
    this.#timers.cancelAll();
    this.#hasBeenOpen = false;
    this.#enter("closed", { code, reason });
  }

  get #isOpen() {
    return this.#connection.state === "open";
  }

  #possible() {
    return this.#options.transports.filter((name) => transports[name].isPossible(this.#env) && (name !== "websocket" || features.isEnabled("websockets")));
  }

  #featuresChanged() {
    this.#dropCandidate();
    const mayStay = this.#ladder.limitTo(this.#possible());
    if (this.#connection.state === "closed") return;
    if (!mayStay) {
      this.#letGo();
      this.#attempt();
    } else if (this.#isOpen) {
      this.#climb();
    }
  }

  #attempt() {
    this.#timers.cancel("retry");
    const name = this.#ladder.current;
    if (!name) {
      this.#end(1006, `none of the ways (${this.#options.transports.join(", ")}) can be taken here`);
      return;
    }
    this.#enter("connecting", { transport: name });
    if (this.#connection.state !== "connecting" || this.#transport) return; // a handler has closed it, and perhaps opened it again
    this.#transport = this.#make(name);
    this.#start(this.#transport);
  }

  #make(name) {
    const forCurrent = (handle) => (...args) => {
      if (transport === this.#transport) handle(...args);
    };
    const reader = this.#reader;
    const transport = new transports[name](
      {
        place: this.#place,
        pollInterval: this.#options.pollInterval,
        trail: reader.trail,
        wanted: reader.wanted,
        token: () => this.#token.value,
        asked: forCurrent(() => this.#awaitAnswer()),
        opened: () => this.#opened(transport),
        begun: forCurrent((position) => this.#begun(name, position)),
        rejoined: forCurrent(reader.rejoined),
        received: forCurrent(reader.received),
        movedTo: forCurrent(reader.movedTo),
        overtook: forCurrent(reader.overtook),
        forgot: forCurrent(reader.forgot),
        bad: forCurrent(reader.bad),
        sent: reader.sent,
        ponged: forCurrent((ms) => this.#ponged(ms)),
        lost: (loss) => this.#lost(transport, loss),
      },
      this.#env,
    );
    return transport;
  }

  #start(transport) {
    if (transport === this.#transport) this.#awaitAnswer();
    try {
      transport.start();
    } catch (error) {
      this.#lost(transport, { code: 1006, reason: String(error?.message ?? error) });
    }
  }

  #awaitAnswer() {
    const transport = this.#transport;
    this.#timers.after("answer", this.#options.answerTimeout, () => this.#lost(transport, { code: 1006, reason: "no answer" }));
  }

  /** It is there. A better one takes over now, so that nothing is asked for twice. */
  #opened(transport) {
    if (transport !== this.#candidate?.transport) return;
    const { name } = this.#candidate;
    this.#candidate = null;
    this.#letGo();
    this.#transport = transport;
    this.#ladder.moveTo(name);
    this.#awaitAnswer();
  }

  #begun(name, position) {
    this.#timers.cancel("answer");
    this.#backoff.reset();
    this.#hasBegun = true;
    if (this.#ladder.isAtTop) this.#climbing.reset();
    this.#openedAt = this.#env.now();
    const isNewWay = !this.#isOpen || this.#connection.transport !== name;
    if (!this.#isOpen && this.#hasBeenOpen) this.reconnects += 1;
    this.#hasBeenOpen = true;
    const transport = this.#transport;
    if (isNewWay) this.#enter("open", { transport: name });
    if (transport === this.#transport) this.#reader.begun(position);
    if (transport !== this.#transport) return; // a handler has closed it, and perhaps opened it again
    if (this.#hasNewerToken) transport.renewToken();
    this.#hasNewerToken = false;
    if (!isNewWay) return;
    if (transport.ping) this.#keepalive.start(() => transport.ping(), () => this.#lost(transport, { code: 4001, reason: "no answer to a ping" }));
    this.#planClimb();
  }

  #ponged(ms) {
    this.#keepalive.answered();
    if (ms === null) return;
    this.latency = ms;
    this.#reader.measured(ms);
  }

  #lost(transport, { code, reason, retryAfter = 0, asked = null }) {
    if (transport === this.#candidate?.transport) {
      this.#candidateFailed();
      return;
    }
    if (transport !== this.#transport) return;
    const hadBegun = this.#hasBegun;
    this.#letGo();
    if (asked) {
      this.#reader.failed(asked);
      if (this.#connection.state === "closed" || this.#transport) return; // a handler has closed it, and perhaps opened it again
    }
    if (code === policy) {
      this.#refused(reason);
      return;
    }
    if (hadBegun) this.#ladder.ended(this.#env.now() - this.#openedAt < shortLifeMs && !notTheWaysFault.includes(code));
    else if (this.#ladder.descend()) {
      this.#attempt();
      return;
    }
    this.#wait(code, reason, retryAfter);
  }

  #wait(code, reason, retryAfter = 0) {
    if (this.#backoff.attempt >= this.#options.maxAttempts) {
      this.#end(code, `given up after ${this.#backoff.attempt} attempts: ${reason}`);
      return;
    }
    const pause = Math.max(this.#backoff.next(), retryAfter);
    this.#timers.after("retry", pause, () => this.#attempt());
    this.#enter("waiting", { retryAt: this.#env.now() + pause, code, reason });
  }

  /** Not without another token. */
  async #refused(reason) {
    if (!this.#token.canRenew) {
      this.#reader.failed({ code: "unauthorized", message: reason });
      this.#end(policy, reason);
      return;
    }
    this.#wait(policy, reason);
    await this.#renew();
  }

  async #renew() {
    try {
      await this.#token.renew();
      this.tokenChanged();
    } catch (error) {
      this.#reader.failed({ code: "token", message: `no new token: ${error?.message ?? error}` });
      this.#planRenewal(renewalRestMs);
    }
  }

  #planRenewal(least = 0) {
    const wait = this.#token.dueIn(this.#env.now());
    if (wait === null || this.#connection.state === "closed") this.#timers.cancel("token");
    else if (wait > longestTimerMs) this.#timers.after("token", longestTimerMs, () => this.#planRenewal());
    else this.#timers.after("token", Math.max(wait, least), () => this.#renew());
  }

  #planClimb() {
    if (this.#ladder.isAtTop || this.#isQuiet) this.#timers.cancel("climb");
    else this.#timers.after("climb", this.#climbing.next(), () => this.#climb());
  }

  #climb() {
    if (this.#candidate || this.#ladder.isAtTop) return;
    this.#timers.cancel("climb");
    this.#tryBetter(this.#ladder.better);
  }

  #tryBetter([name, ...others]) {
    this.#candidate = { name, others, transport: this.#make(name) };
    this.#timers.after("candidate", this.#options.answerTimeout, () => this.#candidateFailed());
    this.#start(this.#candidate.transport);
  }

  #candidateFailed() {
    const { others } = this.#candidate;
    this.#dropCandidate();
    if (others.length > 0) this.#tryBetter(others);
    else this.#planClimb();
  }

  #dropCandidate() {
    this.#timers.cancel("candidate", "climb");
    this.#candidate?.transport.stop();
    this.#candidate = null;
  }

  #letGo() {
    this.#timers.cancel("answer", "retry");
    this.#keepalive.stop();
    this.#dropCandidate();
    this.latency = null;
    this.#hasBegun = false;
    const transport = this.#transport;
    this.#transport = null;
    transport?.stop();
  }

  #enter(state, details = {}) {
    this.#connection = Object.freeze({ state, transport: null, attempt: this.#backoff.attempt, retryAt: 0, code: 0, reason: "", ...details });
    this.#reader.changed(this.#connection);
  }
}
