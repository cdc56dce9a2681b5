// Ways through the page Team, and what is folded open, which survives a redraw.
const page = document.querySelector("#page-team");
const open = new Map(); // what somebody opened or closed, by its key

page.addEventListener("click", (event) => {
  const to = event.target.closest("button[data-goto]")?.dataset.goto;
  const head = to && document.querySelector(`#${to} h2`);
  if (!head) return;
  head.tabIndex = -1;
  head.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  head.focus({ preventScroll: true });
});
page.addEventListener("toggle", ({ target }) => open.set(target.dataset.key, target.open), true);
new MutationObserver(() => {
  for (const part of page.querySelectorAll("details[data-key]")) {
    const was = open.get(part.dataset.key);
    if (was !== undefined && part.open !== was) part.open = was;
  }
}).observe(page, { childList: true, subtree: true });
