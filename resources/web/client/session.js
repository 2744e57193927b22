// SPDX-License-Identifier: GPL-3.0-or-later
import { isEvent } from "./channels.js";

/** @returns {{epoch: string, seq: number} | null} of "<epoch>:<seq>", as in Tipwatch-Position */
export function positionFrom(text) {
  const [, epoch, seq] = /^([0-9a-f]{16}):(\d+)$/.exec(text ?? "") ?? [];
  return epoch ? { epoch, seq: Number(seq) } : null;
}

export const textOf = ({ epoch, seq }) => `${epoch}:${seq}`;

/**
 * Where in the stream a reader stands, so that it can go on from there over another connection, or another kind of one, without a gap and
 * without hearing anything twice.
 *
 * The position is the seq of the last message that does not begin with "resume": false. Beyond it a reader may have heard more already (a block
 * that went ahead of transactions, the first parts of a long list): of each event channel, which is in order by itself, it is therefore noted
 * how far it was heard, and what comes again up to there is passed over.
 */
export class Session {
  #position = null;
  #heard = new Map(); // event channel → {seq, count}: its newest message, and how many of the same seq
  #again = new Map(); // the same at the moment of resuming: what still comes again

  constructor(since = null) {
    this.#position = since && { epoch: since.epoch, seq: since.seq };
  }

  get position() {
    return this.#position && { ...this.#position };
  }

  /**
   * A connection begins. @p recovered: the server goes on from our position.
   * @returns why nothing goes on from where it was: "restarted" (another run of the server) or "forgotten" (away for too long); null if it does, or is the first
   */
  begin({ epoch, seq }, recovered) {
    if (recovered && this.#position) {
      this.#expectAgain([...this.#heard.keys()]);
      return null;
    }
    const before = this.#position;
    this.#position = { epoch, seq };
    this.#heard.clear();
    this.#again.clear();
    if (!before) return null;
    return before.epoch === epoch ? "forgotten" : "restarted";
  }

  /** The same for channels that join again, from where they were left, on a connection that goes on. */
  rejoin(names) {
    this.#expectAgain(names);
  }

  /** Goes back, to hear from there what a channel missed that rested. @returns {boolean} false: it was of another run */
  rewind(position) {
    if (!position || position.epoch !== this.#position?.epoch) return false;
    this.#position.seq = Math.min(this.#position.seq, position.seq);
    return true;
  }

  /** What was heard of @p channel says nothing about what comes: its filter is another. */
  forget(channel) {
    this.#heard.delete(channel);
    this.#again.delete(channel);
  }

  /** @p isWanted: the reader will hear it. @returns {boolean} whether @p message is new */
  accept(message, isWanted = true) {
    const { channel, seq, resume } = message;
    if (!Number.isSafeInteger(seq) || typeof channel !== "string") return true;
    const isNew = !isWanted || !isEvent(message) || this.#isNew(channel, seq);
    if (resume !== false && this.#position) this.#position.seq = seq;
    return isNew;
  }

  /** All up to @p seq was heard: a long poll says so in one word for all its messages. */
  moveTo(position) {
    if (position.epoch === this.#position?.epoch) this.#position.seq = position.seq;
  }

  /** Of @p channel everything up to @p seq is known from elsewhere. */
  overtake(channel, { epoch, seq }) {
    if (epoch === this.#position?.epoch) this.#heard.set(channel, { seq, count: Infinity });
  }

  #isNew(channel, seq) {
    const again = this.#again.get(channel);
    if (again && seq > again.seq) this.#again.delete(channel);
    else if (again && (seq < again.seq || again.count-- > 0)) return false;
    const heard = this.#heard.get(channel);
    if (heard?.seq === seq) heard.count += 1;
    else this.#heard.set(channel, { seq, count: 1 });
    return true;
  }

  #expectAgain(names) {
    for (const name of names) if (this.#heard.has(name)) this.#again.set(name, { ...this.#heard.get(name) });
  }
}
