// SPDX-License-Identifier: GPL-3.0-or-later

const most = 144; // as many as the server lists

/** The blocks that the reader was told of: where only the list of the latest can be had, they tell what happened in between. */
export class BlockTrail {
  #blocks = []; // {height, hash}, oldest first

  heard({ type, data }) {
    if (type === "block.mined") this.#push(data);
    else if (type === "block.disconnected") this.#blocks = this.#blocks.filter(({ hash }) => hash !== data.hash);
  }

  clear() {
    this.#blocks = [];
  }

  /**
   * @param {{height: number, hash: string}[]} latest newest first
   * @returns {{type: string, data: object}[] | null} what leads from the blocks that were told to these; null if nothing does
   */
  changesTo(latest) {
    const now = [...latest].reverse();
    if (this.#blocks.length === 0) {
      for (const block of now) this.#push(block); // the beginning
      return [];
    }
    const places = new Map(now.map(({ hash }, index) => [hash, index]));
    let common = this.#blocks.length - 1;
    while (common >= 0 && !places.has(this.#blocks[common].hash)) common -= 1;
    if (common < 0) return null;
    const gone = this.#blocks.slice(common + 1).reverse();
    const found = now.slice(places.get(this.#blocks[common].hash) + 1);
    return [...gone.map((data) => ({ type: "block.disconnected", data })), ...found.map((data) => ({ type: "block.mined", data }))];
  }

  #push({ height, hash }) {
    if (this.#blocks.at(-1)?.hash === hash) return;
    this.#blocks.push({ height, hash });
    if (this.#blocks.length > most) this.#blocks.shift();
  }
}
