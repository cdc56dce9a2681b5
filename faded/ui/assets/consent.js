// Whether pictures that a model drew may be shown: asked once, kept in this browser. Until somebody has said so, no page
// loads one.
window.faded.generated = (() => {
  const KEPT = "faded-generated";
  const listeners = [];
  const said = () => localStorage.getItem(KEPT) ?? "";

  function draw() {
    document.documentElement.dataset.generated = said();
  }
  function heard() {
    draw();
    document.querySelector("#f-refresh")?.click();
    for (const listener of listeners) listener();
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-generated-say]");
    if (!button) return;
    localStorage.setItem(KEPT, button.dataset.generatedSay);
    heard();
  });
  // Another tab may have said it.
  window.addEventListener("storage", (event) => {
    if (event.key === KEPT || event.key === null) heard();
  });
  draw();
  return { said, allowed: () => said() === "yes", onSaid: (listener) => listeners.push(listener) };
})();
