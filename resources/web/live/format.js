// SPDX-License-Identifier: GPL-3.0-or-later
// Figures as people read them, in the reader's locale. The server says the same (server/gateway/pages/format.h);
// tests/web/format_cases.json holds both to the same words.

/** @param {string} [locale] the reader's if left out */
export function makeFormat(locale) {
  const formats = new Map();
  function decimal(number, decimals) {
    if (!formats.has(decimals)) {
      formats.set(decimals, new Intl.NumberFormat(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
    }
    return formats.get(decimals).format(number);
  }
  const integer = (number) => decimal(number, 0);
  const decimalsFor = (number) => (number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2);

  function withPrefix(number) {
    const prefixes = ["", "k", "M", "G", "T", "P", "E"];
    let power = 0;
    while (number >= 999.5 && power + 1 < prefixes.length) {
      number /= 1000;
      power += 1;
    }
    return [number, prefixes[power]];
  }

  /** Three digits and an SI prefix: "61.4 MB". */
  function scaled(number, unit) {
    const [value, prefix] = withPrefix(number);
    return `${decimal(value, prefix ? decimalsFor(value) : 0)} ${prefix}${unit}`;
  }

  /** "10 MvB", "2.5 MvB" */
  function axisMark(number, unit) {
    const [value, prefix] = withPrefix(number);
    return `${decimal(value, Number.isInteger(value) ? 0 : 1)} ${prefix}${unit}`;
  }

  /** "243 of 300 MB" */
  function bytesOf(part, whole) {
    const [total, prefix] = withPrefix(whole);
    const amount = (total * part) / whole;
    return `${decimal(amount, part === 0 || !prefix ? 0 : decimalsFor(amount))} of ${decimal(total, prefix ? decimalsFor(total) : 0)} ${prefix}B`;
  }

  /** sat/vB without the unit: "312", "28.4", "0.25" */
  function feerate(rate) {
    return decimal(rate, rate >= 99.95 ? 0 : rate >= 0.995 || rate <= 0 ? 1 : 2);
  }

  function feerateRange(low, high) {
    const brief = (rate) => decimal(rate, rate >= 9.95 ? 0 : 1);
    const [from, to] = [brief(low), brief(high)];
    return from === to ? from : `${from}–${to}`;
  }

  /** "12,345 sat", "0.8412 BTC" */
  function bitcoins(satoshi) {
    const size = Math.abs(satoshi);
    if (size < 1_000_000) return `${integer(satoshi)} sat`;
    return `${decimal(satoshi / 1e8, size >= 1000e8 ? 0 : size >= 10e8 ? 1 : size >= 1e8 ? 3 : 4)} BTC`;
  }

  /** "146.7 T", "4.66e-10" */
  function difficulty(number) {
    if (number >= 1000) {
      const [value, prefix] = withPrefix(number);
      return `${decimal(value, value >= 99.95 ? 1 : 2)} ${prefix}`;
    }
    if (number > 0 && number < 1e-4) {
      const [digits, exponent] = number.toExponential(2).split("e-");
      return `${Number(digits)}e-${exponent.padStart(2, "0")}`;
    }
    return String(Number(number.toPrecision(3)));
  }

  /** "43 %", and never 100 before it is */
  function percent(fraction) {
    if (fraction >= 1) return "100 %";
    const hundredths = Math.max(0, fraction) * 100;
    if (hundredths >= 99) return `${decimal(Math.floor(hundredths * 100) / 100, 2)} %`;
    return `${integer(Math.floor(hundredths))} %`;
  }

  /** "now", "42 s", "4 min", "2 h 5 min", "3 d" */
  function age(ms) {
    const seconds = Math.floor(Math.max(0, ms) / 1000);
    if (seconds < 5) return "now";
    if (seconds < 60) return `${integer(seconds)} s`;
    if (seconds < 3600) return `${integer(Math.floor(seconds / 60))} min`;
    if (seconds < 86_400) return `${integer(Math.floor(seconds / 3600))} h ${integer(Math.floor((seconds % 3600) / 60))} min`;
    return `${integer(Math.floor(seconds / 86_400))} d`;
  }

  function ago(ms) {
    return ms < 5000 ? "just now" : `${age(ms)} ago`;
  }

  /** A running clock: "4:12", "1:04:12", "3 d 4 h" */
  function clock(ms) {
    const seconds = Math.floor(Math.max(0, ms) / 1000);
    const twoDigits = (number) => String(number).padStart(2, "0");
    const days = Math.floor(seconds / 86_400);
    if (seconds < 3600) return `${Math.floor(seconds / 60)}:${twoDigits(seconds % 60)}`;
    if (days < 1) return `${Math.floor(seconds / 3600)}:${twoDigits(Math.floor((seconds % 3600) / 60))}:${twoDigits(seconds % 60)}`;
    if (days < 10) return `${days} d ${Math.floor((seconds % 86_400) / 3600)} h`;
    return `${integer(days)} d`;
  }

  /** "95.61" of chainwork; empty for no number */
  function log2OfHex(hex) {
    const digits = (hex ?? "").replace(/^0+/, "");
    if (digits === "") return "";
    const head = digits.slice(0, 12); // all that a double can tell apart
    return decimal(Math.log2(parseInt(head, 16)) + 4 * (digits.length - head.length), 2);
  }

  return { decimal, integer, scaled, axisMark, bytesOf, feerate, feerateRange, bitcoins, difficulty, percent, age, ago, clock, log2OfHex };
}

export const format = makeFormat();

/** "2025-11-20 09:37 UTC" */
export function utcMinute(unixSeconds) {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** "a91e…07c2" */
export function shortHash(hex) {
  return `${hex.slice(0, 4)}…${hex.slice(-4)}`;
}

export function networkName(network) {
  return { main: "mainnet", test: "testnet3" }[network] ?? network ?? "";
}

/** The class that carries the colour of a feerate: scale.css, rateLevel() in format.h. */
export function rateClass(rate) {
  if (rate === null || rate === undefined) return "rate-none";
  const position = Math.log(Math.max(1, rate)) / Math.log(300);
  return `rate-${Math.round(Math.min(1, position) * 23)}`;
}
