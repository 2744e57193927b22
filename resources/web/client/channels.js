// SPDX-License-Identifier: GPL-3.0-or-later

/** What a client is subscribed to when it does not say: the same as the server's own default. */
export const defaultChannels = ["tip", "blocks", "mempool", "txs"];

const eventChannels = new Set(["blocks", "txs", "alerts"]);

/** Whether every message of its kind counts, in order. Of the others the latest tells all, and may be told again. */
export const isEvent = ({ channel, type }) => eventChannels.has(channel) && type !== "alerts.active";

/** @returns {{name: string, filter?: object, last?: number}[]} of a name, an object with one, or a list of them */
export function specsOf(channels) {
  return (Array.isArray(channels) ? channels : [channels]).map((channel) => {
    const spec = typeof channel === "string" ? { name: channel } : channel;
    if (typeof spec?.name !== "string" || spec.name === "")
      throw new TypeError(`a channel is a name or an object {name, filter?, last?}, not ${JSON.stringify(channel)}`);
    return spec;
  });
}

/** As it is written in a message: a plain name where there is no more to say. */
export const wordsFor = (spec) => (spec.filter || spec.last ? spec : spec.name);

const isSame = (some, other) => JSON.stringify([some.filter, some.last]) === JSON.stringify([other.filter, other.last]);

/** What is wanted, with its filters, and what of it rests for a while. */
export class Channels {
  #wanted = new Map(); // name → {spec, rests, since: where in the stream it was left}

  /** @returns what has to be asked for: new, or with another filter */
  add(specs) {
    const added = specs.filter((spec) => {
      const known = this.#wanted.get(spec.name);
      return !known || known.rests || !isSame(known.spec, spec);
    });
    for (const spec of added) this.#wanted.set(spec.name, { spec, rests: false, since: null });
    return added;
  }

  /** @returns the names that were being listened to */
  remove(names) {
    const active = names.filter((name) => this.isActive(name));
    for (const name of names) this.#wanted.delete(name);
    return active;
  }

  /** Gives up @p names for now. @returns those that were being listened to */
  rest(names, position) {
    const resting = names.filter((name) => this.isActive(name));
    for (const name of resting) Object.assign(this.#wanted.get(name), { rests: true, since: position });
    return resting;
  }

  /** @returns {{spec: object, since: object | null}[]} what rested */
  wake() {
    const woken = [...this.#wanted.values()].filter(({ rests }) => rests);
    for (const channel of woken) channel.rests = false;
    return woken.map(({ spec, since }) => ({ spec, since }));
  }

  isActive(name) {
    return this.#wanted.get(name)?.rests === false;
  }

  has(name) {
    return this.#wanted.has(name);
  }

  get active() {
    return [...this.#wanted.values()].filter(({ rests }) => !rests).map(({ spec }) => spec);
  }
}
