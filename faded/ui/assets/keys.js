// The keys of the card: printed on the buttons, changed in the sheet, kept in this browser.

const DEFAULT_KEYS = {
  confirm: "a", reject: "x", invalid: "i", unsure: " ", skip: "s", undo: "Backspace", flag: "f", zoom: "z",
  correct: "e", removed: "d", bias: "b", quality: "q", previous: "ArrowLeft", next: "ArrowRight", best: "g", worst: "w",
  enlarge: "z", help: "?",
};
const KEY_WORDS = {
  confirm: "Confirm", reject: "Reject", invalid: "Invalid", unsure: "Unsure", skip: "Skip", undo: "Undo",
  flag: "Flag, with a reason", zoom: "Zoom into both pictures", correct: "Correct the summary",
  removed: "Show or hide removed words", bias: "Rate the bias, then a digit, 0 for 10", quality: "Rate the quality, then a digit, 0 for 10",
  previous: "Choose the picture before", next: "Choose the next picture", best: "The chosen picture is the best",
  worst: "The chosen picture is the worst", enlarge: "Enlarge the chosen picture", help: "This sheet",
};
const ONLY_FOR = {
  zoom: "picture", correct: "text", removed: "text", bias: "pictures", quality: "pictures", previous: "pictures",
  next: "pictures", best: "pictures", worst: "pictures", enlarge: "pictures",
};
const KEY_SIGNS = { " ": "space", ArrowLeft: "\u2190", ArrowRight: "\u2192", ArrowUp: "\u2191", ArrowDown: "\u2193" };
const KEYS_KEPT = "faded-keys";
const KEYS_OFF = "faded-keys-off";
const RESERVED = ["Tab", "Enter", "Escape", "Shift", "Control", "Alt", "Meta", "CapsLock"]; // the browser's own

// Whether two actions can meet on one card: what is for one kind of evidence alone may share a key with what is for another.
const meet = (a, b) => !ONLY_FOR[a] || !ONLY_FOR[b] || ONLY_FOR[a] === ONLY_FOR[b];
const holder = (keys, name, key) => Object.keys(keys).find((other) => other !== name && keys[other] === key && meet(name, other));

// The defaults, changed to what was chosen. An action that is newer than the choice has no key where its default is taken.
function withChosen(chosen) {
  const free = Object.entries(DEFAULT_KEYS).map(([name, key]) => [name, holder(chosen, name, key) ? null : key]);
  return { ...Object.fromEntries(free), ...chosen };
}

function mountKeys(element) {
  const part = (name) => element.querySelector(`[data-f="${name}"]`);
  let keys = { ...DEFAULT_KEYS };
  let asking = null;
  try {
    keys = withChosen(JSON.parse(localStorage.getItem(KEYS_KEPT) ?? "{}"));
  } catch {
    localStorage.removeItem(KEYS_KEPT);
  }

  const usedHere = (name) => !ONLY_FOR[name] || ONLY_FOR[name] === part("card").dataset.evidence;
  const shown = (key) => (key === null ? "none" : (KEY_SIGNS[key] ?? key.toLowerCase()));
  function trouble(message) {
    part("keys-trouble").hidden = !message;
    part("keys-trouble").textContent = message;
  }
  function draw() {
    for (const mark of element.querySelectorAll("[data-key]")) mark.textContent = shown(keys[mark.dataset.key]);
    const usable = Object.entries(KEY_WORDS).filter(([name]) => usedHere(name));
    const rows = usable.map(([name, words]) => {
      const row = document.createElement("li");
      const button = document.createElement("button");
      const mark = document.createElement("kbd");
      mark.textContent = asking === name ? "press a key" : shown(keys[name]);
      button.type = "button";
      button.dataset.rebind = name;
      button.append(mark, words);
      row.append(button);
      return row;
    });
    part("keys").replaceChildren(...rows);
  }
  function ask(name) {
    asking = name;
    trouble("");
    draw();
    element.querySelector(`[data-rebind="${name}"]`).focus();
  }
  function give(key) {
    const name = asking;
    const taken = holder(keys, name, key);
    asking = null;
    if (taken) trouble(`"${shown(key)}" is the key of "${KEY_WORDS[taken]}" already: choose another one.`);
    else {
      keys[name] = key;
      localStorage.setItem(KEYS_KEPT, JSON.stringify(keys));
    }
    draw();
    element.querySelector(`[data-rebind="${name}"]`).focus();
  }

  part("keys").addEventListener("click", (event) => {
    const button = event.target.closest("[data-rebind]");
    if (button) ask(button.dataset.rebind);
  });
  part("help-sheet").addEventListener("keydown", (event) => {
    if (!asking || event.isComposing) return;
    if (event.key === "Escape") {
      asking = null;
      draw();
    } else if (!RESERVED.includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      give(event.key.length === 1 ? event.key.toLowerCase() : event.key);
    } else return;
    event.preventDefault();
  });
  part("help-sheet").addEventListener("close", () => {
    asking = null;
    trouble("");
    draw();
  });
  part("keys-reset").addEventListener("click", () => {
    keys = { ...DEFAULT_KEYS };
    localStorage.removeItem(KEYS_KEPT);
    asking = null;
    trouble("");
    draw();
  });
  // Where keys are off, no button names one.
  const showKeys = () => element.querySelector(".lab").classList.toggle("lab-keys-off", Boolean(localStorage.getItem(KEYS_OFF)));
  part("keys-on").checked = !localStorage.getItem(KEYS_OFF);
  showKeys();
  part("keys-on").addEventListener("change", (event) => {
    if (event.target.checked) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "1");
    showKeys();
  });
  draw();

  // The key by itself; null for one held down, one with a modifier, and where keys are off.
  function pressed(event) {
    if (event.repeat || event.isComposing || event.keyCode === 229) return null;
    if (event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem(KEYS_OFF)) return null;
    return event.key.length === 1 ? event.key.toLowerCase() : event.key;
  }

  return {
    open() {
      draw();
      part("help-sheet").showModal();
    },
    pressed,
    // The action that a key press means here, null where it means none.
    meant(event) {
      const key = pressed(event);
      return key === null ? null : (Object.keys(keys).find((name) => keys[name] === key && usedHere(name)) ?? null);
    },
  };
}
