// The sheet in which a flag gets its reason.

function mountFlag(element, onFlag) {
  const part = (name) => element.querySelector(`[data-f="${name}"]`);
  const [sheet, reason] = ["flag-sheet", "flag-reason"].map(part);

  function wrong(yes) {
    part("flag-trouble").hidden = !yes;
    reason.setAttribute("aria-invalid", String(yes));
  }
  function save() {
    const given = reason.value.trim();
    wrong(!given);
    if (!given) {
      reason.focus();
      return;
    }
    sheet.close();
    onFlag(given);
  }

  part("flag-save").addEventListener("click", save);
  reason.addEventListener("input", () => wrong(false));
  reason.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!event.repeat) save();
  });
  part("flag-cancel").addEventListener("click", () => sheet.close());

  return {
    open() {
      reason.value = "";
      wrong(false);
      sheet.showModal();
      reason.focus();
    },
  };
}
