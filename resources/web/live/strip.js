// SPDX-License-Identifier: GPL-3.0-or-later
// The strip at the top: what the node does, how far the view can be trusted, and how this page is connected.
import { byId, fill, setAttribute, setClass, setText } from "./dom.js";
import { format, networkName } from "./format.js";
import { everySecond, now } from "./time.js";

const state = byId("state");
const exact = byId("exact");
const link = byId("link");
const notice = byId("notice");
const retry = byId("retry");

let status = null;
let count = null; // not told yet: then what the server wrote stays

const states = {
  unknown: ["is-waiting", "Starting", "Nothing heard from the node yet."],
  connecting: ["is-waiting", "Connecting", "Waiting for the node to answer."],
  syncing: ["is-warn", "Syncing", "The node is catching up with the network."],
  live: ["is-live", "Live", ""],
  stale: ["is-warn", "Stale", "The node does not answer. This is the last picture."],
  error: ["is-error", "Error", "The node cannot be read."],
};

function stateWord(word) {
  if (status.state === "syncing") return `${word} ${format.percent(status.progress ?? 0)}`;
  const minutes = status.since ? Math.floor((now() - status.since) / 60_000) : 0;
  return status.state === "stale" && minutes > 0 ? `${word} ${format.integer(minutes)} min` : word;
}

function showState() {
  const [style, plainWord, plainText] = states[status.state] ?? states.unknown;
  const word = stateWord(plainWord);
  setClass(state, "is-", style);
  fill(state, {
    word,
    network: status.simulated ? "" : networkName(status.network),
    version: (status.version ?? status.node ?? "") + (status.pruned ? " · pruned" : ""),
  });
  const text = status.simulated && status.state === "live" ? "" : status.reason || plainText; // the band says it all
  notice.hidden = text === "";
  setClass(notice, "is-", style);
  fill(notice, { word, text });
  notice.querySelector("svg").toggleAttribute("hidden", status.state !== "syncing");
  setAttribute(byId("notice-progress"), "width", `${((status.progress ?? 0) * 100).toFixed(1)}%`);
  byId("simulated").hidden = !status.simulated;
}

function exactness() {
  const transactions = count === null ? "" : `${format.integer(count)} tx`;
  if (status.state === "stale") return ["is-off", "Not exact", "as last seen"];
  if (status.state !== "live") return ["is-off", "Not exact", "no view of the mempool yet"];
  if (status.feed === "poll") return ["is-warn", "Polling", status.exact ? `${transactions} at the last look` : "changes between looks are missed"];
  if (status.exact) return ["is-ok", "Exact", `${transactions} ${status.simulated ? "in the simulation" : "equal to the node"}`];
  return ["is-warn", "Resyncing", "comparing with the node"];
}

function showExactness() {
  const [style, word, about] = exactness();
  setClass(exact, "is-", style);
  fill(exact, count === null && status.state === "live" ? { word } : { word, about });
  exact.title = `Exact: the mempool shown is proven equal to the node's. Resyncs since start: ${format.integer(status.resyncs)}`;
}

export function showStatus(next) {
  status = next;
  showState();
  showExactness();
}

export function showCount(transactions) {
  count = transactions;
  if (status) showExactness();
}

const ways = { websocket: "over WebSocket", events: "over an event stream", poll: "by long polling", polling: "asking every 2 s" };

/** @param {import("../client/index.js").TipwatchClient} client */
export function showLink(client) {
  const words = () => {
    const { state: phase, transport, retryAt, reason } = client.connection;
    const { latency } = client.getMetrics();
    const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    if (phase === "open") return ["is-live", latency === null ? "Connected" : `${format.integer(Math.max(1, Math.round(latency)))} ms`, ways[transport]];
    if (phase === "waiting") return ["is-warn", "Reconnecting", seconds > 0 ? `in ${seconds} s` : ""];
    if (phase === "closed" && reason) return ["is-error", "Disconnected", reason];
    return ["is-waiting", "Connecting", ""];
  };
  const show = () => {
    const { state: phase } = client.connection;
    const [style, word, about] = words();
    document.documentElement.classList.toggle("offline", phase === "waiting" || style === "is-error");
    setClass(link, "is-", style);
    fill(link, { word, about });
    retry.hidden = phase !== "waiting";
  };
  client.on("connection", show);
  client.on("latency", show);
  retry.addEventListener("click", () => client.retryNow());
  everySecond(() => {
    if (client.connection.state === "waiting") show();
    if (status?.state === "stale") setText(state.querySelector('[data-f="word"]'), stateWord("Stale"));
  });
  show();
}
