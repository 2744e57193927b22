// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Options for `new TipwatchClient(url, presets.states)`: how the clients of the three designs that Tipwatch grew out of retry and fall back.
 * All double from 1 s to 30 s with jitter and begin anew after an opening.
 */
export const presets = Object.freeze({
  /** S2, state streams: gives up after ten attempts in a row, and polls every 2 s while there is no socket. */
  states: Object.freeze({ maxAttempts: 10, pingInterval: 30_000, pollInterval: 2000, transports: ["websocket", "polling"] }),
  /** S3, signals: never gives up; every way there is, and a queue for what is said meanwhile. */
  signals: Object.freeze({ maxAttempts: Infinity, pingInterval: 30_000, transports: ["websocket", "events", "poll", "polling"], queueLimit: 100 }),
  /** S4, nodes: the socket or nothing, for as long as it takes. */
  nodes: Object.freeze({ maxAttempts: Infinity, pingInterval: 30_000, transports: ["websocket"] }),
});
