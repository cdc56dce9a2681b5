// The class picker: which answer is right, for a proposal without a reference. Type to filter, arrows to move, Enter.

function mountPicker(element, onPick) {
  const part = (name) => element.querySelector(`[data-f="${name}"]`);
  const [sheet, input, list] = ["picker", "picker-text", "picker-list"].map(part);
  const state = { labels: [], shown: [], at: -1 };

  // Labels that begin with what was typed come first, then those that hold it.
  function matching(typed) {
    const wanted = typed.trim().toLowerCase();
    const holding = state.labels.filter((label) => label.toLowerCase().includes(wanted));
    const begins = (label) => label.toLowerCase().startsWith(wanted);
    return [...holding.filter(begins), ...holding.filter((label) => !begins(label))];
  }
  function show(preferred) {
    state.shown = matching(input.value);
    const options = state.shown.map((label, i) => {
      const option = document.createElement("li");
      option.id = `lab-pick-${i}`;
      option.setAttribute("role", "option");
      option.textContent = label;
      return option;
    });
    list.replaceChildren(...options);
    part("picker-none").hidden = options.length > 0;
    move(Math.max(state.shown.indexOf(preferred), 0));
  }
  function move(to) {
    state.at = state.shown.length ? (to + state.shown.length) % state.shown.length : -1;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === state.at)));
    const chosen = list.children[state.at];
    if (chosen) input.setAttribute("aria-activedescendant", chosen.id);
    else input.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  }
  function pick(at) {
    const label = state.shown[at];
    if (label === undefined) return;
    sheet.close();
    onPick(label);
  }

  input.addEventListener("input", () => show(null));
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "ArrowDown") move(state.at + 1);
    else if (event.key === "ArrowUp") move(state.at - 1);
    else if (event.key === "Enter") {
      if (!event.repeat) pick(state.at);
    } else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => pick([...list.children].indexOf(event.target.closest("li"))));
  part("picker-save").addEventListener("click", () => pick(state.at));
  part("picker-cancel").addEventListener("click", () => sheet.close());

  return {
    // The target's own answer is not offered: where that is right, the proposal is to be rejected.
    open(labels, preferred, answer) {
      state.labels = labels.filter((label) => label !== answer);
      part("picker-said").textContent = answer;
      input.value = "";
      sheet.showModal();
      show(preferred);
      input.focus();
    },
  };
}
