// Whether pictures that a model drew may be shown: asked once, kept in this browser. Until somebody has said so, the
// page Label loads none and the lists of the other pages hide theirs.
window.faded.generated = (() => {
  const KEPT = "faded-generated";
  const listeners = [];
  const said = () => localStorage.getItem(KEPT) ?? "";

  function draw() {
    document.documentElement.dataset.generated = said();
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-generated-say]");
    if (!button) return;
    localStorage.setItem(KEPT, button.dataset.generatedSay);
    draw();
    for (const listener of listeners) listener();
  });
  // Another tab may have said it.
  window.addEventListener("storage", (event) => {
    if (event.key !== KEPT && event.key !== null) return;
    draw();
    for (const listener of listeners) listener();
  });
  draw();
  return { said, allowed: () => said() === "yes", onSaid: (listener) => listeners.push(listener) };
})();
