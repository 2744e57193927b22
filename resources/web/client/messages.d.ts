// SPDX-License-Identifier: GPL-3.0-or-later
// What the server says (resources/docs/PROTOCOL.md). Amounts are satoshi, feerates sat/vB, sizes bytes, chain times Unix seconds; `timestamp`,
// `receivedAt` and `since` Unix milliseconds. What is unknown is null.

export interface Tip {
  height: number | null;
  hash: string;
  previousHash: string;
  time: number;
  receivedAt: number | null;
  difficulty: number;
  chainwork: string | null;
  headers: number;
  initialBlockDownload: boolean;
  verificationProgress: number;
  finalizedHeight: number | null;
  medianTime: number;
}

export interface Block {
  height: number;
  hash: string;
  previousHash: string;
  time: number;
  medianTime: number | null;
  receivedAt: number | null;
  version: number;
  bits: number;
  txCount: number | null;
  size: number;
  weight: number;
  totalFees: number | null;
  subsidy: number | null;
  medianFeerate: number | null;
  feerateRange: [number, number, number, number, number, number, number] | null;
  miner: string | null;
  coinbaseTag: string | null;
  chainwork: string | null;
  /** Percent of what was expected in it that it has. */
  matchRate: number | null;
  /** The first of them, by txid. */
  missing: string[] | null;
  unexpected: string[] | null;
  audit: BlockAudit | null;
}

/** What was expected in a block against what it has, in transactions. */
export interface BlockAudit {
  expected: number;
  missing: number;
  fresh: number;
  displaced: number;
  unexpected: number;
  unseen: number;
  prioritised: number;
}

export interface BlockReference {
  height: number;
  hash: string;
}

export interface Reorg {
  depth: number;
  /** Height of the last block that both branches have. */
  fork: number;
  disconnected: BlockReference[];
  connected: BlockReference[];
  /** Transactions of the old branch that the new one has not. */
  fellOut: { count: number; returned: number; txids: string[] } | null;
}

export interface Difficulty {
  height: number;
  difficulty: number;
  /** Not on regtest, where the period's figures are null. */
  retargets: boolean;
  periodStart: number | null;
  retargetHeight: number | null;
  blocksLeft: number | null;
  progress: number | null;
  averageBlockTime: number | null;
  estimatedChange: number | null;
  retargetTime: number | null;
  previousChange: number | null;
  halving: { height: number; blocksLeft: number; time: number | null; subsidy: number; subsidyAfter: number };
}

export interface Transaction {
  txid: string;
  wtxid: string | null;
  fee: number | null;
  vsize: number;
  weight: number;
  feerate: number | null;
  value: number | null;
  inputs: number | null;
  outputs: number | null;
  flags: string[];
  replaces?: string[];
  time: number;
}

export type RemovalReason = "mined" | "replaced" | "conflict" | "evicted" | "expired" | "reorg" | "unknown";

/** One that left, or several that left together. */
export type Removed = { txid: string; reason: RemovalReason; by?: string } | { txids: string[]; reason: RemovalReason };

export interface Mempool {
  count: number;
  undescribed: number;
  vsize: number;
  usage: number;
  maxUsage: number | null;
  totalFees: number;
  minFeerate: number;
  bytesPerSecond: number | null;
  txPerSecond: number | null;
  histogram: [feerate: number, vsize: number][];
  exact: boolean;
  resyncs: number;
}

export interface ProjectedBlock {
  index: number;
  count: number;
  vsize: number;
  weight: number;
  totalFees: number;
  medianFeerate: number;
  feerateRange: [number, number, number, number, number, number, number];
  /** All that waits behind the blocks before. */
  rest?: boolean;
}

export interface ProjectedTransaction {
  txid: string;
  vsize: number;
  fee: number;
  /** Of the chunk that it is mined with. */
  feerate: number;
}

export interface FeeTiers {
  nextBlock: number | null;
  halfHour: number | null;
  hour: number | null;
  economy: number | null;
}

/** What it takes by the projected blocks. */
export interface Fees extends FeeTiers {
  minimum: number | null;
  /** The node's estimates. */
  node: FeeTiers;
}

export interface Network {
  peers: number;
  inbound: number;
  outbound: number;
  bytesIn: number;
  bytesOut: number;
  version: number | null;
  subversion: string | null;
  warnings: string[];
}

export interface Peer {
  id: number;
  address: string;
  network: string;
  subversion: string | null;
  connectionType: string | null;
  inbound: boolean;
  connectedAt: number;
  bytesIn: number;
  bytesOut: number;
  pingMs: number | null;
  syncedBlocks: number | null;
  position: { latitude: number; longitude: number } | null;
}

/** What changed of it; all of one that is new. */
export type PeerChange = Pick<Peer, "id"> & Partial<Peer>;

export interface Alert {
  id: number;
  rule: string;
  type: string;
  severity: "info" | "warning" | "critical";
  title: string;
  text: string;
  subject: string | null;
  /** Holds until it is cleared; else it tells of a moment. */
  lasts: boolean;
  active: boolean;
  raisedAt: number;
  clearedAt: number | null;
}

export interface BlockPlace extends BlockReference {
  time: number;
  confirmations?: number;
}

/** A transaction that is tracked. */
export type TrackedTransaction =
  | { txid: string; status: "mempool"; position: { block: number; vsizeAhead: number; effectiveFeerate: number } | null }
  | { txid: string; status: "confirmed"; block: BlockPlace }
  | { txid: string; status: "removed"; reason: string; by: string | null }
  | { txid: string; status: "unknown" };

/** What happens to an address that is tracked. */
export interface AddressTransaction {
  address: string;
  txid: string;
  status: "mempool" | "confirmed" | "removed";
  received: number | null;
  spends: boolean;
  spent: number | null;
  block: BlockPlace | null;
  reason?: string;
  heardAt: number;
}

export interface Metrics {
  txPerSecond: number;
  blockInterval: number | null;
  eventLatencyMs: number | null;
  clients: number;
  messagesPerSecond: number;
  bytesPerSecond: number;
  usage: number;
}

export interface Status {
  source: string;
  network: string | null;
  node: string | null;
  version: string | null;
  state: "unknown" | "connecting" | "syncing" | "live" | "stale" | "error";
  reason: string | null;
  progress: number | null;
  feed: "push" | "poll" | "none";
  exact: boolean;
  resyncs: number;
  simulated: boolean;
  pruned: boolean;
  since: number | null;
}

export interface Hello {
  server: string;
  epoch: string;
  seq: number;
  network: string | null;
  chain: string;
  /** s between two signs of life */
  ping: number;
  limits: { maxMessageSize: number; queueMessages: number; messagesPerSecond: number; maxChannels: number };
  recovered?: boolean;
}

/** Every message but the answers: its place in the stream, and when the node's word reached the server. */
export interface Message<Type extends string = string, Channel extends string = string, Data = unknown> {
  type: Type;
  channel: Channel;
  seq: number;
  timestamp: number;
  data: Data;
  /** Not to be resumed from; the client sees to that. */
  resume?: false;
}

type Of<Channel extends string, Types> = { [Type in keyof Types & string]: Message<Type, Channel, Types[Type]> }[keyof Types & string];

interface PeerMessages {
  "peer.snapshot": Peer[];
  "peer.batch": PeerChange[];
  "peer.update": PeerChange;
  "peer.gone": { id: number } | { ids: number[] };
}

/** Channel → what is told on it. */
export interface ChannelMessages {
  tip: Of<"tip", { "tip.update": Tip }>;
  blocks: Of<"blocks", { "block.mined": Block; "block.updated": Block; "block.disconnected": BlockReference; "chain.reorg": Reorg }>;
  txs: Of<"txs", { "tx.seen": Transaction; "tx.batch": Transaction[]; "tx.removed": Removed }>;
  mempool: Of<"mempool", { "mempool.update": Mempool }>;
  projected: Of<"projected", { "projected.blocks": ProjectedBlock[] }>;
  fees: Of<"fees", { "fees.update": Fees }>;
  difficulty: Of<"difficulty", { "difficulty.update": Difficulty }>;
  network: Of<"network", { "network.update": Network } & PeerMessages>;
  nodes: Of<"nodes", PeerMessages>;
  alerts: Of<"alerts", { "alert.raised": Alert; "alert.cleared": Alert; "alerts.active": Alert[] }>;
  metrics: Of<"metrics", { "metrics.update": Metrics }>;
  status: Of<"status", { "status.update": Status }>;
}

/** On `projected:0` to `projected:7`: the whole list, then what is different. */
export type ProjectedMessage =
  | Message<"projected.list", `projected:${number}`, { index: number; transactions: ProjectedTransaction[] }>
  | Message<
      "projected.delta",
      `projected:${number}`,
      { index: number; added: ProjectedTransaction[]; removed: string[]; changed: ProjectedTransaction[] }
    >;

/** On `track:tx:<txid>` and `track:address:<address>`. */
export type TrackingMessage =
  | Message<"tx.position" | "tx.confirmed" | "tx.replaced" | "tx.removed" | "tx.unknown", `track:tx:${string}`, TrackedTransaction>
  | Message<"address.tx", `track:address:${string}`, AddressTransaction>;

export type AnyMessage = ChannelMessages[keyof ChannelMessages] | ProjectedMessage | TrackingMessage;

/** Type → its message. */
export type MessagesByType = { [Type in AnyMessage["type"]]: AnyMessage & { type: Type } };
