// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * An address in 127.0.0.0/8 that no other process of the tests has (the C++ tests count the same way): what stops listening on it can
 * start again on the same port. On 127.0.0.1 any connection of any test may take the port in between.
 */
export const ownLoopbackAddress = (() => {
  const host = (process.pid & 0x3fffff) << 2;
  return `127.${(host >> 16) & 0xff}.${(host >> 8) & 0xff}.${host & 0xff}`;
})();
