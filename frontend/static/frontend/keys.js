// One key presses what carries it (data-key). Nothing happens while a person types, beside a
// modifier, or where keys were turned off in this browser (WCAG 2.1.4).
(() => {
  "use strict";
  const STORED = "evenhand-keys";
  const FIELDS = "input, textarea, select, [contenteditable]";

  const isOn = () => localStorage.getItem(STORED) !== "off";

  const show = () => {
    for (const line of document.querySelectorAll("[data-keys]")) {
      const toggle = line.querySelector("[data-keys-toggle]");
      line.hidden = false;
      line.classList.toggle("off", !isOn());
      toggle.textContent = isOn() ? toggle.dataset.turnOff : toggle.dataset.turnOn;
    }
  };

  document.addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
    const isTyped = event.isComposing || event.target.closest?.(FIELDS);
    if (!isOn() || !isPlain || isTyped || event.repeat || event.defaultPrevented) return;
    const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!wanted || wanted.disabled) return;
    event.preventDefault();
    wanted.click();
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-keys-toggle]")) return;
    localStorage.setItem(STORED, isOn() ? "off" : "on");
    show();
  });

  document.addEventListener("DOMContentLoaded", show);
})();
