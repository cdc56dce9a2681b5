// Asks once more before a decision is sent: it stands, and closes the round.
(() => {
  const ASKED = {
    "verify-accept": ["Really accept the repair? The round is closed then.", "Yes, accept"],
    "verify-roll-back": ["Really roll back? The round is closed then.", "Yes, roll back"],
  };
  const box = element.querySelector(".o-sure");
  const yes = box.querySelector("[data-sure]");
  let button = null;
  let sure = false;

  function close() {
    box.hidden = true;
    button = null;
  }
  function cancel() {
    button?.focus();
    close();
  }
  // Before the button's own listener hears the click.
  document.addEventListener(
    "click",
    (event) => {
      const pressed = event.target.closest?.("#verify-accept, #verify-roll-back");
      if (!pressed || sure) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      button = pressed;
      [box.querySelector("p").textContent, yes.textContent] = ASKED[pressed.id];
      box.hidden = false;
      box.focus();
    },
    true,
  );
  yes.addEventListener("click", () => {
    const decided = button;
    close();
    sure = true;
    decided?.click();
    sure = false;
  });
  box.querySelector("[data-unsure]").addEventListener("click", cancel);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") cancel();
  });
  window.faded.onRound(close);
  window.faded.onTurn(close);
})();
