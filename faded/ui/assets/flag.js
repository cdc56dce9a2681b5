// The sheet in which a flag gets its reason.

function mountFlag(element, onFlag) {
  const part = (name) => element.querySelector(`[data-f="${name}"]`);
  const [sheet, reason] = ["flag-sheet", "flag-reason"].map(part);

  const LONGEST = 500; // characters that a reason may have in the store
  function trouble(said) {
    part("flag-trouble").hidden = !said;
    part("flag-trouble").textContent = said;
    reason.setAttribute("aria-invalid", String(Boolean(said)));
  }
  function wrong(given) {
    if (!given) return "Give a reason: it says what should be looked at.";
    const length = [...given].length;
    return length > LONGEST ? `The reason has ${length} characters: say it in ${LONGEST}.` : "";
  }
  function save() {
    const given = reason.value.trim();
    const said = wrong(given);
    trouble(said);
    if (said) {
      reason.focus();
      return;
    }
    sheet.close();
    onFlag(given);
  }

  part("flag-save").addEventListener("click", save);
  reason.addEventListener("input", () => trouble(""));
  reason.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!event.repeat) save();
  });
  part("flag-cancel").addEventListener("click", () => sheet.close());

  return {
    open() {
      reason.value = "";
      trouble("");
      sheet.showModal();
      reason.focus();
    },
  };
}
