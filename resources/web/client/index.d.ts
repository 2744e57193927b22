// SPDX-License-Identifier: GPL-3.0-or-later
import type { AnyMessage, ChannelMessages, Hello, MessagesByType } from "./messages.js";

export type * from "./messages.js";

/** Where in the stream: a run of the server, and the number of an event in it. */
export interface Position {
  epoch: string;
  seq: number;
}

export interface TxFilter {
  /** sat/vB */
  minFeerate?: number;
  /** satoshi */
  minValue?: number;
  /** All have to be set. */
  flags?: string | string[];
  /** One of them is paid to; an address, or a script in hex. */
  address?: string | string[];
  txid?: string | string[];
}

/** Over WebSocket only; the other ways tell of all peers. */
export interface PeerFilter {
  ids?: number[];
  /** Degrees; across the date line where west is greater than east. */
  bounds?: { north: number; south: number; east: number; west: number };
}

export type ChannelSpec =
  | { name: "txs"; filter?: TxFilter }
  | { name: "network" | "nodes"; filter?: PeerFilter }
  /** `last`: repeat the latest blocks, over WebSocket. */
  | { name: "blocks"; last?: number }
  | { name: string; filter?: Record<string, unknown> };

export type ChannelName = keyof ChannelMessages | (string & {});
export type Channel = ChannelName | ChannelSpec;
export type Transport = "websocket" | "events" | "poll" | "polling";

export interface Connection {
  readonly state: "closed" | "connecting" | "open" | "waiting";
  /** The way that is tried or used; null while it is closed or waits. */
  readonly transport: Transport | null;
  /** Attempts since it was last open. */
  readonly attempt: number;
  /** While it waits: when it tries again, Unix ms. */
  readonly retryAt: number;
  /** Why it ended: a close code of the protocol, and words. */
  readonly code: number;
  readonly reason: string;
}

/** What comes next does not follow on what was told: begin anew. */
export interface Reset {
  /** Another run of the server; away for longer than it remembers; too slow for a server that drops. */
  reason: "restarted" | "forgotten" | "dropped";
  channels: string[];
  position: Position | null;
  /** Of "dropped": how many messages. */
  count?: number;
}

export interface ClientError {
  /** As in the protocol (`unknown_channel`, `bad_filter`, `forbidden`, …), or "token": no new one could be had. */
  code: string;
  message: string;
  channel: string | null;
  id: number | string | null;
}

interface OwnEvents {
  connection: Connection;
  /** ms there and back */
  latency: number;
  reset: Reset;
  error: ClientError;
  /** What came and is no message. */
  bad: string;
  /** Every message, whatever its channel. */
  message: AnyMessage;
  hello: { type: "hello"; data: Hello };
}

export type Events = OwnEvents & MessagesByType & ChannelMessages;

type Handler<Event> = Event extends keyof Events ? (value: Events[Event]) => void : (value: any) => void;

export interface Environment {
  /** A WebSocket for Node before version 22 (npm `ws` has one). */
  WebSocket?: new (url: string) => any;
  fetch?: typeof fetch;
  setTimeout?: (action: () => void, ms: number) => any;
  clearTimeout?: (id: any) => void;
  now?: () => number;
  random?: () => number;
  /** Gets what a handler throws; without it, it is thrown where nobody else is disturbed. */
  report?: (error: unknown) => void;
}

export interface Options {
  /** Without: what is subscribed to before connect(), or else the server's default. */
  channels?: Channel[] | null;
  /** Where another client ended, or a page was rendered; the text is "<epoch>:<seq>". */
  since?: Position | string | null;
  /** Seen from the server's address; "ws". */
  socketUrl?: string | URL;
  /** The ways that may be taken; all. */
  transports?: readonly Transport[];
  token?: string | null;
  /** Asked for the next token before one ends, and when one was refused. */
  refreshToken?: (() => string | Promise<string>) | null;
  /** ms; 30,000 */
  pingInterval?: number;
  /** ms until an opening, or a ping without answer, counts as lost; 10,000 */
  answerTimeout?: number;
  /** ms between two rounds of polling; 2,000 */
  pollInterval?: number;
  /** ms; the pause before attempt n is anything up to first * 2^n, at most max; 1,000 and 30,000 */
  backoff?: { first?: number; max?: number };
  /** The same for attempts to find a better way; 5,000 and 300,000 */
  climb?: { first?: number; max?: number };
  /** In a row, then it closes; Infinity */
  maxAttempts?: number;
  /** Messages kept while there is no WebSocket; 32 */
  queueLimit?: number;
  environment?: Environment;
}

export interface ClientMetrics {
  messagesReceived: number;
  messagesSent: number;
  /** What was no message. */
  badMessages: number;
  /** Came again after a resume, and was passed over. */
  repeated: number;
  resets: number;
  /** Times that it came back. */
  reconnects: number;
  /** ms there and back; null while it is not known */
  latency: number | null;
  transport: Transport | null;
  /** Messages that wait for a WebSocket, and those that had to go because they were too many. */
  queued: number;
  dropped: number;
}

export class TipwatchClient {
  /** @param url the server's root (`http://box:8787`) or its socket (`ws://box:8787/ws`). @throws {TypeError} what is wrong and what is accepted */
  constructor(url: string | URL, options?: Options);

  /** Starts, and from then on comes back by itself until close(). */
  connect(): this;
  /** Ends it; connect() goes on from where it was. */
  close(): void;
  /** Does not wait for the rest of a pause, nor for the next attempt to find a better way. */
  retryNow(): void;
  isConnected(): boolean;
  get connection(): Connection;
  /** Where it stands in the stream; to be handed to another client as `since`. */
  get position(): Position | null;
  getMetrics(): ClientMetrics;

  /** @returns takes the handler away again */
  on<Event extends keyof Events | (string & {})>(event: Event, handler: Handler<Event>): () => void;
  off<Event extends keyof Events | (string & {})>(event: Event, handler: Handler<Event>): void;

  /** Remembered, and asked for at every opening. With another filter: replaces the one before. @returns unsubscribes */
  subscribe<Name extends ChannelName>(channels: Name | readonly Name[], handler?: Handler<Name>): () => void;
  subscribe(channels: Channel | readonly Channel[], handler?: (message: any) => void): () => void;
  /** With a handler: ends that handler's part, and the subscription with the last of its channel. */
  unsubscribe(channels: Channel | readonly Channel[], handler?: (message: any) => void): void;
  /** Listens to the channels no more for now, and remembers where they were left. */
  pause(channels: Channel | readonly Channel[]): void;
  /** Goes on with what pauses: what was missed comes first. */
  resume(): void;

  /** Sends a message of the protocol, now or when there is a WebSocket again. */
  send(message: { op: string; [member: string]: unknown }): void;
  setToken(token: string | null): void;
  /** Quiet: no pings and no attempts to find a better way, for a page that nobody looks at. */
  setQuiet(isQuiet: boolean): void;
}

export type Feature = "websockets";

/** Switches that a browser remembers; clients that run follow at once. */
export const features: {
  isEnabled(name: Feature): boolean;
  enable(name: Feature): void;
  disable(name: Feature): void;
  onChange(listener: (name: Feature, isEnabled: boolean) => void): () => void;
};

/** Options: how clients of S2, S3 and S4 retry and fall back. */
export const presets: Readonly<Record<"states" | "signals" | "nodes", Readonly<Options>>>;

/** What a client is subscribed to when nobody says: tip, blocks, mempool, txs. */
export const defaultChannels: readonly string[];
