// What Gradio's own controls lack for people who use a keyboard or a screen reader.
(() => {
  const MENU = "input[role='combobox'][aria-controls$='-options']";
  const NO_TEXT = ["Tab", "Shift", "Control", "Alt", "Meta"];

  // A menu takes every key that it does not know for something typed, and opens again: also Tab, which has just left it.
  document.addEventListener(
    "keydown",
    (event) => NO_TEXT.includes(event.key) && event.target.matches?.(MENU) && event.stopImmediatePropagation(),
    true,
  );

  // Each radio button has a name of its own, and its group has none: with one name for all, arrow keys choose. A redraw
  // gives them their own names back.
  function join() {
    for (const group of document.querySelectorAll("fieldset:has([data-testid$='-radio-label'])")) {
      const title = group.querySelector("[data-testid='block-info']")?.textContent.trim();
      if (title && group.getAttribute("aria-label") !== title) group.setAttribute("aria-label", title);
      for (const button of group.querySelectorAll("[data-testid$='-radio-label'] input"))
        if (button.name !== group.id) button.name = group.id;
    }
  }
  new MutationObserver(join).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["name"] });
})();
