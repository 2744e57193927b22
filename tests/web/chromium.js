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

/**
 * A page, with what must not happen on it: `problems` collects errors of the console, exceptions, and requests to anybody but `origin`.
 * @param {import("playwright-core").Browser} browser
 */
export async function openPage(browser, origin, { viewport = desktop, colorScheme = "dark", javaScript = true, reducedMotion = "no-preference" } = {}) {
  const context = await browser.newContext({ viewport, colorScheme, javaScriptEnabled: javaScript, reducedMotion, locale: "en-US" });
  const page = await context.newPage();
  const problems = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.stack));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) problems.push(`outside request: ${request.url()}`);
  });
  page.on("websocket", (socket) => {
    if (new URL(socket.url()).host !== new URL(origin).host) problems.push(`outside socket: ${socket.url()}`);
  });
  return { page, problems, close: () => context.close() };
}

/** The page is connected and has measured how far away the server is. */
export const connected = (page, timeout = 30_000) => page.waitForFunction(() => /ms$/.test(document.querySelector("#link b").textContent), null, { timeout });

export const text = (page, selector) => page.locator(selector).first().innerText();

/** Whether the page is wider than the screen. */
export const overflows = (page) => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
