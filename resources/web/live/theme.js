// SPDX-License-Identifier: GPL-3.0-or-later
// Runs before the first paint, so that a remembered theme never flashes.
(() => {
  const root = document.documentElement;
  const key = "tipwatch-theme";
  const choices = ["system", "dark", "light"];

  function remembered() {
    try {
      const choice = localStorage.getItem(key);
      return choices.includes(choice) ? choice : "system";
    } catch {
      return "system"; // storage can be forbidden
    }
  }

  function apply(choice) {
    root.dataset.choice = choice;
    if (choice === "system") delete root.dataset.theme;
    else root.dataset.theme = choice;
    const button = document.getElementById("theme");
    if (button) button.title = button.ariaLabel = `Theme: ${choice}`;
  }

  root.classList.add("js");
  apply(remembered());

  document.addEventListener("DOMContentLoaded", () => {
    apply(root.dataset.choice);
    document.getElementById("theme").addEventListener("click", () => {
      const choice = choices[(choices.indexOf(root.dataset.choice) + 1) % choices.length];
      apply(choice);
      try {
        localStorage.setItem(key, choice);
      } catch {
        // then it holds until the page is left
      }
    });
  });
  // Other tabs of this page follow.
  addEventListener("storage", (event) => {
    if (event.key === key) apply(remembered());
  });
})();
