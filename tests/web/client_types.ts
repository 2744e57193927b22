// SPDX-License-Identifier: GPL-3.0-or-later
// Compiled, not run: what the types of tipwatch-client allow, and what they do not.
import { defaultChannels, features, presets, TipwatchClient, type Block, type Connection, type Message, type Options, type Position } from "tipwatch-client";

const options: Options = { ...presets.signals, channels: ["tip", { name: "txs", filter: { minFeerate: 20, flags: ["rbf"] } }], since: "0123456789abcdef:1", transports: ["events"] };
const client: TipwatchClient = new TipwatchClient(new URL("http://box"), options).connect();

client.on("tip.update", ({ data, seq }) => {
  const height: number | null = data.height;
  const place: number = seq;
  // @ts-expect-error a tip has no fee
  data.fee;
  return [height, place];
});
client.on("blocks", (message) => {
  if (message.type === "block.mined") {
    const block: Block = message.data;
    return block.feerateRange?.[6];
  }
  return message.type;
});
client.on("connection", ({ state, transport }: Connection) => state === "open" && transport === "websocket");
client.on("reset", ({ reason }) => {
  // @ts-expect-error there is no such reason
  return reason === "bored";
});
client.on("track:tx:00", (message) => message.data.anything);
const message: Message = { type: "a", channel: "b", seq: 1, timestamp: 2, data: {} };

const stop: () => void = client.subscribe("txs", (txs) => txs.type === "tx.batch" && txs.data.map(({ txid }) => txid));
client.subscribe([{ name: "nodes", filter: { bounds: { north: 1, south: 0, east: 1, west: 0 } } }]);
client.subscribe({ name: "blocks", last: 12 });
client.unsubscribe("txs");
client.pause(["txs"]);
client.send({ op: "snapshot", channels: ["tip"] });
// @ts-expect-error a message says what it wants
client.send({ channels: ["tip"] });
// @ts-expect-error there is no such way
new TipwatchClient("http://box", { transports: ["pigeon"] });
// @ts-expect-error there is no such option
new TipwatchClient("http://box", { retries: 5 });
// @ts-expect-error there is no such feature
features.enable("socket");

const latency: number | null = client.getMetrics().latency;
const position: Position | null = client.position;
const names: readonly string[] = defaultChannels;
export { latency, message, names, position, stop };
