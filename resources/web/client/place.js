// SPDX-License-Identifier: GPL-3.0-or-later

const schemes = { "http:": "ws:", "https:": "wss:", "ws:": "ws:", "wss:": "wss:" };

/**
 * Where a Tipwatch is: its root ("http://box:8787") or its socket ("ws://box:8787/ws"). Below a proxy's path the root ends with a slash.
 * @returns {{socket: string, base: URL}}
 */
export function placeOf(url, socketUrl = "ws") {
  const given = new URL(url, globalThis.location?.href);
  if (!schemes[given.protocol]) throw new TypeError(`an address begins with http:, https:, ws: or wss:, not ${given.protocol}`);
  const isSocket = given.protocol.startsWith("ws");
  const base = new URL(".", given);
  if (isSocket) base.protocol = given.protocol === "wss:" ? "https:" : "http:";
  const socket = isSocket ? given : new URL(socketUrl, base);
  socket.protocol = schemes[socket.protocol];
  return { socket: socket.href, base };
}
