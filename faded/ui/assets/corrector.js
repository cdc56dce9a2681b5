// The sheet in which the right summary is written. What was typed stays with its item, so that closing loses nothing, and
// what was typed last is kept in this browser, so that reloading does not either.

const LONGEST_SUMMARY = 2000; // characters; the store takes no more
const LAST_TYPED = "faded-correction";

function lastTyped(id) {
  try {
    const kept = JSON.parse(localStorage.getItem(LAST_TYPED));
    return kept?.id === id ? kept.typed : undefined;
  } catch {
    return undefined;
  }
}

function mountCorrector(element, onConfirm) {
  const part = (name) => element.querySelector(`[data-f="${name}"]`);
  const [sheet, input] = ["corrector", "corrector-text"].map(part);
  let item = null;

  function trouble(words) {
    part("corrector-trouble").hidden = !words;
    part("corrector-trouble").textContent = words;
    input.setAttribute("aria-invalid", String(Boolean(words)));
  }
  function wrong(typed) {
    if (!typed) return "Write the right summary. To confirm without one, close this sheet and press Confirm.";
    if (typed === item.answer.trim())
      return "This is the target's own summary. Change it, or close this sheet and press Reject if it is right.";
    if (typed.length > LONGEST_SUMMARY)
      return `This has ${typed.length} characters, and a summary may have ${LONGEST_SUMMARY}: make it shorter.`;
    return "";
  }
  function save() {
    const typed = input.value.trim();
    const words = wrong(typed);
    trouble(words);
    if (words) {
      input.focus();
      return;
    }
    sheet.close();
    onConfirm(item.id, typed);
  }

  input.addEventListener("input", () => {
    item.typed = input.value;
    localStorage.setItem(LAST_TYPED, JSON.stringify({ id: item.id, typed: item.typed }));
    trouble("");
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!event.repeat) save();
  });
  part("corrector-save").addEventListener("click", save);
  part("corrector-cancel").addEventListener("click", () => sheet.close());

  return {
    open(shown) {
      item = shown;
      input.value = item.typed ?? lastTyped(item.id) ?? item.answer;
      const reference = part("text-reference-fold").open ? item.reference : null; // who folded it away has not read it
      part("corrector-reference").hidden = reference === null;
      part("corrector-reference").textContent = `Reference: ${reference}`;
      trouble("");
      sheet.showModal();
      input.focus();
      input.setSelectionRange(input.value.length, input.value.length);
    },
  };
}
