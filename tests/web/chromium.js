// SPDX-License-Identifier: GPL-3.0-or-later
// The browser of the tests: Debian's Chromium, which asks nobody on the network for anything.
import { chromium } from "playwright-core";

export function launch() {
  return chromium.launch({
    executablePath: process.env.TIPWATCH_CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export const phone = { width: 390, height: 844 };
export const desktop = { width: 1440, height: 900 };
