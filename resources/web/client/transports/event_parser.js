// SPDX-License-Identifier: GPL-3.0-or-later

/** An event stream (WHATWG HTML, 9.2.6), as far as this server uses it: told are the data of each event, and comments. */
export class EventParser {
  #rest = "";
  #data = [];
  #onData;
  #onComment;

  constructor({ onData, onComment }) {
    this.#onData = onData;
    this.#onComment = onComment;
  }

  /** @param {string} text a piece of the stream, cut anywhere */
  push(text) {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) this.#line(line);
  }

  #line(line) {
    if (line === "") {
      if (this.#data.length > 0) this.#onData(this.#data.join("\n"));
      this.#data = [];
    } else if (line.startsWith(":")) {
      this.#onComment(line.slice(1).trim());
    } else if (line.startsWith("data:")) {
      this.#data.push(line.slice(line[5] === " " ? 6 : 5));
    }
  }
}
