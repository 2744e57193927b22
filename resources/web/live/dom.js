// SPDX-License-Identifier: GPL-3.0-or-later

export const byId = (id) => document.getElementById(id);

/** Writes only what differs, so that an unchanged figure costs no layout. */
export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Texts by data-f name, as the server's templates have them. */
export function fill(root, texts) {
  for (const [name, text] of Object.entries(texts)) setText(root.querySelector(`[data-f="${name}"]`), text);
}

/** Of the classes that start with @p prefix, leaves only @p name. */
export function setClass(element, prefix, name) {
  if (element.classList.contains(name)) return;
  for (const old of [...element.classList]) if (old.startsWith(prefix)) element.classList.remove(old);
  element.classList.add(name);
}

const waiting = new Map();

/** Draws before the next frame. What is asked for under one name is drawn once, with the latest; a hidden page draws nothing. */
export function nextFrame(name, draw) {
  if (waiting.size === 0) requestAnimationFrame(drawAll);
  waiting.set(name, draw);
}

function drawAll() {
  const due = [...waiting.values()];
  waiting.clear();
  for (const draw of due) draw();
}

export function mayMove() {
  return !matchMedia("(prefers-reduced-motion: reduce)").matches && !document.hidden;
}
